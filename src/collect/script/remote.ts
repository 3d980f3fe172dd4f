/** A host at the other end of a shell: everything foreseen in one round, the rest by name over the same connection. */
import { randomBytes } from 'node:crypto';
import type { AnyAnswer, Ask, Target } from '../../facts/ask.ts';
import { keyOf } from '../../facts/asks.ts';
import type { Pattern } from '../../facts/pattern.ts';
import { legible } from '../disk/limits.ts';
import type { Answered } from '../snapshot/snapshot.ts';
import { answerFrom, lookedAt, type Raw, type RawHost } from './raw.ts';
import { captureScript, followUpScript } from './render.ts';
import type { Session } from './session.ts';

/** What the first script asks. */
export interface Questions {
  readonly patterns: readonly Pattern[];
  readonly tool: string;
  readonly files: readonly string[];
  readonly accounts?: readonly string[];
  readonly traces: readonly string[];
  /** Seconds that one program may take. */
  readonly seconds?: number;
  /** Asked by name at once; see {@link captureScript}. */
  readonly asks?: readonly Ask[];
}

export interface Remote {
  readonly host: RawHost;
  readonly target: Target;
  /** All that the scripts told of so far. */
  looked(): readonly Answered[];
  /** Scripts that were run so far. */
  rounds(): number;
}

/** A mark for the frames of one script: letters and digits, not to be guessed. */
export const newNonce = (): string => randomBytes(15).toString('hex');

/** Runs the first script. Throws SessionError when the other side does not answer. */
export async function remote(session: Session, questions: Questions): Promise<Remote | undefined> {
  const nonce = newNonce();
  const first = await session.ask(captureScript(questions.patterns, { ...questions, nonce }), nonce);
  if (!first.host) return undefined;
  let rounds = 1;
  const settled = new Set<string>();
  const answers = new Map(first.answers);
  const asked = new Map(first.asks);
  const more = async (asks: readonly Ask[]): Promise<void> => {
    const mark = newNonce();
    rounds++;
    const raw = await session.ask(followUpScript(asks, mark), mark);
    for (const ask of asks) {
      answers.set(keyOf(ask), raw.answers.get(keyOf(ask)) ?? unanswered);
      asked.set(keyOf(ask), ask);
    }
  };
  return {
    host: first.host,
    target: {
      async answer(asks) {
        const wanted = new Map(asks.map((ask) => [keyOf(ask), ask]));
        const open = [...wanted.values()].filter((ask) => isOpen(answerFrom(answers, ask)) && !settled.has(keyOf(ask)));
        if (open.length > 0) {
          for (const ask of open) settled.add(keyOf(ask));
          await more(open);
        }
        return asks.map((ask) => legible(ask, answerFrom(answers, ask) ?? unanswered));
      },
    },
    looked: () => lookedAt({ asks: asked, answers }),
    rounds: () => rounds,
  };
}

/** The first script leaves out large files: one that a probe wants after all is asked for by name. */
const isOpen = (answer: AnyAnswer | undefined): boolean => answer === undefined || (answer.is === 'blocked' && answer.why === 'too-large');

const unanswered: AnyAnswer = { is: 'blocked', why: 'failed', said: 'the capture script gave no answer' };

/** A target for what a script brought earlier: what it did not look at was not recorded. */
export function captured(raw: Raw): Target {
  return { answer: async (asks) => asks.map((ask) => legible(ask, answerFrom(raw.answers, ask) ?? { is: 'blocked', why: 'not-recorded' })) };
}
