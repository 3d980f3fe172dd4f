/** What does not fail the gate: a sentence each for the most severe, names for the rest. */
import { type Severity, severities } from '../../verdicts/report.ts';
import { bare } from '../findings.ts';
import { clip, plain } from '../text.ts';
import { columns, wrap } from '../width.ts';
import type { Cause } from './causes.ts';
import { aside, indent, type Page } from './page.ts';

const mostSentences = 10;
const margin = 3;

/** The lines of the section. Of the severity that leads, every cause in short; of those below it, the rules. */
export function briefly(causes: readonly Cause[], page: Page): string[] {
  const [leading, ...lower] = severities.filter((s) => causes.some((c) => c.verdicts[0].severity === s));
  const leads = causes.filter((c) => c.verdicts[0].severity === leading);
  const cut = leads.length > mostSentences + 1 ? leads.slice(mostSentences) : [];
  return [
    ...leads.slice(0, leads.length - cut.length).flatMap((cause) => sentenceLines(cause, page)),
    ...(cut.length === 0 || leading === undefined ? [] : namesLines(leading, cut, page)),
    ...lower.flatMap((severity) =>
      namesLines(
        severity,
        causes.filter((c) => c.verdicts[0].severity === severity),
        page,
      ),
    ),
  ];
}

function sentenceLines(cause: Cause, page: Page): string[] {
  const text = plain(clip(bare(cause.verdicts[0]), 1000));
  return aside(text, plain(cause.ids), page, margin);
}

function namesLines(severity: Severity, causes: readonly Cause[], page: Page): string[] {
  const lead = `${severity}  `;
  const by = columns(lead);
  const [start = '', ...rest] = wrap(plain(causes.map((c) => c.ids).join(', ')), page.prose - by);
  return [`${page.paint.severity[severity](severity)}  ${page.paint.dim(start)}`, ...indent(by, rest.map(page.paint.dim))];
}
