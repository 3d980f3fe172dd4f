/**
 * The questions that may be put to a target, and the answers it may give.
 *
 * A probe is a generator that yields batches of asks and returns what it
 * learnt. It can only ask: one driver talks to a target and records, another
 * replays a recording, and neither can tell the probe anything else.
 */

import { settledNow } from './settle.ts';

/** The user account on whose behalf something is asked or judged. */
export interface Account {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  /** Absolute home directory, from passwd. */
  readonly home: string;
}

/** Tells accounts apart in names. */
export const accountKey = ({ name, uid, home }: Account): string => `${uid} ${name} ${home}`;

/** Everything that may be asked of a target. All of it is read-only. */
export type Ask =
  /** lstat of a path, plus what a symbolic link finally leads to. Never opens the file. */
  | { readonly do: 'stat'; readonly path: string }
  /** The content of a regular file (links are followed inside the target). */
  | { readonly do: 'read'; readonly path: string }
  /** The entry names of a directory (links are followed), sorted by bytes. */
  | { readonly do: 'list'; readonly path: string }
  /** A program's output. Never a shell string. With `user`, run as that account with its own session environment. */
  | { readonly do: 'run'; readonly argv: readonly string[]; readonly user?: Account }
  /** An HTTP GET over a local socket: who answers there? */
  | { readonly do: 'get'; readonly socket: string; readonly path: string }
  /** One variable of the environment that the inspection was started from. */
  | { readonly do: 'env'; readonly name: string };

/** Why something could not be looked at. Never a value; a rule cannot turn it into one. */
export type Why = 'denied' | 'unsupported' | 'timeout' | 'too-large' | 'failed' | 'not-text' | 'redacted' | 'not-recorded';

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

export type FileType = 'file' | 'directory' | 'link' | 'socket' | 'fifo' | 'char' | 'block';

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

/** The value type that each ask is answered with. */
export interface AnswerOf {
  stat: Stat;
  read: Content;
  list: readonly string[];
  run: Output;
  get: Response;
  env: string;
}

export type AnyAnswer = Answer<AnswerOf[keyof AnswerOf]>;

/** A probe: yields batches of asks, is resumed with their answers in the same order, returns what it learnt. */
export type Asking<T> = Generator<readonly Ask[], T, readonly AnyAnswer[]>;

/** The port a target implements. Answers come in the order of the asks. Never throws for what the target refuses. */
export interface Target {
  answer(asks: readonly Ask[]): Promise<readonly AnyAnswer[]>;
}

/** The identity of an ask: equal asks have equal keys, and keys sort asks in a stable order. */
export function keyOf(ask: Ask): string {
  switch (ask.do) {
    case 'stat':
    case 'read':
    case 'list':
      return `${ask.do} ${ask.path}`;
    case 'run':
      return `run ${ask.user ? `${ask.user.name}@` : ''}${JSON.stringify(ask.argv)}`;
    case 'get':
      return `get ${ask.socket} ${ask.path}`;
    case 'env':
      return `env ${ask.name}`;
  }
}

export function* stat(path: string): Asking<Answer<Stat>> {
  const [answer] = yield [{ do: 'stat', path }];
  return answer as Answer<Stat>;
}

/** Reads a file as text. Binary content is `blocked: not-text`, since no text parser may see it. */
export function* read(path: string): Asking<Answer<string>> {
  const [answer] = yield [{ do: 'read', path }];
  return textOf(answer as Answer<Content>);
}

// biome-ignore lint/correctness/useYield: it stands for a question that need not be asked.
export function* nothing(): Asking<undefined> {
  return undefined;
}

/** The text of a content answer; see {@link read}. */
export function textOf(answer: Answer<Content>): Answer<string> {
  if (answer.is !== 'got') return answer;
  if (answer.value.binary) return { is: 'blocked', why: 'not-text' };
  return { is: 'got', value: answer.value.text };
}

export function* list(path: string): Asking<Answer<readonly string[]>> {
  const [answer] = yield [{ do: 'list', path }];
  return answer as Answer<readonly string[]>;
}

export function* run(argv: readonly string[], user?: Account): Asking<Answer<Output>> {
  const [answer] = yield [user ? { do: 'run', argv, user } : { do: 'run', argv }];
  return answer as Answer<Output>;
}

export function* get(socket: string, path: string): Asking<Answer<Response>> {
  const [answer] = yield [{ do: 'get', socket, path }];
  return answer as Answer<Response>;
}

export function* env(name: string): Asking<Answer<string>> {
  const [answer] = yield [{ do: 'env', name }];
  return answer as Answer<string>;
}

/** What each of several probes learns, in their order. */
export type Learnt<P extends readonly Asking<unknown>[]> = { -readonly [K in keyof P]: P[K] extends Asking<infer T> ? T : never };

/**
 * Advances several probes together, so that what they ask at the same time goes out as one batch. Takes a list of probes,
 * also of different results, and returns what each learnt, in the same order.
 */
export function* together<const P extends readonly Asking<unknown>[]>(probes: P): Asking<Learnt<P>> {
  const settled = settledNow(probes);
  if (settled) return settled as Learnt<P>;
  const results: unknown[] = new Array(probes.length);
  let waiting: { at: number; probe: Asking<unknown>; asks: readonly Ask[] }[] = [];
  for (const [at, probe] of probes.entries()) {
    const step = probe.next();
    if (step.done) results[at] = step.value;
    else waiting.push({ at, probe, asks: step.value });
  }
  while (waiting.length > 0) {
    const answers = yield waiting.flatMap((w) => w.asks);
    let offset = 0;
    const still: typeof waiting = [];
    for (const { at, probe, asks } of waiting) {
      const step = probe.next(answers.slice(offset, offset + asks.length));
      offset += asks.length;
      if (step.done) results[at] = step.value;
      else still.push({ at, probe, asks: step.value });
    }
    waiting = still;
  }
  return results as Learnt<P>;
}
