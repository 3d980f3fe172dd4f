/** A Quadlet file that runs something, with everything it names: its pod, its image unit, what containers.conf adds. */
import type { Account, Asking } from '../ask.ts';
import { containersVariables } from '../containers/containers-conf.ts';
import { type Environment, gapOf, sureValues } from '../environment/environment.ts';
import type { Known, Unknown, Where } from '../fact.ts';
import { rootAccount } from '../host/accounts.ts';
import type { Word } from '../podman/podman-flags.ts';
import type { Manager } from '../systemd/paths.ts';
import type { Assignment } from '../systemd/syntax.ts';
import { type Command, commandOf } from './quadlet-command.ts';
import { withDefaults } from './quadlet-defaults.ts';
import type { QuadletFile } from './quadlet-disk.ts';
import { sectionOf } from './quadlet-keys.ts';
import type { Played } from './quadlet-kube.ts';
import { type MergedQuadlet, mergeQuadlet } from './quadlet-merge.ts';
import { type Placement, placementOf, unseenFor } from './quadlet-placement.ts';
import { generatedService, replaced, type ServiceDropIns, serviceExpander, serviceNamesOf } from './quadlet-service.ts';
import { lastOf, valuesOf } from './quadlet-text.ts';
import type { QuadletHost } from './quadlet-units.ts';
import { boundBy } from './quadlet-volumes.ts';
import { isTrue, lastWord, stringsOf } from './quadlet-words.ts';

export interface Source {
  readonly file: QuadletFile;
  readonly ending: string;
  readonly owner: Account;
  readonly manager: 'system' | 'user';
  readonly assignments: readonly Assignment[];
  /** The generated service, then its aliases. */
  readonly names: readonly string[];
  /** With what binds behind its volumes; open also when the service may run something else. */
  readonly command: Command;
  /** Drop-ins of the service. */
  readonly dropIns: ServiceDropIns;
  /** Fills in the specifiers that files alone can tell. */
  readonly expand: (text: string) => string;
  /** The variables of its environment that decide which containers.conf Podman reads. */
  readonly moves: ReadonlyMap<string, string>;
  /** The pod it is a member of. */
  readonly pod?: { readonly file: QuadletFile; readonly command: Command; readonly assignments: readonly Assignment[] };
  readonly images: readonly Word[];
  /** The image is built, or pulled by a unit of its own. */
  readonly imageUnit?: Word;
  /** The image unit that is named is not there: no service is made. */
  readonly imageLost?: Word;
  /** Files of the owner's instance that ask to be updated. */
  readonly updatesElsewhere: boolean;
}

/** What has to be known of a file before its service can be asked about. */
interface Draft {
  readonly placed: Placement;
  readonly merge: (file: QuadletFile) => MergedQuadlet;
  readonly assignments: readonly Assignment[];
  readonly ending: string;
  readonly owner: Account;
  readonly manager: Manager;
  readonly names: readonly string[];
  readonly expand: (text: string) => string;
}

/** Reads a file, and its service, as one release of Podman and systemd do; unknown when a part of it could not be seen. */
export function* sourceOf(host: QuadletHost, file: QuadletFile): Asking<Source | Unknown> {
  const draft = draftOf(host, file);
  if ('is' in draft) return draft;
  const own = draft.assignments.filter((a) => a.section === 'Service');
  const { dropIns, environment } = yield* generatedService(draft.names, draft.manager, draft.owner, own);
  return completeSource(file, draft, dropIns, environment);
}

function draftOf(host: QuadletHost, file: QuadletFile): Draft | Unknown {
  const placed = placementOf(host, file);
  const directories = placed.instance?.directories ?? [];
  const merge = (one: QuadletFile): MergedQuadlet => mergeQuadlet(one, directories, host.disk, host.release);
  const merged = merge(file);
  const unseen = merged.unseen ?? unseenFor(host, placed);
  if (unseen) return unseen;
  const owner = placed.instance?.account ?? rootAccount;
  const manager = placed.place === 'user' ? 'user' : 'system';
  const names = serviceNamesOf(file, merged.assignments, manager, owner);
  const ending = file.name.slice(file.name.lastIndexOf('.') + 1);
  return { placed, merge, assignments: merged.assignments, ending, owner, manager, names, expand: serviceExpander(names, manager, owner) };
}

function completeSource(file: QuadletFile, draft: Draft, dropIns: ServiceDropIns, environment: Environment): Source | Unknown {
  const { placed, merge, assignments, ending, owner, manager, names, expand } = draft;
  const own = sectionOf(ending);
  const taken = placed.instance?.taken;
  const podFile = ending === 'container' ? taken?.get(lastOf(assignments, own, 'Pod') ?? '') : undefined;
  const podMerged = podFile && merge(podFile);
  if (podMerged?.unseen) return podMerged.unseen;
  const image = imageOf(assignments, own, expand);
  const imageFile = image && /\.(image|build)$/.test(image.text) ? taken?.get(image.text) : undefined;
  const imageMerged = imageFile?.name.endsWith('.image') ? merge(imageFile) : undefined;
  if (imageMerged?.unseen) return imageMerged.unseen;
  const indirect = image !== undefined && /\.(image|build)$/.test(image.text) && ending === 'container';
  const pulled = imageMerged ? imageOf(imageMerged.assignments, 'Image', expand) : indirect ? undefined : image;
  const values = dropIns.unseen ? new Map<string, string>() : sureValues(environment);
  const command = withVolumes(opened(commandOf(ending, assignments, expand, values), dropIns, environment, ending), draft);
  return {
    file,
    ending,
    owner,
    manager,
    assignments,
    names,
    dropIns,
    expand,
    command,
    moves: new Map(containersVariables.flatMap((name) => (values.has(name) ? [[name, values.get(name) as string] as const] : []))),
    ...(podFile && podMerged ? { pod: { file: podFile, command: commandOf('pod', podMerged.assignments, expand), assignments: podMerged.assignments } } : {}),
    images: pulled && pulled.text !== '' ? [pulled] : [],
    ...(imageFile && image ? { imageUnit: image } : {}),
    ...(indirect && !imageFile ? { imageLost: image } : {}),
    updatesElsewhere: [...(taken?.values() ?? [])].some((f) => {
      const section = sectionOf(f.name.slice(f.name.lastIndexOf('.') + 1));
      return updatePolicies(merge(f).assignments, section).some((p) => remotePolicy(p.text) || p.text === 'local');
    }),
  };
}

/** What the service finds in its environment may not be known; a drop-in may give it another command. */
function opened(command: Command, dropIns: ServiceDropIns, environment: Environment, ending: string): Command {
  const open =
    command.open ??
    replaced(dropIns) ??
    containersVariables.map((name) => gapOf(environment, name)).find((gap) => gap) ??
    // Of a container, what that other file says is looked into.
    (ending === 'container' ? undefined : movedConf(environment)) ??
    environment.unseen;
  return { ...command, ...(open ? { open } : {}) };
}

function movedConf({ variables }: Environment): Unknown | undefined {
  const conf = ['CONTAINERS_CONF', 'CONTAINERS_CONF_OVERRIDE'].flatMap((name) => variables.get(name) ?? []).find((v) => v.value !== '');
  return conf && { is: 'unknown', why: 'ambiguous', said: `${conf.value} is another containers.conf, which is not looked into`, where: conf.where };
}

function withVolumes(command: Command, { placed, merge, expand }: Draft): Command {
  const bound = boundBy(command.flags, { file: (name) => placed.instance?.taken.get(name), merge }, expand);
  return 'is' in bound ? { ...command, filled: new Map([...(command.filled ?? []), ['volume', bound]]) } : { ...command, bound };
}

function imageOf(assignments: readonly Assignment[], section: string, expand: (text: string) => string): Word | undefined {
  const found = ['Container', 'Image'].includes(section) ? lastWord(assignments, section, 'Image') : undefined;
  return found && { ...found, text: expand(found.text) };
}

/** The words of AutoUpdate=, and of the label that it stands for; in a .kube file each may begin with a container's name. */
export function updatePolicies(assignments: readonly Assignment[], section: string): Word[] {
  const key =
    section === 'Kube' ? stringsOf(assignments, section, 'AutoUpdate') : [lastWord(assignments, section, 'AutoUpdate')].filter((w) => w !== undefined);
  const labels = stringsOf(assignments, section, 'Label').filter((w) => w.text.startsWith(updateLabel));
  return [...key, ...labels.map((w) => ({ ...w, text: w.text.slice(updateLabel.length) }))]
    .map((w) => ({ ...w, text: w.text.slice(w.text.lastIndexOf('/') + 1) }))
    .filter((w) => w.text !== '');
}

const updateLabel = 'io.containers.autoupdate=';

/** `image` is an old word for `registry` (containers/podman:pkg/autoupdate/autoupdate.go). */
export const remotePolicy = (word: string): boolean => word === 'registry' || word === 'image';

/** The command with what containers.conf and the Kubernetes YAML add. */
export function completed({ command, ending, pod }: Source, conf: Known | Unknown | undefined, played: Played | Unknown | undefined): Command {
  if (ending === 'container' && conf) return withDefaults(command, conf, pod !== undefined);
  if (!played) return command;
  if ('is' in played) return { ...command, open: command.open ?? played };
  return { ...command, flags: [...played.flags, ...command.flags] };
}

/** Where the YAML of a .kube file lies; URLs are left out, and say so. */
export function yamlPaths({ ending, assignments, file }: Source): { readonly paths: readonly string[]; readonly elsewhere?: Word } {
  const words = ending === 'kube' ? stringsOf(assignments, 'Kube', 'Yaml') : [];
  const elsewhere = words.find((w) => /^[a-z]+:\/\/|[%$]/.test(w.text));
  const paths = words.filter((w) => w !== elsewhere).map((w) => (w.text.startsWith('/') ? w.text : `${file.directory}/${w.text}`));
  return { paths, ...(elsewhere ? { elsewhere } : {}) };
}

/**
 * Whether something pulls the service in at boot: WantedBy= or RequiredBy= of its own, or its pod. A template
 * needs DefaultInstance= or an instance; `systemctl is-enabled` says "generated" in every case (tried with 5.4.2).
 */
export function startsAtBoot({ file, assignments, pod }: Source): Where | undefined {
  const linked = (all: readonly Assignment[], name: string): Where | undefined => {
    const wanted = ['WantedBy', 'RequiredBy'].flatMap((key) => valuesOf(all, 'Install', key))[0];
    const template = /@\.[a-z]+$/.test(name) && (lastOf(all, 'Install', 'DefaultInstance') ?? '') === '';
    return template ? undefined : wanted?.where;
  };
  const withPod = pod && (lastWord(assignments, 'Container', 'StartWithPod') === undefined || isTrue(lastOf(assignments, 'Container', 'StartWithPod') ?? ''));
  return linked(assignments, file.name) ?? (pod && withPod ? linked(pod.assignments, pod.file.name) : undefined);
}
