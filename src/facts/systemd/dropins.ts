/**
 * The drop-ins of a unit: one file for each base name, the one of the foremost directory,
 * then all sorted by base name, wherever they come from.
 * Source: systemd.unit(5); systemd/systemd:src/shared/dropin.c, src/basic/conf-files.c.
 */
import { type Account, type Answer, type Asking, list, read, type Stat, stat, together } from '../ask.ts';
import { type Unknown, unknown } from '../fact.ts';
import { addTo } from '../grouped.ts';
import { inQuestion, source, type Touches } from '../source.ts';
import { type Search, searchUnits } from './find.ts';
import { dropInNames, parseUnitName, type UnitName } from './names.ts';
import { type Manager, managersFor, searchDirs } from './paths.ts';

export interface DropIn {
  readonly path: string;
  readonly mtime: number;
  /** Undefined: it takes part without content (a link to /dev/null, or dangling). */
  readonly text?: string;
  readonly said?: string;
  /** Files of the same base name that this one replaces. */
  readonly hides: readonly string[];
}

export interface DropIns {
  /** In the order in which they are read. */
  readonly files: readonly DropIn[];
  /** Directories and files that could not be read. */
  readonly unseen: readonly Unknown[];
}

/** The drop-ins of a service that need not have a file of its own, by its names, its own first. */
export const dropInsOfService = source(
  (_names: readonly string[], manager: Manager): Touches => [
    searchUnits.of(manager, inQuestion),
    ...managersFor(manager)
      .flatMap((m) => searchDirs(m, '~', '/run/user/{uid}'))
      .flatMap(
        (dir): Touches => [
          { do: 'list', path: `${dir}/*service.d` },
          { do: 'stat', path: `${dir}/*service.d/*.conf` },
          { do: 'read', path: `${dir}/*service.d/*.conf` },
        ],
      ),
  ],
  readDropInsOfService,
);

function* readDropInsOfService(names: readonly string[], manager: Manager, as: Account): Asking<DropIns> {
  const [unit, ...aliases] = names.map(parseUnitName);
  if (!unit) return { files: [], unseen: [] };
  const search = yield* searchUnits(manager, as);
  const { files, unseen } = yield* readDropIns(
    search,
    unit,
    aliases.filter((a) => a !== undefined),
  );
  return { files, unseen: [...search.unseen, ...unseen] };
}

/** Reads the drop-ins for a unit's own name first, then its aliases, then its type. */
export function* readDropIns(search: Search, unit: UnitName, aliases: readonly UnitName[]): Asking<DropIns> {
  const unseen: Unknown[] = [];
  const dirs = [...dirsOf(search, dropInNames(unit)), ...aliases.flatMap((a) => dirsOf(search, dropInNames(a))), ...dirsOf(search, [`${unit.type}.d`])];
  const paths = [...new Set(dirs)];
  const lists = yield* together(paths.map((path) => list(path)));
  const byName = new Map<string, string[]>();
  for (const [at, path] of paths.entries()) {
    const entries = lists[at] as Answer<readonly string[]>;
    // A file named like a drop-in directory is not one: systemd reads past it.
    if (entries.is === 'blocked' && !entries.said?.startsWith('is a ')) unseen.push(unknown(entries, path));
    for (const name of entries.is === 'got' ? entries.value : []) {
      if (!name.endsWith('.conf') || name.startsWith('.')) continue;
      addTo(byName, name, `${path}/${name}`);
    }
  }
  const names = [...byName.keys()].sort((a, b) => (a < b ? -1 : 1));
  const files = yield* together(names.map((name) => readDropIn(byName.get(name) ?? [], unseen)));
  return { files: files.filter((f) => f !== undefined), unseen };
}

function dirsOf(search: Search, names: readonly string[]): string[] {
  return search.dirs.flatMap((d) => names.filter((n) => d.entries.has(n)).map((n) => `${d.path}/${n}`));
}

function* readDropIn(paths: readonly string[], unseen: Unknown[]): Asking<DropIn | undefined> {
  const stats = yield* together(paths.map((path) => stat(path)));
  const kept = paths.filter((_, at) => stats[at]?.is !== 'absent');
  const [path, ...hides] = kept;
  if (path === undefined) return undefined;
  const inode = stats[paths.indexOf(path)] as Answer<Stat>;
  if (inode.is === 'got' && (inode.value.target === '/dev/null' || inode.value.type === 'char')) {
    return { path, mtime: inode.value.mtime, said: 'masks every file of this name below it', hides };
  }
  if (inode.is === 'blocked') unseen.push(unknown(inode, path));
  const mtime = inode.is === 'got' ? mtimeOf(inode.value) : 0;
  if (typeOf(inode) === 'directory') return { path, mtime, said: 'a directory: nothing to read, yet it hides', hides };
  const text = yield* read(path);
  if (text.is === 'blocked') unseen.push(unknown(text, path));
  if (text.is === 'got') return { path, mtime, text: text.value, hides, ...(text.value === '' ? { said: 'empty' } : {}) };
  return { path, mtime, said: text.is === 'absent' ? 'a dangling link' : 'not readable', hides };
}

function typeOf(inode: Answer<Stat>): string | undefined {
  if (inode.is !== 'got') return undefined;
  return inode.value.real?.is === 'got' ? inode.value.real.value.type : inode.value.type;
}

function mtimeOf(inode: Stat): number {
  return inode.real?.is === 'got' ? Math.max(inode.mtime, inode.real.value.mtime) : inode.mtime;
}
