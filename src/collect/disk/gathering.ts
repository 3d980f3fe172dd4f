/** What a walk finds, put together inode by inode. Pure. */
import type { Inode } from '../../facts/ask.ts';
import { credentialsIn, credentialWords } from '../../facts/text/credentials.ts';
import { type Credential, type Found, type LeftOut, named, type Owned, type Walk } from '../../facts/walk.ts';
import { byBytes } from './limits.ts';

/** So many paths stand for a multitude. */
const firstOf = 3;
/** So many finds, and parts left out, are told of one walk. */
const mostFound = 20_000;
const mostLeftOut = 200;
/** Bytes of the largest text that is read as a whole; of anything else the beginning. */
export const wholeText = 256 * 1024;
export const beginning = 4096;

/** What stands below holds the file systems of containers, not the host's own. Read against the end of a path. */
const stores =
  /\/(?:containers\/storage\/(?:overlay|btrfs|vfs|zfs)|docker\/(?:overlay2|btrfs|vfs|zfs)|(?:k3s\/agent\/containerd|lib\/containerd)\/io\.containerd\.snapshotter\.v1\.\w+|kubelet\/pods|\.snapshots\/\d+\/snapshot)$/;

export const isStore = (path: string): boolean => stores.test(path);

export class Gathering {
  inodes = 0;
  readonly #isNamed: (path: string) => boolean;
  readonly #found: Found[] = [];
  readonly #users = new Map<number, { count: number; first: string[] }>();
  readonly #groups = new Map<number, { count: number; first: string[] }>();
  readonly #leftOut: LeftOut[] = [];
  readonly #leftOutInAll: Partial<Record<LeftOut['why'], number>> = {};
  readonly #unread = { count: 0, first: [] as string[] };

  /** `names`: names of files that are told of, whatever they are; `*` stands for any characters. */
  constructor(names: readonly string[]) {
    this.#isNamed = named(names);
  }

  /** Takes one inode; `holds`: credentials in it. */
  add(path: string, inode: Inode, target: string | undefined, holds: readonly Credential[]): void {
    this.inodes += 1;
    count(this.#users, inode.uid, path);
    count(this.#groups, inode.gid, path);
    if (!(this.#isTold(path, inode) || holds.length > 0)) return;
    if (this.#found.length >= mostFound) this.leave(path, 'limit');
    else this.#found.push({ ...inode, path, ...(target === undefined ? {} : { target }), ...(holds.length > 0 ? { holds } : {}) });
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
    this.#unread.count += 1;
    if (this.#unread.first.length < firstOf) this.#unread.first.push(path);
  }

  result(): Walk {
    const byPath = (a: { readonly path: string }, b: { readonly path: string }): number => byBytes(a.path, b.path);
    return {
      inodes: this.inodes,
      found: this.#found.sort(byPath),
      users: owned(this.#users),
      groups: owned(this.#groups),
      leftOut: this.#leftOut.sort(byPath),
      leftOutInAll: this.#leftOutInAll,
      unread: this.#unread,
    };
  }
}

function count(owners: Map<number, { count: number; first: string[] }>, id: number, path: string): void {
  const known = owners.get(id);
  if (!known) owners.set(id, { count: 1, first: [path] });
  else {
    known.count += 1;
    if (known.first.length < firstOf) known.first.push(path);
  }
}

const owned = (owners: ReadonlyMap<number, Omit<Owned, 'id'>>): Owned[] => [...owners].sort(([a], [b]) => a - b).map(([id, o]) => ({ id, ...o }));

const words = credentialWords.map((word) => Buffer.from(word));

/** The credentials in the bytes of a file. A zero byte among the first makes it no text. */
export function credentialsInBytes(bytes: Buffer): readonly Credential[] {
  if (!words.some((word) => bytes.includes(word))) return [];
  return credentialsIn(bytes.toString('latin1'));
}
