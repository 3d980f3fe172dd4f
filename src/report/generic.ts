/**
 * DefectDojo's Generic Findings Import (its dojo/tools/generic/json_parser.py): SARIF's importer drops steps and
 * unknowns, and cuts titles out of messages. What was not decided is Info, since DefectDojo has no word for it.
 */
import { answerOf, identityOf, type Report, type RuleCard, type Severity, type Verdict } from '../verdicts/report.ts';
import { answerText, bare, cards, isAccepted, isWaived, mostSevereFirst, places, placeText } from './findings.ts';
import { formatOfOne } from './format.ts';
import { pageOf } from './home.ts';
import { fingerprint } from './ids.ts';
import { stepText } from './steps.ts';
import type { Style } from './style.ts';
import { clip, jsonText, visible } from './text.ts';
import { uriOf } from './uri.ts';

/** Characters that DefectDojo keeps of a title, with room to spare, and of a component's name. */
const longestTitle = 500;
const longestComponent = 200;
const mostPlaces = 100;

export const generic = formatOfOne({
  for: 'programs',
  describe: "DefectDojo's Generic Findings Import",
  extension: 'json',
  render: (report, style) => {
    const byId = cards(report);
    const shown = mostSevereFirst(report.verdicts).filter(({ outcome }) => outcome === 'fail' || outcome === 'unknown');
    return jsonText({
      name: 'pretrip',
      type: 'pretrip',
      version: visible(report.tool.version),
      description: visible(`${report.target.name} as seen at ${report.target.takenAt}`),
      static_tool: true,
      findings: shown.map((verdict) => finding(verdict, report, byId.get(verdict.rule), style)),
    });
  },
});

const severityNames: Readonly<Record<Severity, string>> = { critical: 'Critical', high: 'High', medium: 'Medium', low: 'Low', info: 'Info' };

function finding(verdict: Verdict, { target, tool }: Report, card: RuleCard | undefined, { hash }: Style): Record<string, unknown> {
  const [place] = places(verdict);
  const subject = verdict.subject === undefined ? '' : ` (${verdict.subject})`;
  const answer = answerOf(verdict);
  const open = verdict.outcome === 'unknown' && answer !== 'no';
  const accepted = isAccepted(verdict);
  return {
    // The same from run to run: the sentence with its values opens the description.
    title: clip(visible(`${open ? 'Not decided' : 'Not met'}: ${card?.title || verdict.rule}${subject}`), longestTitle),
    severity: open ? 'Info' : severityNames[verdict.severity],
    description: description(verdict, target.name),
    mitigation: mitigation(verdict),
    impact: visible(card?.why ?? ''),
    references: [...(card?.references ?? []).map(({ title, url }) => visible(url ?? title)), pageOf(visible(verdict.rule), visible(tool.version))].join('\n'),
    date: target.takenAt.slice(0, 10),
    unique_id_from_tool: fingerprint(verdict, identityOf(target), hash),
    vuln_id_from_tool: visible(verdict.rule),
    component_name: clip(visible(identityOf(target)), longestComponent),
    file_path: uriOf(identityOf(target), place?.path ?? ''),
    ...(place?.line === undefined ? {} : { line: place.line }),
    active: !accepted,
    verified: answer === 'no',
    risk_accepted: isWaived(verdict),
    static_finding: true,
    dynamic_finding: false,
    tags: [verdict.outcome, ...(card?.controls ?? [])].map(visible),
  };
}

function description(verdict: Verdict, target: string): string {
  const seen = places(verdict)
    .slice(0, mostPlaces)
    .map((place) => `- ${placeText(place)}${[place.said, place.text?.trim()].map((part) => (part === undefined ? '' : `: ${part}`)).join('')}`);
  return [
    bare(verdict),
    ...(verdict.attested ? [answerText(verdict.attested)] : []),
    `Target ${target}, rule ${verdict.rule}${verdict.subject === undefined ? '' : `, ${verdict.subject}`}, ${verdict.severity}.`,
    ...seen,
  ]
    .map(visible)
    .join('\n\n');
}

/** The steps of a failure, or what decides an unknown. */
function mitigation({ remedy = [], next }: Verdict): string {
  const steps = remedy.map((step, at) => {
    const { line, content, note } = stepText(step);
    return [`${at + 1}. ${line}`, ...content.map((text) => `   ${text}`), ...(note === '' ? [] : [`   ${note}`])].join('\n');
  });
  return [...steps, ...(next === undefined ? [] : [visible(next)])].join('\n');
}
