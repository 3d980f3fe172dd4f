/** The report as it is: canonical JSON, from which every other format can be made again. */
import { aboutOf, identityOf, type Report, type Verdict } from '../verdicts/report.ts';
import { listedChecks } from '../verdicts/steps.ts';
import { countsBySeverity, gateRecord } from '../verdicts/summarize.ts';
import { canonical } from './canonical.ts';
import { formatOfOne } from './format.ts';
import { fingerprint } from './ids.ts';
import type { Style } from './style.ts';
import { jsonText } from './text.ts';

/** Equal reports give equal bytes, whatever the order of their keys. Ends in a newline. */
export const json = formatOfOne({
  for: 'programs',
  describe: 'the whole report; every other format can be made from it',
  extension: 'json',
  saved: true,
  render: (report, style) => jsonText(canonical(whole(report, style))),
});

/** With what follows from the report and its gate, so that programs that read it need not work it out. */
function whole(report: Report, style: Style): Report {
  const { hash } = style;
  return {
    ...report,
    gate: gateRecord(report, style),
    rules: report.rules.map((card) => ({ ...card, remedy: card.remedy.map(listedChecks) })),
    verdicts: report.verdicts.map((verdict) => ({ ...verdict, ...parts(verdict), fingerprint: fingerprint(verdict, identityOf(report.target), hash) })),
    summary: { ...report.summary, bySeverity: countsBySeverity(report.verdicts) },
  };
}

function parts({ subject, remedy }: Verdict): Pick<Verdict, 'about' | 'remedy'> {
  const about = aboutOf(subject);
  return { ...(about ? { about } : {}), ...(remedy ? { remedy: remedy.map(listedChecks) } : {}) };
}
