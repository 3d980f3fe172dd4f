/**
 * Mounts of the host that a container may not use where SELinux enforces, because nobody gives them its label
 * (podman-run(1) --volume; containers/container-selinux:container.te, container.fc). Pure.
 */
import type { Account } from '../ask.ts';
import { cleanPath } from '../host/path-list.ts';
import { type Flag, flagsNamed, switchedOn } from '../podman/podman-flags.ts';
import type { Finding } from './quadlet-each.ts';
import { securityOptionsOf } from './quadlet-isolation.ts';
import { hostMounts } from './quadlet-mounts.ts';

/** Directories whose files have a label that containers may use, by the policy itself. */
const labelled = (as: Account): readonly string[] => [
  '/srv/containers',
  '/var/srv/containers',
  '/var/local-path-provisioner',
  '/opt/local-path-provisioner',
  '/var/lib/origin',
  '/var/lib/kubernetes/pods',
  '/var/lib/containers/storage/volumes',
  `${as.home}/.local/share/containers/storage/volumes`,
];

/** What containers may read under its usual label, and what is no file of a disk: its label is not for `:z` to change. */
const readable = ['/usr', '/etc', '/lib', '/lib64', '/bin', '/sbin', '/dev', '/sys', '/proc', '/run', '/var/run'];

/** opencontainers/selinux:go-selinux/selinux_linux.go Chcon: with `:z` on these, Podman refuses to start. */
const refused = (as: Account): readonly string[] => [
  ...['/', '/bin', '/boot', '/dev', '/etc', '/etc/passwd', '/etc/pki', '/etc/shadow', '/home', '/lib', '/lib64', '/media', '/opt', '/proc', '/root', '/run'],
  ...['/sbin', '/srv', '/sys', '/tmp', '/usr', '/var', '/var/lib', '/var/log', as.home],
];

const below = (path: string, roots: readonly string[]): boolean => roots.some((r) => path === r || path.startsWith(`${r}/`));

/** Directories to which file_contexts.local gives a label that containers may use (semanage-fcontext(8)); only plain paths are read. */
export function labelledByHand(text: string): string[] {
  return text.split('\n').flatMap((line) => {
    const [pattern = '', ...rest] = line.trim().split(/\s+/);
    const plain = pattern.replace(/\(\/\.\*\)\?$|\/\.\*$/, '').replace(/\\\./g, '.');
    const context = rest.at(-1) ?? '';
    return /:(?:container_file_t|container_ro_file_t|svirt_sandbox_file_t|container_share_t):/.test(context) && /^\/[\w./@:+-]*$/.test(plain) ? [plain] : [];
  });
}

/** Whether the container runs without a label of its own, so that none of it matters. */
export function unlabelled(flags: readonly Flag[]): boolean {
  const host = flagsNamed(flags, 'pid', 'ipc').some((f) => f.value === 'host');
  return host || switchedOn(flags, 'privileged') !== undefined || securityOptionsOf(flags).some((o) => /^label=(?:disable|type:)/.test(o.said));
}

/** What a flag says of the label: given to the container, to an overlay over it, or nothing. */
function relabels({ name, value }: Flag): boolean {
  const options = name === 'volume' ? (value.split(':')[2] ?? '').split(',') : value.split(',');
  return options.some((o) => ['z', 'Z', 'relabel=shared', 'relabel=private'].includes(o));
}
const overlaid = ({ name, value }: Flag): boolean => name === 'volume' && (value.split(':')[2] ?? '').split(',').includes('O');

export interface Labels {
  /** Mounts whose label stays that of the host. */
  readonly kept: readonly Finding[];
  /** Mounts that Podman refuses to give a label to. */
  readonly refused: readonly Finding[];
}

/** Judges the mounts of a command whose paths are filled in. `byHand` are directories that were given a label. */
export function labelsOf(flags: readonly Flag[], from: string, as: Account, byHand: readonly string[]): Labels {
  const mounts = flagsNamed(flags, 'volume', 'mount').flatMap((flag) =>
    hostMounts([flag], from).map((mount) => ({ flag, path: cleanPath(mount.source), mount })),
  );
  const say = ({ flag, path }: (typeof mounts)[number]): Finding => ({ said: path, where: flag.where });
  const fine = [...labelled(as), ...byHand, ...readable];
  return {
    kept: mounts.filter(({ flag, path }) => !relabels(flag) && !overlaid(flag) && !below(path, fine)).map(say),
    refused: mounts.filter(({ flag, path }) => relabels(flag) && refused(as).includes(path)).map(say),
  };
}

/** What several containers of one unit mount, each path once. */
export function labelsTogether(all: readonly Labels[]): Labels {
  const once = (found: readonly Finding[]): Finding[] => [...new Map(found.map((f) => [f.said, f])).values()];
  return { kept: once(all.flatMap((l) => l.kept)), refused: once(all.flatMap((l) => l.refused)) };
}

/** The words of a mount with a label of its own. */
export const relabelled = (words: string): string => (isWritten(words) ? `${words},relabel=private` : optionsOf(words, (options) => [...options, 'Z']));

/** The words of a mount that leave its label as it is. */
export const unrelabelled = (words: string): string =>
  isWritten(words)
    ? words.replace(/,(?:relabel=(?:shared|private)|[zZ])(?=,|$)/g, '')
    : optionsOf(words, (options) => options.filter((o) => o !== 'z' && o !== 'Z'));

const isWritten = (words: string): boolean => /(?:^|[\s=,])(?:type|src|source)=/.test(words);

/** `SOURCE:DEST[:OPTIONS]` with its options changed. */
function optionsOf(words: string, change: (options: string[]) => string[]): string {
  const [from = '', to = from, options = ''] = words.split(':');
  const now = change(options.split(',').filter((o) => o !== ''));
  return [from, to, ...(now.length > 0 ? [now.join(',')] : [])].join(':');
}
