/** Remedies tried on the hosts of a rule's own cases: what its steps of files come to, carried out in memory. */
import { type HostSpec, overlay } from './collect/composed/composed.ts';
import { applied } from './remedy/apply.ts';
import type { Item, Rule } from './rules/rule.ts';
import type { Case } from './rules/text/cases.ts';
import { judgeOn } from './try.ts';
import type { Verdict } from './verdicts/report.ts';

/** What came of carrying out the remedy of one failure. */
export interface Healed {
  readonly subject: string;
  /** The host afterwards. */
  readonly host: HostSpec;
  /** Something was changed by a step of files. */
  readonly changes: boolean;
  /** The rule passes, or has nothing to say about the subject any more. */
  readonly heals: boolean;
  /** Files alone are touched, so that it has to. */
  readonly whole: boolean;
  /** Carried out twice, there is a second change. */
  readonly again: boolean;
  readonly after?: Verdict | undefined;
}

/** Each failure among these verdicts of a host, and what its remedy does there. `judge` gives the rule's verdicts on another host. */
export function healing(verdicts: readonly Verdict[], host: HostSpec, judge: (host: HostSpec) => readonly Verdict[]): Healed[] {
  return verdicts.flatMap((verdict): Healed[] => {
    if (verdict.outcome !== 'fail' || !verdict.remedy) return [];
    const once = applied(host, verdict.remedy);
    const twice = applied(once.host, verdict.remedy);
    const changes = !isSame(host, once.host);
    const subject = verdict.subject ?? '';
    const after = changes ? judge(once.host).find((v) => (v.subject ?? '') === subject) : verdict;
    const heals = after === undefined || after.outcome === 'pass' || after.outcome === 'not-applicable';
    return [{ subject, host: once.host, changes, heals, whole: once.whole, again: !isSame(once.host, twice.host), after }];
  });
}

const isSame = (a: HostSpec, b: HostSpec): boolean => JSON.stringify(a.files) === JSON.stringify(b.files);

/**
 * How a rule's remedy is known to heal: on a host in memory, on a running host only, by a person, or there is none. `asks`:
 * the rule has no failure to heal, since all that it checks is a question to a person.
 */
export type Proof = 'overlay' | 'host' | 'manual' | 'asks' | 'none';

/** Failing cases that are tried before a remedy counts as one for running hosts. */
const mostCases = 4;

/** How the remedy of a rule is shown to heal by its cases. `base`: the host that they change. */
export function proofOf(rule: Rule, base: HostSpec, cases: readonly Case[]): Proof {
  const acting = rule.remedy.filter(({ template }) => !('verify' in template));
  if (acting.length === 0) return 'none';
  if (acting.every(({ template }) => 'manual' in template)) return rule.check.every(onlyAsks) ? 'asks' : 'manual';
  const failing = cases.filter(({ gives }) => Object.values(gives).includes('fail')).slice(0, mostCases);
  const heals = failing.some(({ host: change, params }) => {
    const host = overlay(base, change);
    const judge = (at: HostSpec): readonly Verdict[] => judgeOn(rule, at, params).verdicts;
    return healing(judge(host), host, judge).some((h) => h.changes && h.heals);
  });
  return heals ? 'overlay' : 'host';
}

/** Whether an item never fails: where it does not hold, a person has to answer. */
const onlyAsks = (item: Item): boolean => 'question' in item && item.question !== undefined;
