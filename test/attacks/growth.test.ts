/** Work grows no faster than the file: a count of comparisons, for every rule and file, and what is reported of it. */
import { expect, test } from 'vitest';
import { counted } from './counted.ts';
import { type Grown, grown, type How, judgeOn, withLines } from './growth.ts';

const workOn = (one: Grown, lines: number, how: How): number => {
  const host = withLines(one, lines, how);
  let bytes = 0;
  const looked = counted(() => {
    bytes = JSON.stringify(judgeOn(one.rule, host).verdicts).length;
  });
  return looked + bytes / 100;
};

test('twice the lines are at most twice the work', () => {
  const worse = grown(1).flatMap((one) =>
    (['same', 'different'] as const).flatMap((how) => {
      const [few, many] = [workOn(one, 32, how), workOn(one, 64, how)];
      return many > 2.6 * few + 500 ? [`${one.rule.id} ${one.path}:${one.line + 1} ${how}: ${Math.round(few)} → ${Math.round(many)}`] : [];
    }),
  );
  expect(worse).toEqual([]);
}, 240_000);
