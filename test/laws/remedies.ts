/**
 * Law 7: a remedy heals. The steps of files are carried out on the host of each failing case: where nothing else is due,
 * the rule passes then, a second time changes nothing, and nothing that passed among the rules of its profiles fails. And
 * whatever fails has a step, in which every value stands.
 */
import type { HostSpec } from '../../src/collect/composed/composed.ts';
import { settle } from '../../src/facts/settle.ts';
import { type Healed, healing } from '../../src/heal.ts';
import { inspect } from '../../src/inspect.ts';
import type { Rule } from '../../src/rules/rule.ts';
import { answersOf, lookerAt } from '../../src/try.ts';
import { isActing } from '../../src/verdicts/steps.ts';
import { everyRule, type RuleTried, type Tried } from './every-rule.ts';
import type { Form } from './form.ts';
import { count, judge, whole } from './judging.ts';

/** Each failure of a case, and what its remedy does. */
const healed = ({ rule }: RuleTried, on: Tried): Healed[] =>
  healing(whole(rule, on).inspection.verdicts, on.host, (host) => judge(rule, { ...on, host }).verdicts);

/** Law 7 on every case of a rule; beside it, in the short form, the others of its profiles on the first host that is changed. */
export function* remediesHeal(subject: RuleTried, form: Form): Iterable<string> {
  let beside = 0;
  for (const on of subject.tried) {
    yield* stepless(subject, on);
    for (const { subject: about, host, changes, heals, whole: must, again, after } of healed(subject, on)) {
      const where = `${on.trial.it}${about === '' ? '' : ` (${about})`}`;
      // What else is open may stay so: no step of files can look.
      if (must && !heals && after?.outcome === 'fail') yield `${where}: carried out, the remedy leaves it ${after.outcome}: ${after.message}`;
      if (again) yield `${where}: carried out twice, it changes something again`;
      if (changes && (form === 'full' || beside++ === 0)) yield* broken(subject.rule, on.host, host).map((said) => `${where}: ${said}`);
    }
  }
}

/** A failure with nothing to do about it, or with a step that names what nobody knows. */
function stepless({ rule }: RuleTried, on: Tried): string[] {
  const failures = whole(rule, on).inspection.verdicts.filter((v) => v.outcome === 'fail');
  return failures.flatMap(({ subject = '', remedy = [] }) => {
    const where = `${on.trial.it}${subject === '' ? '' : ` (${subject})`}`;
    const unfilled = /<[a-z0-9-]+(?:\.\w+)+>/.exec(JSON.stringify(remedy))?.[0];
    return [
      ...(remedy.some(isActing) ? [] : [`${where}: nothing is to be done about it`]),
      ...(unfilled === undefined ? [] : [`${where}: a step names ${unfilled}, which nobody knows`]),
    ];
  });
}

/** What passed before and fails afterwards, among the rules of the profiles of a rule. */
function broken(rule: Rule, before: HostSpec, after: HostSpec): string[] {
  const rules = everyRule.map((r) => r.rule).filter((r) => r.id !== rule.id && r.profiles.some((p) => rule.profiles.includes(p)));
  const order = { pack: { rules, profiles: [], digest: '' }, selection: { byName: true, wants: () => true, params: [] } };
  const judged = (host: HostSpec) => settle(inspect(order, lookerAt(host)), answersOf(host)).verdicts;
  count(2);
  const passed = new Set(judged(before).flatMap((v) => (v.outcome === 'pass' ? [`${v.rule} ${v.subject ?? ''}`] : [])));
  return judged(after).flatMap((v) =>
    v.outcome === 'fail' && passed.has(`${v.rule} ${v.subject ?? ''}`) ? [`carried out, the remedy makes ${v.rule} fail: ${v.message}`] : [],
  );
}
