/** All laws that speak of one rule, tried on every n-th of them, so that several workers share the pack. */
import { describe, expect, test } from 'vitest';
import { casesHold, everyExpectationMatters } from './every-expectation-matters.ts';
import { everyRule, type RuleTried } from './every-rule.ts';
import { form } from './form.ts';
import { judgements } from './judging.ts';
import { liveEqualsRecorded } from './live-equals-recorded.ts';
import { missingDecides } from './missing-decides.ts';
import { monotone } from './monotone.ts';
import { noPassWithoutLooking } from './no-pass-without-looking.ts';
import { nothingForWhatItIsNot } from './other-types.ts';
import { keysOf, ways } from './taken-away.ts';
import { nothingRestsOnUnusable } from './unusable-files.ts';
import { withinThePlan, withinThePlanWhoeverInspects } from './within-the-plan.ts';

declare module 'vitest' {
  interface TaskMeta {
    /** How often a rule was judged for this test. */
    judgements?: number;
    /** Of a rule: what all its cases asked, added up. */
    answers?: number;
  }
}

/** The laws, for the rules whose place in the pack leaves `rest` when divided by `of`. */
export function shard(rest: number, of: number): void {
  const rules = everyRule.filter((_, at) => at % of === rest).map((subject) => ({ id: subject.rule.id, subject }));
  describe.each(rules)('$id', ({ subject }) => lawsOf(subject));
}

function lawsOf(subject: RuleTried): void {
  const { rule, tried } = subject;
  test('its cases show at least a pass, a fail and an unknown', ({ task }) => {
    const outcomes = new Set(tried.flatMap((t) => Object.values(t.trial.gives)));
    expect([...outcomes]).toEqual(expect.arrayContaining(['pass', 'fail', 'unknown']));
    counting(task.meta, () => {
      task.meta.answers = tried.reduce((sum, t) => sum + keysOf(rule, t).length, 0);
    });
  });
  law('its cases hold', () => casesHold(subject));
  law('law 1: with every answer denied, nothing passes', () => noPassWithoutLooking(subject, form));
  law('law 2: live equals recorded', () => liveEqualsRecorded(subject));
  for (const way of ways) law(`law 3: taking any answer away (${way}) moves a verdict only to unknown`, () => monotone(subject, form, way));
  law('law 4: every mutant of it turns a case red', () => everyExpectationMatters(subject));
  law('law 5: asks stay within the plan whoever inspects', () => withinThePlanWhoeverInspects(subject));
  law('law 5: asks stay within the printed plan', () => withinThePlan(subject));
  law('what is missing decides', () => missingDecides(subject, form));
  law('bad input: nothing is taken from a file that no program can use', () => nothingRestsOnUnusable(subject));
  law('nothing is taken for what it is not', () => nothingForWhatItIsNot(rule));
}

function law(name: string, complaints: () => Iterable<string> | AsyncIterable<string>): void {
  test(name, ({ task }) => counting(task.meta, async () => expect(await Array.fromAsync(complaints())).toEqual([])));
}

async function counting(meta: { judgements?: number }, work: () => void | Promise<void>): Promise<void> {
  const before = judgements();
  try {
    await work();
  } finally {
    meta.judgements = judgements() - before;
  }
}
