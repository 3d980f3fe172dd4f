/** What a target may answer, and whether something that came from outside is such an answer. */
import { isCount, isNumber, isRecord, isText, type Loose } from './untrusted.ts';

/** The reasons why something could not be looked at, in words. */
export const whyWords = {
  denied: 'permission denied',
  unsupported: 'cannot be asked of this target',
  timeout: 'no answer in time',
  'too-large': 'larger than the limit',
  failed: 'could not be read',
  'not-text': 'not UTF-8 text',
  redacted: 'masked before it was recorded',
  'not-recorded': 'not in the snapshot',
} as const;

/** Why something could not be looked at. Never a value; a rule cannot turn it into one. */
export type Why = keyof typeof whyWords;

const isWhy = (value: unknown): value is Why => isText(value) && Object.hasOwn(whyWords, value);

/** Every reason, as a list. */
export const whys: readonly Why[] = Object.keys(whyWords).filter(isWhy);

/** Stands for "could not look". `said` is what the target said about it. */
export interface Blocked {
  readonly is: 'blocked';
  readonly why: Why;
  readonly said?: string;
}

/** An answer: the value, the knowledge that it is not there, or that nobody could look. */
export type Answer<T> =
  /** `redacted`: so many placeholders stand in it for secrets. */
  { readonly is: 'got'; readonly value: T; readonly redacted?: number } | { readonly is: 'absent' } | Blocked;

export const fileTypes = ['file', 'directory', 'link', 'socket', 'fifo', 'char', 'block'] as const;
export type FileType = (typeof fileTypes)[number];

/** What lstat tells of one path. `mode` holds the twelve permission bits, times are Unix seconds. */
export interface Inode {
  readonly type: FileType;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly size: number;
  readonly mtime: number;
}

/** lstat of a path; for a link also its text and where it ends. */
export interface Stat extends Inode {
  /** The text of the link, for type `link`. */
  readonly target?: string;
  /** Where the link ends (absolute, inside the target), for type `link`. */
  readonly real?: Answer<Inode & { readonly path: string }>;
}

/** Text of a file. Bytes that are not UTF-8 arrive as base64 with `binary` set. */
export interface Content {
  readonly text: string;
  readonly binary?: true;
}

/** What a program printed. A non-zero exit status is an answer; a missing program is `absent`. */
export interface Output {
  readonly exit: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** An HTTP response; header names are lower case. */
export interface Response {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const isBlocked = (value: Loose): boolean => value.is === 'blocked' && isWhy(value.why) && (value.said === undefined || isText(value.said));

/** Whether a value from outside is an answer whose value has the shape that `isValue` knows. */
export function isAnswer(value: unknown, isValue: (value: unknown) => boolean): value is Answer<unknown> {
  if (!isRecord(value)) return false;
  return value.is === 'absent' || (value.is === 'got' && isValue(value.value)) || isBlocked(value);
}

const isInode = (value: unknown): value is Inode & Loose =>
  isRecord(value) && fileTypes.some((type) => type === value.type) && [value.mode, value.uid, value.gid, value.size].every(isCount) && isNumber(value.mtime);

export const isStat = (value: unknown): value is Stat =>
  isInode(value) &&
  (value.target === undefined || isText(value.target)) &&
  (value.real === undefined || isAnswer(value.real, (end) => isInode(end) && isText(end.path)));

export const isContent = (value: unknown): value is Content => isRecord(value) && isText(value.text) && (value.binary === undefined || value.binary === true);

export const isOutput = (value: unknown): value is Output => isRecord(value) && isNumber(value.exit) && isText(value.stdout) && isText(value.stderr);

export const isResponse = (value: unknown): value is Response =>
  isRecord(value) && isNumber(value.status) && isText(value.body) && isRecord(value.headers) && Object.values(value.headers).every(isText);
