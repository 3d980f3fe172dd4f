/** What `pretrip diff` prints: where two judges of one host differ, with the evidence of ours. Text of a host is made visible. */
import type { Compared, Disagreement } from '../verdicts/disagree.ts';
import type { OtherScan } from '../verdicts/other-scan.ts';
import type { Report, Verdict } from '../verdicts/report.ts';
import { canonical } from './canonical.ts';
import { places, placeText, plural, sentence } from './findings.ts';
import { clip, jsonText, plain } from './text.ts';
import { wrap } from './width.ts';

/** A host, and what another auditor said of it. */
export interface Differing {
  readonly report: Report;
  readonly scan: OtherScan;
  readonly numbering: string;
  readonly found: Disagreement;
}

/** Characters of one value; the JSON has the rest. */
const longest = 300;
const widestProse = 100;
/** Numbers of controls that only one side has. */
const mostNumbers = 20;
const margin = 3;

/** Of each control where the two differ: what each says, our sentence with its place, and what theirs rests on. */
export function diffText({ report, scan, numbering, found }: Differing, width: number): string {
  const room = Math.min(width, widestProse);
  const of = (relation: Compared['relation']): readonly Compared[] => found.compared.filter((c) => c.relation === relation);
  const sections = [
    ['in contradiction', of('contradict')],
    ['decided by one alone', of('one-decides')],
  ] as const;
  const counts = sections.map(([title, all]) => `${all.length} ${title}`).join(', ');
  const lines = [
    ...wrap(plain(`${report.target.name}: pretrip and ${scan.tool} (${scan.version}), by the numbers of ${numbering}`), room),
    ...wrap(`${plural(found.compared.length, 'control')} on both sides: ${of('same').length} alike, ${counts}`, room),
    ...missingLines('has none of', found.onlyTheirs, 'pretrip', room),
    ...missingLines('has none of', found.onlyOurs, scan.tool, room),
    ...sections.flatMap(([title, all]) => (all.length === 0 ? [] : ['', `${title} (${all.length})`, ...all.flatMap((c) => entry(c, room))])),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

function missingLines(has: string, numbers: readonly string[], who: string, room: number): string[] {
  if (numbers.length === 0) return [];
  const rest = numbers.length > mostNumbers ? ` and ${numbers.length - mostNumbers} more` : '';
  return wrap(plain(`${who} ${has} ${numbers.slice(0, mostNumbers).join(', ')}${rest}`), room);
}

function entry({ number, rule, ours, theirs, verdicts }: Compared, room: number): string[] {
  return [
    ...wrap(plain(`${number}  pretrip: ${ours}, theirs: ${theirs.state}  ${rule}`), room),
    ...verdicts.slice(0, 3).flatMap((v) => ourLines(v, room)),
    ...(verdicts.length > 3 ? [`${' '.repeat(margin)}and ${verdicts.length - 3} more`] : []),
    ...(['actual', 'expected', 'reason'] as const).flatMap((key) => indented(theirs[key] === undefined ? '' : `theirs, ${key}: ${theirs[key]}`, room)),
  ];
}

function ourLines(verdict: Verdict, room: number): string[] {
  const [place] = places(verdict);
  const about = verdict.subject === undefined ? '' : `${verdict.subject}: `;
  const text = place?.text === undefined ? '' : `  ${place.text.trim()}`;
  return [...indented(`${about}${sentence(verdict)}`, room), ...(place ? indented(`at ${placeText(place)}${text}`, room) : [])];
}

const indented = (text: string, room: number): string[] =>
  text === '' ? [] : wrap(plain(clip(text.replace(/\s+/g, ' '), longest)), room - margin).map((line) => `${' '.repeat(margin)}${line}`);

/** The same as data, those that are alike left out. */
export function diffJson({ report, scan, numbering, found }: Differing): string {
  const { controls: _, ...other } = scan;
  const differing = found.compared.filter((c) => c.relation !== 'same');
  return jsonText(
    canonical({
      format: 'pretrip-diff/1',
      target: report.target,
      other,
      numbering,
      alike: found.compared.length - differing.length,
      onlyOurs: found.onlyOurs,
      onlyTheirs: found.onlyTheirs,
      controls: differing.map(({ number, rule, ours, theirs, relation, verdicts }) => ({
        control: `${numbering} ${number}`,
        rule,
        relation,
        ours: {
          outcome: ours,
          verdicts: verdicts.map(({ subject, message, evidence }) => ({ ...(subject === undefined ? {} : { subject }), message, evidence })),
        },
        theirs,
      })),
    }),
  );
}
