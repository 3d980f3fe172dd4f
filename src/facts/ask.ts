/**
 * What a probe is written with: the questions that it may put to a target, and the answers that it may get.
 *
 * A probe is a generator that yields batches of asks and returns what it
 * learnt. It can only ask: one driver talks to a target and records, another
 * replays a recording, and neither can tell the probe anything else.
 */

import type { Account } from './account.ts';
import type { Answer, Content, Output, Response, Stat } from './answer.ts';
import type { AnyAnswer, Ask } from './asks.ts';
import type { Database, Packages } from './packages.ts';
import { settledNow } from './settle.ts';
import type { Walk } from './walk.ts';

export { type Account, accountKey } from './account.ts';
export type { Answer, Blocked, Content, FileType, Inode, Output, Response, Stat, Why } from './answer.ts';
export type { AnyAnswer, Ask } from './asks.ts';

/** A probe: yields batches of asks, is resumed with their answers in the same order, returns what it learnt. */
export type Asking<T> = Generator<readonly Ask[], T, readonly AnyAnswer[]>;

/** The port a target implements. Answers come in the order of the asks. Never throws for what the target refuses. */
export interface Target {
  /** `busy` is told what takes long, now and then. */
  answer(asks: readonly Ask[], busy?: (what: string) => void): Promise<readonly AnyAnswer[]>;
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

/** Walks a file system from a directory down; see walk.ts. `names`: base names that are told of whatever they are, `*` for any characters. */
export function* walk(top: string, names: readonly string[]): Asking<Answer<Walk>> {
  const [answer] = yield [{ do: 'walk', top, names }];
  return answer as Answer<Walk>;
}

/** The installed packages of a database. */
export function* packages(of: Database): Asking<Answer<Packages>> {
  const [answer] = yield [{ do: 'packages', of }];
  return answer as Answer<Packages>;
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
