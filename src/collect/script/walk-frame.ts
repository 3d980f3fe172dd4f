/** The frame of a walk → what was found, as a walk of the disk tells it. Pure; undefined for a frame that makes no sense. */
import type { Ask, Inode } from '../../facts/ask.ts';
import { capableIn } from '../../facts/text/file-capabilities.ts';
import { type Credential, capabilitiesTold, type Found, type LeftOut, leftOutWhys, type Owned, type Walk } from '../../facts/walk.ts';
import { byBytes } from '../disk/limits.ts';

/** What the rows told so far. */
interface Told {
  inodes: number;
  readonly found: Map<string, Inode & { target?: string; holds?: Credential[]; capabilities?: string }>;
  /** What files hold, told before their inodes: those are looked at last. */
  readonly held: Map<string, Credential[]>;
  /** Directories through which others do not get. */
  readonly closed: Set<string>;
  readonly users: OwnedSoFar[];
  readonly groups: OwnedSoFar[];
  readonly leftOut: LeftOut[];
  readonly leftOutInAll: Partial<Record<LeftOut['why'], number>>;
  readonly unread: { count: number; first: string[] };
  capabilities: Walk['capabilities'];
  /** The path that the next row is about. */
  path: string;
  /** The paths to which the next one belongs. */
  paths: string[];
}

interface OwnedSoFar extends Owned {
  readonly first: string[];
}

/** The ask of a `walk` frame, and its answer if one came. `inodeIn` reads what `stat` printed. */
export function walkIn(body: string, inodeIn: (line: string) => Inode | undefined): { ask: Ask; walk?: Walk } | undefined {
  const [top = '', json = '', ...rows] = body.split('\n');
  const names = textsIn(json);
  if (!top.startsWith('/') || !names) return undefined;
  const ask: Ask = { do: 'walk', top, names };
  if (rows.pop() !== '') return undefined;
  if (rows.length === 0) return { ask };
  const told: Told = {
    inodes: 0,
    found: new Map(),
    held: new Map(),
    closed: new Set(),
    users: [],
    groups: [],
    leftOut: [],
    leftOutInAll: {},
    unread: { count: 0, first: [] },
    capabilities: undefined,
    path: '',
    paths: [],
  };
  return rows.every((row) => take(told, row.slice(0, 1), row.slice(2), inodeIn)) ? { ask, walk: walkOf(told, top) } : undefined;
}

function textsIn(json: string): string[] | undefined {
  try {
    const value: unknown = JSON.parse(json);
    return Array.isArray(value) && value.every((v) => typeof v === 'string') ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Takes one row; false where it makes no sense. */
function take(told: Told, kind: string, rest: string, inodeIn: (line: string) => Inode | undefined): boolean {
  const words = rest.split(' ');
  const [first = '', second = ''] = words;
  switch (kind) {
    case 'i':
      told.inodes = Number(first);
      return isCount(first);
    case 'f': {
      const path = words.slice(5).join(' ');
      const inode = inodeIn(words.slice(0, 5).join(' '));
      if (inode && !told.found.has(path)) told.found.set(path, inode);
      return inode !== undefined && path.startsWith('/');
    }
    case 'd':
      told.closed.add(rest);
      return true;
    case 'l':
    case 'c':
      told.path = rest;
      return true;
    case 't': {
      const link = told.found.get(told.path);
      if (link) link.target = rest;
      return true;
    }
    case 'h':
      return hold(told, words);
    case 'u':
    case 'g': {
      told.paths = [];
      told[kind === 'u' ? 'users' : 'groups'].push({ id: Number(first), count: Number(second), first: told.paths });
      return isCount(first) && isCount(second);
    }
    case 'p':
      return told.paths.push(rest) > 0;
    case 'o':
    case 'x': {
      const why = leftOutWhys.find((w) => w === first);
      if (why && kind === 'o') told.leftOutInAll[why] = (told.leftOutInAll[why] ?? 0) + Number(second);
      else if (why) told.leftOut.push({ path: rest.slice(first.length + 1), why });
      return why !== undefined && (kind === 'x' || isCount(second));
    }
    case 'k':
      told.capabilities = capabilitiesTold.find((one) => one === rest);
      return told.capabilities !== undefined;
    case 'C': {
      const one = capableIn(rest);
      const program = one && told.found.get(one.path);
      if (one && program) program.capabilities = one.capabilities;
      return program !== undefined;
    }
    case 'r':
      told.unread.count = Number(first);
      return isCount(first);
    case 'R':
      return told.unread.first.push(rest) > 0;
    default:
      return false;
  }
}

const isCount = (text: string): boolean => /^\d{1,12}$/.test(text);

const sorts: readonly Credential['is'][] = ['private-key', 'kubeconfig', 'token', 'registry-login'];

function hold(told: Told, [line = '', is = '', form = '', encrypted = '']: readonly string[]): boolean {
  const sort = sorts.find((s) => s === is);
  if (!sort || !isCount(line) || !/^[a-z0-9]+$/.test(form) || !/^[01-]$/.test(encrypted)) return false;
  const own = told.held.get(told.path) ?? [];
  told.held.set(told.path, own);
  own.push({ is: sort, form, ...(encrypted === '-' ? {} : { encrypted: encrypted === '1' }), line: Number(line) });
  return true;
}

/** Whether one of these directories is above a path. */
function isBehind(closed: ReadonlySet<string>, path: string): boolean {
  for (let at = path.lastIndexOf('/'); at > 0; at = path.lastIndexOf('/', at - 1)) if (closed.has(path.slice(0, at))) return true;
  return false;
}

function walkOf(told: Told, top: string): Walk {
  const written = (path: string): boolean => !path.includes('\ufffd');
  for (const [path, holds] of told.held) {
    const file = told.found.get(path);
    if (file) file.holds = holds;
  }
  const unwritten = [...told.found.keys()].filter((path) => !written(path)).length;
  const { leftOutInAll } = told;
  if (unwritten > 0) leftOutInAll.name = (leftOutInAll.name ?? 0) + unwritten;
  const leftOut = [...told.leftOut, ...(unwritten > 0 ? [{ path: top, why: 'name' } as const] : [])];
  const byPath = (a: { readonly path: string }, b: { readonly path: string }): number => byBytes(a.path, b.path);
  const byId = (a: Owned, b: Owned): number => a.id - b.id;
  return {
    inodes: told.inodes,
    found: [...told.found]
      .flatMap(([path, inode]): Found[] => (written(path) ? [{ ...inode, path, ...(isBehind(told.closed, path) ? { closed: true as const } : {}) }] : []))
      .sort(byPath),
    users: told.users.sort(byId),
    groups: told.groups.sort(byId),
    leftOut: leftOut.sort(byPath),
    leftOutInAll,
    unread: told.unread,
    ...(told.capabilities ? { capabilities: told.capabilities } : {}),
  };
}
