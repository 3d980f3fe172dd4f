/**
 * For pipes: one line a finding, six fields between tabs.
 *
 *     path:line:col  severity  rule  subject  outcome: message  target
 *
 * The outcome starts the fifth field, so that an unknown is never taken for a
 * failure and severities compare alike. An empty field is `-`: shells that
 * read with IFS would drop it. Order as in the table.
 */
import type { Report, Verdict } from '../verdicts/report.ts';
import { bare, firstPlace, isWaived, mostSevereFirst, placeText } from './findings.ts';
import { formatOfMany } from './format.ts';
import type { Style } from './style.ts';
import { clip, plain } from './text.ts';

/** Characters; the JSON report has the rest. */
const longestField = 2000;

export const concise = formatOfMany({
  for: 'programs',
  describe: 'one tab-separated line a finding; the default in a pipe',
  extension: 'tsv',
  usual: 'pipe',
  render: (reports, style) => reports.flatMap((report) => lines(report, style)).join(''),
});

function lines(report: Report, style: Style): string[] {
  const shown = report.verdicts.filter((verdict) => style.show.includes(verdict.outcome));
  return mostSevereFirst(shown).map((verdict) => `${line(verdict, report.target.name)}\n`);
}

function line(verdict: Verdict, target: string): string {
  const place = firstPlace(verdict);
  return [place ? placeText(place) : '', verdict.severity, verdict.rule, verdict.subject ?? '', `${outcome(verdict)}: ${bare(verdict)}`, target]
    .map((field) => plain(clip(field, longestField)) || '-')
    .join('\t');
}

function outcome(verdict: Verdict): string {
  const { attested } = verdict;
  if (!isWaived(verdict) && attested)
    return `${verdict.outcome} (answered ${attested.answer} by ${attested.by} ${attested.expired ? 'expired at' : 'until'} ${attested.until})`;
  if (!isWaived(verdict)) return verdict.outcome;
  return `${verdict.outcome} (waived by ${verdict.waived?.by} until ${verdict.waived?.until})`;
}
