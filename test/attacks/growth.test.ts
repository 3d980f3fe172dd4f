/** Work grows no faster than the file: a count of comparisons, for every rule and file, and what is reported of it. */
import { expect, test } from 'vitest';
import { type Grown, grown, type How, judgeOn, withLines } from './growth.ts';

let comparisons = 0;
const scans = ['includes', 'indexOf', 'lastIndexOf'] as const;
const visits = ['some', 'every', 'find', 'findIndex', 'findLast', 'findLastIndex', 'filter', 'map', 'flatMap', 'forEach', 'reduce'] as const;

/** Counts what is looked at in lists while some work is done. */
function counted(work: () => unknown): number {
  const proto = Array.prototype as unknown as Record<string, (...given: unknown[]) => unknown>;
  const own = Object.fromEntries([...scans, ...visits].map((name) => [name, proto[name] as (...given: unknown[]) => unknown]));
  for (const name of scans)
    proto[name] = function (this: unknown[], ...given) {
      comparisons += this.length;
      return own[name]?.apply(this, given);
    };
  for (const name of visits)
    proto[name] = function (this: unknown[], look, ...rest) {
      const counting = (...given: unknown[]): unknown => {
        comparisons++;
        return (look as (...given: unknown[]) => unknown).apply(rest[0], given);
      };
      return own[name]?.apply(this, [counting, ...rest]);
    };
  comparisons = 0;
  try {
    work();
    return comparisons;
  } finally {
    Object.assign(proto, own);
  }
}

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
      const [few, many] = [workOn(one, 64, how), workOn(one, 128, how)];
      return many > 2.6 * few + 2000 ? [`${one.rule.id} ${one.path}:${one.line + 1} ${how}: ${Math.round(few)} → ${Math.round(many)}`] : [];
    }),
  );
  expect(worse).toEqual([]);
}, 240_000);
