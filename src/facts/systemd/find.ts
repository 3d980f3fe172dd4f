/**
 * Which file a unit name leads to: search directories, links, aliases, masks.
 * Source: systemd/systemd:src/shared/path-lookup.c, src/basic/unit-file.c.
 */

import { type Account, type Answer, type Asking, list, read, type Stat, stat, together } from '../ask.ts';
import { type Unknown, unknown, type Where } from '../fact.ts';
import { unasked } from '../pattern.ts';
import { source, type Touches } from '../source.ts';
import { aliasProblem, isInstance, parseUnitName, templateOf, type UnitName } from './names.ts';
import { type Manager, managersFor, runtimeDirOf, searchDirs, splitUsrDir } from './paths.ts';

interface SearchDir {
  readonly path: string;
  readonly entries: ReadonlySet<string>;
}

/** The search directories that are there, with what they hold. */
export interface Search {
  readonly dirs: readonly SearchDir[];
  /** Directories that could not be looked into, in search order. */
  readonly unseen: readonly Unknown[];
  readonly consulted: readonly Where[];
  /** `/lib` is a link, so paths below it are below `/usr/lib`. */
  readonly mergedUsr: boolean;
}

function searchTouches(manager: Manager, _as: Account): Touches {
  return [
    { do: 'stat', path: '/lib' },
    ...managersFor(manager).flatMap((m) => searchDirs(m, '~', '/run/user/{uid}').map((path) => ({ do: 'list', path }) as const)),
    // Of an account that is not known beforehand, a capture script shows by them which of those are not there.
    ...unasked('it holds the directories that are asked for', managersFor(manager).includes('user') ? [{ do: 'list', path: '/run/user/{uid}/systemd' }] : []),
  ];
}

/** Lists the search directories of a manager in one round. */
export const searchUnits = source(searchTouches, search);

function* search(manager: Manager, as: Account): Asking<Search> {
  const paths = searchDirs(manager, as.home, runtimeDirOf(as));
  const [lib, ...lists] = yield* together([stat('/lib'), ...paths.map((path) => list(path))]);
  const mergedUsr = lib?.is === 'got' && (lib.value as Stat).type === 'link';
  const dirs: SearchDir[] = [];
  const unseen: Unknown[] = [];
  for (const [at, path] of paths.entries()) {
    const answer = lists[at] as Answer<readonly string[]>;
    if (mergedUsr && path === splitUsrDir) continue;
    if (answer.is === 'got') dirs.push({ path, entries: new Set(answer.value) });
    if (answer.is === 'blocked') unseen.push(unknown(answer, path));
  }
  return { dirs, unseen, consulted: paths.filter((p) => !mergedUsr || p !== splitUsrDir).map((path) => ({ path })), mergedUsr };
}

/** What one directory entry is to systemd. */
export type Entry =
  | { readonly is: 'file' | 'mask' | 'dangling'; readonly path: string; readonly mtime: number; readonly target?: string }
  | { readonly is: 'alias'; readonly path: string; readonly to: string }
  | { readonly is: 'unusable'; readonly path: string; readonly said: string }
  | { readonly is: 'blocked'; readonly path: string; readonly unknown: Unknown };

/** Where a name leads. */
export interface Found {
  /** The names passed through: the one asked for first, the unit's own last. */
  readonly names: readonly string[];
  /** Undefined: no directory has it. */
  readonly entry?: Exclude<Entry, { is: 'alias' | 'unusable' }>;
  /** Entries of these names in directories of lower precedence. */
  readonly shadowed: readonly string[];
  readonly remarks: readonly { readonly said: string; readonly where: Where }[];
}

/** systemd's own limit of alias hops. */
const maxHops = 8;

/** Follows a name through at most `hops` entries: aliases, and at their end a file. With one, an alias is only told to be one. */
export function* findUnit(search: Search, name: string, hops = maxHops): Asking<Found> {
  const names = [name];
  const shadowed: string[] = [];
  const remarks: { said: string; where: Where }[] = [];
  for (let hop = 0; hop < hops; hop++) {
    const here = names.at(-1) as string;
    const entries = yield* together(search.dirs.filter((d) => d.entries.has(here)).map((d) => entryAt(search, d.path, here)));
    const usable = entries.filter((e): e is Exclude<Entry, { is: 'unusable' }> => e.is !== 'unusable');
    for (const e of entries) if (e.is === 'unusable') remarks.push({ said: e.said, where: { path: e.path } });
    const [first, ...lower] = usable;
    shadowed.push(...lower.map((e) => e.path));
    if (!first) return { names, shadowed, remarks };
    if (first.is !== 'alias') return { names, entry: first, shadowed, remarks };
    remarks.push({ said: `an alias of ${first.to}`, where: { path: first.path } });
    names.push(first.to);
  }
  return { names, shadowed, remarks: [...remarks, { said: 'too many aliases', where: { path: name } }] };
}

/** Finds a unit under its own name, then, for an instance, under its template's. */
export function* findWithTemplate(search: Search, unit: UnitName): Asking<Found> {
  const own = yield* findUnit(search, unit.name);
  if (own.entry || !isInstance(unit)) return own;
  const template = yield* findUnit(search, templateOf(unit));
  return { ...template, names: [...own.names, ...template.names], remarks: [...own.remarks, ...template.remarks] };
}

function* entryAt(search: Search, dir: string, name: string): Asking<Entry> {
  const path = `${dir}/${name}`;
  const answer = yield* stat(path);
  if (answer.is === 'blocked') return { is: 'blocked', path, unknown: unknown(answer, path) };
  if (answer.is === 'absent') return { is: 'unusable', path, said: 'vanished while looking' };
  const { type, target, real, mtime, size } = answer.value;
  if (type === 'char') return { is: 'mask', path, mtime };
  if (type === 'file') return size === 0 ? yield* emptyFile(path, mtime) : { is: 'file', path, mtime };
  if (type !== 'link' || target === undefined) return { is: 'unusable', path, said: `ignored: a ${type}` };
  const end = normalize(target.startsWith('/') ? target : `${dir}/${target}`, search.mergedUsr);
  if (end === '/dev/null') return { is: 'mask', path, mtime, target };
  if (search.dirs.some((d) => end.startsWith(`${d.path}/`))) return aliasAt(path, name, end);
  if (real === undefined || real.is === 'absent') return { is: 'dangling', path, mtime, target };
  if (real.is === 'blocked') return { is: 'blocked', path, unknown: unknown(real, path) };
  if (real.value.path === '/dev/null') return { is: 'mask', path, mtime: real.value.mtime, target };
  if (real.value.type === 'file' && real.value.size === 0) return yield* emptyFile(path, real.value.mtime, target);
  return { is: 'file', path, mtime: real.value.mtime, target };
}

/** An empty unit file masks. That it is empty is only believed once it was read. */
function* emptyFile(path: string, mtime: number, target?: string): Asking<Entry> {
  const text = yield* read(path);
  if (text.is === 'blocked') return { is: 'blocked', path, unknown: unknown(text, path) };
  return { is: text.is === 'got' && text.value === '' ? 'mask' : 'file', path, mtime, ...(target !== undefined ? { target } : {}) };
}

/** A link that stays inside the search directories is an alias: its end is looked up again by name. */
function aliasAt(path: string, name: string, end: string): Entry {
  const to = end.slice(end.lastIndexOf('/') + 1);
  const from = parseUnitName(name);
  const problem = from ? aliasProblem(from, to) : `${name} is not a unit name`;
  if (problem) return { is: 'unusable', path, said: `ignored: a link, but ${problem}` };
  return to === name ? { is: 'unusable', path, said: 'ignored: a link to its own name' } : { is: 'alias', path, to };
}

/** Takes `.` and `..` out of a path and maps `/lib` on a merged /usr. */
function normalize(path: string, mergedUsr: boolean): string {
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  if (mergedUsr && parts[0] === 'lib') parts.unshift('usr');
  return `/${parts.join('/')}`;
}
