/**
 * The report for a person at a terminal. Blocks from the most severe finding
 * on, then all of them at a glance and the ledger, which stay on the screen.
 */
import type { Report, Verdict } from '../../verdicts/report.ts';
import { reaches } from '../../verdicts/summarize.ts';
import { cards, isWaived, ledger, mostSevereFirst } from '../findings.ts';
import { formatOfMany } from '../format.ts';
import { wayOut } from '../missing.ts';
import type { Style } from '../style.ts';
import { plain } from '../text.ts';
import { columns, wrap } from '../width.ts';
import { alike, obstacleBlock } from './alike.ts';
import { asAscii, asciiOnly } from './ascii.ts';
import { findingBlock, type Group } from './finding.ts';
import { grid } from './grid.ts';
import { type Palette, palette } from './palette.ts';

/** Narrower than this nothing is legible; lines of prose wider than that are not either. */
const narrowest = 40;
const widestProse = 100;
/** More rows than this are no glance. */
const mostRows = 100;

export const table = formatOfMany({
  for: 'people',
  describe: 'for people at a terminal; the default there',
  extension: 'txt',
  usual: 'terminal',
  options: { style: { values: ['grid', 'plain'], describe: 'plain: no lines drawn, nothing told twice: for screen readers and logs' } },
  render: (reports, style, { style: drawn }) =>
    reports
      .map((report) => (style.ascii ? asAscii(page(asciiOnly(report), style, drawn === 'plain'), style.width) : page(report, style, drawn === 'plain')))
      .join('\n'),
});

function page(report: Report, style: Style, bare: boolean): string {
  const paint = palette(style.colour);
  const width = Math.max(narrowest, style.width);
  const block = { width: Math.min(width, widestProse), paint };
  const shown = mostSevereFirst(report.verdicts).filter((v) => style.show.includes(v.outcome));
  const { obstacles } = alike(shown.filter((v) => v.outcome === 'unknown' && !isWaived(v)));
  const toldOnce = new Set(obstacles.flatMap((o) => o.verdicts));
  const blocks = sections(shown, style).flatMap(({ title, verdicts }) => [
    (bare ? wrap(title, block.width) : rule(title, block.width)).map(paint.dim),
    ...obstacles.filter((o) => verdicts.includes(o.verdicts[0] as Verdict)).map((o) => obstacleBlock(o, block)),
    ...groups(
      report,
      verdicts.filter((v) => !toldOnce.has(v)),
    ).map((group) => findingBlock(group, block)),
  ]);
  const glance = shown.filter((v) => !toldOnce.has(v));
  return [
    head(report, block.width, paint.strong),
    ...blocks,
    ...(glance.length > 1 && !bare ? [atAGlance(glance, toldOnce.size, width, paint)] : []),
    [...nothing(report, shown), ...[ledger(report), ...wayOut(report)].flatMap((line) => wrap(plain(line), block.width))],
  ]
    .map((lines) => `${lines.map((line) => line.trimEnd()).join('\n')}\n`)
    .join('\n');
}

function atAGlance(shown: readonly Verdict[], once: number, width: number, paint: Palette): string[] {
  const rest = shown.length - mostRows;
  return [
    grid(shown.slice(0, mostRows), width, paint),
    ...(rest > 0 ? wrap(`… and ${rest} more, listed above`, width) : []),
    ...(once > 0 ? wrap(`… and ${once} unknown for a reason they share, told above`, width) : []),
  ];
}

/** The tool, the target, who looked and when, the profiles and why they were chosen. */
function head(
  { tool, target, caveats = [], profiles, stricter = {}, undecidedProfiles = [], summary }: Report,
  width: number,
  strong: (text: string) => string,
): string[] {
  const named = target.kind === target.name ? target.name : `${target.name} (${target.kind})`;
  const lines: [string, string][] = [
    ...caveats.map(({ said }): [string, string] => ['note', said]),
    ['target', named],
    ['seen', `${target.user === undefined ? '' : `as ${target.user}, `}${target.takenAt}`],
    ...profiles.map(({ id, because }, at): [string, string] => [at === 0 ? 'profile' : '', `${id}: ${because}`]),
    ...(target.accounts ? [['for', target.accounts.join(', ')] as [string, string]] : []),
    ...Object.entries(stricter).map(([name, profile], at): [string, string] => [at === 0 ? 'stricter' : '', `${name} is that of ${profile}`]),
    ...undecidedProfiles.map(({ id, because }, at): [string, string] => [at === 0 ? 'unsure' : '', `${id} may apply: ${because}`]),
    ...(target.truncated ? [['warning', 'the snapshot is truncated: what it lacks is unknown'] as [string, string]] : []),
  ];
  return [
    strong(plain(`pretrip ${tool.version}, ${summary.selected} rules`)),
    ...lines.flatMap(([label, text]) => wrap(plain(text), width - 10).map((line, at) => `  ${(at === 0 ? label : '').padEnd(8)}${line}`)),
  ];
}

interface Section {
  readonly title: string;
  readonly verdicts: readonly Verdict[];
}

/** What failed the gate stands apart from what did not. Sections without verdicts are left out. */
function sections(shown: readonly Verdict[], { failOn }: Style): Section[] {
  const open = shown.filter((v) => v.outcome === 'fail' && !isWaived(v));
  const of = (outcome: Verdict['outcome']): Verdict[] => shown.filter((v) => v.outcome === outcome);
  return [
    { title: `failed, at or above ${failOn}`, verdicts: open.filter((v) => reaches(v.severity, failOn)) },
    { title: failOn === 'never' ? 'failed' : `failed, below ${failOn}`, verdicts: open.filter((v) => !reaches(v.severity, failOn)) },
    { title: 'unknown: could not look, or could not tell', verdicts: of('unknown').filter((v) => !isWaived(v)) },
    { title: 'waived', verdicts: shown.filter(isWaived) },
    { title: 'passed', verdicts: of('pass') },
    { title: 'not applicable', verdicts: of('not-applicable') },
  ]
    .filter(({ verdicts }) => verdicts.length > 0)
    .map(({ title, verdicts }) => ({ title: `${title} (${verdicts.length})`, verdicts }));
}

/** Neighbours of one rule and severity share a block: a rule is explained once, not once a user. */
function groups(report: Report, verdicts: readonly Verdict[]): Group[] {
  const byId = cards(report);
  const found = new Map<string, [Verdict, ...Verdict[]]>();
  for (const verdict of verdicts) {
    const key = `${verdict.severity} ${verdict.rule}`;
    const others = found.get(key);
    if (others) others.push(verdict);
    else found.set(key, [verdict]);
  }
  return [...found.values()].map((each) => ({ card: byId.get(each[0].rule), verdicts: each }));
}

/** Says so when there is nothing to list, and never calls it good when nobody looked. */
function nothing(report: Report, shown: readonly Verdict[]): string[] {
  if (shown.length > 0) return [];
  if (report.verdicts.every((v) => v.outcome === 'not-applicable')) return ['Nothing was judged.'];
  if (report.target.truncated || (report.undecidedProfiles ?? []).length > 0 || report.verdicts.some((v) => v.outcome === 'fail' || v.outcome === 'unknown'))
    return [];
  return ['Nothing failed, and nothing is unknown.'];
}

/** A line across the page that starts with a title. */
function rule(title: string, width: number): string[] {
  const lines = wrap(`── ${title}`, width);
  const last = lines.at(-1) ?? '';
  return [...lines.slice(0, -1), `${last} ${'─'.repeat(Math.max(0, width - columns(last) - 1))}`.trimEnd()];
}
