/** Asks a target and keeps what it answered, each ask once. */
import { createHmac, randomBytes } from 'node:crypto';
import type { Account, AnyAnswer, Ask, Asking, Target } from '../facts/ask.ts';
import { keyOf } from '../facts/ask.ts';
import { placeholder } from '../facts/redacted.ts';
import { settleAsync } from '../facts/settle.ts';
import { redact } from './redact/redact.ts';
import type { Mark } from './redact/state.ts';
import { type Answered, type Header, type Snapshot, type Source, snapshotOf } from './snapshot/snapshot.ts';

/** What the inspection itself knows and probes may ask for as a variable. */
export interface Given {
  /** RFC 3339. */
  readonly takenAt: string;
  /** Absolute paths of k3d files and scripts to look at. */
  readonly files: readonly string[];
}

/** A target with its name, its sort and the account that inspects. */
export interface Host {
  readonly kind: string;
  readonly name: string;
  readonly user: Account;
  readonly target: Target;
  /** The time that a host written down speaks of, instead of now. */
  readonly takenAt?: string;
  /** The recordings that answer, where several were put together. */
  readonly from?: readonly Source[];
  /** All that a capture script told of so far, asked for or not. */
  readonly looked?: () => Iterable<Answered>;
}

/**
 * Runs a probe against a target and returns the recording. What the probe itself
 * concludes is thrown away: a live host is judged on its recording, as every other.
 */
export async function record<T>(probe: Asking<T>, on: Host, asked: Given, tool: string, progress?: (asked: number) => void): Promise<Snapshot> {
  const answers = new Map<string, Answered>();
  const mark = keyedMark();
  const given = on.takenAt === undefined ? asked : { ...asked, takenAt: on.takenAt };
  await settleAsync(probe, async (asks) => {
    const fresh = new Map(asks.filter((a) => !answers.has(keyOf(a))).map((a) => [keyOf(a), a]));
    const wanted = [...fresh.values()].filter((a) => ownAnswer(a, given) === undefined);
    const got = await on.target.answer(wanted);
    for (const [at, ask] of wanted.entries()) answers.set(keyOf(ask), { ask, answer: redact(ask, got[at] as AnyAnswer, mark) });
    for (const ask of fresh.values()) {
      const own = ownAnswer(ask, given);
      if (own) answers.set(keyOf(ask), { ask, answer: own });
    }
    progress?.(answers.size);
    return asks.map((a) => answers.get(keyOf(a))?.answer as AnyAnswer);
  });
  const header: Header = {
    pretrip: 'snapshot/1',
    kind: on.kind,
    name: on.name,
    takenAt: given.takenAt,
    user: on.user,
    tool,
    ...(on.from ? { from: on.from } : {}),
  };
  const snapshot = snapshotOf(header, answers.values());
  const { looked } = on;
  if (!looked) return snapshot;
  const masked = ({ ask, answer }: Answered): Answered => ({ ask, answer: redact(ask, answer, mark) });
  return { ...snapshot, beside: () => [...looked()].filter(({ ask }) => !answers.has(keyOf(ask))).map(masked) };
}

/** Placeholders with a hash under a key that nobody keeps: equal within one recording, and worthless outside it. */
function keyedMark(): Mark {
  const key = randomBytes(32);
  return (secret) => placeholder(createHmac('sha256', key).update(secret).digest('hex').slice(0, 12));
}

/** Variables that the inspection answers, not the target. */
function ownAnswer(ask: Ask, given: Given): AnyAnswer | undefined {
  if (ask.do !== 'env') return undefined;
  if (ask.name === 'PRETRIP_NOW') return { is: 'got', value: given.takenAt };
  if (ask.name === 'PRETRIP_FILES') return given.files.length > 0 ? { is: 'got', value: given.files.join('\n') } : { is: 'absent' };
  return undefined;
}

/** Answers from a recording. What it does not hold was not recorded: unknown, never a guess. */
export function replay(snapshot: Snapshot): (ask: Ask) => AnyAnswer {
  return (ask) => snapshot.answers.get(keyOf(ask))?.answer ?? { is: 'blocked', why: 'not-recorded' };
}
