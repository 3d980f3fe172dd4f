/**
 * The snapshot: JSON Lines, a header, one answer a line sorted by ask, an end record.
 * It is what `capture` writes, what an auditor files, and what every verdict is judged on.
 */
import { createHash } from 'node:crypto';
import type { Account, AnyAnswer, Ask } from '../../facts/ask.ts';
import { keyOf } from '../../facts/asks.ts';
import { isAnswered, isHeader } from './snapshot-record.ts';

export interface Header {
  readonly pretrip: 'snapshot/1';
  /** Sort of target: `local`, `root-directory`. For people: nothing is decided by it. */
  readonly kind: string;
  /** False: no running host answered, and what only a running one knows is to be had there. Left out where one did. */
  readonly running?: boolean;
  readonly name: string;
  /** Under which reports know it from run to run, where the name is an accident. Left out where the name will do. */
  readonly identity?: string;
  /** RFC 3339, UTC. The only time that judging knows. */
  readonly takenAt: string;
  /** The account that inspected. */
  readonly user: Account;
  /** pretrip's version. */
  readonly tool: string;
  /** Paths named with --file, if any. */
  readonly files?: readonly string[];
  /** Directories at the top that are missing: it is a part of a host. */
  readonly lacks?: readonly string[];
  /** Names given with --account, if any. */
  readonly accounts?: readonly string[];
  /** The recordings it was put together from, the first one first; see `merged`. */
  readonly from?: readonly Source[];
}

/** A recording that a merged one took answers from. */
export interface Source {
  readonly takenAt: string;
  /** Name of the account that inspected. */
  readonly user: string;
  /** Digest of that recording. */
  readonly digest: string;
}

export interface Snapshot {
  readonly header: Header;
  readonly answers: ReadonlyMap<string, Answered>;
  /** `sha256:…` over the header and the answers, as lines; compression does not change it. */
  readonly digest: string;
  /** No end record: what it lacks is unknown. */
  readonly truncated: boolean;
  /** Just recorded from a capture script: what the script looked at besides, secrets masked. No part of the snapshot's text. */
  readonly beside?: () => readonly Answered[];
}

/** Whether a running host answered. Recordings made before the header told are of running hosts, but for root directories. */
export const wasRunning = ({ running, kind }: Header): boolean => running ?? kind !== 'root-directory';

/** An ask and what came back. */
export interface Answered {
  readonly ask: Ask;
  readonly answer: AnyAnswer;
}

/** A snapshot that cannot be used. The message is for the user: what, where, what to do. */
export class SnapshotError extends Error {
  /** It is a snapshot, and not the one that was recorded. */
  readonly changed: boolean;
  constructor(message: string) {
    super(message);
    this.changed = /was changed after it was recorded/.test(message);
  }
}

/** Loaded only where something is compressed: most snapshots are not. */
const zlib = (): typeof import('node:zlib') => process.getBuiltinModule('node:zlib');

/** Largest snapshot after decompression. */
const limit = 512 * 1024 * 1024;

export function snapshotOf(header: Header, answers: Iterable<Answered>): Snapshot {
  const sorted = [...answers].map((a) => [keyOf(a.ask), a] as const).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  const map = new Map(sorted);
  return { header, answers: map, digest: digestOf([JSON.stringify(header), ...linesOf(map)]), truncated: false };
}

function linesOf(answers: Snapshot['answers']): string[] {
  return [...answers.values()].map(({ ask, answer }) => JSON.stringify({ ask, answer }));
}

function digestOf(lines: readonly string[]): string {
  const hash = createHash('sha256');
  for (const line of lines) hash.update(line).update('\n');
  return `sha256:${hash.digest('hex')}`;
}

/** The text of a snapshot. A truncated one stays so: it gets no end record. */
export function writeSnapshot(snapshot: Snapshot): string {
  const lines = [JSON.stringify(snapshot.header), ...linesOf(snapshot.answers)];
  const end = { end: { answers: snapshot.answers.size, digest: digestOf(lines) } };
  return `${(snapshot.truncated ? lines : [...lines, JSON.stringify(end)]).join('\n')}\n`;
}

/** Bytes for a file of this name: `.gz` and `.zst` are compressed. */
export function packed(text: string, fileName: string): Uint8Array {
  if (fileName.endsWith('.gz')) return zlib().gzipSync(text);
  if (fileName.endsWith('.zst')) return zlib().zstdCompressSync(text);
  return Buffer.from(text);
}

/** Whether bytes, decompressed, start like a snapshot. */
export const startsSnapshot = (bytes: Uint8Array): boolean => Buffer.from(bytes.subarray(0, 12)).toString('latin1').startsWith('{"pretrip"');

/** How bytes are compressed, by their first four (RFC 1952 2.3.1, RFC 8878 3.1.1). */
export function compressionOf(b: Uint8Array): 'gzip' | 'zstd' | undefined {
  if (b[0] === 0x1f && b[1] === 0x8b) return 'gzip';
  return b[0] === 0x28 && b[1] === 0xb5 && b[2] === 0x2f && b[3] === 0xfd ? 'zstd' : undefined;
}

/** Reads a snapshot. A missing end is `truncated`; anything that was changed or makes no sense is an error. */
export function readSnapshot(bytes: Uint8Array, path: string): Snapshot {
  const lines = Buffer.from(unpacked(bytes, path)).toString('utf8').split('\n');
  const complete = lines.at(-1) === '';
  if (complete) lines.pop();
  const first = parseLine(lines[0] ?? '', path, 1);
  const header = first as Header;
  if (!isHeader(first)) {
    throw new SnapshotError(
      `${path}:1: not a pretrip snapshot: its first line is no "snapshot/1" header\n  capture one with: pretrip capture -o host.pretrip.jsonl`,
    );
  }
  const answers = new Map<string, { ask: Ask; answer: AnyAnswer }>();
  const seen: string[] = [lines[0] ?? ''];
  let end: { answers: number; digest: string } | undefined;
  for (const [index, line] of lines.entries()) {
    if (index === 0) continue;
    const last = index === lines.length - 1;
    // The last line of a cut file may be half a record.
    const record = last && !complete ? tryParse(line) : parseLine(line, path, index + 1);
    if (record === undefined) break;
    if (end) throw new SnapshotError(`${path}:${index + 1}: there is more after the end record: the file was changed after it was recorded`);
    if (isEnd(record)) {
      end = record.end;
      continue;
    }
    if (!isAnswered(record)) throw new SnapshotError(`${path}:${index + 1}: this line holds no question with an answer to it`);
    const { ask, answer } = record;
    seen.push(line);
    const key = keyOf(ask);
    if (answers.has(key)) throw new SnapshotError(`${path}:${index + 1}: "${key}" is answered twice: the file was changed after it was recorded`);
    answers.set(key, { ask, answer });
  }
  const digest = digestOf(seen);
  if (end && (end.answers !== answers.size || end.digest !== digest)) {
    throw new SnapshotError(
      `${path}: what it holds does not match the digest in the end record: the file was changed after it was recorded\n  recorded ${end.digest}, found ${digest}`,
    );
  }
  return { header, answers, digest, truncated: end === undefined };
}

const isEnd = (record: unknown): record is { end: { answers: number; digest: string } } =>
  typeof record === 'object' && record !== null && 'end' in record && typeof record.end === 'object' && record.end !== null;

/** The text of a snapshot file, decompressed: what its signature covers. Throws SnapshotError. */
export function unpacked(bytes: Uint8Array, path: string): Uint8Array {
  try {
    const how = compressionOf(bytes);
    if (how === 'gzip') return zlib().gunzipSync(bytes, { maxOutputLength: limit });
    return how === 'zstd' ? zlib().zstdDecompressSync(bytes, { maxOutputLength: limit }) : bytes;
  } catch (error) {
    throw new SnapshotError(`${path}: cannot be decompressed: ${(error as Error).message}`);
  }
}

function parseLine(line: string, path: string, number: number): unknown {
  const value = tryParse(line);
  if (value === undefined)
    throw new SnapshotError(`${path}:${number}: this line is not JSON\n  a snapshot is JSON Lines; capture one with: pretrip capture -o host.pretrip.jsonl`);
  return value;
}

function tryParse(line: string): unknown {
  try {
    return JSON.parse(line) as unknown;
  } catch {
    return undefined;
  }
}
