/** containers.conf as Podman on the target has it in force for one account. */
import { type Account, type Asking, stat, together } from '../ask.ts';
import { accountEnvironments } from '../environment/account-environments.ts';
import { type Fact, FactBuilder, type Json, pathKey, splitPath, type Unknown, unknown, unparsable, type Where } from '../fact.ts';
import { readDisk } from '../host/disk.ts';
import type { Pattern } from '../pattern.ts';
import { record, type Shape } from '../shape.ts';
import { inQuestion, source, type Touches } from '../source.ts';
import { agreed } from './agreed.ts';
import { decode, type Effective, type Idle, type Stray } from './containers-decode.ts';
import { containersKeys, type KnownKey } from './containers-keys.ts';
import { dropInDirectories, type Layers, layersFor, mainFiles, movedTo, movesHome, outside, type Places } from './containers-layers.ts';
import { keyText } from './key-text.ts';
import { shapeOfType } from './merge.ts';
import { dependsOnVersion, podmanRelease, type Release } from './podman-release.ts';

export const containersVariables = ['CONTAINERS_CONF', 'CONTAINERS_CONF_OVERRIDE', 'XDG_CONFIG_HOME'];
const touches: Touches = [
  podmanRelease,
  accountEnvironments.of(containersVariables, inQuestion),
  readDisk.of([...mainFiles('~'), '/etc/containers/*.conf', '/usr/share/containers/*.conf', '~/.config/containers/*.conf'], dropInDirectories('~', '{uid}')),
  ...['/usr/share/zoneinfo', '/etc/zoneinfo'].map((d): Pattern => ({ do: 'stat', path: `${d}/**`, later: true })),
];

const zones = ['/usr/share/zoneinfo', '/etc/zoneinfo'];

/** The tables of containers.conf with every key of every release. */
export const containersShape: Readonly<Record<string, Shape>> = Object.fromEntries(
  Object.entries(containersKeys).map(([table, keys]) => [
    table,
    record(Object.fromEntries(Object.entries(keys).map(([name, key]) => [name, shapeOf(key)])), `containers.conf [${table}]`),
  ]),
);

function shapeOf({ type, since: from, until }: KnownKey): Shape {
  return shapeOfType(type, `${from === '3.0' ? '' : `since Podman ${from}`}${until ? ` before ${until}` : ''}`.trim());
}

/** The variables of {@link containersVariables} that are set, as one program finds them. */
export type Variables = ReadonlyMap<string, string>;

/**
 * Reads every layer and merges it as the target's Podman does; with an unknown version, as 4, 5 and 6 do. `given`: the
 * variables of the program in question, a unit say; without it, those with which the account's programs start, and what
 * depends on how they do is unknown.
 */
export const containersConf = source(touches, findContainersConf);

function* findContainersConf(as: Account, given?: Variables): Asking<Fact> {
  if (given) return yield* readContainersConf(as, given);
  const starts = yield* accountEnvironments(containersVariables, as);
  if ('is' in starts) return starts;
  return agreed(starts, yield* together(starts.map((s) => readContainersConf(as, s.values))), as);
}

function* readContainersConf(as: Account, given: Variables): Asking<Fact> {
  const set = new Map([...given].filter(([, value]) => value !== ''));
  const places = placesFrom(set, as);
  if ('is' in places) return places;
  const release = yield* podmanRelease();
  const disk = yield* readDisk(
    [...mainFiles(as.home), ...([places.only, places.last].filter((p) => p !== undefined && p !== '/dev/null') as string[])],
    dropInDirectories(as.home, String(as.uid)),
    /\.conf/i,
  );
  const judged: Judged[] = [];
  for (const candidate of release.candidates) {
    const layers = layersFor(candidate, places, disk);
    const effective = 'is' in layers ? layers : decode(candidate, layers);
    if ('is' in layers || 'is' in effective) judged.push({ candidate, refusal: 'is' in layers ? layers : (effective as Unknown) });
    else judged.push({ candidate, layers, effective });
  }
  const refusals = judged.flatMap((j) => ('refusal' in j ? [j.refusal] : []));
  // What could not be looked at is no refusal of Podman's.
  const refusal = refusals.find((r) => r.why !== 'unparsable') ?? refusals[0];
  if (refusal)
    return refusals.length === judged.length || !release.unknown
      ? refusal
      : { ...refusal, why: 'ambiguous', said: `${refusal.said}, at least under some versions; ${release.unknown.said}` };
  const each = judged as readonly Merged[];
  for (const { effective } of each) {
    const lost = yield* zone(effective);
    if (lost) return lost;
  }
  const fact = asFact(each.at(-1) as Merged, release.where);
  if (release.unknown) disagreements(fact, each, release.unknown);
  return fact.build();
}

/** Podman refuses every command over a time zone that the host's tables do not have (containers/common:pkg/config/config_local.go: validateTZ). */
function* zone({ values }: Effective): Asking<Unknown | undefined> {
  const tz = values.get('containers.tz');
  const name = typeof tz?.value === 'string' ? tz.value : '';
  if (!tz || name === '' || name === 'local') return undefined;
  const where = tz.where.slice(0, 1);
  if (!/^[A-Za-z0-9_+-]+(\/[A-Za-z0-9_+-]+)*$/.test(name))
    return { is: 'unknown', why: 'unsupported', said: `tz of [containers] is ${JSON.stringify(name)}, which is not looked up`, where };
  const paths = zones.map((d) => `${d}/${name}`);
  const found = yield* together(paths.map((p) => stat(p)));
  if (found.some((f) => f.is === 'got')) return undefined;
  for (const [at, answer] of found.entries()) if (answer.is === 'blocked') return unknown(answer, paths[at] ?? name);
  return unparsable(`tz of [containers] is ${name}, and neither ${paths.join(' nor ')} is there, so every Podman command fails`, ...where);
}

interface Merged {
  readonly candidate: Release;
  readonly layers: Layers;
  readonly effective: Effective;
}
type Judged = Merged | { readonly candidate: Release; readonly refusal: Unknown };

function placesFrom(set: Variables, as: Account): Places | Unknown {
  const home = set.get('XDG_CONFIG_HOME');
  if (movesHome(home, as.home)) return outside('XDG_CONFIG_HOME', home);
  const found: { only?: string; last?: string } = {};
  for (const [name, part] of [
    ['CONTAINERS_CONF', 'only'],
    ['CONTAINERS_CONF_OVERRIDE', 'last'],
  ] as const) {
    const value = set.get(name);
    const path = value === '/dev/null' ? value : value !== undefined ? movedTo(value, as.home) : undefined;
    if (value !== undefined && path === undefined) return outside(name, value);
    if (path !== undefined) found[part] = path;
  }
  return { as, ...found };
}

function asFact({ candidate, layers, effective }: Merged, where: Where | undefined): FactBuilder {
  const fact = new FactBuilder().consulted(...layers.consulted, ...layers.files.map(({ path }) => ({ path })));
  if (where) fact.set('version', candidate.said, where);
  fact.set(
    'layers',
    layers.files.map((f) => f.path),
    ...layers.files.map(({ path }) => ({ path })),
  );
  const unseen = layers.passed.find(({ file }) => file.stat.is !== 'got' && file.text.is !== 'got')?.file;
  const blocked = unseen?.stat.is === 'blocked' ? unseen.stat : unseen?.text.is === 'blocked' ? unseen.text : undefined;
  if (unseen && blocked) fact.gap('ignored', unknown(blocked, unseen.path));
  const passed = layers.passed.map(({ file, because }) => ({ path: file.path, said: because }));
  const applied = layers.files.map(({ path }, at) => ({ path, said: `applied as number ${at + 1}` }));
  const provenance = [...effective.values].flatMap(([key, { where: from }]) => from.slice(0, 1).map((w) => ({ ...w, said: `decides ${key}` })));
  fact.set(
    'ignored',
    passed.map((p) => p.path),
    ...(passed.length > 0 ? passed : [...applied, ...provenance, ...(applied.length > 0 ? [] : layers.consulted)]),
  );
  for (const [at, place] of passed.entries()) fact.at(['ignored', String(at)], place);
  for (const { path, value, where: from } of effective.values.values()) fact.set(path, value, ...from);
  for (const [key, gap] of effective.gaps) fact.gap(splitPath(key) ?? [key], gap);
  for (const [key, notes] of effective.notes) for (const { said, where: from } of notes) fact.note(splitPath(key) ?? [key], said, ...from);
  for (const { said, where: from } of layers.notes) fact.note('layers', said, ...from);
  idle(fact, 'misplaced', effective.misplaced);
  strays(fact, effective.misplaced);
  idle(fact, 'unknownKeys', effective.unknownKeys);
  idle(fact, 'unsupported', effective.unsupported);
  idle(fact, 'unstartable', effective.unstartable);
  return fact;
}

function idle(fact: FactBuilder, field: string, keys: readonly Idle[]): void {
  fact.set(
    field,
    keys.map((k) => k.name),
    ...keys.map((k) => ({ ...k.where, said: k.name })),
  );
  for (const [at, { where }] of keys.entries()) fact.at([field, String(at)], where);
}

/** Keys in the wrong table, with what it takes to move them. */
function strays(fact: FactBuilder, keys: readonly Stray[]): void {
  fact.set(
    'strays',
    keys.map(({ name, to, value }): Json => ({ key: name, value, ...(to === undefined ? {} : { to }) })),
    ...keys.map((k) => k.where),
  );
  for (const [at, { where }] of keys.entries()) fact.at(['strays', String(at)], where);
}

/** What the fields that are no keys tell, in words. */
const aboutFiles = {
  layers: 'which files Podman reads',
  ignored: 'which files Podman passes over',
  misplaced: 'which keys stand in the wrong table',
  unknownKeys: 'which keys no release knows',
  unsupported: 'which keys Podman reads',
  unstartable: 'which values keep containers from starting',
} as const;

/** Declares unknown what the possible releases see differently. */
function disagreements(fact: FactBuilder, each: readonly Merged[], version: Unknown): void {
  const depends = (what: string, where: readonly Where[]): Unknown => ({
    is: 'unknown',
    why: 'ambiguous',
    said: dependsOnVersion(what, version),
    where: [...where, ...version.where],
  });
  fact.gap('version', version);
  for (const { effective } of each) for (const [key, gap] of effective.gaps) fact.gap(splitPath(key) ?? [key], gap);
  for (const key of new Set(each.flatMap((m) => [...m.effective.values.keys()]))) {
    const seen = each.map((m) => JSON.stringify(m.effective.values.get(key)?.value));
    const path = splitPath(key) as string[];
    if (new Set(seen).size > 1)
      fact.gap(path, depends(`what ${keyText(path)} comes to`, each.flatMap((m) => m.effective.values.get(key)?.where.slice(0, 1) ?? []).slice(0, 2)));
  }
  for (const [field, what] of Object.entries(aboutFiles) as [keyof typeof aboutFiles, string][]) {
    const seen = each.map((m) =>
      JSON.stringify(
        field === 'layers'
          ? m.layers.files.map((f) => f.path)
          : field === 'ignored'
            ? m.layers.passed.map((p) => p.file.path)
            : m.effective[field].map((i) => [i.name, pathKey([i.where.path])]),
      ),
    );
    if (new Set(seen).size > 1) fact.gap(field, depends(what, []));
    if (field === 'misplaced' && new Set(seen).size > 1) fact.gap('strays', depends(what, []));
  }
}
