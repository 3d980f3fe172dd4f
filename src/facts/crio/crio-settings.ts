/** Every setting of CRI-O that rules ask about, as it is in force: what is set, else the default of the installed release. */
import { type Asking, together } from '../ask.ts';
import { lookup } from '../containers/lookup.ts';
import { FactBuilder, type Json, type Known, type Unknown, type Where } from '../fact.ts';
import { selinux } from '../host/selinux.ts';
import { seeTool } from '../host/tool-version.ts';
import { source } from '../source.ts';
import { crioConf } from './crio-conf.ts';
import { builtInHandler, defaultCapabilities, defaultsOf, oldestMinor } from './crio-defaults.ts';
import { crioStart } from './crio-start.ts';

export type CrioSettings =
  | { readonly is: 'settings'; readonly fact: Known; readonly minor?: number }
  | { readonly is: 'absent'; readonly consulted: readonly Where[] }
  | Unknown;

/** CRI-O is here where its program or its unit is. */
export const crioSettings = source([seeTool.of('crio'), crioStart, crioConf, selinux], readSettings);

function* readSettings(): Asking<CrioSettings> {
  const [seen, start] = yield* together([seeTool('crio'), crioStart()]);
  if (start.is === 'unknown') return start;
  if (seen.is === 'absent' && !start.unit) return { is: 'absent', consulted: seen.consulted };
  if (seen.is === 'unknown' && !start.unit) return seen;
  const conf = yield* crioConf();
  if (conf.is === 'unknown') return conf;
  const version = seen.is === 'known' ? seen.version : undefined;
  const fact = copied(conf);
  const minor = version?.is === 'known' ? minorOf(version.version) : undefined;
  const why: Unknown =
    version?.is === 'unknown' ? version : { is: 'unknown', why: 'ambiguous', said: 'the release of CRI-O is not known', where: [{ path: '/usr/bin/crio' }] };
  if (version?.is === 'known') fact.set('version', version.version, version.where).set('minor', minor, version.where);
  else fact.gap('version', why).gap('minor', why);
  fillIn(fact, conf, minor, why);
  yield* selinuxOf(fact, conf);
  capabilitiesOf(fact, conf, minor);
  runtimesOf(fact, conf, minor, why);
  return { is: 'settings', fact: fact.build(), ...(minor === undefined ? {} : { minor }) };
}

function minorOf(version: string): number | undefined {
  const found = Number(/^v?1\.(\d+)/.exec(version)?.[1]);
  return found >= oldestMinor ? found : undefined;
}

/** The place of a default: no file. */
const builtIn = (minor: number | undefined): Where => ({ path: minor === undefined ? 'CRI-O' : `CRI-O 1.${minor}`, said: 'not set: its own default' });

function copied(conf: Known): FactBuilder {
  const fact = new FactBuilder().consulted(...conf.consulted);
  for (const [key, value] of Object.entries(conf.value)) fact.set(key, structuredClone(value) as Json);
  for (const [key, where] of conf.where) fact.at(segments(key), ...where);
  for (const [key, notes] of conf.notes) for (const { said, where } of notes) fact.note(segments(key), said, ...where);
  for (const [key, gap] of conf.gaps) fact.gap(segments(key), gap);
  return fact;
}

/** Keys of CRI-O hold no dots, but the names of runtimes may. */
function segments(key: string): readonly string[] {
  return [...key.matchAll(/"((?:[^"\\]|\\.)*)"|[^.]+/g)].map((m) => (m[1] === undefined ? m[0] : (JSON.parse(m[0]) as string)));
}

function fillIn(fact: FactBuilder, conf: Known, minor: number | undefined, why: Unknown): void {
  for (const { path, value } of defaultsOf(minor)) {
    const found = lookup(conf, ...path);
    if (found.gap || found.value !== undefined) continue;
    if (value === undefined) fact.gap(path, { ...why, said: `${path.at(-1)} is not set, and its default depends on the release: ${why.said}` });
    else fact.set(path, value, builtIn(minor));
  }
}

/** Unless it is set, CRI-O separates pods by SELinux where the kernel has it (config_linux.go selinuxEnabled). */
function* selinuxOf(fact: FactBuilder, conf: Known): Asking<void> {
  const path = ['crio', 'runtime', 'selinux'];
  const found = lookup(conf, ...path);
  const host = yield* selinux();
  if (host.is === 'unknown') fact.gap('enforcing', host);
  else fact.set('enforcing', host.enforcing, host.where);
  if (found.gap || found.value !== undefined) return;
  if (host.is === 'unknown') fact.gap(path, host);
  else fact.set(path, host.enforcing, host.where);
}

/** Capabilities by the names that the kernel has, CAP_ left out (internal/config/capabilities). */
function capabilitiesOf(fact: FactBuilder, conf: Known, minor: number | undefined): void {
  const { value, where, gap } = lookup(conf, 'crio', 'runtime', 'default_capabilities');
  if (gap) return void fact.gap('capabilities', gap);
  const names = Array.isArray(value) ? value.map(String) : defaultCapabilities;
  fact.set(
    'capabilities',
    names.map((name) => name.toUpperCase().replace(/^CAP_/, '')),
    ...(value === undefined ? [builtIn(minor)] : where),
  );
}

/** The handlers with the built-in one, and the cgroup of each one's monitor (config.go TranslateMonitorFieldsForHandler). */
function runtimesOf(fact: FactBuilder, conf: Known, minor: number | undefined, why: Unknown): void {
  const path = ['crio', 'runtime', 'runtimes'];
  const named = (lookup(conf, ...path).value ?? {}) as Readonly<Record<string, Readonly<Record<string, Json>>>>;
  const all = new Map(Object.entries(named));
  const own = minor === undefined ? undefined : minor >= 31 ? 'crun' : 'runc';
  if (minor !== undefined && own !== undefined && !all.has(own)) {
    all.set(own, builtInHandler(minor));
    fact.set([...path, own], builtInHandler(minor), builtIn(minor));
  } else if (minor === undefined && all.size === 0) fact.gap(path, why);
  const conmon = lookup(conf, 'crio', 'runtime', 'conmon_cgroup');
  // The handler of its own has a name that depends on the release.
  const hidden = conmon.gap ?? (minor === undefined && !(all.has('crun') && all.has('runc')) ? why : undefined);
  if (hidden) return void fact.gap('monitors', hidden);
  fact.set('monitors', {});
  for (const [name, handler] of all) {
    if (handler.runtime_type !== undefined && handler.runtime_type !== '' && handler.runtime_type !== 'oci') continue;
    const common = conmon.value === undefined || conmon.value === '' ? undefined : String(conmon.value);
    const its = lookup(conf, ...path, name);
    const cgroup = common ?? String(handler.monitor_cgroup ?? (own === name && !named[name] && minor !== undefined && minor < 33 ? 'system.slice' : ''));
    fact.set(['monitors', name], cgroup, ...(common === undefined ? (its.where.length > 0 ? its.where : [builtIn(minor)]) : conmon.where));
  }
}
