/** Kind `cgroup-drivers`: who makes cgroups for the kubelet of K3s and for its container runtime: systemd, or each itself. */
import { type Answer, type Asking, list, read, together } from '../../facts/ask.ts';
import { crioConf } from '../../facts/crio/crio-conf.ts';
import { type Fact, FactBuilder, type Json, type Known, missing, type Unknown, unknown, unparsable, type Where } from '../../facts/fact.ts';
import { seeTool, type ToolVersion, toolVersion } from '../../facts/host/tool-version.ts';
import { k3sConfig } from '../../facts/k3s/k3s-config.ts';
import { defineKind } from '../../facts/kind.ts';
import { boolean, record, string } from '../../facts/shape.ts';
import { entry, placed, plain } from '../../facts/text/node.ts';
import { parseToml } from '../../facts/text/toml.ts';
import { parseYaml } from '../../facts/text/yaml.ts';

const agent = '/var/lib/rancher/k3s/agent';
const kubeletDir = `${agent}/etc/kubelet.conf.d`;
const containerd = `${agent}/etc/containerd/config.toml`;
const templates = ['config.toml.tmpl', 'config-v3.toml.tmpl'].map((n) => `${agent}/etc/containerd/${n}`);

export const cgroupDrivers = defineKind({
  name: 'cgroup-drivers',
  noun: 'the cgroup driver',
  absent: 'no system service of K3s was found',
  describe: "The cgroup driver of K3s's kubelet and that of its container runtime. It exists where K3s is set up as a system service.",
  fields: {},
  shape: record({
    kubelet: string('driver of the kubelet', ['systemd', 'cgroupfs']),
    runtime: string('driver of the runtime', ['systemd', 'cgroupfs']),
    match: boolean('both are the same; unknown where a kubelet since 1.31 may take it from the runtime'),
  }),
  touches: () => [
    k3sConfig,
    crioConf,
    seeTool.of('k3s'),
    seeTool.of('crio'),
    { do: 'list', path: kubeletDir },
    { do: 'read', path: `${kubeletDir}/*.conf` },
    ...[containerd, ...templates].map((path) => ({ do: 'read' as const, path })),
  ],
  *learn(): Asking<Fact> {
    const conf = yield* k3sConfig();
    if (conf.is === 'unknown') return conf;
    if (!conf.exists) return missing(...conf.consulted);
    const flags = conf.value.flags as Readonly<Record<string, Json>>;
    if (Object.hasOwn(flags, 'data-dir'))
      return {
        is: 'unknown',
        why: 'unsupported',
        said: `data-dir moves K3s to ${String(flags['data-dir'])}, which is not looked at`,
        where: conf.where.get('flags.data-dir') ?? [],
      };
    const fact = new FactBuilder().consulted(...conf.consulted);
    const kubelet = yield* kubeletDriver(conf, flags);
    const runtime = yield* runtimeDriver(conf, flags);
    for (const [part, found] of [
      ['kubelet', kubelet],
      ['runtime', runtime],
    ] as const) {
      if ('is' in found) fact.gap(part, found);
      else fact.set(part, found.driver, ...found.where);
    }
    if ('is' in kubelet) return fact.gap('match', kubelet).build();
    if ('is' in runtime) return fact.gap('match', runtime).build();
    const where = [...kubelet.where, ...runtime.where];
    // K3s derives both from one decision unless something overrides one of them.
    const same = kubelet.driver === runtime.driver;
    if (same || runtime.driver === undefined || kubelet.driver === undefined)
      return fact.set('match', same || (kubelet.driver === undefined && runtime.driver === undefined), ...where).build();
    const version: ToolVersion = yield* toolVersion('k3s');
    const minor = version.is === 'known' ? /^1\.(\d+)/.exec(version.version)?.[1] : undefined;
    if (minor !== undefined && Number(minor) < 31) return fact.set('match', false, ...where).build();
    if (minor !== undefined && (yield* answersKubelet(flags))) return fact.set('match', true, ...where).build();
    const said =
      minor === undefined
        ? `the kubelet is set to ${kubelet.driver} and the runtime to ${runtime.driver}; whether the kubelet asks the runtime depends on the K3s version, which is not known`
        : `the kubelet is set to ${kubelet.driver} and the runtime to ${runtime.driver}, but since 1.31 it asks the runtime (KubeletCgroupDriverFromCRI)`;
    return fact.gap('match', { is: 'unknown', why: 'ambiguous', said, where }).build();
  },
});

/** Whether the runtime tells the kubelet its driver: CRI-O does from 1.28 on (cri-o/cri-o:server/runtime_config.go). */
function* answersKubelet(flags: Readonly<Record<string, Json>>): Asking<boolean> {
  if (!/crio|cri-o/.test(String(flags['container-runtime-endpoint'] ?? ''))) return false;
  const crio: ToolVersion = yield* toolVersion('crio');
  return crio.is === 'known' && Number(/^1\.(\d+)/.exec(crio.version)?.[1]) >= 28;
}

/** A driver with its places. Undefined: K3s decides for both alike when it starts. */
interface Driver {
  readonly driver: string | undefined;
  readonly where: readonly Where[];
}

/** kubelet-arg beats the files of kubelet.conf.d, of which the later ones win (kubelet(1), --config-dir). */
function* kubeletDriver(conf: Known, flags: Readonly<Record<string, Json>>): Asking<Driver | Unknown> {
  const gap = conf.gaps.get('flags.kubelet-arg') ?? conf.gaps.get('flags');
  if (gap) return gap;
  const given = Object.hasOwn(flags, 'kubelet-arg') ? flags['kubelet-arg'] : undefined;
  const args = (Array.isArray(given) ? given : [given]).map((a) => /^(?:--)?cgroup-driver=(\w+)$/.exec(String(a))?.[1]);
  const asked = args.findLast((a) => a !== undefined);
  if (asked !== undefined) return { driver: asked, where: conf.where.get('flags.kubelet-arg') ?? conf.consulted };
  const names = yield* list(kubeletDir);
  if (names.is === 'blocked') return unknown(names, kubeletDir);
  const paths = names.is === 'got' ? names.value.filter((n) => n.endsWith('.conf')).map((n) => `${kubeletDir}/${n}`) : [];
  const texts = (yield* together(paths.map((p) => read(p)))) as Answer<string>[];
  let found: Driver | undefined;
  for (const [at, text] of texts.entries()) {
    const path = paths[at] ?? '';
    if (text.is === 'blocked') return unknown(text, path);
    const parsed = parseYaml(text.is === 'got' ? text.value : '');
    if (parsed.is === 'broken') return unparsable(`${path} is no YAML: ${parsed.problem.message}`, placed(path, parsed.problem));
    const driver = entry(parsed.root, 'cgroupDriver');
    if (driver) found = { driver: String(plain(driver.value)), where: [placed(path, driver.at)] };
  }
  if (found) return found;
  // With a runtime of its own to start, K3s sets both (pkg/agent/containerd, config_linux.go); with an endpoint it sets none, and cgroupfs is its default.
  return Object.hasOwn(flags, 'container-runtime-endpoint')
    ? {
        driver: 'cgroupfs',
        where: (conf.where.get('flags.container-runtime-endpoint') ?? []).map((w) => ({ ...w, said: 'with an endpoint K3s leaves the kubelet at cgroupfs' })),
      }
    : { driver: undefined, where: conf.consulted };
}

function* runtimeDriver(conf: Known, flags: Readonly<Record<string, Json>>): Asking<Driver | Unknown> {
  const endpoint = Object.hasOwn(flags, 'container-runtime-endpoint') ? flags['container-runtime-endpoint'] : undefined;
  const at = conf.where.get('flags.container-runtime-endpoint') ?? conf.consulted;
  const gap = conf.gaps.get('flags.container-runtime-endpoint');
  if (gap) return gap;
  // cri-dockerd is told what dockerd says (pkg/agent/cridockerd).
  if (endpoint === undefined || endpoint === '')
    return flags.docker === true || flags.docker === 'true'
      ? { driver: undefined, where: conf.where.get('flags.docker') ?? conf.consulted }
      : yield* embedded(conf.consulted);
  if (!/crio|cri-o/.test(String(endpoint)))
    return { is: 'unknown', why: 'unsupported', said: `the configuration of the runtime at ${String(endpoint)} is not looked at`, where: at };
  const crio = yield* crioConf();
  if (crio.is === 'unknown') return crio;
  const manager = (crio.value.crio as { runtime?: { cgroup_manager?: Json } } | undefined)?.runtime?.cgroup_manager;
  const where = crio.where.get('crio.runtime.cgroup_manager') ?? [{ path: '/etc/crio/crio.conf', said: 'not set: systemd' }];
  return { driver: typeof manager === 'string' && manager !== '' ? manager : 'systemd', where };
}

/** The file that K3s writes for its containerd at each start. */
function* embedded(consulted: readonly Where[]): Asking<Driver | Unknown> {
  const [text, ...own] = yield* together([read(containerd), ...templates.map((p) => read(p))]);
  if (text.is === 'blocked') return unknown(text, containerd);
  for (const [at, template] of own.entries()) if (template.is === 'blocked') return unknown(template, templates[at] ?? '');
  if (text.is === 'absent') {
    const template = own.findIndex((t) => t.is === 'got');
    if (template < 0) return { driver: undefined, where: [...consulted, { path: containerd, said: 'not written yet: K3s will set both alike' }] };
    return {
      is: 'unknown',
      why: 'ambiguous',
      said: `K3s has not been started, and ${templates[template]} may say anything`,
      where: [{ path: templates[template] ?? '' }],
    };
  }
  const parsed = parseToml(text.value);
  if (parsed.is === 'broken') return unparsable(`${containerd} is not TOML: ${parsed.problem.message}`, placed(containerd, parsed.problem));
  const line = text.value.split('\n').findIndex((l) => /^\s*SystemdCgroup\s*=/.test(l));
  const on = line >= 0 && /=\s*true\b/.test(text.value.split('\n')[line] ?? '');
  return { driver: on ? 'systemd' : 'cgroupfs', where: [{ path: containerd, ...(line >= 0 ? { line: line + 1 } : { said: 'no SystemdCgroup: cgroupfs' }) }] };
}
