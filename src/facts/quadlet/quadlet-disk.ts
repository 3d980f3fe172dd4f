/** Everything on disk that could be a Quadlet file, its drop-ins, and the directories they lie in. */

import { type Account, type Answer, type Asking, list, read, type Stat, stat, together } from '../ask.ts';
import { type Unknown, unknown } from '../fact.ts';
import type { Pattern } from '../pattern.ts';
import { source, type Touches } from '../source.ts';

export interface QuadletFile {
  readonly path: string;
  readonly name: string;
  readonly directory: string;
  readonly stat: Stat;
  readonly text: Answer<string>;
}

export interface QuadletDirectory {
  readonly path: string;
  /** Where it really is: the generator reads each directory once. */
  readonly real: string;
  readonly inode: { readonly mode: number; readonly uid: number; readonly gid: number };
  /** Names in byte order. */
  readonly names: readonly string[];
}

export interface QuadletDisk {
  readonly directories: ReadonlyMap<string, QuadletDirectory>;
  readonly files: ReadonlyMap<string, QuadletFile>;
  /** Places that could not be looked into: there may be more files. */
  readonly unseen: readonly Unknown[];
  /** Files whose text could not be read. */
  readonly unread: readonly Unknown[];
}

/** Where generators look, then where people put files that no generator reads. */
export const searched = ['/run/containers/systemd', '/etc/containers/systemd', '/usr/share/containers/systemd'] as const;
/** systemd's own directories, where a Quadlet file is often put by mistake: looked into, but not below. */
const flat = ['/etc/systemd/system', '/etc/systemd/user'] as const;
const unsearched = ['/usr/local/share/containers/systemd', '/usr/lib/containers/systemd', '/usr/local/lib/containers/systemd'] as const;

/** Everywhere that a generator looks, for patterns. */
export const quadletRoots: readonly string[] = [...searched, '/run/user/{uid}/containers/systemd', '/**/.config/containers/systemd'];

export const userRoots = (as: Account): readonly string[] => [`/run/user/${as.uid}/containers/systemd`, `${as.home}/.config/containers/systemd`];
const unsearchedUser = (as: Account): string => `${as.home}/.local/share/containers/systemd`;
const flatUser = (as: Account): string => `${as.home}/.config/systemd/user`;

/** Deeper trees than this are not Quadlet's. */
const maxDepth = 12;
const maxDirectories = 400;

/** Any ending that looks like one of Quadlet's, in any case: `.Container` is a file that nobody reads. */
export const looksLikeQuadlet = /\.(container|volume|network|kube|image|build|pod|artifact)$/i;

const touches: Touches = [
  ...[
    ...searched,
    ...unsearched,
    '/run/user/{uid}/containers/systemd',
    '/run/user/*/containers/systemd',
    '/**/.config/containers/systemd',
    '/**/.local/share/containers/systemd',
  ].flatMap((root): Pattern[] => [
    ...[root, `${root}/**`].flatMap((path): Pattern[] => [
      { do: 'stat', path },
      { do: 'list', path },
    ]),
    { do: 'read', path: `${root}/**` },
  ]),
  ...[...flat, '/**/.config/systemd/user'].flatMap((d): Pattern[] => [
    { do: 'stat', path: d },
    { do: 'list', path: d },
    ...['container', 'volume', 'network', 'kube', 'image', 'build', 'pod', 'artifact'].flatMap((e): Pattern[] => [
      { do: 'stat', path: `${d}/*.${e}` },
      { do: 'read', path: `${d}/*.${e}` },
    ]),
  ]),
];

/** Walks every root, a level at a time. Links to directories are followed once. */
export const quadletDisk = source(touches, walk);

function* walk(accounts: readonly Account[]): Asking<QuadletDisk> {
  const directories = new Map<string, QuadletDirectory>();
  const files = new Map<string, QuadletFile>();
  const unseen: Unknown[] = [];
  const unread: Unknown[] = [];
  const visited = new Set<string>();
  const flats = [...flat, ...accounts.map(flatUser)];
  const inFlat = (path: string): boolean => flats.some((d) => path.startsWith(`${d}/`));
  let level: string[] = [...searched, ...unsearched, ...flats, ...accounts.flatMap((a) => [...userRoots(a), unsearchedUser(a)])];
  for (let depth = 0; level.length > 0 && depth < maxDepth && directories.size < maxDirectories; depth++) {
    const stats = (yield* together(level.map((path) => stat(path)))) as Answer<Stat>[];
    const found = level.flatMap((path, at) => entryOf(path, stats[at] as Answer<Stat>, unseen, directories.get(path.slice(0, path.lastIndexOf('/')))?.real));
    // Below systemd's own directory only files are looked for.
    const fresh = found.filter((e) => e.type === 'directory' && !visited.has(e.real) && !inFlat(e.path));
    for (const { real } of fresh) visited.add(real);
    const units = found.filter(
      (e) => (e.type !== 'directory' || (depth > 0 && !inFlat(e.path))) && (looksLikeQuadlet.test(e.path) || e.path.endsWith('.conf')),
    );
    const names = yield* together(fresh.map((e) => list(e.path)));
    const texts = yield* together(units.map((e) => read(e.path)));
    for (const [at, e] of units.entries()) {
      const cut = e.path.lastIndexOf('/');
      const text = texts[at] as Answer<string>;
      if (text.is === 'blocked' && e.type === 'file' && !e.masked) unread.push(unknown(text, e.path));
      files.set(e.path, {
        path: e.path,
        name: e.path.slice(cut + 1),
        directory: e.path.slice(0, cut),
        stat: e.stat,
        text: e.masked ? { is: 'got', value: '' } : text,
      });
    }
    level = [];
    for (const [at, e] of fresh.entries()) {
      const answer = names[at] as Answer<readonly string[]>;
      if (answer.is === 'blocked') unseen.push(unknown(answer, e.path));
      if (answer.is !== 'got') continue;
      directories.set(e.path, { path: e.path, real: e.real, inode: e.inode, names: answer.value });
      level.push(...answer.value.filter((n) => !flats.includes(e.path) || looksLikeQuadlet.test(n)).map((n) => `${e.path}/${n}`));
    }
  }
  if (level.length > 0)
    unseen.push({ is: 'unknown', why: 'too-large', said: 'the Quadlet directories hold more than is looked at', where: [{ path: level[0] as string }] });
  return { directories, files, unseen, unread };
}

interface Entry {
  readonly path: string;
  readonly real: string;
  readonly type: 'file' | 'directory';
  readonly stat: Stat;
  readonly inode: QuadletDirectory['inode'];
  readonly masked: boolean;
}

/** `above` is where the directory that holds it really is. */
function entryOf(path: string, answer: Answer<Stat>, unseen: Unknown[], above?: string): Entry[] {
  // An image has no runtime directories, and no files in them.
  if (answer.is === 'blocked' && !(answer.why === 'unsupported' && path.startsWith('/run/'))) unseen.push(unknown(answer, path));
  if (answer.is !== 'got') return [];
  const { real, target } = answer.value;
  if (real?.is === 'blocked') unseen.push(unknown(real, path));
  const own = above === undefined ? path : `${above}${path.slice(path.lastIndexOf('/'))}`;
  const end = real?.is === 'got' ? real.value : { ...answer.value, path: own };
  return [
    {
      path,
      real: end.path,
      type: end.type === 'directory' ? 'directory' : 'file',
      stat: answer.value,
      inode: { mode: end.mode, uid: end.uid, gid: end.gid },
      masked: isMask(answer.value, target),
    },
  ];
}

/** A link to /dev/null hides a file of the same name in a later directory. */
export const isMask = (inode: Stat, target = inode.target): boolean =>
  target === '/dev/null' || (inode.real?.is === 'got' && inode.real.value.path === '/dev/null');
