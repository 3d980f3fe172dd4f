import { expect, test } from 'vitest';
import { type Count, countOf } from '../../.ci/count.ts';

const file = (status: string, ...tests: readonly string[]) => ({ status, assertionResults: tests.map((t) => ({ status: t })) });
const vitest = (numPassedTests: number, numFailedTests: number, ...testResults: ReturnType<typeof file>[]) => ({ numPassedTests, numFailedTests, testResults });

test.each<[string, number, Parameters<typeof countOf>[1], Count]>([
  ['tests that pass', 0, vitest(3, 0, file('passed', 'passed')), { passed: 3, failed: 0 }],
  ['tests that fail', 1, vitest(3, 2, file('failed', 'failed', 'failed')), { passed: 3, failed: 2 }],
  ['a file that does not load', 1, vitest(3, 0, file('passed', 'passed'), file('failed')), { passed: 3, failed: 1 }],
  ['a run that ends badly although its tests pass', 1, vitest(3, 0, file('passed', 'passed')), { passed: 3, failed: 1 }],
  ['a run of no test', 0, vitest(0, 0), { passed: 0, failed: 1 }],
  ['a step without a report', 0, undefined, { passed: 1, failed: 0 }],
  ['a step without a report that fails', 2, undefined, { passed: 0, failed: 1 }],
  ['a step with figures', 1, { passed: 30, failed: 4 }, { passed: 30, failed: 4 }],
  ['a step that dies after its figures', 137, { passed: 30, failed: 0 }, { passed: 30, failed: 1 }],
  ['a step that could not be tried on a desk', 0, { passed: 0, failed: 0 }, { passed: 0, failed: 0 }],
])('%s', (_, status, report, wanted) => {
  expect(countOf(status, report)).toEqual(wanted);
});
