/** All laws that speak of one rule, tried on every n-th of them, so that several workers share the pack. */
import { describe, expect, test } from 'vitest';
import type { Outcome } from '../../src/verdicts/report.ts';
import { everyRule, type RuleTried } from './every-rule.ts';
import { form } from './form.ts';
import { judgements } from './judging.ts';
import { laws } from './laws.ts';
import { keysOf } from './taken-away.ts';

declare module 'vitest' {
  interface TaskMeta {
    /** How often a rule was judged for this test. */
    judgements?: number;
    /** Of a rule: how many answers its cases gave, added up. */
    answers?: number;
  }
}

/** The laws, for the rules whose place in the pack leaves `rest` when divided by `of`. */
export function shard(rest: number, of: number): void {
  const rules = everyRule.filter((_, at) => at % of === rest).map((subject) => ({ id: subject.rule.id, subject }));
  describe.each(rules)('$id', ({ subject }) => {
    test('its cases show at least a pass, a fail and an unknown', ({ task }) => {
      const { never } = subject;
      const outcomes = new Set(subject.tried.flatMap((t) => Object.values(t.trial.gives)));
      expect([...outcomes]).toEqual(expect.arrayContaining(['pass', 'fail', 'unknown'].filter((one) => !never.includes(one as Outcome))));
      expect(never.filter((one) => outcomes.has(one))).toEqual([]);
      const before = judgements();
      task.meta.answers = answersOf(subject);
      task.meta.judgements = judgements() - before;
    });
    for (const { title, complaints } of laws) {
      test(title, async ({ task }) => {
        const before = judgements();
        try {
          expect(await Array.fromAsync(complaints(subject, form))).toEqual([]);
        } finally {
          task.meta.judgements = judgements() - before;
        }
      });
    }
  });
}

const answersOf = ({ rule, tried }: RuleTried): number => tried.reduce((sum, t) => sum + keysOf(rule, t).length, 0);
