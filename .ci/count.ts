/**
 * Adds up what the steps of .ci/run came to, from the reports that they wrote, and prints `N passed, N failed` last.
 * Usage: count.ts NAME:STATUS:FILE...     STATUS is the step's exit status, FILE its report, which need not be there
 * A report is that of vitest's JSON reporter, or { passed, failed }. A step without one counts as one.
 */
import { existsSync, readFileSync } from 'node:fs';

export interface Count {
  readonly passed: number;
  readonly failed: number;
}

/** What vitest writes, as far as it is read here. */
interface VitestReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  /** A file that cannot be loaded has failed without a test that did. */
  readonly testResults: readonly { readonly status: string; readonly assertionResults: readonly { readonly status: string }[] }[];
}

/** What a step came to. One that ended badly has failed at least once, whatever its report says, and so have tests of which none ran. */
export function countOf(status: number, report: VitestReport | Count | undefined): Count {
  if (report === undefined) return status === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
  const { passed, failed } = 'numPassedTests' in report ? inVitest(report) : report;
  return { passed, failed: failed === 0 && status !== 0 ? 1 : failed };
}

function inVitest({ numPassedTests, numFailedTests, testResults }: VitestReport): Count {
  const broken = testResults.filter((file) => file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed'));
  const failed = numFailedTests + broken.length;
  return { passed: numPassedTests, failed: numPassedTests + failed === 0 ? 1 : failed };
}

/** A report that cannot be read is none. */
function reportIn(file: string): VitestReport | Count | undefined {
  try {
    return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as VitestReport | Count) : undefined;
  } catch {
    return undefined;
  }
}

if (import.meta.main) {
  const steps = process.argv.slice(2).map((step) => {
    const [name = '', status = '', file = ''] = step.split(':');
    return { name, ...countOf(Number(status), reportIn(file)) };
  });
  for (const { name, passed, failed } of steps) process.stdout.write(`${name}: passed ${passed}, failed ${failed}\n`);
  const [passed, failed] = [steps.reduce((sum, s) => sum + s.passed, 0), steps.reduce((sum, s) => sum + s.failed, 0)];
  process.stdout.write(`${passed} passed, ${failed} failed\n`);
  process.exitCode = failed > 0 ? 1 : 0;
}
