/** What one target may cost in all: bytes, names of directories, time. What is left over when it is used up is unknown, with the reason. */
import type { AnyAnswer, Ask, Target } from '../facts/ask.ts';
import { limits } from './disk/limits.ts';

/** Limits of everything that is asked of one target. */
export interface Budget {
  /** Bytes of files, of what programs print and of what sockets answer. */
  readonly bytes: number;
  /** Names in all directories. */
  readonly names: number;
  readonly seconds: number;
}

export const usualBudget: Budget = { bytes: 128 * 1024 * 1024, names: 500_000, seconds: 1800 };

/** Asks that are put at once to a target that reads files here: as many as may be too large together. */
const together = limits.parallel;

/** A target that is asked no more once the budget is used up. `atOnce`: all asks of a round go in one, since each round is a trip. */
export function within(target: Target, budget: Budget, atOnce: boolean): Target {
  const until = Date.now() + budget.seconds * 1000;
  let bytes = 0;
  let names = 0;
  const used = (): string | undefined => {
    if (bytes >= budget.bytes) return `all answers together have ${budget.bytes} bytes already, the most that is taken from one target`;
    if (names >= budget.names) return `all directories together have ${budget.names} names already, the most that is taken from one target`;
    return Date.now() > until ? `the inspection has taken ${budget.seconds} s already, the most that one target may take` : undefined;
  };
  const count = (answer: AnyAnswer): AnyAnswer => {
    if (answer.is !== 'got') return answer;
    if (Array.isArray(answer.value)) names += answer.value.length;
    else bytes += sizeOf(answer.value as object | string);
    return answer;
  };
  return {
    async answer(asks, busy) {
      const answers: AnyAnswer[] = [];
      const step = atOnce ? Math.max(asks.length, 1) : together;
      for (let at = 0; at < asks.length; at += step) {
        const some: readonly Ask[] = asks.slice(at, at + step);
        const said = used();
        const got = said === undefined ? await target.answer(some, busy) : some.map((): AnyAnswer => ({ is: 'blocked', why: 'too-large', said }));
        for (const answer of got) answers.push(count(answer));
      }
      return answers;
    },
  };
}

/** Characters of all texts in an answer. */
function sizeOf(value: object | string): number {
  if (typeof value === 'string') return value.length;
  return Object.values(value).reduce<number>((sum, part) => sum + (typeof part === 'string' ? part.length : 0), 0);
}
