/** What a walk finds, put together inode by inode. Pure. */
import type { Inode } from '../../facts/ask.ts';
import { credentialsIn, credentialWords } from '../../facts/text/credentials.ts';
import { type Credential, type Found, type LeftOut, named, type Owned, type Walk } from '../../facts/walk.ts';
import { byBytes } from './limits.ts';

/** So many paths stand for a multitude. */
export const firstOf = 3;
/** So many finds, and parts left out, are told of one walk. */
export const mostFound = 20_000;
export const mostLeftOut = 200;
/** Bytes of the largest text that is read as a whole; of anything else the beginning. */
export const wholeText = 256 * 1024;
export const beginning = 4096;

/** Ends of paths; `*` stands for any characters. What stands below holds the file systems of containers, not the host's own. */
export const stores = [
  ...['overlay', 'btrfs', 'vfs', 'zfs'].map((driver) => `containers/storage/${driver}`),
  ...['overlay2', 'btrfs', 'vfs', 'zfs'].map((driver) => `docker/${driver}`),
  'k3s/agent/containerd/io.containerd.snapshotter.v1.*',
  'lib/containerd/io.containerd.snapshotter.v1.*',
  'kubelet/pods',
  '.snapshots/*/snapshot',
] as const;

const storeEnd = new RegExp(`/(?:${stores.map((s) => s.replaceAll('.', '\\.').replaceAll('*', '.*')).join('|')})$`, 's');

export const isStore = (path: string): boolean => storeEnd.test(path);

export class Gathering {
  inodes = 0;
  readonly #isNamed: (path: string) => boolean;
  readonly #found: Found[] = [];
  readonly #users = new Map<number, Smallest>();
  readonly #groups = new Map<number, Smallest>();
  readonly #leftOut: LeftOut[] = [];
  readonly #leftOutInAll: Partial<Record<LeftOut['why'], number>> = {};
  readonly #unread = new Smallest();
  /** What may be started. */
  readonly #programs = new Map<string, Found>();

  /** `names`: names of files that are told of, whatever they are; `*` stands for any characters. */
  constructor(names: readonly string[]) {
    this.#isNamed = named(names);
  }

  /** Directories through which, or through one above which, only their owner and group get. */
  readonly #closed = new Set<string>();

  /** Takes one inode, a directory before what is in it; `holds`: credentials in it. */
  add(path: string, inode: Inode, target: string | undefined, holds: readonly Credential[]): void {
    this.inodes += 1;
    count(this.#users, inode.uid, path);
    count(this.#groups, inode.gid, path);
    const closed = this.#closed.has(path.slice(0, path.lastIndexOf('/')));
    if (inode.type === 'directory' && (closed || (inode.mode & 0o001) === 0)) this.#closed.add(path);
    if (inode.type === 'file' && (inode.mode & 0o111) !== 0) this.#programs.set(path, { ...inode, path, ...(closed ? { closed } : {}) });
    if (!(this.#isTold(path, inode) || holds.length > 0)) return;
    if (this.#found.length >= mostFound) this.leave(path, 'limit');
    else
      this.#found.push({ ...inode, path, ...(target === undefined ? {} : { target }), ...(closed ? { closed } : {}), ...(holds.length > 0 ? { holds } : {}) });
  }

  #isTold(path: string, { type, mode }: Inode): boolean {
    if (type !== 'link' && ((mode & 0o002) !== 0 || (type === 'file' && (mode & 0o6000) !== 0))) return true;
    return this.#isNamed(path);
  }

  leave(path: string, why: LeftOut['why']): void {
    this.#leftOutInAll[why] = (this.#leftOutInAll[why] ?? 0) + 1;
    if (this.#leftOut.length < mostLeftOut) this.#leftOut.push({ path, why });
  }

  unread(path: string): void {
    this.#unread.add(path);
  }

  /** The files that may be started, in the order in which they were added. */
  programs(): string[] {
    return [...this.#programs.keys()];
  }

  /** Takes what getcap told of these files. */
  capable(each: ReadonlyMap<string, string>): void {
    for (const [path, capabilities] of each) {
      const program = this.#programs.get(path);
      if (!program) continue;
      const at = this.#found.findIndex((f) => f.path === path);
      if (at >= 0) this.#found[at] = { ...(this.#found[at] as Found), capabilities };
      else if (this.#found.length >= mostFound) this.leave(path, 'limit');
      else this.#found.push({ ...program, capabilities });
    }
  }

  /** `capabilities`: whether getcap told. */
  result(capabilities?: Walk['capabilities']): Walk {
    const byPath = (a: { readonly path: string }, b: { readonly path: string }): number => byBytes(a.path, b.path);
    return {
      inodes: this.inodes,
      found: this.#found.sort(byPath),
      users: owned(this.#users),
      groups: owned(this.#groups),
      leftOut: this.#leftOut.sort(byPath),
      leftOutInAll: this.#leftOutInAll,
      unread: { count: this.#unread.count, first: this.#unread.first },
      ...(capabilities ? { capabilities } : {}),
    };
  }
}

/** The first paths in the order of their bytes, in whatever order they come. Each inode passes here: most are told off by one look. */
class Smallest {
  count = 0;
  readonly first: string[] = [];
  /** What is above it cannot be among them. UTF-16 orders what is above U+D7FF in a way of its own, so that it bounds nothing. */
  #bound: string | undefined;

  add(path: string): void {
    this.count += 1;
    if (this.#bound !== undefined && path > this.#bound) return;
    this.first.push(path);
    this.first.sort(byBytes);
    if (this.first.length > firstOf) this.first.pop();
    const last = this.first[firstOf - 1];
    this.#bound = last === undefined || /[\ud800-\uffff]/.test(last) ? undefined : last;
  }
}

function count(owners: Map<number, Smallest>, id: number, path: string): void {
  const known = owners.get(id) ?? new Smallest();
  owners.set(id, known);
  known.add(path);
}

const owned = (owners: ReadonlyMap<number, Smallest>): Owned[] => [...owners].sort(([a], [b]) => a - b).map(([id, { count, first }]) => ({ id, count, first }));

const words = credentialWords.map((word) => Buffer.from(word));

/** The credentials in the bytes of a file. A zero byte among the first makes it no text. */
export function credentialsInBytes(bytes: Buffer): readonly Credential[] {
  if (!words.some((word) => bytes.includes(word))) return [];
  return credentialsIn(bytes.toString('latin1'));
}
