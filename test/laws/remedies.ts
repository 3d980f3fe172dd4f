/**
 * Law 7: a remedy heals. The file-level steps of a failure are carried out on the host of the case; where nothing else is
 * due, the rule passes then. Carried out twice they change nothing more.
 */
import { applied } from '../../src/remedy/apply.ts';
import type { Verdict } from '../../src/verdicts/report.ts';
import type { RuleTried, Tried } from './every-rule.ts';
import { judge, whole } from './judging.ts';

/** What came of carrying out the remedy of one failure. */
export interface Healed {
  readonly subject: string;
  /** The rule no longer fails about it. */
  readonly heals: boolean;
  /** Files alone are touched, so that it has to. */
  readonly whole: boolean;
  /** Carried out twice, there is a second change. */
  readonly again: boolean;
  readonly after?: Verdict | undefined;
}

/** Each failure of a case, and what its remedy does. */
export function healing({ rule }: RuleTried, on: Tried): Healed[] {
  const { verdicts } = whole(rule, on).inspection;
  return verdicts.flatMap((verdict): Healed[] => {
    if (verdict.outcome !== 'fail' || !verdict.remedy) return [];
    const once = applied(on.host, verdict.remedy);
    const twice = applied(once.host, verdict.remedy);
    const subject = verdict.subject ?? '';
    const after = judge(rule, { ...on, host: once.host }).verdicts.find((v) => (v.subject ?? '') === subject);
    const heals = after === undefined || after.outcome === 'pass' || after.outcome === 'not-applicable';
    return [{ subject, heals, whole: once.whole, again: JSON.stringify(once.host.files) !== JSON.stringify(twice.host.files), after }];
  });
}

/** Law 7 on every case of a rule. */
export function* remediesHeal(subject: RuleTried): Iterable<string> {
  for (const on of subject.tried)
    for (const { subject: about, heals, whole: must, again, after } of healing(subject, on)) {
      const where = `${on.trial.it}${about === '' ? '' : ` (${about})`}`;
      // What else is open may stay so: no step of files can look.
      if (must && !heals && after?.outcome === 'fail') yield `${where}: carried out, the remedy leaves it ${after?.outcome}: ${after?.message}`;
      if (again) yield `${where}: carried out twice, it changes something again`;
    }
}
