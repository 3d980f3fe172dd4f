/**
 * What a capture script prints → the answers that the same asks would get on the host itself. Pure.
 *
 * Frames carry their length, and a mark that only the script knew: no file content can be taken for one.
 */
import type { Account, AnyAnswer, Ask } from '../../facts/ask.ts';
import { isOfDisk, keyOf } from '../../facts/asks.ts';
import type { Answered } from '../snapshot/snapshot.ts';
import { answersIn } from './answers.ts';

const magic = 'pretrip-raw/1';

/** Who and what the script ran on, by its own account. */
export interface RawHost {
  readonly user: Account;
  /** The host's name for itself. */
  readonly name: string;
  /** Unix seconds by the host's clock. */
  readonly time: number;
  /** pretrip's version that made the script. */
  readonly tool: string;
  /** Paths that were given with --file. */
  readonly files: readonly string[];
}

/** The answers that arrived. `complete`: the end mark was there, and counts what came before. */
export interface Raw {
  readonly nonce: string;
  readonly host?: RawHost;
  readonly answers: ReadonlyMap<string, AnyAnswer>;
  /** The asks behind the answers: all that the script looked at and told of. */
  readonly asks: ReadonlyMap<string, Ask>;
  readonly complete: boolean;
  /** Why reading stopped early. */
  readonly problem?: string;
}

export interface RawReader {
  /** Takes the next bytes; tells whether the end was reached or nothing more can be read. */
  push(bytes: Uint8Array): boolean;
  result(): Raw;
  /** Everything before the start mark: what a login shell printed. */
  noise(): string;
}

/** Longest header of a frame. */
const maxHeader = 400;
/** Bytes that a login may print before the script starts. */
const maxNoise = 1024 * 1024;
/** Largest frame: a file, or a program's output, at its limit. */
const maxFrame = 32 * 1024 * 1024;

/** All that a script looked at and told of. */
export const lookedAt = ({ asks, answers }: Pick<Raw, 'asks' | 'answers'>): Answered[] =>
  [...asks].flatMap(([key, ask]) => {
    const answer = answers.get(key);
    return answer ? [{ ask, answer }] : [];
  });

/** Reads a stream as it arrives. With `nonce`, only a script of that mark is believed. */
export function rawReader(wanted?: string): RawReader {
  let buffer = Buffer.alloc(0);
  let pending: Buffer[] = [];
  let pendingBytes = 0;
  /** Bytes that must be there before it is worth looking again. */
  let need = 1;
  let nonce = wanted ?? '';
  let started = false;
  let frames = 0;
  let host: RawHost | undefined;
  let complete = false;
  let problem: string | undefined;
  let noise = '';
  const answers = new Map<string, AnyAnswer>();
  const asks = new Map<string, Ask>();

  const start = (): boolean => {
    const mark = wanted === undefined ? /(?:^|\n)pretrip-raw\/1 ([A-Za-z0-9]{8,64})\n/ : new RegExp(`(?:^|\\n)${magic} (${wanted})\\n`);
    const found = mark.exec(buffer.toString('latin1'));
    if (!found) {
      if (buffer.length > maxNoise) problem = 'no capture script answers: there is only other output';
      return false;
    }
    nonce = found[1] as string;
    noise = buffer.subarray(0, found.index).toString('utf8');
    buffer = buffer.subarray(found.index + found[0].length);
    started = true;
    return true;
  };

  /** Reads one frame; false when more bytes are needed. */
  const frame = (): boolean => {
    const end = buffer.indexOf(10);
    if (end < 0 || end > maxHeader) {
      if (buffer.length > maxHeader) problem = `frame ${frames + 1} has no header`;
      return false;
    }
    const words = buffer.toString('latin1', 0, end).split(' ');
    const length = Number(words.at(-1));
    if (words[0] !== nonce || words.length < 3 || !/^\d{1,9}$/.test(words.at(-1) ?? '') || length > maxFrame) {
      problem = `frame ${frames + 1} is broken: something else wrote into the stream, or changed it`;
      return false;
    }
    const whole = end + 1 + length + 1;
    if (buffer.length < whole) {
      need = whole - buffer.length;
      return false;
    }
    if (buffer[whole - 1] !== 10) {
      problem = `frame ${frames + 1} is not as long as it says: the stream was changed on its way, perhaps by a terminal`;
      return false;
    }
    const body = buffer.subarray(end + 1, whole - 1);
    buffer = buffer.subarray(whole);
    take(words.slice(1, -1), body);
    return true;
  };

  const take = (words: readonly string[], body: Buffer): void => {
    if (words[0] === 'end') {
      if (Number(words[1]) === frames) complete = true;
      else problem = `the end speaks of ${words[1]} frames, and ${frames} came`;
      return;
    }
    frames++;
    if (words[0] === 'host') {
      host = host ?? hostIn(body.toString('utf8'));
      return;
    }
    const found = answersIn(words, body);
    if (!found) {
      problem = `frame ${frames} makes no sense: ${words.join(' ')}`;
      return;
    }
    // The first answer counts: no later frame can take it back.
    for (const [ask, answer] of found) {
      const key = keyOf(ask);
      if (answers.has(key)) continue;
      answers.set(key, answer);
      asks.set(key, ask);
    }
  };

  return {
    push(bytes) {
      if (complete || problem) return true;
      pending.push(Buffer.from(bytes));
      pendingBytes += bytes.length;
      if (pendingBytes < need) return false;
      buffer = Buffer.concat([buffer, ...pending]);
      pending = [];
      pendingBytes = 0;
      need = 1;
      if (!started && !start()) return problem !== undefined;
      while (!complete && !problem && frame());
      return complete || problem !== undefined;
    },
    result: () => ({
      nonce,
      ...(host ? { host } : {}),
      answers,
      asks,
      complete,
      ...(problem !== undefined ? { problem } : complete ? {} : { problem: started ? 'the stream was cut off' : 'no capture script answers' }),
    }),
    noise: () => (started ? noise : Buffer.concat([buffer, ...pending]).toString('utf8')),
  };
}

/** Reads a whole stream. Whatever follows the end mark is not looked at. */
export function parseRaw(bytes: Uint8Array, nonce?: string): Raw {
  const reader = rawReader(nonce);
  reader.push(bytes);
  return reader.result();
}

/** Whether a file starts like the output of a capture script, perhaps after what a login printed. */
export function looksLikeRaw(head: Uint8Array): boolean {
  return /(?:^|\n)pretrip-raw\/1 [A-Za-z0-9]{8,64}\n/.test(Buffer.from(head).toString('latin1'));
}

function hostIn(text: string): RawHost | undefined {
  const lines = text.split('\n').map((l) => [l.slice(0, l.indexOf('=')), l.slice(l.indexOf('=') + 1)] as const);
  const value = (name: string): string => lines.find(([n]) => n === name)?.[1] ?? '';
  const [uid, gid, time] = ['uid', 'gid', 'time'].map((n) => (/^\d{1,12}$/.test(value(n)) ? Number(value(n)) : undefined));
  if (uid === undefined || gid === undefined || time === undefined || !value('home').startsWith('/')) return undefined;
  return {
    user: { name: value('user') || String(uid), uid, gid, home: value('home') },
    name: value('name') || 'host',
    time,
    tool: value('tool'),
    files: lines.flatMap(([n, v]) => (n === 'file' ? [v] : [])),
  };
}

/**
 * Answers from what a script brought. A name that a complete listing of its directory lacks is absent, and so
 * is all below what is absent: the script does not spell that out. Undefined: the script did not look.
 */
export function answerFrom(answers: ReadonlyMap<string, AnyAnswer>, ask: Ask): AnyAnswer | undefined {
  const own = answers.get(keyOf(ask));
  if (own) return own;
  // The script reads the name of every process that is there when it gets to it: the others had ended.
  if (ask.do === 'read' && /^\/proc\/\d+\/comm$/.test(ask.path) && answers.has('list /proc') && answers.has('read /proc/1/comm')) return { is: 'absent' };
  if (!isOfDisk(ask)) return undefined;
  return isAbsent(answers, ask.path) ? { is: 'absent' } : undefined;
}

function isAbsent(answers: ReadonlyMap<string, AnyAnswer>, path: string): boolean {
  const cut = path.lastIndexOf('/');
  const parent = path.slice(0, cut) || '/';
  const name = path.slice(cut + 1);
  if (cut < 0 || path === '/' || name === '' || name === '.' || name === '..') return false;
  const listing = answers.get(`list ${parent}`);
  if (listing?.is === 'absent' || answers.get(`stat ${parent}`)?.is === 'absent') return true;
  if (listing?.is === 'got') return !(listing.value as readonly string[]).includes(name);
  return listing === undefined && isAbsent(answers, parent);
}
