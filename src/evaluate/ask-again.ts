/** An ask that nobody could answer → with what privilege it could be, or that only a person can look. */
import type { Account, Ask, Blocked } from '../facts/ask.ts';
import { placeOf } from '../facts/asks.ts';
import type { Unknown } from '../facts/fact.ts';
import { unknown } from '../facts/fact.ts';
import type { Missing, Privilege } from '../verdicts/report.ts';

/** Who inspected what. */
export interface Inspected {
  readonly audited: Account;
  /** Whether a running host answered: of a root directory, none does. */
  readonly running: boolean;
}

/** What no capture would decide. */
export function lookAt(why: Unknown): Missing {
  const path = why.where[0]?.path;
  return { do: 'look', ...(path === undefined ? {} : { path }), because: why.said };
}

/** The same ask, and who may put it; or `look` where asking again would give the same. */
export function askAgain(ask: Ask, blocked: Blocked, inspected: Inspected): Missing {
  const because = unknown(blocked, '')
    .said.replace(/: (?=\(|$)/, ' ')
    .trim();
  const privilege = privilegeFor(ask, blocked, inspected);
  if (privilege === undefined) return { do: 'look', path: placeOf(ask), because };
  if (ask.do !== 'run') return { ...ask, privilege, because };
  // A program is asked as the account that it was asked as: another one would get other answers.
  const user = ask.user ?? (inspected.audited.uid === 0 ? undefined : inspected.audited);
  return { do: 'run', argv: ask.argv, ...(user ? { user } : {}), privilege, because };
}

/** Undefined: nobody's privilege would help. */
function privilegeFor(ask: Ask, { why }: Blocked, { audited, running }: Inspected): Privilege | undefined {
  const same: Privilege = audited.uid === 0 ? 'root' : `user ${audited.name}`;
  switch (why) {
    case 'denied':
      if (audited.uid === 0) return undefined;
      // A program that the account may not start stays closed to it; for somebody else, root can start it.
      return ask.do === 'run' && (ask.user === undefined || ask.user.uid === audited.uid) ? undefined : 'root';
    case 'unsupported':
      return running ? undefined : 'running host';
    case 'timeout':
    case 'not-recorded':
      return ask.do === 'run' && ask.user && ask.user.uid !== audited.uid ? 'root' : same;
    default:
      return undefined;
  }
}
