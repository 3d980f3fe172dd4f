/** Kind `cgroup-drivers`: who makes cgroups for the kubelet of K3s and for its container runtime: systemd, or each itself. */
import { type Asking, read } from '../../facts/ask.ts';
import { crioConf } from '../../facts/crio/crio-conf.ts';
import { type Fact, FactBuilder, type Json, missing, type Unknown, unknown, unparsable, type Where } from '../../facts/fact.ts';
import { seeTool, type ToolVersion, toolVersion } from '../../facts/host/tool-version.ts';
import type { ComponentFlag } from '../../facts/k3s/component-args.ts';
import { type K3sModel, k3sModel } from '../../facts/k3s/k3s-model.ts';
import { type DropIns, kubeletDropIns } from '../../facts/k3s/kubelet-drop-ins.ts';
import { kubeletArgs } from '../../facts/k3s/node-defaults.ts';
import { usualDataDir } from '../../facts/k3s/node-settings.ts';
import { hasChange } from '../../facts/k3s/release-changes.ts';
import { stateDirectory } from '../../facts/k3s/state-directory.ts';
import { defineKind } from '../../facts/kind.ts';
import { boolean, record, string } from '../../facts/shape.ts';
import { placed } from '../../facts/text/node.ts';
import { parseToml } from '../../facts/text/toml.ts';
import { since } from '../../facts/text/version.ts';

const below = 'agent/etc/containerd';
const rendered = 'config.toml';
const templates = ['config.toml.tmpl', 'config-v3.toml.tmpl'];

export const cgroupDrivers = defineKind({
  name: 'cgroup-drivers',
  noun: 'the cgroup driver',
  absent: 'no system service of K3s was found',
  describe: "The cgroup driver of K3s's kubelet and that of its container runtime. It exists where K3s is set up as a system service.",
  fields: {},
  shape: record({
    kubelet: string('driver of the kubelet', ['systemd', 'cgroupfs']),
    runtime: string('driver of the runtime', ['systemd', 'cgroupfs']),
    match: boolean('both are the same, or the kubelet takes it from the runtime, as it does since 1.31 from one that answers'),
  }),
  touches: () => [
    k3sModel,
    kubeletDropIns,
    crioConf,
    seeTool.of('crio'),
    stateDirectory.of(undefined, below),
    { do: 'read', path: `${usualDataDir}/${below}/${rendered}` },
    { do: 'read', named: 'what K3s writes for its containerd below its data directory', later: true, unasked: 'only where data-dir moves it' },
  ],
  *learn(): Asking<Fact> {
    const model = yield* k3sModel();
    if (model.is === 'unknown') return model;
    if (model.is === 'not-started' || !model.components.has('kubelet')) return missing(...model.consulted);
    const fact = new FactBuilder().consulted(...model.consulted);
    // Of a release that is not known the files count that are there: K3s itself makes the directory, since 1.32.
    const files = model.release.is === 'known' ? model.dropIns : yield* kubeletDropIns(model.dataDir.value);
    const kubelet = kubeletDriver(model, files);
    const runtime = yield* runtimeDriver(model);
    for (const [part, found] of [
      ['kubelet', kubelet],
      ['runtime', runtime],
    ] as const) {
      if ('is' in found) fact.gap(part, found);
      else fact.set(part, found.driver, ...found.where);
    }
    if ('is' in kubelet) return fact.gap('match', kubelet).build();
    if ('is' in runtime) return fact.gap('match', runtime).build();
    const match = kubelet.driver === runtime.driver || (yield* matched(model, kubelet, runtime));
    if (typeof match === 'boolean') return fact.set('match', match, ...kubelet.where, ...runtime.where).build();
    return fact.gap('match', match).build();
  },
});

/** Whether drivers that differ as they are set agree in the end. */
function* matched(model: K3sModel, kubelet: Driver, runtime: Driver): Asking<boolean | Unknown> {
  const where = [...kubelet.where, ...runtime.where];
  const open = (said: string): Unknown => ({ is: 'unknown', why: 'ambiguous', said, where });
  // What neither sets, K3s decides for both alike; a template of one's own may say something else to the runtime.
  if (kubelet.driver === undefined || runtime.driver === undefined) {
    const own = kubelet.own ?? runtime.own;
    return own === undefined || open(`whether K3s sets the driver of the kubelet to what ${own} gives its containerd shows when it starts`);
  }
  const set = `the kubelet is set to ${kubelet.driver} and the runtime to ${runtime.driver}`;
  if (model.release.is === 'unknown') return open(`${set}; whether the kubelet asks the runtime depends on the K3s version, which is not known`);
  if (!since(model.release.release, '1.31')) return false;
  return (yield* answersKubelet(model)) ?? open(`${set}, but since 1.31 it asks the runtime (KubeletCgroupDriverFromCRI)`);
}

/**
 * Whether the runtime tells the kubelet its driver: CRI-O does from 1.28 on (cri-o/cri-o:server/runtime_config.go), containerd
 * from 2.0 on (containerd/containerd:internal/cri/server/runtime_config_linux.go). Undefined where that is not known.
 */
function* answersKubelet({ flags, release }: K3sModel): Asking<boolean | undefined> {
  const endpoint = flags.one('container-runtime-endpoint')?.value ?? '';
  if (endpoint === '') return release.is === 'known' ? hasChange(release.release, 'containerdVersion3') : undefined;
  if (!/crio|cri-o/.test(endpoint)) return undefined;
  const crio: ToolVersion = yield* toolVersion('crio');
  return crio.is === 'known' && Number(/^1\.(\d+)/.exec(crio.version)?.[1]) >= 28 ? true : undefined;
}

/** A driver with its places. Undefined: K3s decides for both alike when it starts, unless a template of one's own says otherwise. */
interface Driver {
  readonly driver: string | undefined;
  readonly where: readonly Where[];
  readonly own?: string;
}

/** kubelet-arg beats the files of kubelet.conf.d, of which the later ones win (kubelet(1), --config-dir). */
function kubeletDriver({ components, flags, consulted, release }: K3sModel, files: DropIns | Unknown | undefined): Driver | Unknown {
  const kubelet = components.get('kubelet');
  if (kubelet && 'is' in kubelet) return kubelet as Unknown;
  const argument: ComponentFlag | undefined = kubelet?.get('cgroup-driver');
  const given = argument && !('is' in argument) ? argument.values.at(-1) : undefined;
  if (given) return { driver: given.value, where: [given.where] };
  if (files?.is === 'unknown') return files;
  const told = kubeletArgs(flags.all('kubelet-arg'), true);
  const named = told.config ?? told.configDir;
  if (named && release.is === 'unknown') return release;
  const inFile = files?.settings.get('cgroupDriver')?.values.at(-1);
  if (inFile) return { driver: inFile.value, where: [inFile.where] };
  // With a runtime of its own to start, K3s sets both (pkg/agent/containerd, config_linux.go, pkg/agent/cridockerd); with an endpoint it sets none, and cgroupfs is its default.
  const endpoint = flags.one('container-runtime-endpoint');
  if (!endpoint || endpoint.value === '' || flags.on('docker')) return { driver: undefined, where: consulted };
  return { driver: 'cgroupfs', where: [{ ...endpoint.where, said: 'with an endpoint K3s leaves the kubelet at cgroupfs' }] };
}

function* runtimeDriver(model: K3sModel): Asking<Driver | Unknown> {
  const { flags } = model;
  // cri-dockerd is told what dockerd says (pkg/agent/cridockerd).
  const docker = flags.on('docker') ? flags.one('docker') : undefined;
  if (docker) return { driver: undefined, where: [docker.where] };
  const endpoint = flags.one('container-runtime-endpoint');
  if (!endpoint || endpoint.value === '') return yield* embedded(model);
  if (!/crio|cri-o/.test(endpoint.value))
    return { is: 'unknown', why: 'unsupported', said: `the configuration of the runtime at ${endpoint.value} is not looked at`, where: [endpoint.where] };
  const crio = yield* crioConf();
  if (crio.is === 'unknown') return crio;
  const manager = (crio.value.crio as { runtime?: { cgroup_manager?: Json } } | undefined)?.runtime?.cgroup_manager;
  const where = crio.where.get('crio.runtime.cgroup_manager') ?? [{ path: '/etc/crio/crio.conf', said: 'not set: systemd' }];
  return { driver: typeof manager === 'string' && manager !== '' ? manager : 'systemd', where };
}

/** The file that K3s writes for its containerd at each start: by a template of one's own, or as it decides itself. */
function* embedded({ dataDir, consulted }: K3sModel): Asking<Driver | Unknown> {
  const directory = yield* stateDirectory(dataDir.value, below);
  if (directory.is === 'unknown') return directory;
  const names = directory.is === 'directory' ? directory.entries.filter((e) => e.end).map((e) => e.name) : [];
  const template = names.find((name) => templates.includes(name));
  const own = template === undefined ? {} : { own: `${directory.path}/${template}` };
  const path = `${directory.path}/${rendered}`;
  if (!names.includes(rendered)) return { driver: undefined, where: [...consulted, { path, said: 'not written yet: K3s will set both alike' }], ...own };
  const text = yield* read(path);
  if (text.is === 'blocked') return unknown(text, path);
  const parsed = parseToml(text.is === 'got' ? text.value : '');
  if (parsed.is === 'broken') return unparsable(`${path} is not TOML: ${parsed.problem.message}`, placed(path, parsed.problem));
  const lines = text.is === 'got' ? text.value.split('\n') : [];
  const line = lines.findIndex((l) => /^\s*SystemdCgroup\s*=/.test(l));
  if (line >= 0) return { driver: /=\s*true\b/.test(lines[line] ?? '') ? 'systemd' : 'cgroupfs', where: [{ path, line: line + 1 }], ...own };
  return template === undefined
    ? { driver: undefined, where: [{ path, said: 'K3s writes it, and sets both alike' }] }
    : { driver: 'cgroupfs', where: [{ path, said: 'no SystemdCgroup: cgroupfs' }], ...own };
}
