/** Asks a target and keeps what it answered, each ask once. */
import { createHmac, randomBytes } from 'node:crypto';
import type { Account, AnyAnswer, Ask, Asking, Target } from '../facts/ask.ts';
import { keyOf } from '../facts/asks.ts';
import { placeholder } from '../facts/redacted.ts';
import { settleAsync } from '../facts/settle.ts';
import { type Budget, usualBudget, within } from './budget.ts';
import { redact } from './redact/redact.ts';
import type { Mark } from './redact/state.ts';
import { type Answered, type Header, type Snapshot, type Source, snapshotOf } from './snapshot/snapshot.ts';

/** When the inspection takes place, and what was named for it. */
export interface Occasion {
  /** RFC 3339. */
  readonly takenAt: string;
  /** Paths of k3d files and scripts to look at. */
  readonly files: readonly string[];
  /** Names given with --account. */
  readonly accounts?: readonly string[];
}

/** A target with its name, its sort and the account that inspects. */
export interface Host {
  readonly kind: string;
  readonly name: string;
  /** A name that lasts, where `name` is an accident. */
  readonly identity?: string;
  readonly user: Account;
  readonly target: Target;
  /** False: no running host answers; see {@link Header}. */
  readonly running?: boolean;
  /** The time that a host written down speaks of, instead of now. */
  readonly takenAt?: string;
  /** Files that were named when it was captured, instead of those named now. */
  readonly files?: readonly string[];
  /** Accounts that were named when it was captured; those named now count instead. */
  readonly accounts?: readonly string[];
  /** Directories at the top that are missing: it is a part of a host. */
  readonly lacks?: readonly string[];
  /** False: it was captured earlier, and the capture was cut off. */
  readonly complete?: boolean;
  /** The recordings that answer, where several were put together. */
  readonly from?: readonly Source[];
  /** What the target may cost in all; see budget.ts. */
  readonly budget?: Budget;
  /** All that a capture script told of so far, asked for or not. */
  readonly looked?: () => Iterable<Answered>;
}

/**
 * Told before each round of asks: which it is, how many asks were answered so far, and how many will be after it; and while
 * it goes on, what takes long.
 */
export type Progress = (round: number, answered: number, asked: number, busy?: string) => void;

/**
 * Runs a probe against a target and returns the recording. What the probe itself
 * concludes is thrown away: a live host is judged on its recording, as every other.
 */
export async function record<T>(probe: Asking<T>, on: Host, occasion: Occasion, tool: string, progress?: Progress): Promise<Snapshot> {
  const { takenAt = occasion.takenAt, files = occasion.files } = on;
  const accounts = accountsOf(on, occasion);
  const answers = new Map<string, Answered>();
  let round = 0;
  const mark = keyedMark();
  const target = within(on.target, on.budget ?? usualBudget, on.looked !== undefined);
  await settleAsync(probe, async (asks) => {
    const fresh = new Map(asks.filter((a) => !answers.has(keyOf(a))).map((a) => [keyOf(a), a]));
    const wanted = [...fresh.values()];
    progress?.(++round, answers.size, answers.size + wanted.length);
    const got = await target.answer(wanted, (busy) => progress?.(round, answers.size, answers.size + wanted.length, busy));
    for (const [at, ask] of wanted.entries()) answers.set(keyOf(ask), { ask, answer: redact(ask, got[at] as AnyAnswer, mark) });
    return asks.map((a) => answers.get(keyOf(a))?.answer as AnyAnswer);
  });
  const header: Header = {
    pretrip: 'snapshot/1',
    kind: on.kind,
    name: on.name,
    ...(on.identity === undefined || on.identity === on.name ? {} : { identity: on.identity }),
    takenAt,
    user: on.user,
    tool,
    ...(files.length > 0 ? { files } : {}),
    ...(accounts.length > 0 ? { accounts } : {}),
    ...(on.lacks ? { lacks: on.lacks } : {}),
    ...(on.running === false ? { running: false } : {}),
    ...(on.from ? { from: on.from } : {}),
  };
  const snapshot = { ...snapshotOf(header, answers.values()), truncated: on.complete === false };
  const { looked } = on;
  if (!looked) return snapshot;
  const masked = ({ ask, answer }: Answered): Answered => ({ ask, answer: redact(ask, answer, mark) });
  return { ...snapshot, beside: () => [...looked()].filter(({ ask }) => !answers.has(keyOf(ask))).map(masked) };
}

/** Whose containers it is about: those named now, or when it was captured. */
export const accountsOf = (on: Pick<Host, 'accounts'>, { accounts = [] }: Pick<Occasion, 'accounts'>): readonly string[] =>
  accounts.length > 0 ? accounts : (on.accounts ?? []);

/** Placeholders with a hash under a key that nobody keeps: equal within one recording, and worthless outside it. */
function keyedMark(): Mark {
  const key = randomBytes(32);
  return (secret) => placeholder(createHmac('sha256', key).update(secret).digest('hex').slice(0, 12));
}

/** Answers from a recording. What it does not hold was not recorded: unknown, never a guess. */
export function replay(snapshot: Snapshot): (ask: Ask) => AnyAnswer {
  return (ask) => snapshot.answers.get(keyOf(ask))?.answer ?? { is: 'blocked', why: 'not-recorded' };
}
