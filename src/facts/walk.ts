/** What a walk of a file system may find, and whether something that came from outside is such a find. */
import { fileTypes, type Inode } from './answer.ts';
import { isCount, isNumber, isRecord, isText, isTexts, type Loose } from './untrusted.ts';

/** What stands in a file that opens something: never itself, only its sort. */
export interface Credential {
  readonly is: 'private-key' | 'kubeconfig' | 'token' | 'registry-login';
  /** Of a key its format, of a kubeconfig how it proves who it is, of a token whose it is. */
  readonly form: string;
  /** Of a private key: whether a passphrase protects it. */
  readonly encrypted?: boolean;
  readonly line: number;
}

/** An inode of a class that is looked for: set-id, with capabilities, writable by everybody, of a name asked for, or with a credential in it. */
export interface Found extends Inode {
  readonly path: string;
  /** The text of a link. */
  readonly target?: string;
  /** A directory above it lets only its owner and group through: others cannot get at it. */
  readonly closed?: true;
  readonly holds?: readonly Credential[];
  /** What a program may do whoever starts it, as libcap writes it: `cap_net_raw=ep`. */
  readonly capabilities?: string;
}

/** So many inodes belong to one id. */
export interface Owned {
  readonly id: number;
  readonly count: number;
  /** The first paths, in the order of their bytes. */
  readonly first: readonly string[];
}

/**
 * Why a part was left out: a file system of its own, a directory that may not be read, what a container engine stores, a
 * name that cannot be written down (what stands in its place is the directory that holds it), or the limit.
 */
export const leftOutWhys = ['mount', 'denied', 'store', 'name', 'limit'] as const;
export interface LeftOut {
  readonly path: string;
  readonly why: (typeof leftOutWhys)[number];
}

export const capabilitiesTold = ['told', 'none', 'failed'] as const;

/** A file system walked from one directory down, other file systems left out. */
export interface Walk {
  /** Inodes that were looked at. */
  readonly inodes: number;
  /** By path. */
  readonly found: readonly Found[];
  readonly users: readonly Owned[];
  readonly groups: readonly Owned[];
  /** The first of them, by path. */
  readonly leftOut: readonly LeftOut[];
  /** How many of each sort in all. */
  readonly leftOutInAll: Readonly<Partial<Record<LeftOut['why'], number>>>;
  /** Files whose content could not be read, and their first paths. */
  readonly unread: { readonly count: number; readonly first: readonly string[] };
  /** Whether getcap told which programs have capabilities; `none`: it is not installed where it would have to run. Absent: nobody asked. */
  readonly capabilities?: (typeof capabilitiesTold)[number];
}

/** Whether the last part of a path is one of these names, in which `*` stands for any characters. */
export function named(names: readonly string[]): (path: string) => boolean {
  const exact = new Set(names.filter((n) => !n.includes('*')));
  const patterns = names.filter((n) => n.includes('*')).map((n) => new RegExp(`^${n.split('*').map(escaped).join('.*')}$`, 's'));
  return (path) => {
    const name = nameIn(path);
    return exact.has(name) || patterns.some((p) => p.test(name));
  };
}

export const nameIn = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

const credentials: readonly Credential['is'][] = ['private-key', 'kubeconfig', 'token', 'registry-login'];

const isCredential = (value: unknown): boolean =>
  isRecord(value) &&
  credentials.some((c) => c === value.is) &&
  isText(value.form) &&
  isCount(value.line) &&
  (value.encrypted === undefined || typeof value.encrypted === 'boolean');

const isFound = (value: unknown): boolean =>
  isRecord(value) &&
  fileTypes.some((type) => type === value.type) &&
  [value.mode, value.uid, value.gid, value.size].every(isCount) &&
  isNumber(value.mtime) &&
  isText(value.path) &&
  (value.target === undefined || isText(value.target)) &&
  (value.closed === undefined || value.closed === true) &&
  (value.capabilities === undefined || isText(value.capabilities)) &&
  (value.holds === undefined || (Array.isArray(value.holds) && value.holds.every(isCredential)));

const isOwned = (value: unknown): boolean => isRecord(value) && isCount(value.id) && isCount(value.count) && isTexts(value.first);

const isLeftOut = (value: unknown): boolean => isRecord(value) && isText(value.path) && leftOutWhys.some((why) => why === value.why);

const all = (value: unknown, is: (one: unknown) => boolean): boolean => Array.isArray(value) && value.every(is);

const isUnread = (value: unknown): value is Loose => isRecord(value) && isCount(value.count) && isTexts(value.first);

export const isWalk = (value: unknown): value is Walk =>
  isRecord(value) &&
  isCount(value.inodes) &&
  all(value.found, isFound) &&
  all(value.users, isOwned) &&
  all(value.groups, isOwned) &&
  all(value.leftOut, isLeftOut) &&
  isRecord(value.leftOutInAll) &&
  Object.values(value.leftOutInAll).every(isCount) &&
  isUnread(value.unread) &&
  (value.capabilities === undefined || capabilitiesTold.some((told) => told === value.capabilities));
