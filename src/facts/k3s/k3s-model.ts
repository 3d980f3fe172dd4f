/**
 * The effective arguments of K3s: what its own flags are by files, command line and variables, and what each component
 * gets from them in this release. Nothing runs: the rules are those of the sources, and what could not be read is unknown.
 */
import { type Account, type Asking, stat, together } from '../ask.ts';
import { type Unknown, unknown, type Where } from '../fact.ts';
import { seeTool, toolVersion } from '../host/tool-version.ts';
import { source, type Touches } from '../source.ts';
import { type Release, releaseOf } from '../text/version.ts';
import { type ApiAccess, apiAccess } from './api-access.ts';
import { ChosenFlags } from './chosen-flags.ts';
import { commandArguments, type Role } from './command-arguments.ts';
import type { Given } from './component-args.ts';
import { componentSettings, type InForce, type WithFile } from './component-settings.ts';
import { beyondSources, type Component, type Flags, flagsOf, flagsWithoutRelease, running } from './components.ts';
import { configArguments } from './config-arguments.ts';
import { configFiles } from './config-files.ts';
import { datastoreOf } from './datastore.ts';
import type { Derived } from './defaults.ts';
import { etcdConfig } from './etcd-config.ts';
import { atNextStart, type DropIns, kubeletDropIns, protectSetting } from './kubelet-drop-ins.ts';
import { kubeletSettings } from './kubelet-settings.ts';
import { kubeletArgs, kubeletFileDefaults } from './node-defaults.ts';
import { type Kept, type NodeSettings, usualDataDir } from './node-settings.ts';
import { hasChange } from './release-changes.ts';
import { type NotStarted, type Start, startOfK3s, startOfRootlessK3s } from './started-by.ts';
import { startOfNode } from './started-in-node.ts';

export interface K3sModel {
  readonly is: 'model';
  readonly role: Role;
  /** The word that names K3s in the command. */
  readonly program: string;
  /** Where the command stands. */
  readonly where: Where;
  /** The service that starts it; undefined where OpenRC does, and in a container. */
  readonly unit?: string;
  /** The main file of its configuration, whether it is there or not; undefined where K3s is told to read none. */
  readonly config?: string;
  readonly flags: ChosenFlags;
  readonly dataDir: Derived;
  readonly release: { readonly is: 'known'; readonly release: Release; readonly where: Where } | Unknown;
  /** Of a server. */
  readonly datastore?: Kept | Unknown;
  /** By component, those that run; `etcd` where it is embedded. */
  readonly components: ReadonlyMap<Component | 'etcd', Flags | Unknown>;
  /** Where the API server runs here. */
  readonly access?: ApiAccess;
  /** Settings of the kubelet in files, from 1.32. */
  readonly dropIns?: DropIns | Unknown;
  /** What the kubelet has in force of arguments and files. */
  readonly kubelet?: Flags;
  /** What kube-proxy and the scheduler have in force of arguments and of a file of their own. */
  readonly inForce: ReadonlyMap<WithFile, ReadonlyMap<string, InForce>>;
  readonly consulted: readonly Where[];
}

const states = ['server', 'agent'].map((name) => `${usualDataDir}/${name}`);
const parts: Touches = [configFiles, seeTool.of('k3s'), datastoreOf, etcdConfig, apiAccess, kubeletDropIns, componentSettings];

/** The model of the K3s that the system starts, or why there is none. */
export const k3sModel = source([startOfK3s, startOfNode, ...states.map((path) => ({ do: 'stat' as const, path })), ...parts], learnModel);

/** The model of the rootless K3s of an account. */
export const rootlessModel = source([startOfRootlessK3s, ...parts], learnRootless);

function* learnModel(): Asking<K3sModel | NotStarted | Unknown> {
  const start = yield* startOfK3s();
  if (start.is === 'started') return yield* modelOf(start, usualDataDir);
  return start.is === 'unknown' ? start : yield* startedOtherwise(start);
}

function* learnRootless(as: Account): Asking<K3sModel | NotStarted | Unknown> {
  const start = yield* startOfRootlessK3s(as);
  return start.is === 'started' ? yield* modelOf(start, `${as.home}/.rancher/k3s`) : start;
}

/** State without a service: K3s runs in a container, or by hand, and then its arguments stand in no file. */
function* startedOtherwise(start: NotStarted): Asking<K3sModel | NotStarted | Unknown> {
  const answers = yield* together(states.map((path) => stat(path)));
  for (const [at, answer] of answers.entries()) {
    const path = states[at] as string;
    if (answer.is === 'blocked') return unknown(answer, path);
    if (answer.is !== 'got') continue;
    const inside = yield* startOfNode();
    if (inside.is !== 'not-started') return inside.is === 'started' ? yield* modelOf(inside, usualDataDir) : inside;
    return {
      is: 'unknown',
      why: 'ambiguous',
      said: `K3s keeps state in ${path}, and no service starts it: its arguments stand in no file`,
      where: [{ path }, ...start.consulted, ...inside.consulted],
    };
  }
  return start;
}

function* modelOf({ unit, command, environment }: Start, usual: string): Asking<K3sModel | Unknown> {
  const [files, release] = yield* together([configFiles(command, environment), releaseHere()]);
  if (files.is === 'unknown') return files;
  const flags = new ChosenFlags([...configArguments(files.files), ...commandArguments(command)], environment);
  const dataDir = dataDirOf(flags, release, usual);
  if ('is' in dataDir) return dataDir;
  const { role, program, where } = command;
  const datastore = role === 'server' ? yield* datastoreOf(flags, dataDir.value) : undefined;
  const settings: NodeSettings = { role, flags, dataDir, ...(datastore ? { datastore } : {}) };
  const found = componentsOf(settings, release);
  if (datastore?.is === 'etcd') found.set('etcd', yield* etcdConfig(dataDir.value, flags.all('etcd-arg')));
  const api = found.get('kube-apiserver');
  const access = api && !('is' in api) ? yield* apiAccess(api, where) : undefined;
  const inForce = yield* inForceOf(found);
  const kubelet = found.get('kubelet');
  const seen = kubelet && inFiles(release) ? yield* kubeletDropIns(dataDir.value) : undefined;
  const dropIns = seen && filesOfKubelet(settings, release, seen);
  const protect = release.is === 'unknown' && seen?.is === 'read' && isSure(flags, seen) ? protectOf(flags) : undefined;
  return {
    is: 'model',
    role,
    program,
    where,
    ...(unit === undefined ? {} : { unit }),
    ...(files.main === undefined ? {} : { config: files.main }),
    flags,
    dataDir,
    release,
    components: found,
    inForce,
    consulted: [where, ...files.consulted],
    ...(datastore ? { datastore } : {}),
    ...(access ? { access } : {}),
    ...(dropIns ? { dropIns } : {}),
    ...(kubelet && !('is' in kubelet) ? { kubelet: kubeletSettings(kubelet, dropIns, protect) } : {}),
  };
}

function* inForceOf(found: K3sModel['components']): Asking<K3sModel['inForce']> {
  const all = new Map<WithFile, ReadonlyMap<string, InForce>>();
  for (const name of ['kube-proxy', 'kube-scheduler'] as const) {
    const flags = found.get(name);
    if (flags && !('is' in flags)) all.set(name, yield* componentSettings(name, flags));
  }
  return all;
}

/** The drop-ins; where an argument names a file that was not copied there yet, the next start changes them. */
function filesOfKubelet(settings: NodeSettings, release: Here, found: DropIns | Unknown): DropIns | Unknown {
  if (found.is === 'unknown') return found;
  const directory = `${settings.dataDir.value}/agent/etc/kubelet.conf.d`;
  const { config, configDir } = kubeletArgs(settings.flags.all('kubelet-arg'), true);
  for (const [given, copy] of [
    [config, '10-cli-config.conf'],
    [configDir, '20-cli-config-dir'],
  ] as const)
    if (given && !given.value.startsWith(directory) && !found.names.includes(copy))
      return {
        is: 'unknown',
        why: 'ambiguous',
        said: `${given.value} is to be copied to ${directory}/${copy} at the next start`,
        where: [given.where],
      };
  return atNextStart(found, release.is === 'unknown' ? release : kubeletFileDefaults(settings, release.release), protectOf(settings.flags));
}

/** Whether the kubelet gets protect-kernel-defaults of K3s in every release: no file says otherwise. */
function isSure(flags: ChosenFlags, { settings }: DropIns): boolean {
  const { config, configDir } = kubeletArgs(flags.all('kubelet-arg'), true);
  return !settings.has(protectSetting) && !config && !configDir;
}

/** K3s' own flag that the kubelet gets, by argument or by file; undefined where it is off. */
function protectOf(flags: ChosenFlags): Given | undefined {
  const flag = 'protect-kernel-defaults';
  const found = flags.one(flag);
  return found && flags.on(flag) ? { values: [{ value: 'true', where: found.where }], beaten: found.beaten } : undefined;
}

type Here = K3sModel['release'];

function* releaseHere(): Asking<Here> {
  const found = yield* toolVersion('k3s');
  const said = (why: string): string => `the release of K3s decides, which is not known: ${why}`;
  if (found.is === 'unknown') return { ...found, said: said(found.said) };
  if (found.is === 'absent') return { is: 'unknown', why: 'ambiguous', said: said('the program k3s is not there'), where: found.consulted };
  const release = releaseOf(found.version);
  if (!release) return { is: 'unknown', why: 'unparsable', said: `${found.version} is not a version of K3s`, where: [found.where] };
  return beyondSources(release, found.where) ?? { is: 'known', release, where: found.where };
}

/** Whether the kubelet's settings stand in files; where the release is not known they may. */
const inFiles = (release: Here): boolean => release.is === 'unknown' || hasChange(release.release, 'kubeletDropIns') === true;

/** Where K3s keeps its state: `usual` where nothing says otherwise. */
function dataDirOf(flags: ChosenFlags, release: Here, usual: string): Derived | Unknown {
  const gap = flags.gap('data-dir');
  if (gap) return gap;
  const found = flags.one('data-dir');
  if (!found || found.value === '') return { value: usual };
  const byVariable = flags.all('data-dir').length === 0;
  if (byVariable && (release.is === 'unknown' || hasChange(release.release, 'dataDirVariable') !== true))
    return { is: 'unknown', why: 'ambiguous', said: 'whether this release of K3s heeds K3S_DATA_DIR is not known', where: [found.where] };
  return { ...found, value: found.value.replace(/(?<=.)\/+$/, '') };
}

function componentsOf(settings: NodeSettings, release: Here): Map<Component | 'etcd', Flags | Unknown> {
  const flags = (name: Component): Flags =>
    release.is === 'unknown' ? flagsWithoutRelease(name, settings, release) : flagsOf(name, settings, release.release);
  return new Map(running(settings).map((name) => [name, flags(name)]));
}
