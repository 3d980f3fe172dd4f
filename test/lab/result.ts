/** One verdict beside what the real program said. */
import type { Outcome, Severity } from '../../src/verdicts/report.ts';
import type { Suite } from './state.ts';

export interface Result {
  readonly suite: Suite;
  readonly state: string;
  readonly rule: string;
  readonly subject?: string;
  /** What the program answered. */
  readonly said: string;
  /** The verdict that follows from it. */
  readonly wanted: Outcome;
  /** Where that is a pass, a warning agrees, too. */
  readonly mayWarn?: true;
  /** Ways that cannot know it, and must say so. */
  readonly unseenBy?: readonly string[];
  /** What each way to look came to. */
  readonly seen: readonly { readonly way: string; readonly outcome: Outcome | 'none'; readonly severity: Severity | undefined; readonly message: string }[];
  readonly seconds: number;
  /** The state could not be brought about or looked at. */
  readonly broken?: true;
}

/** A failure of low severity is a warning: what it speaks of works. */
const warns = (r: Result): boolean => r.seen.every((s) => s.outcome === 'fail' && (s.severity === 'low' || s.severity === 'info'));

/** Whether every way came to the verdict that the program's answer asks for, in the same words. */
export function agrees(r: Result): boolean {
  const blind = r.seen.filter((s) => r.unseenBy?.includes(s.way));
  const seen = r.seen.filter((s) => !blind.includes(s));
  const fits = seen.every((s) => s.message === seen[0]?.message && (s.outcome === r.wanted || (r.mayWarn === true && r.wanted === 'pass' && warns(r))));
  return !r.broken && r.seen.length > 0 && fits && blind.every((s) => s.outcome === 'unknown');
}

export const oneLine = (text: string, length: number): string => {
  const line = text
    .trim()
    .replace(/\s*\n\s*/g, ' | ')
    .replace(/\s+/g, ' ');
  return line.length > length ? `${line.slice(0, length - 1)}…` : line || '(nothing)';
};
export const subjectOf = (r: Result): string => r.subject ?? '-';
export const verdictOf = (r: Result): string =>
  r.wanted === 'pass' && r.seen.length > 0 && warns(r) ? 'warning' : [...new Set(r.seen.map((s) => s.outcome))].join('/') || 'none';

/** Suite, state, rule, subject, what the program says, what pretrip says, and whether they agree; tab-separated. */
export const lineOf = (r: Result): string =>
  [r.suite, r.state, r.rule, subjectOf(r), oneLine(r.said, 100), verdictOf(r), agrees(r) ? 'agree' : r.broken ? 'BROKEN' : 'DISAGREE'].join('\t');

/** The disagreements at length. */
export function tableOf(results: readonly Result[]): string {
  return results
    .map((r) =>
      [
        `${r.suite}\t${r.state}\t${r.rule}\t${subjectOf(r)}`,
        `  program  ${oneLine(r.said, 600)}  => ${r.wanted}`,
        ...r.seen.map((s) => `  ${s.way.padEnd(8)} ${s.outcome}: ${oneLine(s.message, 600)}`),
      ].join('\n'),
    )
    .join('\n');
}
