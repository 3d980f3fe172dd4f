/**
 * For pipes: one line a finding, five fields between tabs.
 *
 *     path:line:col  severity  rule  subject  outcome: message
 *
 * The outcome starts the last field, so that an unknown is never taken for a
 * failure and severities compare alike. An empty field is `-`: shells that
 * read with IFS would drop it. Order as in the table.
 */
import type { Verdict } from '../verdicts/report.ts';
import { bare, isWaived, mostSevereFirst, places, placeText } from './findings.ts';
import type { Reporter } from './style.ts';
import { clip, plain } from './text.ts';

/** Characters; the JSON report has the rest. */
const longestField = 2000;

export const concise: Reporter = (report, style) =>
  mostSevereFirst(report.verdicts)
    .filter((verdict) => style.show.includes(verdict.outcome))
    .map((verdict) => `${line(verdict)}\n`)
    .join('');

function line(verdict: Verdict): string {
  const [place] = places(verdict);
  return [place ? placeText(place) : '', verdict.severity, verdict.rule, verdict.subject ?? '', `${outcome(verdict)}: ${bare(verdict)}`]
    .map((field) => plain(clip(field, longestField)) || '-')
    .join('\t');
}

function outcome(verdict: Verdict): string {
  if (!isWaived(verdict)) return verdict.outcome;
  return `${verdict.outcome} (waived by ${verdict.waived?.by} until ${verdict.waived?.until})`;
}
