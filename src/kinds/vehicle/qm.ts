/** Kind `qm`: the partition for software without safety requirements (containers/qm), and how far it is kept from the rest. */
import { type Account, type Answer, type Asking, list, read, together } from '../../facts/ask.ts';
import { type Fact, FactBuilder, type Json, type Unknown, unknown, unparsable, type Where } from '../../facts/fact.ts';
import { defineKind } from '../../facts/kind.ts';
import { serviceDropIns } from '../../facts/quadlet/quadlet-service.ts';
import { boolean, number, record, says, string } from '../../facts/shape.ts';
import { inQuestion } from '../../facts/source.ts';
import { type LoadedUnit, loadUnit, unitNamed } from '../../facts/systemd/load.ts';
import { type Assignment, parseUnitText } from '../../facts/systemd/syntax.ts';
import { placed, type TextEntry, type TextNode } from '../../facts/text/node.ts';
import { parseToml } from '../../facts/text/toml.ts';
import { learnRootfs } from '../../facts/vehicle/qm-rootfs.ts';

/** Podman's Quadlet directories for the system, most important first. */
const directories = ['/run/containers/systemd', '/etc/containers/systemd', '/usr/share/containers/systemd'] as const;
const nestedPaths = ['/usr/share/qm/containers/containers.conf', '/etc/qm/containers/containers.conf'] as const;
const nestedDropIns = '/etc/qm/containers/containers.conf.d';
const serviceNames = ['qm.service'];
const system: Account = { name: 'root', uid: 0, gid: 0, home: '/root' };

export const qm = defineKind({
  name: 'qm',
  noun: 'the QM partition',
  describe: 'The QM partition: its Quadlet unit qm.container with drop-ins, its slice, and the containers.conf inside it.',
  main: 'safety',
  fields: { safety: { type: 'strings', describe: 'units of the host that must live on when memory runs out' } },
  shape: record({
    declared: says(boolean('a partition is there, or units are named that one would protect'), {
      no: 'there is no QM partition, and no safety function that it would protect is named',
    }),
    partition: says(boolean('qm.container is installed'), { yes: 'a QM partition is installed', no: 'no QM partition is installed' }),
    path: string('its file'),
    rootfs: record(
      { path: string('what Rootfs= names, with the variables of [Service] filled in'), present: boolean('a directory is there, and holds something') },
      'the root file system of the partition; unset when the file names none',
    ),
    oomScoreAdjust: number('OOMScoreAdjust= of the partition: the higher, the sooner the kernel kills it'),
    nestedOomScoreAdj: number('oom_score_adj of the containers inside it'),
    oomAboveSafety: boolean('its score is above 0 and above that of every named unit'),
    allowedCpus: string('AllowedCPUs= of the unit or its slice; unset when there is none'),
    cpuQuota: string('CPUQuota=; unset when there is none'),
    cpuWeight: number('CPUWeight=; idle, the lowest there is, is 0; unset when there is none, which counts as 100'),
    memoryMax: string('MemoryMax=; unset when there is none, or infinity'),
    memoryHigh: string('MemoryHigh=; unset when there is none, or infinity'),
    nofile: number('the most open files that the partition may have: Ulimit= or LimitNOFILE='),
    nestedFits: boolean('containers inside it ask for no more open files than that, or may raise the limit'),
    nestedHostNetwork: boolean('the containers inside it share the network of the host'),
  }),
  touches: (q) => [
    ...directories.flatMap((d) => [
      { do: 'read' as const, path: `${d}/qm.container` },
      { do: 'list' as const, path: `${d}/qm.container.d` },
      { do: 'read' as const, path: `${d}/qm.container.d/*` },
    ]),
    ...[...nestedPaths, `${nestedDropIns}/*`].map((path) => ({ do: 'read' as const, path })),
    { do: 'list', path: nestedDropIns },
    learnRootfs,
    serviceDropIns.of(serviceNames, 'system', inQuestion),
    unitNamed('*.slice', 'system'),
    ...(Array.isArray(q.safety) ? q.safety.map((name) => unitNamed(name, 'system')) : q.safety === undefined ? [] : [unitNamed('*.service', 'system')]),
  ],
  *learn(q): Asking<Fact> {
    const safety = Array.isArray(q.safety) ? (q.safety as readonly string[]) : [];
    const loaded = yield* quadlet();
    if (loaded.is === 'unknown') return loaded;
    const fact = new FactBuilder()
      .consulted(...loaded.consulted)
      .set('declared', loaded.path !== undefined || safety.length > 0, ...loaded.consulted)
      .set('partition', loaded.path !== undefined, ...loaded.consulted);
    if (loaded.path === undefined) return fact.build();
    fact.set('path', loaded.path, { path: loaded.path });
    yield* rootfs(fact, loaded.assignments);
    yield* limits(fact, loaded.assignments);
    yield* scores(fact, loaded.assignments, safety);
    yield* nested(fact);
    yield* openFiles(fact, loaded);
    return fact.build();
  },
});

interface Quadlet {
  readonly is: 'known';
  readonly path?: string;
  readonly assignments: readonly Assignment[];
  readonly consulted: readonly Where[];
}

function* quadlet(): Asking<Quadlet | Unknown> {
  const answers = (yield* together([
    ...directories.map((d) => read(`${d}/qm.container`)),
    ...directories.map((d) => list(`${d}/qm.container.d`)),
  ])) as Answer<unknown>[];
  const files = answers.slice(0, directories.length) as Answer<string>[];
  const dropIns = answers.slice(directories.length) as Answer<readonly string[]>[];
  const blocked = answers.findIndex((a) => a.is === 'blocked');
  const refusal = answers[blocked];
  if (refusal?.is === 'blocked')
    return unknown(refusal, `${directories[blocked % directories.length]}/qm.container${blocked < directories.length ? '' : '.d'}`);
  const at = files.findIndex((f) => f.is === 'got');
  const file = files[at];
  const consulted = directories.map((d) => ({ path: `${d}/qm.container` }));
  if (file?.is !== 'got') return { is: 'known', assignments: [], consulted };
  const path = `${directories[at]}/qm.container`;
  const chosen = new Map<string, string>();
  for (const [i, names] of dropIns.entries())
    for (const n of names.is === 'got' ? names.value : []) if (n.endsWith('.conf') && !chosen.has(n)) chosen.set(n, `${directories[i]}/qm.container.d/${n}`);
  const paths = [...chosen].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, p]) => p);
  const texts = yield* together(paths.map((p) => read(p)));
  const assignments = [...parseUnitText(file.value, path).assignments];
  for (const [i, text] of texts.entries()) {
    if (text.is === 'blocked') return unknown(text, paths[i] as string);
    if (text.is === 'got') assignments.push(...parseUnitText(text.value, paths[i] as string).assignments);
  }
  // Drop-ins of the service come after all that the generator writes into it.
  const service = yield* serviceDropIns(serviceNames, 'system', system);
  if (service.unseen) return service.unseen;
  return { is: 'known', path, assignments: [...assignments, ...service.assignments], consulted: [{ path }, ...paths.map((p) => ({ path: p }))] };
}

const last = (assignments: readonly Assignment[], section: string, key: string): Assignment | undefined => {
  const found = assignments.findLast((a) => a.section === section && a.key === key);
  return found?.value === '' ? undefined : found;
};

function* rootfs(fact: FactBuilder, own: readonly Assignment[]): Asking<void> {
  const found = yield* learnRootfs(own);
  if (found.is === 'none') return void fact.at('rootfs', found.where);
  if (found.is === 'unknown') return void fact.gap('rootfs', found);
  const { path, where, present, seen } = found;
  fact.set(['rootfs', 'path'], path, where);
  if (typeof present === 'boolean') fact.set(['rootfs', 'present'], present, seen, where);
  else fact.gap(['rootfs', 'present'], present);
}

/** Limits may stand in the unit or in its slice. */
function* limits(fact: FactBuilder, own: readonly Assignment[]): Asking<void> {
  const name = last(own, 'Service', 'Slice')?.value;
  const slice: LoadedUnit | Unknown | undefined = name?.endsWith('.slice') ? yield* loadUnit(name, { manager: 'system', as: system }) : undefined;
  const open = slice?.is === 'unknown' ? slice : slice?.unseen[0];
  const inSlice = slice?.is === 'loaded' ? slice.assignments : [];
  const find = (key: string): Assignment | undefined => last(own, 'Service', key) ?? last(inSlice, 'Slice', key);
  const set = (field: string, key: string, parse: (text: string) => Json | undefined): void => {
    const found = find(key);
    const where = found
      ? { ...found.where, said: `${key}=${found.value}` }
      : { ...(own[0]?.where ?? { path: 'qm.container' }), said: `${key}= is not set`, looked: true as const };
    if (!found && open) fact.gap(field, open);
    else fact.at(field, where).set(field, found && parse(found.value), where);
  };
  const limit = (text: string): string | undefined => (text === 'infinity' ? undefined : text);
  set('allowedCpus', 'AllowedCPUs', (text) => text);
  set('cpuQuota', 'CPUQuota', (text) => text);
  set('cpuWeight', 'CPUWeight', (text) => (text === 'idle' ? 0 : number_(text)));
  set('memoryMax', 'MemoryMax', limit);
  set('memoryHigh', 'MemoryHigh', limit);
}

/** Compares with the score of each named unit; a unit without OOMScoreAdjust= has 0. */
function* scores(fact: FactBuilder, own: readonly Assignment[], safety: readonly string[]): Asking<void> {
  const score = last(own, 'Service', 'OOMScoreAdjust');
  const value = number_(score?.value) ?? 0;
  const at = score?.where ?? { path: own[0]?.where.path ?? 'qm.container', said: 'OOMScoreAdjust= is not set: 0', looked: true as const };
  fact.set('oomScoreAdjust', value, at);
  const units = yield* together(safety.map((name) => loadUnit(name, { manager: 'system', as: system })));
  const open = units.find((u) => u.is === 'unknown') ?? units.flatMap((u) => (u.is === 'loaded' ? u.unseen : []))[0];
  const above = units
    .filter((u) => u.is === 'loaded')
    .map((u) => last(u.assignments, 'Service', 'OOMScoreAdjust'))
    .filter((a) => a !== undefined && (number_(a.value) ?? 0) >= value);
  if (above.length === 0 && open?.is === 'unknown' && value > 0) fact.gap('oomAboveSafety', open);
  else
    fact.set(
      'oomAboveSafety',
      value > 0 && above.length === 0,
      at,
      ...above.filter((a) => a !== undefined).map((a) => ({ ...a.where, said: `OOMScoreAdjust=${a.value}` })),
    );
}

const number_ = (text: string | undefined): number | undefined => (text !== undefined && /^[+-]?\d{1,5}$/.test(text) ? Number(text) : undefined);

/** containers.conf inside the partition; the later file wins. What does not parse stops every Podman command there, and tells nothing. */
function* nested(fact: FactBuilder): Asking<void> {
  const names = yield* list(nestedDropIns);
  const dropIns = (names.is === 'got' ? names.value : []).filter((n) => n.endsWith('.conf')).map((n) => `${nestedDropIns}/${n}`);
  const paths = [...nestedPaths, ...dropIns];
  const texts = yield* together(paths.map((p) => read(p)));
  const gap = (why: Unknown): void => void fact.gap('nestedOomScoreAdj', why).gap('nestedHostNetwork', why);
  if (names.is === 'blocked') gap(unknown(names, nestedDropIns));
  for (const [at, text] of texts.entries()) {
    const path = paths[at] as string;
    if (text.is === 'blocked') gap(unknown(text, path));
    if (text.is !== 'got') continue;
    const parsed = parseToml(text.value);
    if (parsed.is === 'broken') {
      gap(unparsable(`${path} does not parse: ${parsed.problem.message}`, placed(path, parsed.problem)));
      continue;
    }
    const score = inContainers(parsed.root, 'oom_score_adj');
    const netns = inContainers(parsed.root, 'netns');
    for (const found of [score, netns])
      if (found && !(found.value.is === 'scalar' && found.value.type === (found === score ? 'integer' : 'string')))
        gap(unparsable(`${found.key} has a value of the wrong type`, placed(path, found.at)));
    if (score?.value.is === 'scalar' && typeof score.value.value === 'number') fact.set('nestedOomScoreAdj', score.value.value, placed(path, score.at));
    if (netns?.value.is === 'scalar' && typeof netns.value.value === 'string')
      fact.set('nestedHostNetwork', netns.value.value === 'host', placed(path, netns.at));
  }
}

/** A key of [containers]; names are compared without regard to case, as Go's decoder does. */
function inContainers(root: TextNode, key: string): TextEntry | undefined {
  const find = (node: TextNode | undefined, name: string): TextEntry | undefined =>
    node?.is === 'map' ? node.entries.findLast((e) => e.key.toLowerCase() === name) : undefined;
  return find(find(root, 'containers')?.value, key);
}

/** What Podman 5.3.0 to 5.3.2 asks for where nothing is said (containers/podman:libpod/container_internal_common.go by release). */
const asked = 1_048_576;

/** Containers inside the partition cannot raise a limit that it has, unless it keeps CAP_SYS_RESOURCE. */
function* openFiles(fact: FactBuilder, { assignments, path = '' }: Quadlet): Asking<void> {
  const texts = yield* together(nestedPaths.map((p) => read(p)));
  const ulimit = assignments.findLast((a) => a.section === 'Container' && a.key === 'Ulimit' && a.value.startsWith('nofile='));
  const service = last(assignments, 'Service', 'LimitNOFILE');
  const set = ulimit ?? service;
  const most = set && hardOf(set.value.replace(/^nofile=/, ''));
  const drops = assignments.findLast((a) => a.section === 'Container' && a.key === 'DropCapability' && /\b(?:all|(?:cap_)?sys_resource)\b/i.test(a.value));
  const here = set?.where ?? { path, looked: true as const };
  fact.at('nofile', here).set('nofile', most, here);
  for (const [at, text] of texts.entries()) if (text.is === 'blocked') return void fact.gap('nestedFits', unknown(text, nestedPaths[at] ?? ''));
  if (!drops) return void fact.set('nestedFits', true, { ...here, said: 'CAP_SYS_RESOURCE is kept' });
  const inside = nestedLimit(texts);
  const wants = inside?.most ?? asked;
  if (most !== undefined && wants <= most) return void fact.set('nestedFits', true, here, ...(inside ? [inside.where] : []));
  if (most !== undefined && inside) return void fact.set('nestedFits', false, inside.where, here, drops.where);
  const said =
    most === undefined
      ? 'no file limits the open files of the partition, and the limit of the manager does not show'
      : 'Podman 5.3.0 to 5.3.2 asks for 1048576 open files, and which Podman is inside the partition cannot be told';
  fact.gap('nestedFits', { is: 'unknown', why: 'unsupported', said, where: [here] });
}

/** The second number of `soft:hard`, else the only one. */
function hardOf(value: string): number | undefined {
  const hard = value.split(':').at(-1) ?? '';
  if (/^(?:infinity|unlimited|-1)$/.test(hard)) return Number.MAX_SAFE_INTEGER;
  return /^\d{1,15}$/.test(hard) ? Number(hard) : undefined;
}

/** `nofile=` among default_ulimits of the containers.conf inside; later files win. */
function nestedLimit(texts: readonly Answer<string>[]): { readonly most: number; readonly where: Where } | undefined {
  const found = texts.flatMap((text, at) => {
    const [, value] = (text.is === 'got' && /^\s*default_ulimits\s*=\s*\[[^\]]*?["']nofile=([\d:-]+)["']/m.exec(text.value)) || [];
    const most = value === undefined ? undefined : hardOf(value);
    return most === undefined ? [] : [{ most, where: { path: nestedPaths[at] ?? '' } }];
  });
  return found.at(-1);
}
