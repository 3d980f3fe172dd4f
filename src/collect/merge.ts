/**
 * A recording and a further capture of the same host → one host that answers with both. What the first one knows
 * stands; the second fills what it could not look at. Where both looked and saw different things, nobody knows.
 */
import type { Account, AnyAnswer, Ask, Target } from '../facts/ask.ts';
import { isOfPath, keyOf } from '../facts/asks.ts';
import { withoutHashes } from '../facts/redacted.ts';
import { legible } from './disk/limits.ts';
import { redact } from './redact/redact.ts';
import { answerFrom } from './script/raw.ts';
import type { Snapshot } from './snapshot/snapshot.ts';

/** A further capture. */
export interface Further {
  readonly name: string;
  readonly user: Account;
  readonly answers: ReadonlyMap<string, AnyAnswer>;
}

export interface Merged {
  readonly target: Target;
  /** Asks that the two answered differently, so far. */
  readonly disagreed: ReadonlySet<string>;
}

/** Files that tell one host from another, and that nearly every capture holds. */
const tells = ['/etc/os-release', '/etc/passwd'];
export const tellingAsks: readonly Ask[] = tells.map((path) => ({ do: 'read', path }));

/** Why the two cannot be of one host, or undefined. */
export function differentHosts(first: Snapshot, further: Further): string | undefined {
  const short = (name: string): string => name.toLowerCase().replace(/^.*@/, '').replace(/:\d+$/, '');
  const [a, b] = [short(first.header.name), short(further.name)];
  const label = (name: string): string => (/^[\d.]+$|:/.test(name) ? name : (name.split('.')[0] ?? name));
  if (a !== b && !((a === label(a) || b === label(b)) && label(a) === label(b))) return `one is of "${first.header.name}", the other of "${further.name}"`;
  const differs = tellingAsks.find((ask) => {
    const [one, other] = [first.answers.get(keyOf(ask))?.answer, furtherAnswer(first.header.user, further, ask)];
    return one?.is === 'got' && other?.is === 'got' && comparable(one) !== comparable(other);
  });
  return differs && `${keyOf(differs).slice(5)} is not the same in both: another host, or it was changed in between`;
}

const comparable = (answer: AnyAnswer): string => withoutHashes(JSON.stringify(answer));

/** Answers from the first recording, filled up with what the further capture saw. */
export function merge(first: Snapshot, further: Further): Merged {
  const disagreed = new Set<string>();
  const answer = (ask: Ask): AnyAnswer => {
    const known = first.answers.get(keyOf(ask))?.answer ?? { is: 'blocked', why: 'not-recorded' };
    const seen = furtherAnswer(first.header.user, further, ask);
    if (!seen || seen.is === 'blocked') return known;
    if (known.is === 'blocked') return legible(ask, seen);
    // What /proc tells of the process that looks is another question for another process.
    if (ask.do === 'read' && ask.path.startsWith('/proc/self/')) return known;
    // Which processes there are, and what they do, is a matter of the moment: that of the first capture counts.
    if (isOfPath(ask) && /^\/proc(?:\/\d+(?:\/.*)?)?$/.test(ask.path)) return known;
    if (comparable(known) === comparable(seen)) return known;
    disagreed.add(keyOf(ask));
    return { is: 'blocked', why: 'failed', said: 'the two captures disagree' };
  };
  return { target: { answer: async (asks) => asks.map(answer) }, disagreed };
}

/** What the further capture saw of an ask of the first; undefined where it was not asked the same. */
function furtherAnswer(user: Account, further: Further, ask: Ask): AnyAnswer | undefined {
  const same = user.name === further.user.name && user.uid === further.user.uid;
  const own = (a: Ask): AnyAnswer | undefined => {
    const answer = answerFrom(further.answers, a);
    return answer && redact(a, answer);
  };
  if (ask.do === 'env') return same ? own(ask) : undefined;
  if (ask.do !== 'run' || same) return own(ask);
  // A program answers the account that it runs as: only the same one's answer counts, or one that is the same for all.
  const as = ask.user ?? user;
  const named = own({ do: 'run', argv: ask.argv, user: as });
  if (named) return named;
  return as.name === further.user.name || isForAll(ask.argv) ? own({ do: 'run', argv: ask.argv }) : undefined;
}

/** Programs that tell every account the same. */
function isForAll(argv: readonly string[]): boolean {
  const [program = ''] = argv;
  return argv.at(-1) === '--version' || program === 'getcap' || program === 'rpm' || (program === 'systemctl' && !argv.includes('--user'));
}
