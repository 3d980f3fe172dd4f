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
import { isWaived, mostSevereFirst, places, placeText } from './findings.ts';
import type { Reporter } from './style.ts';
import { plain } from './text.ts';

export const concise: Reporter = (report, style) =>
  mostSevereFirst(report.verdicts)
    .filter((verdict) => style.show.includes(verdict.outcome))
    .map((verdict) => `${line(verdict)}\n`)
    .join('');

function line(verdict: Verdict): string {
  const [place] = places(verdict);
  return [place ? placeText(place) : '', verdict.severity, verdict.rule, verdict.subject ?? '', `${outcome(verdict)}: ${verdict.message}`]
    .map((field) => plain(field) || '-')
    .join('\t');
}

function outcome(verdict: Verdict): string {
  if (!isWaived(verdict)) return verdict.outcome;
  return `fail (waived by ${verdict.waived?.by} until ${verdict.waived?.until})`;
}
