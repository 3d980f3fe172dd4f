/** What a state of a lab host is: how to bring it about, what the real program says of it, and which verdict must agree. */
import type { Outcome } from '../../src/verdicts/report.ts';

export type Suite = 'bullseye' | 'bookworm' | 'trixie';
export const suites: readonly Suite[] = ['bullseye', 'bookworm', 'trixie'];

/** One verdict, and the question to a real program that decides it. */
export interface Claim {
  readonly rule: string;
  /** Absent: the host itself. */
  readonly subject?: string;
  /** Shell commands that put the question; what they print, errors too, is the answer. */
  readonly ask: string;
  /** The verdict that follows from the answer. */
  readonly says: (answer: string, suite: Suite) => Outcome;
  /** Where the program works, pretrip may still warn: fail at low severity of what will come, or is untidy. */
  readonly mayWarn?: true;
  /** Ways to look that bring too little to know it: they must say that it is unknown. */
  readonly unseenBy?: readonly string[];
}

export interface State {
  /** `AREA: WHAT`. States of different areas must not touch each other: they are set up together. */
  readonly name: string;
  /** Default: all. */
  readonly suites?: readonly Suite[];
  /** More arguments for the kernel: the host is booted anew with them. */
  readonly boot?: readonly string[];
  /** Not together with states of other areas. */
  readonly alone?: true;
  /** Together with the states that name the same round, and no others. */
  readonly round?: string;
  /** Its questions may be put while others of its round are. */
  readonly apart?: true;
  /** Shell commands that bring it about, run as root with `prelude.sh`. */
  readonly setUp?: string;
  /** Shell commands after the set-up of all states that share a look; equal ones run once. */
  readonly settle?: string;
  /** Who looks, by logging in; default root. */
  readonly by?: string;
  /** Files given to pretrip with --file. */
  readonly files?: readonly string[];
  readonly params?: readonly string[];
  /** Accounts given to pretrip with --account. */
  readonly accounts?: readonly string[];
  readonly claims: readonly Claim[];
  /** Restart the host between looking and asking: the question is what comes after a boot. */
  readonly reboot?: true;
  /** Shell commands that undo it; what was saved is put back before them. */
  readonly undo?: string;
}

/** Pass when the answer holds the pattern, else fail. */
export const passIf =
  (pattern: RegExp): Claim['says'] =>
  (answer) =>
    pattern.test(answer) ? 'pass' : 'fail';

/** Fail when the answer holds the pattern, else pass. */
export const failIf =
  (pattern: RegExp): Claim['says'] =>
  (answer) =>
    pattern.test(answer) ? 'fail' : 'pass';

/** Pass when every word is in the answer. */
export const passIfWords =
  (...words: readonly string[]): Claim['says'] =>
  (answer) =>
    words.every((word) => answer.split(/[\s]+/).includes(word)) ? 'pass' : 'fail';

/** The verdict is known beforehand; the answer only shows why. */
export const always =
  (outcome: Outcome): Claim['says'] =>
  () =>
    outcome;
