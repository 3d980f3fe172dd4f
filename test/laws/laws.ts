/** The laws over every rule, in one list: the tests and the planted mutants try them. */
import { casesHold, everyExpectationMatters } from './every-expectation-matters.ts';
import type { RuleTried } from './every-rule.ts';
import type { Form } from './form.ts';
import { liveEqualsRecorded } from './live-equals-recorded.ts';
import { missingDecides } from './missing-decides.ts';
import { monotone } from './monotone.ts';
import { noPassWithoutLooking } from './no-pass-without-looking.ts';
import { nothingForWhatItIsNot } from './other-types.ts';
import { remediesHeal } from './remedies.ts';
import { nothingRestsOnUnusable } from './unusable-files.ts';
import { withinThePlan, withinThePlanWhoeverInspects } from './within-the-plan.ts';

/** What speaks against a law, for a rule with its cases; nothing where it holds. */
export type Complaints = Iterable<string> | AsyncIterable<string>;

interface Law {
  readonly name: 'heals' | 'cases' | 'looking' | 'recorded' | 'monotone' | 'matters' | 'plan' | 'missing' | 'files' | 'types';
  readonly title: string;
  complaints(of: RuleTried, form: Form): Complaints;
}
export type LawName = Law['name'];

export const laws: readonly Law[] = [
  { name: 'cases', title: 'its cases hold', complaints: casesHold },
  { name: 'looking', title: 'law 1: with every answer denied, nothing passes', complaints: noPassWithoutLooking },
  { name: 'recorded', title: 'law 2: live equals recorded', complaints: liveEqualsRecorded },
  {
    name: 'monotone',
    title: 'law 3: taking any answer away (not-recorded) moves a verdict only to unknown',
    complaints: (s, f) => monotone(s, f, 'not-recorded'),
  },
  { name: 'monotone', title: 'law 3: taking any answer away (denied) moves a verdict only to unknown', complaints: (s, f) => monotone(s, f, 'denied') },
  { name: 'matters', title: 'law 4: every mutant of it turns a case red', complaints: everyExpectationMatters },
  { name: 'plan', title: 'law 5: asks stay within the plan whoever inspects', complaints: withinThePlanWhoeverInspects },
  { name: 'plan', title: 'law 5: asks stay within the printed plan', complaints: withinThePlan },
  { name: 'heals', title: 'law 7: its remedy heals', complaints: remediesHeal },
  { name: 'missing', title: 'what is missing decides', complaints: missingDecides },
  { name: 'files', title: 'bad input: nothing is taken from a file that no program can use', complaints: nothingRestsOnUnusable },
  { name: 'types', title: 'nothing is taken for what it is not', complaints: nothingForWhatItIsNot },
];
