/** One verdict beside what the real program said, and how it is written down. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
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
  /** What each way to look came to. */
  readonly seen: readonly { readonly way: string; readonly outcome: Outcome | 'none'; readonly severity: Severity | undefined; readonly message: string }[];
  readonly seconds: number;
  /** The state could not be brought about or looked at. */
  readonly broken?: true;
}

/** A failure of low severity is a warning: what it speaks of works. */
const warns = (r: Result): boolean => r.seen.every((s) => s.outcome === 'fail' && (s.severity === 'low' || s.severity === 'info'));

/** Whether every way came to the verdict that the program's answer asks for, in the same words. */
export const agrees = (r: Result): boolean =>
  !r.broken && r.seen.length > 0 && r.seen.every((s) => s.message === r.seen[0]?.message && (s.outcome === r.wanted || (r.wanted === 'pass' && warns(r))));

const oneLine = (text: string, length: number): string => {
  const line = text
    .trim()
    .replace(/\s*\n\s*/g, ' | ')
    .replace(/\s+/g, ' ');
  return line.length > length ? `${line.slice(0, length - 1)}…` : line || '(nothing)';
};
const subjectOf = (r: Result): string => r.subject ?? '-';
const verdictOf = (r: Result): string =>
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

const keyOf = (r: Result): string => [r.suite, r.state, r.rule, subjectOf(r)].join('\t');

/** The results of earlier runs, with these in the place of what they repeat; kept in the file. */
export function merged(file: string, results: readonly Result[]): Result[] {
  const earlier = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Result[]) : [];
  const all = [...new Map([...earlier, ...results].map((r) => [keyOf(r), r])).values()];
  writeFileSync(file, `[\n${all.map((r) => JSON.stringify(r)).join(',\n')}\n]\n`);
  return all;
}

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('<', '&lt;');
const begin = '<!-- results: written by test/lab/run.ts -->';
const end = '<!-- end of results -->';

/** Puts the results into a Markdown file, between its marker lines. Rows of suites that were not run are kept out: run all. */
export function writeInto(file: string, results: readonly Result[]): void {
  const text = readFileSync(file, 'utf8');
  const [head, rest] = text.split(begin);
  const tail = rest?.split(end)[1];
  if (head === undefined || tail === undefined) throw new Error(`${file} lacks the lines ${begin} and ${end}`);
  const rows = [...Map.groupBy(results, (r) => `${r.state} ${r.rule} ${subjectOf(r)}`).values()].map((group) => {
    const [first] = group;
    return first
      ? [first.state, `\`${first.rule}\``, subjectOf(first), ...group.map((r) => `${r.suite} ${verdictOf(r)}${agrees(r) ? '' : ` (**${r.wanted}**)`}`)]
      : [];
  });
  const summary = [...Map.groupBy(results, (r) => r.suite)].map(
    ([suite, rs]) => `- ${suite}: ${new Set(rs.map((r) => r.state)).size} states, ${rs.length} verdicts, ${rs.filter((r) => !agrees(r)).length} disagree`,
  );
  const table = [
    '| State | Rule | About | Verdict |',
    '|---|---|---|---|',
    ...rows.map(([s = '', rule = '', about = '', ...by]) => `| ${cell(s)} | ${rule} | ${cell(about)} | ${by.map(cell).join(', ')} |`),
  ];
  writeFileSync(file, `${head}${begin}\n\n${summary.join('\n')}\n\n${table.join('\n')}\n\n${end}${tail}`);
}
