/**
 * What is started at boot: links in the `.wants`, `.requires` and `.upholds` directories of all unit directories, and init
 * scripts without a unit of their own. `systemctl is-enabled` leaves out the links below /usr, and calls a unit enabled that
 * only a rescue boot starts (tried on 252 and 257). systemd.unit(5), systemd-sysv-generator(8). Without systemd: init scripts in
 * the directories of runlevels (System V, BusyBox, OpenWrt), links in OpenRC's runlevels, and lines of inittab(5).
 */
import { type Account, type Answer, type Asking, list, type Stat, stat, together } from '../ask.ts';
import { type Unknown, unknown, type Where } from '../fact.ts';
import { source, type Touches } from '../source.ts';
import { enabledAlso } from './also.ts';
import { bootTargets } from './boot-targets.ts';
import { isTakenAway } from './enablement.ts';
import { findWithTemplate, type Search, searchUnits } from './find.ts';
import { type Init, initOf, withoutUnits } from './init.ts';
import { loadUnit, unitNamed } from './load.ts';
import { mergeSettings } from './merge.ts';
import { parseUnitName } from './names.ts';
import { searchDirs } from './paths.ts';
import { firstBootPresets, installedInto, presetOf } from './presets.ts';
import { expander } from './specifiers.ts';

const system: Account = { name: 'root', uid: 0, gid: 0, home: '/root' };
const kinds = ['wants', 'requires', 'upholds'];
/** The last one is where BusyBox' rcS and Buildroot keep theirs. */
const initScripts = ['/etc/rc2.d', '/etc/rc3.d', '/etc/rc4.d', '/etc/rc5.d', '/etc/init.d/rc3.d', '/etc/init.d/rc5.d', '/etc/init.d'] as const;
/** Where systemd does not read: scripts of the first runlevel, and those of OpenWrt. */
const othersScripts = ['/etc/rcS.d', '/etc/rc.d'] as const;
/** OpenRC's, with what a normal boot goes through. */
const runlevels = ['sysinit', 'boot', 'default'].map((name) => `/etc/runlevels/${name}`);

/** A unit that something pulls in at boot. */
export interface Started {
  readonly name: string;
  /** Who pulls it in: `sockets.target`. */
  readonly by: string;
  readonly at: Where;
}

export interface StartedUnits {
  readonly each: readonly Started[];
  readonly search: Search;
  /** Directories or links that could not be seen: there may be more. */
  readonly unseen?: Unknown;
}

/** Links that pull units in at a normal boot. Whether a unit is masked, or there at all, is asked by {@link startsAtBoot}. */
export const startedUnits = source(
  (): Touches => [
    searchUnits.of('system', system),
    bootTargets,
    ...searchDirs('system', '~', '').flatMap(
      (dir): Touches => [
        ...kinds.flatMap(
          (kind): Touches => [
            { do: 'list', path: `${dir}/*.${kind}` },
            { do: 'stat', path: `${dir}/*.${kind}/*` },
          ],
        ),
      ],
    ),
    ...[...initScripts, ...othersScripts, ...runlevels].map((path) => ({ do: 'list', path }) as const),
    initOf,
  ],
  learnStarted,
);

function* learnStarted(): Asking<StartedUnits> {
  const search = yield* searchUnits('system', system);
  const [reached, links, init] = yield* together([bootTargets(), pullingLinks(search), initOf()]);
  const scripts = yield* startScripts(search, init);
  const counts = init.is === 'unknown' || withoutUnits(init) ? [] : links.each.filter(({ by }) => reached(by));
  const unseen = search.unseen[0] ?? links.unseen ?? scripts.unseen;
  return { each: [...counts, ...scripts.each], search, ...(unseen ? { unseen } : {}) };
}

interface Some {
  readonly each: readonly Started[];
  readonly unseen?: Unknown;
}

function* pullingLinks(search: Search): Asking<Some> {
  const directories = search.dirs.flatMap((d) =>
    [...d.entries].filter((e) => kinds.includes(e.slice(e.lastIndexOf('.') + 1))).map((e) => ({ path: `${d.path}/${e}`, by: e.slice(0, e.lastIndexOf('.')) })),
  );
  const lists = yield* together(directories.map((d) => list(d.path)));
  const found = new Map<string, Started>();
  let unseen: Unknown | undefined;
  for (const [at, { path, by }] of directories.entries()) {
    const names = lists[at] as Answer<readonly string[]>;
    if (names.is === 'blocked' && !names.said?.startsWith('is a ')) unseen ??= unknown(names, path);
    for (const name of names.is === 'got' ? names.value : []) {
      const key = `${path.slice(path.lastIndexOf('/') + 1)}/${name}`;
      // The foremost directory decides for a name, as it does for drop-ins.
      if (parseUnitName(name) && !found.has(key)) found.set(key, { name, by, at: { path: `${path}/${name}` } });
    }
  }
  const each = [...found.values()];
  const stats = yield* together(each.map(({ at }) => stat(at.path)));
  for (const [at, answer] of stats.entries()) if (answer.is === 'blocked') unseen ??= unknown(answer, each[at]?.at.path ?? '');
  return { each: each.filter((_, at) => isLink(stats[at])), ...(unseen ? { unseen } : {}) };
}

/** What is no link is passed over. */
const isLink = (answer: Answer<Stat> | undefined): boolean => answer?.is === 'got' && answer.value.type === 'link' && !isTakenAway(answer.value);

/** `S20name` in a directory of a runlevel becomes name.service, unless systemd runs and has a unit of that name. */
function* startScripts(search: Search, init: Init | Unknown): Asking<Some> {
  const plain = init.is === 'known' && withoutUnits(init);
  const openRc = init.is === 'known' && init.kind !== 'systemd' ? runlevels : [];
  const dirs: readonly string[] = [...initScripts, ...(plain ? othersScripts : []), ...openRc];
  const lists = yield* together(dirs.map((d) => list(d)));
  let unseen: Unknown | undefined = init.is === 'unknown' ? init : undefined;
  const found = new Map<string, Started>();
  const add = (name: string | undefined, at: Where): void => {
    const unit = `${name}.service`;
    if (name !== undefined && !found.has(unit) && (plain || !search.dirs.some((d) => d.entries.has(unit)))) found.set(unit, { name: unit, by: script, at });
  };
  for (const [at, names] of lists.entries()) {
    const directory = dirs[at] as string;
    if (names.is === 'blocked' && names.why !== 'failed') unseen ??= unknown(names, directory);
    const isOpenRc = openRc.includes(directory);
    for (const name of names.is === 'got' ? names.value : [])
      add(isOpenRc ? name : /^S\d\d(.+)$/.exec(name)?.[1]?.replace(/\.sh$/, ''), { path: `${directory}/${name}` });
  }
  for (const { action, words, at } of plain && init.is === 'known' ? init.lines : []) {
    const program = words[0] ?? '';
    if (!atStop.test(action)) add(program.slice(program.lastIndexOf('/') + 1), at);
  }
  return { each: [...found.values()], ...(unseen ? { unseen } : {}) };
}

/** Who starts what is no unit. */
const script = 'an init script';
/** Actions of inittab(5) that no boot comes to. */
const atStop = /^(?:shutdown|ctrlaltdel|restart|power\w*|kbrequest|initdefault|off)$/;

/** What pulls a unit in at boot, if it is there and not masked; an empty list if nothing does. */
export const startsAtBoot = source(
  (name: string): Touches => [
    startedUnits,
    bootTargets,
    firstBootPresets,
    enabledAlso,
    unitNamed(name, 'system'),
    ...searchDirs('system', '~', '').flatMap(
      (dir): Touches => [
        { do: 'stat', path: `${dir}/*.${typeOf(name)}`, first: name.includes('*') ? [] : [`${dir}/${name}`] },
        { do: 'read', path: `${dir}/*.${typeOf(name)}`, first: name.includes('*') ? [] : [`${dir}/${name}`] },
      ],
    ),
  ],
  learnStarts,
);

const typeOf = (name: string): string => name.slice(name.lastIndexOf('.') + 1);

function* learnStarts(name: string): Asking<readonly Started[] | Unknown> {
  const { each, search, unseen } = yield* startedUnits();
  const links = each.filter((s) => s.name === name);
  if (links.length === 0) {
    const preset = unseen ? [] : yield* byPresets(name);
    return unseen ?? preset;
  }
  const unit = parseUnitName(name);
  if (links.every((l) => l.by === script) || !unit) return links;
  const { entry } = yield* findWithTemplate(search, unit);
  if (entry?.is === 'blocked') return entry.unknown;
  if (!entry && unseen) return unseen;
  return entry?.is === 'file' ? links : [];
}

/** What pulls a unit in after the first boot, where the image has yet to have it. */
function* byPresets(name: string): Asking<readonly Started[] | Unknown> {
  const presets = yield* firstBootPresets();
  if (presets.is === 'unknown') return presets;
  if (!presets.applied) return [];
  const unit = yield* loadUnit(name, { manager: 'system', as: system });
  if (unit.is === 'unknown') return unit;
  const unseen = unit.unseen.find((u) => u.why !== 'unsupported');
  if (unseen) return unseen;
  // What a name leads to is pulled in by a name of its own.
  if (!unit.exists || unit.masked || unit.unit.name !== name) return [];
  const settings = mergeSettings(unit, expander(unit.unit, 'system', system));
  const also = yield* enabledAlso();
  if ('is' in also) return also;
  const at = presetOf(presets, unit, settings) ?? also.get(name);
  if (!at) return [];
  const reached = yield* bootTargets();
  return installedInto(settings)
    .filter(reached)
    .map((by) => ({ name, by, at }));
}
