/** What a Quadlet file names outside of itself: files and directories of the host, secrets, images. Pure. */
import type { Flag, Word } from '../podman/podman-flags.ts';
import { flagsNamed, lastFlag } from '../podman/podman-flags.ts';
import { type Assignment, sinceReset } from '../systemd/syntax.ts';
import { splitWords } from '../systemd/words.ts';
import { sectionOf } from './quadlet-keys.ts';
import { hostMounts } from './quadlet-mounts.ts';
import { type Source, yamlPaths } from './quadlet-source.ts';
import { absolute } from './quadlet-surroundings.ts';
import { argumentsOf, lastWord, stringsOf } from './quadlet-words.ts';

/** A word that is not filled in says nothing yet. */
export const isOpen = (text: string): boolean => /[%$]/.test(text);

/** Files of variables: those that Podman opens, and those that systemd opens for the service. A dash before a path means that it may be missing, for systemd alone (read in containers/podman:pkg/systemd/quadlet/quadlet.go). */
export function environmentFilesOf({ command, file, dropIns, assignments }: Source, expand: (text: string) => string): Word[] {
  const podman = flagsNamed(command.flags, 'env-file').map((f) => ({ text: absolute(f.value, file.directory), where: f.where }));
  const service = [...assignments.filter((a) => a.section === 'Service'), ...dropIns.assignments].filter((a) => a.key === 'EnvironmentFile');
  const systemd = sinceReset(service)
    .filter((a) => a.value !== '' && !a.value.startsWith('-') && !/[*?[]/.test(a.value))
    .map((a) => ({ text: expand(a.value), where: a.where }));
  return [...podman, ...systemd];
}

/** Directories and files that it mounts; what the YAML of a .kube file mounts may be made by Podman, and is left out. */
export function bindSourcesOf({ command, file, ending, assignments }: Source, flags: readonly Flag[], expand: (text: string) => string): Word[] {
  const globs = (f: Flag): boolean => f.name === 'mount' && /(?:^|,)type=(?:glob|tmpfs|devpts|ramfs)/.test(f.value);
  const mounted = hostMounts(
    flags.filter((f) => !globs(f)),
    file.directory,
  ).map((m) => ({ text: m.source, where: m.where }));
  const root = command.rootfs ? [{ ...command.rootfs, text: command.rootfs.text.replace(/:.*$/s, '') }] : [];
  const bound = (command.bound ?? []).map((m) => ({ text: m.source, where: m.where }));
  const device = ending === 'volume' ? lastWord(assignments, 'Volume', 'Device') : undefined;
  const options = ending === 'volume' ? (lastWord(assignments, 'Volume', 'Options')?.text ?? '') : '';
  const type = ending === 'volume' ? (lastWord(assignments, 'Volume', 'Type')?.text ?? '') : '';
  const own = device && [options, type].some((o) => /(?:^|,)r?bind(?:,|$)/.test(o)) ? [{ ...device, text: expand(device.text) }] : [];
  const filled = flags.flatMap((f): Word[] => {
    const text = f.name === 'volume' ? f.value.split(':')[0] : f.name === 'mount' ? /(?:^|,)(?:src|source)=([^,]*)/.exec(f.value)?.[1] : undefined;
    return text !== undefined && !text.startsWith('/') && isOpen(text) ? [{ text, where: f.where }] : [];
  });
  return [...mounted, ...filled, ...root, ...bound, ...own].filter((w) => w.text.startsWith('/') || isOpen(w.text));
}

/** Files that Podman reads to make it: YAML, ConfigMaps, the Containerfile, a profile of seccomp, a module of containers.conf, namespaces. */
export function inputFilesOf(source: Source, expand: (text: string) => string): Word[] {
  const { ending, assignments, file } = source;
  if (ending === 'kube') {
    const maps = stringsOf(assignments, 'Kube', 'ConfigMap').map((w) => ({ ...w, text: absolute(expand(w.text), file.directory) }));
    const where = lastWord(assignments, 'Kube', 'Yaml')?.where ?? { path: file.path };
    return [...yamlPaths(source).paths.map((text) => ({ text, where })), ...maps];
  }
  if (ending === 'container') return [...profilesOf(source), ...modulesOf(source, expand), ...namespacesOf(source)];
  if (ending === 'pod') return namespacesOf(source);
  if (ending !== 'build') return [];
  const directory = lastWord(assignments, 'Build', 'SetWorkingDirectory');
  const named = lastWord(assignments, 'Build', 'File');
  const given = directory && !['', 'unit', 'file'].includes(directory.text) && !/^(?:[a-z]+:\/\/|git@)/.test(directory.text) ? [directory] : [];
  const containerfile = named?.text.startsWith('/') ? [named] : [];
  return [...given, ...containerfile, ...secretFilesOf(source)].map((w) => ({ ...w, text: absolute(expand(w.text), file.directory) }));
}

/** Files behind secrets of a build; a variable gives those of type env (podman-build(1) --secret). */
const secretFilesOf = ({ assignments }: Source): Word[] =>
  argumentsOf(assignments, 'Build', 'Secret').flatMap(({ text, where }) => {
    const path = /(?:^|,)(?:src|source)=(\/[^,]*)/.exec(text)?.[1];
    return path === undefined || /(?:^|,)type=env(?:,|$)/.test(text) ? [] : [{ text: path, where }];
  });

const profilesOf = ({ command }: Source): Word[] =>
  flagsNamed(command.flags, 'security-opt')
    .map((f) => ({ text: f.value.replace(/^seccomp=/, ''), where: f.where }))
    .filter((w) => w.text.startsWith('/'));

/** Namespaces that are joined by their files, `ns:PATH` (podman-run(1) --network, --userns, --ipc, --pid, --uts, --cgroupns). */
const namespacesOf = ({ command }: Source): Word[] =>
  flagsNamed(command.flags, 'network', 'userns', 'ipc', 'pid', 'uts', 'cgroupns')
    .filter((f) => f.value.startsWith('ns:/'))
    .map((f) => ({ text: f.value.slice('ns:'.length), where: f.where }));

/** Those with a path of their own; others are looked for in three directories. */
const modulesOf = ({ assignments }: Source, expand: (text: string) => string): Word[] =>
  stringsOf(assignments, 'Container', 'ContainersConfModule')
    .map((w) => ({ ...w, text: expand(w.text) }))
    .filter((w) => w.text.startsWith('/'));

/** Devices of the host. With a dash before it, one may be missing; one with an equals sign is none of a path but of CDI. */
export const devicesOf = ({ assignments, ending }: Source, expand: (text: string) => string): Word[] =>
  ending === 'container'
    ? stringsOf(assignments, 'Container', 'AddDevice')
        .map((w) => ({ ...w, text: expand(w.text).split(':')[0] ?? '' }))
        .filter((w) => w.text.startsWith('/') && !w.text.includes('='))
    : [];

const modes = new Set(['', 'none', 'host', 'bridge', 'private', 'default', 'slirp4netns', 'pasta', 'ns', 'container', 'podman']);

/** Networks by their names; what stands for a mode, or for another Quadlet file, is left out (podman-run(1) --network). */
export const networksOf = ({ command, ending }: Source): Word[] =>
  ['container', 'pod', 'kube'].includes(ending)
    ? flagsNamed(command.flags, 'network')
        .map((f) => ({ text: f.value.split(':')[0] ?? '', where: f.where }))
        .filter((w) => !modes.has(w.text) && !/\.(?:network|container)$/.test(w.text))
    : [];

/** Secrets of Podman, by name or id. Those of a .build file are files. */
export function secretsOf({ assignments, command, ending }: Source, expand: (text: string) => string): Word[] {
  if (ending !== 'container') return [];
  const keys = argumentsOf(assignments, 'Container', 'Secret');
  const flags = flagsNamed(command.flags, 'secret').map((f) => ({ text: f.value, where: f.where }));
  return [...keys, ...flags].map((w) => ({ ...w, text: expand(w.text.split(',')[0] ?? '').replace(/^(?:source|id)=/, '') })).filter((w) => w.text !== '');
}

/** Images that no registry can give: of localhost, or such as are never pulled. */
export function localImagesOf({ images, ending, command }: Source): Word[] {
  if (ending !== 'container') return [];
  const never = lastFlag(command.flags, 'pull')?.value === 'never';
  return images.filter(
    (i) => (never && /^[a-z0-9]/.test(i.text) && !/^(?:oci|oci-archive|docker-archive|dir):/.test(i.text)) || i.text.startsWith('localhost/'),
  );
}

/** The names under which an image may be recorded: with its tag, and of a short name with any registry. */
export function isRecordedAs(image: string, names: ReadonlySet<string>): boolean {
  const last = image.slice(image.lastIndexOf('/') + 1);
  const full = last.includes(':') || last.includes('@') ? image : `${image}:latest`;
  return [...names].some((n) => n === full || n.endsWith(`/${full}`));
}

/** The tags that a `.build` file gives to its image. */
export const tagsOf = (assignments: readonly Assignment[]): readonly string[] =>
  stringsOf(assignments, sectionOf('build'), 'ImageTag').flatMap((w) => splitWords(w.text).words);
