/** What a run says after its figures: what was skipped for want of an oracle, and how much the laws judged. */
import type { Reporter, TestModule } from 'vitest/node';
import { adviceOn, type OracleName } from './oracles.ts';

export class Aloud implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    for (const line of [skippedIn(modules), judgedIn(modules)]) if (line !== undefined) process.stdout.write(`${line}\n`);
  }
}

/** What is lacking, and how many tests that skipped. */
function skippedIn(modules: readonly TestModule[]): string | undefined {
  const counts = new Map<OracleName, number>();
  for (const module of modules)
    for (const test of module.children.allTests('skipped')) for (const name of test.meta().lacking ?? []) counts.set(name, (counts.get(name) ?? 0) + 1);
  if (counts.size === 0) return undefined;
  const each = [...counts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, count]) => `${name}, ${count} tests (${adviceOn(name)})`);
  return `skipped for want of what tests are held against: ${each.join('; ')}`;
}

/** A fifth of what the laws took when each of them tried every ask of every case (2.5). */
const most = 0.5;
/** Fewer answers are a run of some rules only, of which nothing is said. */
const wholeRun = 100_000;

/** Of the laws over every rule: a rule judged on one host is one judgement. */
function judgedIn(modules: readonly TestModule[]): string | undefined {
  let judgements = 0;
  let answers = 0;
  for (const module of modules) {
    for (const test of module.children.allTests()) {
      judgements += test.meta().judgements ?? 0;
      answers += test.meta().answers ?? 0;
    }
  }
  if (answers === 0) return undefined;
  const share = judgements / answers;
  const said = `laws: ${judgements} judgements, that is ${share.toFixed(3)} for each rule, case and ask (${answers})`;
  if (share <= most || answers < wholeRun || process.env.PRETRIP_LAWS === 'all') return said;
  process.exitCode = 1;
  return `${said}: more than ${most}, so that the laws would take too long with more rules`;
}
