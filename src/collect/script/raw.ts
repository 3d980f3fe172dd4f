/**
 * What a capture script prints → the answers that the same asks would get on the host itself. Pure.
 *
 * Frames carry their length, and a mark that only the script knew: no file content can be taken for one.
 */
import type { Account, AnyAnswer, Ask } from '../../facts/ask.ts';
import { isOfPath, keyOf } from '../../facts/asks.ts';
import type { Answered } from '../snapshot/snapshot.ts';
import { answersIn } from './answers.ts';
import { frameIn, type Start, startIn } from './frames.ts';
import { Sums } from './sums.ts';

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
  readonly accounts: readonly string[];
}

/** The answers that arrived. `complete`: the end mark was there, and counts what came before. */
export interface Raw {
  readonly nonce: string;
  readonly host?: RawHost;
  readonly answers: ReadonlyMap<string, AnyAnswer>;
  /** The asks behind the answers: all that the script looked at and told of. */
  readonly asks: ReadonlyMap<string, Ask>;
  readonly complete: boolean;
  /** It was changed, or makes no sense: not even what came before can be relied on. Not set where it was merely cut off. */
  readonly broken?: true;
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

/** All that a script looked at and told of. */
export const lookedAt = ({ asks, answers }: Pick<Raw, 'asks' | 'answers'>): Answered[] =>
  [...asks].flatMap(([key, ask]) => {
    const answer = answers.get(key);
    return answer ? [{ ask, answer }] : [];
  });

/** What the frames told so far. */
interface Heard {
  frames: number;
  host?: RawHost;
  readonly answers: Map<string, AnyAnswer>;
  readonly asks: Map<string, Ask>;
  complete: boolean;
  /** The end was there, and counts what came before. */
  ended: boolean;
}

/** Takes one frame in. Returns why it makes no sense, if it makes none. */
function take(heard: Heard, words: readonly string[], body: Buffer): string | undefined {
  if (words[0] === 'end') {
    heard.ended = Number(words[1]) === heard.frames;
    return heard.ended ? undefined : `the end speaks of ${words[1]} frames, and ${heard.frames} came`;
  }
  heard.frames++;
  if (words[0] === 'host') {
    const host = heard.host ?? hostIn(body.toString('utf8'));
    if (host) heard.host = host;
    return undefined;
  }
  const found = answersIn(words, body);
  if (!found) return `frame ${heard.frames} makes no sense: ${words.join(' ')}`;
  // The first answer counts: no later frame can take it back.
  for (const [ask, answer] of found) {
    const key = keyOf(ask);
    if (heard.answers.has(key)) continue;
    heard.answers.set(key, answer);
    heard.asks.set(key, ask);
  }
  return undefined;
}

/** Bytes that arrive in pieces, put together only when enough of them are there to look again. */
class Arriving {
  whole: Buffer = Buffer.alloc(0);
  /** Bytes that must come before it is worth looking again. */
  need = 1;
  #pieces: Buffer[] = [];
  #bytes = 0;

  /** Whether it is worth looking. */
  add(bytes: Uint8Array): boolean {
    this.#pieces.push(Buffer.from(bytes));
    this.#bytes += bytes.length;
    if (this.#bytes < this.need) return false;
    this.whole = this.all();
    this.#pieces = [];
    this.#bytes = 0;
    this.need = 1;
    return true;
  }

  /** Everything that is not read yet. */
  all(): Buffer {
    return Buffer.concat([this.whole, ...this.#pieces]);
  }
}

/** Reads a stream as it arrives. With `nonce`, only a script of that mark is believed. */
export function rawReader(wanted?: string): RawReader {
  const arriving = new Arriving();
  const heard: Heard = { frames: 0, answers: new Map(), asks: new Map(), complete: false, ended: false };
  const sums = new Sums();
  let started: Start | undefined;
  let problem: string | undefined;

  /** Reads the start mark or one frame; false when that cannot be. */
  const step = (): boolean => {
    const found = started ? frameIn(arriving.whole, started.nonce, heard.frames + 1) : startIn(arriving.whole, wanted);
    if ('problem' in found) problem = found.problem;
    else if ('atLeast' in found) arriving.need = found.atLeast;
    else {
      const read = arriving.whole.subarray(0, arriving.whole.length - found.rest.length);
      arriving.whole = found.rest;
      if ('nonce' in found) started = found;
      else if (heard.ended) problem = sums.differ(found.words);
      else {
        sums.add(read);
        problem = take(heard, found.words, found.body);
      }
      heard.complete = problem === undefined && heard.ended && (!started?.digested || !('nonce' in found || found.words[0] === 'end'));
      return problem === undefined && !heard.complete;
    }
    return false;
  };

  const over = (): boolean => heard.complete || problem !== undefined;
  return {
    push(bytes) {
      if (!over() && arriving.add(bytes)) while (step());
      return over();
    },
    result() {
      // Whoever copied the text may have left out its last line break.
      if (!over() && heard.ended && /^\S+ digest [^\n]* 0\n?$/.test(arriving.all().toString('latin1')) && arriving.add(Buffer.from('\n\n'))) step();
      // A frame that wants more than came, though the end came, had its length changed.
      if (!over() && started?.digested && arriving.all().includes(`${started.nonce} digest `))
        problem = 'a frame claims more than came: the stream was changed on its way';
      const { host, answers, asks, complete } = heard;
      const why = problem ?? (complete ? undefined : started ? 'the stream was cut off' : 'no capture script answers');
      return {
        nonce: started?.nonce ?? wanted ?? '',
        ...(host ? { host } : {}),
        answers,
        asks,
        complete,
        ...(problem === undefined ? {} : { broken: true }),
        ...(why === undefined ? {} : { problem: why }),
      };
    },
    noise: () => started?.noise ?? arriving.all().toString('utf8'),
  };
}

/** Reads a whole stream. Whatever follows the end mark is not looked at. */
export function parseRaw(bytes: Uint8Array, nonce?: string): Raw {
  const reader = rawReader(nonce);
  reader.push(bytes);
  return reader.result();
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
    accounts: lines.flatMap(([n, v]) => (n === 'account' ? [v] : [])),
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
  if (!isOfPath(ask)) return undefined;
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
