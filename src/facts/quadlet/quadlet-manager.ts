/**
 * The units that a manager has besides those of Quadlet: which names there are, what links pull in, and what the
 * administrator's own unit files and drop-ins say (systemd.unit(5)).
 */
import { type Account, type Answer, type Asking, list, read, type Stat, stat, together } from '../ask.ts';
import { type Unknown, unknown, type Where } from '../fact.ts';
import { type Pattern, unasked } from '../pattern.ts';
import { source, type Touches } from '../source.ts';
import { type Search, searchUnits } from '../systemd/find.ts';
import { parseUnitName } from '../systemd/names.ts';
import { type Manager, searchDirs, splitUsrDir } from '../systemd/paths.ts';
import { type Assignment, parseUnitText } from '../systemd/syntax.ts';

/** A unit that a link in a `.wants` directory or its like pulls in. */
interface Link {
  readonly by: string;
  readonly unit: string;
  readonly where: Where;
}

/** What a file of the administrator, or one of the vendor that was asked for, says of a unit. */
export interface UnitFile {
  readonly name: string;
  readonly path: string;
  readonly assignments: readonly Assignment[];
}

export interface ManagerUnits {
  readonly search: Search;
  readonly links: readonly Link[];
  readonly local: readonly UnitFile[];
  /** Names that a link to /dev/null takes away. */
  readonly masked: ReadonlySet<string>;
  /** What could not be read: there may be more units, links or settings. */
  readonly unseen: readonly Unknown[];
}

const pulls = ['wants', 'requires', 'upholds'] as const;
const types = ['service', 'socket', 'timer', 'path', 'target', 'mount'] as const;

/** Directories that hold what an administrator wrote, and not what packages or generators bring. */
const isLocal = (directory: string): boolean => !/^\/(?:usr|lib)\/|\/generator(?:\.\w+)?$/.test(directory);

const manage = (manager: string): readonly Manager[] => (manager === 'system' || manager === 'user' ? [manager] : ['system', 'user']);

function touches(manager: string): Touches {
  const directories = manage(manager).flatMap((m) => searchDirs(m, '~', '/run/user/{uid}'));
  return [
    searchUnits,
    ...directories.flatMap((d) => pulls.map((p): Pattern => ({ do: 'list', path: `${d}/*.${p}` }))),
    ...directories.filter(isLocal).flatMap((d): Pattern[] => [
      ...types.flatMap((t): Pattern[] => [
        { do: 'stat', path: `${d}/*.${t}` },
        { do: 'read', path: `${d}/*.${t}` },
      ]),
      { do: 'list', path: `${d}/*.d` },
      { do: 'read', path: `${d}/*.d/*.conf` },
    ]),
  ];
}

/** Looks at the search path of a manager. */
export const managerUnits = source(touches, learnUnits);

function* learnUnits(manager: Manager, as: Account): Asking<ManagerUnits> {
  const search = yield* searchUnits(manager, as);
  // An image has no runtime directories, and what is in them on a running host is made anew.
  const unseen: Unknown[] = search.unseen.filter((u) => u.why !== 'unsupported');
  const links = yield* linksIn(search, unseen);
  const masked = new Set<string>();
  const own = search.dirs.filter((d) => isLocal(d.path));
  const files = own.flatMap((d) => [...d.entries].filter((e) => isUnit(e)).map((e) => `${d.path}/${e}`));
  const units = yield* together(files.map((path) => unitAt(path, masked, unseen)));
  const dirs = own.flatMap((d) => [...d.entries].filter((e) => e.endsWith('.d')).map((e) => `${d.path}/${e}`));
  const dropIns = yield* together(dirs.map((path) => dropInsAt(path, unseen)));
  return { search, links, local: [...units.filter((u) => u !== undefined), ...dropIns.flat()], masked, unseen };
}

const isUnit = (name: string): boolean => types.some((t) => name.endsWith(`.${t}`)) && parseUnitName(name) !== undefined;
const lastOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

function* linksIn(search: Search, unseen: Unknown[]): Asking<Link[]> {
  const dirs = search.dirs.flatMap((d) => [...d.entries].filter((e) => pulls.some((p) => e.endsWith(`.${p}`))).map((e) => `${d.path}/${e}`));
  const lists = yield* together(dirs.map((d) => list(d)));
  return dirs.flatMap((path, at) => {
    const names = lists[at] as Answer<readonly string[]>;
    if (names.is === 'blocked' && !names.said?.startsWith('is a ')) unseen.push(unknown(names, path));
    const by = lastOf(path).replace(/\.\w+$/, '');
    return names.is === 'got' ? names.value.map((unit) => ({ by, unit, where: { path: `${path}/${unit}` } })) : [];
  });
}

function* unitAt(path: string, masked: Set<string>, unseen: Unknown[]): Asking<UnitFile | undefined> {
  const inode: Answer<Stat> = yield* stat(path);
  // It may be a mask, and hide a unit of its name.
  if (inode.is === 'blocked') return void unseen.push(unknown(inode, path));
  if (inode.is === 'got' && (inode.value.target === '/dev/null' || (inode.value.real?.is === 'got' && inode.value.real.value.path === '/dev/null'))) {
    masked.add(lastOf(path));
    return undefined;
  }
  const text = yield* read(path);
  if (text.is === 'blocked') unseen.push(unknown(text, path));
  // An empty file masks, too (systemd.unit(5)).
  if (text.is === 'got' && text.value === '') masked.add(lastOf(path));
  return text.is === 'got' ? { name: lastOf(path), path, assignments: parseUnitText(text.value, path).assignments } : undefined;
}

function* dropInsAt(directory: string, unseen: Unknown[]): Asking<UnitFile[]> {
  const names = yield* list(directory);
  if (names.is === 'blocked' && !names.said?.startsWith('is a ')) unseen.push(unknown(names, directory));
  const paths = names.is === 'got' ? names.value.filter((n) => n.endsWith('.conf')).map((n) => `${directory}/${n}`) : [];
  const texts = yield* together(paths.map((p) => read(p)));
  return paths.flatMap((path, at) => {
    const text = texts[at] as Answer<string>;
    if (text.is === 'blocked') unseen.push(unknown(text, path));
    return text.is === 'got' ? [{ name: lastOf(directory).slice(0, -2), path, assignments: parseUnitText(text.value, path).assignments }] : [];
  });
}

/** The directories of a manager in which packages put units. */
const vendorDirectories = (manager: Manager): readonly string[] => searchDirs(manager, '~', '/run/user/{uid}').filter((d) => /^\/(?:usr|lib)\//.test(d));

/** Where Quadlet files of root lie, and those that root gives to accounts. */
const quadletFiles = ['/etc/containers/systemd/*', '/usr/share/containers/systemd/*', '/run/containers/systemd/*'];

/**
 * When a capture script brings the units of a directory: those of accounts always, which are few, those of the system
 * where there are Quadlet files. On a split /usr, which hardly any host has, they are asked by name.
 */
function brings(manager: Manager, directory: string): Pick<Pattern, 'later'> & { readonly ifThere?: readonly (readonly string[])[] } {
  if (directory === splitUsrDir) return { later: true };
  return manager === 'system' ? { ifThere: [quadletFiles] } : {};
}

/** Reads units that packages brought, by their names. Asked only where they decide. */
export const vendorUnits = source(
  (manager: string): Touches =>
    unasked(
      'some units are tried for all types and directories',
      manage(manager).flatMap((m) => vendorDirectories(m).flatMap((d) => types.map((t): Pattern => ({ do: 'read', path: `${d}/*.${t}`, ...brings(m, d) })))),
    ),
  readVendorUnits,
);

function* readVendorUnits(
  manager: Manager,
  names: readonly string[],
  directories: ReadonlyMap<string, string>,
): Asking<{ units: UnitFile[]; unseen: Unknown[] }> {
  const paths = names.flatMap((n) => (directories.has(n) && isUnit(n) ? [`${directories.get(n)}/${n}`] : []));
  const allowed = paths.filter((p) => vendorDirectories(manager).some((d) => p.startsWith(`${d}/`)));
  const texts = yield* together(allowed.map((p) => read(p)));
  const unseen: Unknown[] = [];
  const units = allowed.flatMap((path, at) => {
    const text = texts[at] as Answer<string>;
    if (text.is === 'blocked') unseen.push(unknown(text, path));
    return text.is === 'got' ? [{ name: lastOf(path), path, assignments: parseUnitText(text.value, path).assignments }] : [];
  });
  return { units, unseen };
}
