/**
 * Open questions → the smallest further capture that would answer them. A question is put again to the same answers,
 * watching which of them were blocked; those without which it would be answered all the same are left out.
 */

import { leavesOpen } from '../expect/expectation.ts';
import type { Account, AnyAnswer, Ask, Asking, Blocked } from '../facts/ask.ts';
import { keyOf, placeOf } from '../facts/asks.ts';
import type { Unknown } from '../facts/fact.ts';
import type { Given, Kind } from '../facts/kind.ts';
import { settle, settlingOn } from '../facts/settle.ts';
import { probeFor } from '../plan/questions.ts';
import type { Missing } from '../verdicts/report.ts';
import { askAgain, lookAt } from './ask-again.ts';
import type { Open } from './judge.ts';

export interface Seen {
  readonly kinds: ReadonlyMap<string, Kind>;
  /** The account that inspected. */
  readonly audited: Account;
  readonly given: Given;
  /** Whether a running host answered. */
  readonly running: boolean;
  readonly answer: (ask: Ask) => AnyAnswer;
}

/** `withNothingShut` runs probes as if nothing that nobody could look at were there: for all questions it is the same. */
interface Again extends Seen {
  readonly withNothingShut: <T>(probe: Asking<T>) => T;
}

interface Met {
  readonly ask: Ask;
  readonly blocked: Blocked;
}

/** What the host is asked. */
type Asked = Exclude<Open, { readonly question: string }>;

/** More blocked answers than this are not told apart: each costs one more look at the question. */
const most = 40;

/** Finds what is missing; remembers what it found, since verdicts share questions. */
export function missingIn(host: Seen): (open: readonly Open[]) => Missing[] {
  const seen: Again = { ...host, withNothingShut: settlingOn(supposing(host)) };
  const known = new Map<string, readonly Missing[]>();
  return (open) => {
    const all = open.flatMap((question) => {
      const key = JSON.stringify(question);
      const found = known.get(key) ?? answering(question, seen);
      known.set(key, found);
      return found;
    });
    return once(all);
  };
}

function answering(open: Open, seen: Again): readonly Missing[] {
  // What only a person can tell, no capture does.
  if ('question' in open) return [{ do: 'look', because: open.why.said }];
  const needed = blockedBehind(open, seen).map(({ ask, blocked }) => askAgain(ask, blocked, seen));
  // A file that is broken, or a thing that can be read in two ways, may not matter once the rest is known.
  if (open.why.why === 'unparsable' || open.why.why === 'ambiguous') return [byHand(open.why), ...needed];
  return needed.length > 0 ? needed : [lookAt(open.why)];
}

function byHand(why: Unknown): Missing {
  const path = why.where[0]?.path;
  // What a program printed is nobody's to mend.
  return why.why !== 'unparsable' || path === undefined || !path.startsWith('/') ? lookAt(why) : { do: 'mend', path, because: why.said };
}

/** The blocked answers without which the question would not be open. */
function blockedBehind(open: Asked, seen: Again): Met[] {
  const met = new Map<string, Met>();
  const watching = (ask: Ask): AnyAnswer => {
    const answer = seen.answer(ask);
    if (answer.is === 'blocked') met.set(keyOf(ask), { ask, blocked: answer });
    return answer;
  };
  staysOpen(open, seen, on(watching));
  const all = [...met.values()];
  if (all.length > most) return all;
  // Supposing that what nobody could look at is not there: whose absence does the answer hang on?
  if (staysOpen(open, seen, seen.withNothingShut)) return all;
  const named = new Set(open.why.where.map((w) => w.path));
  const needed = all.filter(({ ask }) => named.has(placeOf(ask)) || staysOpen(open, seen, on(supposing(seen, keyOf(ask)))));
  return needed.length > 0 ? needed : all;
}

/** Answers as if what nobody could look at were not there, but for one. */
const supposing =
  ({ answer }: Seen, kept?: string) =>
  (ask: Ask): AnyAnswer => {
    const got = answer(ask);
    return got.is === 'blocked' && keyOf(ask) !== kept ? { is: 'absent' } : got;
  };

const on =
  (answer: (ask: Ask) => AnyAnswer) =>
  <T>(probe: Asking<T>): T =>
    settle(probe, answer);

/** Whether a question is open still with these answers. A crash is one for the inspection to report. */
function staysOpen(open: Asked, { kinds, audited, given }: Seen, ask: <T>(probe: Asking<T>) => T): boolean {
  try {
    if (!('find' in open)) {
      const kind = kinds.get(open.kind);
      return kind === undefined || leavesOpen(ask(probeFor({ kind, query: open.query, as: open.as }, { audited, given })), open.path);
    }
    const find = kinds.get(open.find)?.find;
    const found = find && ask(find.learn(audited, given));
    return found?.is !== 'known' || found.incomplete !== undefined || found.each.some((s) => s.fact.gaps.size > 0);
  } catch {
    return true;
  }
}

function once(all: readonly Missing[]): Missing[] {
  const sorted = all.map((m) => [JSON.stringify(m), m] as const).sort(([a], [b]) => (a < b ? -1 : 1));
  return [...new Map(sorted).values()];
}
