/** The result document. Reporters see this and nothing else; `-o json` writes it as it is. */
import type { Ask } from '../facts/asks.ts';
import type { Json, Where } from '../facts/fact.ts';
import type { Step } from './steps.ts';

/** The kind of target that is the very host on which pretrip ran: to look again, it is started there again. */
export const ownHost = 'local';
/** The kind of target that is reached over SSH: to look as root, --sudo is given. */
export const overSsh = 'ssh';

/** Most severe first. */
export const severities = ['critical', 'high', 'medium', 'low', 'info'] as const;
export type Severity = (typeof severities)[number];

export const outcomes = ['pass', 'fail', 'unknown', 'not-applicable'] as const;
export type Outcome = (typeof outcomes)[number];

export const truths = ['yes', 'no', 'unknown'] as const;
export type Truth = (typeof truths)[number];

/** A place, and the line that stands there. */
export interface Place extends Where {
  /** The line itself as the snapshot has it, secrets masked, long ones cut. Only of files that were read. */
  readonly text?: string;
}

/** One expectation that was judged: what came of it, in words, and where it was seen. */
export interface Evidence {
  readonly truth: Truth;
  /** "engine.service_timeout is 5, wanted 0". */
  readonly said: string;
  /** Deciding place first. */
  readonly where: readonly Place[];
}

/** With what privilege something has to be asked: as root, as that account, or of the host while it runs. */
export type Privilege = 'root' | `user ${string}` | 'running host';

/**
 * One thing that helps to decide an unknown verdict: an ask of a further capture (`capture --for`), and who has to put
 * it (a program without `user`: whoever captures). To `mend` a file that cannot be parsed and to `look` by hand are
 * left to people: no capture would decide it.
 */
export type Missing = { readonly because: string } & (
  | (Ask & { readonly privilege: Privilege })
  | { readonly do: 'mend'; readonly path: string }
  | { readonly do: 'look'; readonly path?: string }
);

/** `user:alice` in its parts. */
export interface About {
  readonly kind: string;
  readonly name: string;
}

/** A subject in its parts. Of those that were not found out one by one there is no kind: undefined. */
export function aboutOf(subject: string | undefined): About | undefined {
  const [, kind, name] = /^([a-z][a-z0-9-]*):(.+)$/s.exec(subject ?? '') ?? [];
  return kind === undefined || name === undefined ? undefined : { kind, name };
}

/** What a person answered where nobody can look. It stands beside the outcome, which stays unknown. */
export interface Attested {
  /** `yes`: what the rule asks for holds. */
  readonly answer: 'yes' | 'no';
  /** Who answered. */
  readonly by: string;
  /** When, and until when it counts: a day, or RFC 3339 in UTC. */
  readonly when: string;
  readonly until: string;
  readonly note?: string;
  /** It no longer counted when the host was inspected. */
  readonly expired?: true;
}

export interface Verdict {
  readonly rule: string;
  /** What the verdict is about when the rule judges several things: `user:alice`. Absent: the host. */
  readonly subject?: string;
  /** The subject in its parts. A report in a file has it; it follows from `subject`. */
  readonly about?: About;
  /** What stays the same from run to run. A report in a file has it; it follows from rule, target and subject. */
  readonly fingerprint?: string;
  readonly outcome: Outcome;
  readonly severity: Severity;
  /** One sentence with expected and actual; for not-applicable and unknown, the reason. */
  readonly message: string;
  readonly evidence: readonly Evidence[];
  /** The steps that fix this failure, for this subject. Only for `fail`. */
  readonly remedy?: readonly Step[] | undefined;
  /** What to do so that it can be decided. Only for `unknown`. */
  readonly next?: string;
  /** The smallest further capture that would decide it, as far as can be told beforehand. Only for `unknown`, and never empty there. */
  readonly missing?: readonly Missing[];
  /** A waiver stands beside the outcome and never replaces it. */
  readonly waived?: { readonly by: string; readonly until: string; readonly because: string };
  /** Only for `unknown`. */
  readonly attested?: Attested;
}

/** The answer that counts for a verdict. */
export const answerOf = ({ outcome, attested }: Verdict): Attested['answer'] | undefined =>
  outcome === 'unknown' && attested && !attested.expired ? attested.answer : undefined;

export interface Reference {
  readonly title: string;
  readonly url?: string;
}

/** What a reader needs to know of a rule. */
export interface RuleCard {
  readonly id: string;
  readonly title: string;
  /** What is so when it fails: the title's opposite. */
  readonly failing?: string;
  readonly severity: Severity;
  readonly why: string;
  readonly remedy: readonly Step[];
  readonly references: readonly Reference[];
  /** Controls this rule is relevant to: `NIST SP 800-53: CM-6`. */
  readonly controls: readonly string[];
  readonly profiles: readonly string[];
  readonly formerly?: readonly string[];
}

export interface Summary {
  readonly selected: number;
  readonly pass: number;
  readonly fail: number;
  readonly unknown: number;
  readonly notApplicable: number;
  readonly waived: number;
  /** Unknown verdicts that somebody answered, and whose answers count; also counted under unknown. Absent: none. */
  readonly attested?: number;
  /** The same counts by severity. A report in a file has them; they follow from the verdicts. */
  readonly bySeverity?: Readonly<Record<Severity, Counts>>;
}

/** How many verdicts came to what. */
export interface Counts {
  readonly pass: number;
  readonly fail: number;
  readonly unknown: number;
  readonly notApplicable: number;
}

/** What the gate made of a run, and by what. */
export interface GateRecord {
  /** 0 passed, 1 failed, 3 incomplete. */
  readonly status: 0 | 1 | 3;
  readonly failOn: Severity | 'never';
  readonly allowIncomplete: boolean;
}

/**
 * What bounds a whole report, told before anything else: a profile about accounts that was asked for and found none, a host
 * without any engine, a target that is a part of one.
 */
export interface Caveat {
  readonly about: 'accounts' | 'engine' | 'target';
  readonly said: string;
}

/** Profiles, rules and parameters that somebody asked for: enough to select the same again. */
export interface AskedFor {
  readonly profiles?: readonly string[];
  readonly select?: readonly string[];
  readonly ignore?: readonly string[];
  readonly params?: readonly string[];
  readonly accounts?: readonly string[];
}

export interface Report {
  readonly format: 'pretrip-report/1';
  readonly tool: {
    readonly name: 'pretrip';
    readonly version: string;
    /** Digest of the program file; `sources` in a checkout that was not built. */
    readonly code?: string;
    /** Digest of the rules' texts. */
    readonly rules: string;
  };
  readonly target: {
    /** Sort of target, for people; {@link ownHost} is the one that reports tell apart. */
    readonly kind: string;
    readonly name: string;
    /** Under which it is known from run to run, where the name is an accident: of a directory, of a runner. Absent: its name. */
    readonly identity?: string;
    /** RFC 3339, UTC. */
    readonly takenAt: string;
    readonly snapshot: string;
    /** Who looked: privileges decide what could be seen. */
    readonly user?: string;
    /** Whose containers it is about, where that was named (--account). */
    readonly accounts?: readonly string[];
    /** The snapshot lacks its end record. */
    readonly truncated?: true;
    /** Nothing ran there: a root directory, an image. */
    readonly offline?: true;
  };
  readonly caveats?: readonly Caveat[];
  readonly profiles: readonly { readonly id: string; readonly because: string }[];
  /** Profiles of which nobody could tell whether their subject is present. */
  readonly undecidedProfiles?: readonly { readonly id: string; readonly because: string; readonly missing?: readonly Missing[] }[];
  /** What was asked for, in the words of the command line. Absent: nothing in particular. */
  readonly selection?: AskedFor;
  readonly params: Readonly<Record<string, Json>>;
  /** The release of a benchmark that was chosen: controls that begin with it have its numbers (`CIS K3s 2.1`). */
  readonly numbering?: string;
  /** The profile that a parameter is from, where chosen profiles give it different values: the stricter one counts. */
  readonly stricter?: Readonly<Record<string, string>>;
  readonly rules: readonly RuleCard[];
  /** Sorted by rule id, then subject. */
  readonly verdicts: readonly Verdict[];
  readonly summary: Summary;
  /** A report in a file has it: the gate that was applied when it was written. */
  readonly gate?: GateRecord;
}

/** Under which name code hosts and CI servers know the target from run to run. */
export const identityOf = ({ identity, name }: Report['target']): string => identity ?? name;
