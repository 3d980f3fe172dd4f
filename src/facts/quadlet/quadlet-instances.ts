/**
 * Which directories each generator reads, in its order, and which files it takes from them
 * (containers/podman:cmd/quadlet/main.go, pkg/systemd/quadlet/unitdirs.go).
 */
import type { Account } from '../ask.ts';
import { type Release, since } from '../containers/podman-release.ts';
import { type QuadletDisk, type QuadletFile, searched, userRoots } from './quadlet-disk.ts';
import { endingSince } from './quadlet-keys.ts';
import { parseQuadlet } from './quadlet-text.ts';

const adminUsers = '/etc/containers/systemd/users';
const vendorUsers = '/usr/share/containers/systemd/users';

/** One generator: the system's, or a user's. */
export interface Instance {
  /** Undefined: the system instance, which acts as root. */
  readonly account?: Account;
  readonly directories: readonly string[];
  /** Files it takes, by name: the first one of a name counts. */
  readonly taken: ReadonlyMap<string, QuadletFile>;
  /** Path of a file that is hidden, to the path that hides it. */
  readonly shadowed: ReadonlyMap<string, string>;
  /** Directory, to the errors of files that cannot be loaded. Since 4.7 one such file loses every file in it. */
  readonly loadErrors: ReadonlyMap<string, readonly LoadError[]>;
  /** The file on which the generator never ends: it loses every file of the instance. */
  readonly endless?: LoadError;
}

export interface LoadError {
  readonly path: string;
  readonly said: string;
  readonly line?: number;
  /** What is wrong with the file itself; unset where a line of it is. */
  readonly file?: 'dangling' | 'unreadable';
  readonly endless?: true;
}

export function instanceOf(release: Release, disk: QuadletDisk, account?: Account): Instance {
  const directories = account ? userDirectories(release, disk, account) : systemDirectories(release, disk);
  const taken = new Map<string, QuadletFile>();
  const shadowed = new Map<string, string>();
  const loadErrors = new Map<string, LoadError[]>();
  const seen = new Map<string, string>();
  for (const directory of directories) {
    const found = disk.directories.get(directory);
    const files = (found?.names ?? [])
      .map((name) => disk.files.get(`${directory}/${name}`))
      .filter((f) => f !== undefined && supported(release, f.name)) as QuadletFile[];
    const own: QuadletFile[] = [];
    const errors: LoadError[] =
      found && account && !searchable(found.inode, account) ? [{ path: directory, said: `${account.name} may not list the directory` }] : [];
    for (const file of files) {
      const first = seen.get(file.name);
      if (first !== undefined) {
        shadowed.set(file.path, first);
        continue;
      }
      const error = loadError(file, account, release);
      if (error) errors.push(error);
      else {
        seen.set(file.name, file.path);
        own.push(file);
      }
    }
    if (errors.length > 0) loadErrors.set(directory, errors);
    // What lies beside a file on which the generator never ends is judged for itself.
    const loses = losesDirectory(release) && errors.some((e) => !e.endless);
    if (!loses) for (const file of own) taken.set(file.name, file);
  }
  const endless = [...loadErrors.values()].flat().find((e) => e.endless);
  return { directories, taken, shadowed, loadErrors, ...(endless ? { endless } : {}), ...(account ? { account } : {}) };
}

/**
 * Whether a file that cannot be loaded takes all others of its directory with it. Up to 4.9 the generator forgets the first
 * error (containers/podman:cmd/quadlet/main.go loadUnitsFromDir, where prevError is never set; tried on 4.5.1 to 5.0.3).
 */
export const losesDirectory = (release: Release): boolean => since(release, '5.0');

/** The generator takes endings as they are: `.Container` is none. */
export function supported(release: Release, name: string): boolean {
  const from = endingSince(name.slice(name.lastIndexOf('.') + 1));
  return from !== undefined && since(release, from);
}

/** Why the generator cannot load a file. */
function loadError(file: QuadletFile, account: Account | undefined, release: Release): LoadError | undefined {
  const { path, stat, text } = file;
  const end = stat.real?.is === 'got' ? stat.real.value : stat;
  if (stat.type === 'link' && stat.real?.is === 'absent' && stat.target !== '/dev/null')
    return { path, said: `a dangling link to ${stat.target ?? ''}`, file: 'dangling' };
  if (end.type === 'directory') return { path, said: 'a directory' };
  if (account && stat.target !== '/dev/null' && !readable(end, account)) return { path, said: `cannot be read by ${account.name}`, file: 'unreadable' };
  if (text.is !== 'got') return undefined;
  const parsed = parseQuadlet(text.value, path, release);
  return parsed.is === 'broken' ? { path, said: parsed.said, line: parsed.line, ...(parsed.endless ? { endless: true } : {}) } : undefined;
}

const readable = (inode: { mode: number; uid: number; gid: number }, as: Account): boolean =>
  as.uid === 0 || (inode.mode & (inode.uid === as.uid ? 0o400 : inode.gid === as.gid ? 0o040 : 0o004)) !== 0;
const searchable = (inode: { mode: number; uid: number; gid: number }, as: Account): boolean =>
  as.uid === 0 ||
  (inode.mode & (inode.uid === as.uid ? 0o500 : inode.gid === as.gid ? 0o050 : 0o005)) ===
    (inode.uid === as.uid ? 0o500 : inode.gid === as.gid ? 0o050 : 0o005);

function systemDirectories(release: Release, disk: QuadletDisk): string[] {
  const visited = new Set<string>();
  const [run, etc, usr] = searched;
  const roots = since(release, '5.3') ? [run, etc, usr] : [etc, usr];
  // Only the administrator's users/ is kept out; the same directory below /usr/share or /run is read as root's.
  const users = whereFiltered(release, disk, adminUsers);
  return roots.flatMap((root) => walk(release, disk, root, visited, (path) => !path.startsWith(users)));
}

/** Up to 5.2 the generator compares where a directory leads with the usual name: below a link nothing is kept apart (containers/podman#23483). */
const whereFiltered = (release: Release, disk: QuadletDisk, root: string): string =>
  since(release, '5.3') ? (disk.directories.get(root)?.real ?? root) : root;

function userDirectories(release: Release, disk: QuadletDisk, as: Account): string[] {
  const visited = new Set<string>();
  const [runtime, config] = userRoots(as) as [string, string];
  const own = [...(since(release, '5.3') ? [runtime] : []), config].flatMap((root) => walk(release, disk, root, visited, () => true));
  if (!since(release, '4.6')) return own;
  const shared = [adminUsers, ...(since(release, '6.0') ? [vendorUsers] : [])];
  return [
    ...own,
    ...shared.flatMap((root) => [
      ...walk(release, disk, root, visited, (path) => !numbered(path, whereFiltered(release, disk, root))),
      ...walk(release, disk, `${root}/${as.uid}`, visited, () => true),
    ]),
  ];
}

/** `users/1000/…` is one user's; `users/team/…` is everybody's. */
const numbered = (path: string, root: string): boolean => path.startsWith(`${root}/`) && /^[0-9]*$/.test(path.slice(root.length + 1).split('/')[0] ?? '');

/** A directory, then those below it in byte order; drop-in directories are left out. Before 4.7 nothing below is read. */
function walk(release: Release, disk: QuadletDisk, path: string, visited: Set<string>, wanted: (path: string) => boolean): string[] {
  const directory = disk.directories.get(path);
  if (!directory || visited.has(directory.real) || directory.real.endsWith('.d') || !wanted(directory.real)) return [];
  visited.add(directory.real);
  if (!since(release, '4.7')) return [path];
  return [path, ...directory.names.flatMap((name) => walk(release, disk, `${path}/${name}`, visited, wanted))];
}
