/**
 * What starts the service of a Quadlet file when its manager starts: links, other units, timers, sockets and paths, from
 * the default target on (systemd.unit(5), bootup(7)).
 */
import { type Account, type Asking, together } from '../ask.ts';
import { type Release, since } from '../containers/podman-release.ts';
import type { Unknown, Where } from '../fact.ts';
import { source, type Touches } from '../source.ts';
import { loadUnit, unitNamed } from '../systemd/load.ts';
import { parseUnitName } from '../systemd/names.ts';
import type { Manager } from '../systemd/paths.ts';
import { expander } from '../systemd/specifiers.ts';
import { splitWords } from '../systemd/words.ts';
import { bootStarts, withCommands } from './boot-commands.ts';
import { type ManagerUnits, managerUnits, type UnitFile, vendorUnits } from './quadlet-manager.ts';
import { dependenciesOf, type Sibling, servicesOf } from './quadlet-siblings.ts';
import { lastOf, valuesOf } from './quadlet-text.ts';
import { isTrue, lastWord } from './quadlet-words.ts';
import { isBrought, reachedAlways } from './special-units.ts';

/** One unit starts another. */
export interface Edge {
  readonly from: string;
  readonly to: string;
  readonly where: Where;
}

/** What a manager reaches when it starts. */
export interface Reached {
  /** By the unit, what started it. */
  readonly units: ReadonlyMap<string, Where | undefined>;
  /** Units that a script may start, or a command that may fail: by the unit, where that stands. */
  readonly perhaps: ReadonlyMap<string, Where | undefined>;
  /** Why more may be reached. */
  readonly unseen?: Unknown;
}

const pulling = ['Wants', 'Requires', 'BindsTo', 'Upholds'];
/** What a unit starts when it ends, well or not. */
const ending = ['OnFailure', 'OnSuccess'];

/** The generator links what UpheldBy= names from here on (containers/podman:cmd/quadlet/main.go at v5.5.0). */
export const upheldSince = '5.5';
/** systemd reads NAME.upholds from here on (NEWS of 254). */
const upholdsSince = '254';

/** Whether a unit that UpheldBy= names starts the one that has it; where the release of systemd is not known, as a recent one does. */
export const upholding = (podman: Release, systemd: Release | undefined): boolean =>
  since(podman, upheldSince) && (systemd === undefined || since(systemd, upholdsSince));

/** What Quadlet files start: by [Install], by [Unit], and by the Quadlet files that they name. */
export function quadletEdges(siblings: readonly Sibling[], release: Release, systemd?: Release): Edge[] {
  const services = servicesOf(siblings);
  return siblings.flatMap((sibling): Edge[] => {
    const [own, ...aliases] = sibling.names;
    const keys = ['WantedBy', 'RequiredBy', ...(upholding(release, systemd) ? ['UpheldBy'] : [])];
    const instance = sibling.template ? (lastOf(sibling.assignments, 'Install', 'DefaultInstance') ?? '') : undefined;
    const to = instance === undefined ? own : own.replace('@.', `@${instance}.`);
    const wanted = keys.flatMap((key) =>
      valuesOf(sibling.assignments, 'Install', key).flatMap(({ value, where }) => splitWords(value).words.map((from) => ({ from, to, where }))),
    );
    const named = dependenciesOf(sibling.assignments, [...pulling, ...ending], sibling.expand, services, release).flatMap(({ unit, where }) =>
      unit === undefined ? [] : [{ from: own, to: unit, where }],
    );
    const same = aliases.map((alias) => ({ from: alias, to: own, where: { path: sibling.file.path } }));
    return [...(instance === '' ? [] : wanted), ...named, ...same, ...filesNamed(sibling, services), ...online(sibling, release)];
  });
}

/** The Quadlet files that a file names in its own section: its service requires theirs; a pod starts its members. */
function filesNamed({ assignments, names, file, template, command }: Sibling, services: ReadonlyMap<string, string>): Edge[] {
  const [own] = names;
  const pod = lastWord(assignments, 'Container', 'Pod');
  const podService = pod && services.get(pod.text);
  const joins = lastWord(assignments, 'Container', 'StartWithPod');
  const member =
    pod && podService !== undefined && !template && (joins === undefined || isTrue(joins.text)) ? [{ from: podService, to: own, where: pod.where }] : [];
  const image = ['Container', 'Volume', 'Image'].flatMap((section) => lastWord(assignments, section, 'Image') ?? []);
  const words = [
    ...(pod ? [pod] : []),
    ...image,
    ...command.flags
      .filter((f) => ['network', 'volume', 'mount'].includes(f.name))
      .flatMap((f) => f.value.split(/[:,=]/).map((text) => ({ text, where: f.where }))),
  ];
  const required = words.flatMap(({ text, where }) => {
    const to = text === file.name ? undefined : services.get(text);
    return to === undefined ? [] : [{ from: own, to, where }];
  });
  return [...member, ...required];
}

/** From 5.3 on (root: 5.2) the generator makes every unit of its own wait for the network unless it is told not to. */
function online({ assignments, names, file }: Sibling, release: Release): Edge[] {
  const usual = lastWord(assignments, 'Quadlet', 'DefaultDependencies');
  if (!since(release, '5.2') || (usual && usual.text !== '' && !isTrue(usual.text))) return [];
  return [{ from: names[0], to: 'network-online.target', where: { path: file.path } }];
}

/** What unit files of others start: what [Unit] names, and what sockets, timers and paths trigger. */
function unitEdges({ name, assignments }: UnitFile, manager: Manager, as: Account): Edge[] {
  const unit = parseUnitName(name);
  if (!unit) return [];
  const expand = expander(unit, manager, as);
  const named = assignments
    .filter((a) => a.section === 'Unit' && [...pulling, ...ending].includes(a.key))
    .flatMap((a) => splitWords(a.value).words.map((word) => ({ from: name, to: expand(word), where: a.where })));
  const section = { socket: 'Socket', timer: 'Timer', path: 'Path' }[unit.type as string];
  if (section === undefined) return named;
  const set = assignments.findLast((a) => a.section === section && a.key === (section === 'Socket' ? 'Service' : 'Unit'));
  const triggers = set ? expand(set.value) : `${name.slice(0, name.lastIndexOf('.'))}.service`;
  return [...named, { from: name, to: triggers, where: set?.where ?? assignments[0]?.where ?? { path: name } }];
}

/** What Quadlet files say of the services that are made of them. */
export const serviceFiles = (siblings: readonly Sibling[]): UnitFile[] =>
  withCommands(siblings.map(({ names, file, assignments }) => ({ name: names[0], path: file.path, assignments })));

/** What a manager reaches with these Quadlet files, `own`: look for commands that start them as well; what the files of these say of their services. Units of packages are read only where `missed` are not reached without them. */
export const reachedUnits = source(
  (manager: string): Touches => [
    managerUnits.of(manager as Manager),
    vendorUnits.of(manager as Manager),
    bootStarts,
    ...(['system', 'user'] as const).filter((m) => m === manager || manager === '*').map((m) => unitNamed('default.target', m)),
  ],
  learnReached,
);

function* learnReached(manager: Manager, as: Account, quadlets: readonly Edge[], missed: readonly string[], own?: readonly UnitFile[]): Asking<Reached> {
  const [units, start] = yield* together([managerUnits(manager, as), loadUnit('default.target', { manager, as })]);
  const edges = [
    ...quadlets,
    ...units.links.map(({ by, unit, where }) => ({ from: by, to: unit, where })),
    ...units.local.flatMap((file) => unitEdges(file, manager, as)),
    ...(start.is === 'loaded' ? unitEdges({ name: 'default.target', path: '', assignments: start.assignments }, manager, as) : []),
  ];
  const unsure = start.is === 'unknown' ? [start] : start.uncertain;
  const open = unsure.find((u) => u.why !== 'unsupported');
  const roots = open ? [...reachedAlways(manager)] : rootsOf(manager, start.is === 'loaded' && start.exists ? start.unit.name : undefined);
  let found = spread(roots, edges, units.masked);
  let unseen = open ?? units.unseen[0];
  const directories = new Map(units.search.dirs.toReversed().flatMap((d) => [...d.entries].map((e): [string, string] => [e, d.path])));
  const read = new Set<string>();
  while (!unseen && missed.some((name) => !found.has(name))) {
    const next = [...found.keys()].filter((name) => !read.has(name) && directories.has(name));
    if (next.length === 0) break;
    for (const name of next) read.add(name);
    const more = yield* vendorUnits(manager, next, directories);
    edges.push(...more.units.flatMap((file) => unitEdges(file, manager, as)));
    unseen = more.unseen[0];
    found = spread(roots, edges, units.masked);
  }
  const still = unseen ? [] : missed.filter((name) => !found.has(name));
  if (still.length === 0 || !own) return { units: found, perhaps: new Map(), ...(unseen ? { unseen } : {}) };
  const { each, unseen: shut } = yield* bootStarts(manager, as, withCommands([...units.local, ...own]));
  const commands = (sure: boolean): Edge[] => each.filter((s) => s.sure || !sure).map((s) => ({ from: s.by ?? always, to: s.unit, where: s.where }));
  found = spread([...roots, always], [...edges, ...commands(true)], units.masked);
  const perhaps = spread([...roots, always], [...edges, ...commands(false)], units.masked);
  return { units: found, perhaps, ...(shut ? { unseen: shut } : {}) };
}

/** Stands for what every boot runs. */
const always = '';

/** Where no default target can be seen, a host is taken to boot to the usual one. */
function rootsOf(manager: Manager, start: string | undefined): string[] {
  const usual = start === undefined || start === 'default.target' || start === 'graphical.target' ? ['multi-user.target'] : [];
  return [...reachedAlways(manager), ...(start === undefined ? [] : [start]), ...(manager === 'system' ? usual : [])];
}

function spread(roots: readonly string[], edges: readonly Edge[], masked: ReadonlySet<string>): Map<string, Where | undefined> {
  const byFrom = new Map<string, Edge[]>();
  for (const edge of edges) {
    const same = byFrom.get(edge.from);
    if (same) same.push(edge);
    else byFrom.set(edge.from, [edge]);
  }
  const found = new Map<string, Where | undefined>(roots.map((r) => [r, undefined]));
  const queue = [...roots];
  for (let at = 0; at < queue.length; at++)
    for (const { to, where } of byFrom.get(queue[at] as string) ?? []) {
      if (found.has(to) || masked.has(to)) continue;
      found.set(to, where);
      queue.push(to);
    }
  return found;
}

/** Whether the manager has a unit of that name, made by whatever: its files, systemd itself, or a Quadlet file. */
export function hasUnit(units: ManagerUnits, manager: Manager, name: string, made: ReadonlySet<string>): boolean {
  const unit = parseUnitName(name);
  if (!unit) return false;
  const names = [name, ...(unit.instance ? [`${unit.prefix}@.${unit.type}`] : [])];
  return (
    names.some((n) => made.has(n) || isBrought(manager, n) || units.search.dirs.some((d) => d.entries.has(n))) || /\.(?:slice|scope|device|swap)$/.test(name)
  );
}
