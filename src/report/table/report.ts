/** The page of one target: summary, what to do, what fails, what was not decided, the last line. */
import { answerOf, type Report, type Severity, severities, type Verdict } from '../../verdicts/report.ts';
import { reaches } from '../../verdicts/summarize.ts';
import { answerText, cards, checks, isUndecided, isWaived, mostSevereFirst, numberOf, sentence } from '../findings.ts';
import { type Way, waysToDecide } from '../missing.ts';
import { clip, plain } from '../text.ts';
import { briefly } from './brief.ts';
import { type Cause, causesOf } from './causes.ts';
import { entry } from './finding.ts';
import { aside, densities, mostLines, type Page, sectionTitle, withGate } from './page.ts';
import { planLines } from './plan.ts';
import { gateText, type Readiness, readiness } from './readiness.ts';
import { originLines, summaryLines } from './summary.ts';
import { undecidedLines } from './undecided.ts';
import { groupsOf, waiver, wholeBlock } from './whole.ts';

/** Lines that belong together; an empty one stands between two blocks. */
type Block = readonly string[];

/** What the page tells, worked out once. */
interface Told {
  readonly report: Report;
  readonly ready: Readiness;
  readonly ways: readonly Way[];
  readonly causes: readonly Cause[];
}

/** The whole page, with as much of each finding as there is room for. */
export function reportPage(report: Report, page: Page): string {
  const { style } = page;
  const told = { report, ready: readiness(report, style), ways: waysToDecide(report, style.here ?? false), causes: causesOf(report, style) };
  let text = '';
  for (const density of style.verbose ? densities.slice(0, 1) : densities) {
    text = pageOf(told, { ...page, density });
    if (text.split('\n').length <= mostLines) break;
  }
  return text;
}

function pageOf({ report, ready, ways, causes }: Told, page: Page): string {
  const { style } = page;
  const lists = (outcome: Verdict['outcome']): boolean => style.show.includes(outcome);
  const open = ways.reduce((sum, way) => sum + way.verdicts.length, 0);
  const blocks: Block[] = [
    summaryLines(report, ready, ways, page),
    ...(style.verbose ? [originLines(report, page)] : []),
    ...(lists('fail') ? [planLines(report, causes, ways, page)] : []),
    ...(style.verbose ? wholeSections(report, page) : shortSections(report, causes, page)),
    ...(!style.verbose && lists('unknown') ? section('not decided', open, [undecidedLines(ways, page)], page) : []),
    ...restSections(report, page),
    lastLine(report, ready, page),
  ];
  return blocks
    .filter((lines) => lines.length > 0)
    .map((lines) => `${lines.map((line) => line.trimEnd()).join('\n')}\n`)
    .join('\n');
}

/** `169 checks: …  Gate: FAILED (1)`. */
function lastLine(report: Report, { status, standing }: Readiness, page: Page): string[] {
  return withGate(`${checks(report)}.`, gateText(status), page.paint.standing[standing](gateText(status)), page);
}

/** A title and what stands below it; the title keeps to the first block. */
function section(title: string, count: number | undefined, blocks: readonly Block[], page: Page, painted?: string): Block[] {
  const [first = [], ...rest] = blocks.filter((lines) => lines.length > 0);
  if (first.length === 0) return [];
  const counted = count === undefined ? '' : ` (${count})`;
  return [[...sectionTitle(`${title}${counted}`, page, `${painted ?? title}${counted}`), ...first], ...rest];
}

/** The failures: those that the gate sees as entries, the others in short. */
function shortSections(report: Report, causes: readonly Cause[], page: Page): Block[] {
  const { style, paint } = page;
  if (!style.show.includes('fail')) return [];
  const full = (severity: Severity): boolean => reaches(severity, style.failOn === 'never' ? 'high' : style.failOn);
  const of = (severity: Severity): Cause[] => causes.filter((c) => c.verdicts[0].severity === severity);
  const entries = severities.filter(full).flatMap((severity) => {
    const all = of(severity).map((c) => entry(c, page));
    return section(severity, undefined, page.density.air ? all : [all.flat()], page, paint.severity[severity](severity));
  });
  const lower = severities.filter((s) => !full(s)).flatMap(of);
  const leading = severities.find((s) => lower.some((c) => c.verdicts[0].severity === s));
  const count = lower.reduce((sum, c) => sum + c.verdicts.length, 0);
  const title = `${leading}${lower.some((c) => c.verdicts[0].severity !== leading) ? ' and lower' : ''} (${count}; all with -v)`;
  return [
    ...answered(report, 'no', page),
    ...entries,
    ...section(title, undefined, [briefly(lower, page)], page),
    ...answered(report, 'yes', page),
    ...waived(report, page),
  ];
}

/** What people answered: who, until when, and what it is about. */
function answered({ verdicts, rules }: Report, answer: 'yes' | 'no', page: Page): Block[] {
  const titles = new Map(rules.map(({ id, title, failing }) => [id, answer === 'yes' ? title : (failing ?? title)]));
  const of = mostSevereFirst(verdicts).filter((v) => answerOf(v) === answer && !isWaived(v));
  const lines = of.flatMap((v) => {
    const who = answerText(v.attested as NonNullable<Verdict['attested']>).replace(/^answered (?:yes|no) /, '');
    return aside(plain(clip(`${titles.get(v.rule)} (${who})`, 1000)), named(v), page, 3);
  });
  return section(`answered with ${answer}`, of.length, [lines], page);
}

function waived({ verdicts }: Report, page: Page): Block[] {
  const of = mostSevereFirst(verdicts).filter(isWaived);
  const lines = of.flatMap((v) => aside(plain(clip(waiver(v.waived as NonNullable<Verdict['waived']>), 1000)), named(v), page, 3));
  return section('waived', of.length, [lines], page);
}

const named = (v: Verdict): string => plain(v.subject === undefined ? v.rule : `${v.rule} (${v.subject})`);

/** With -v: every failure, what is unknown and what is waived, whole. */
function wholeSections(report: Report, page: Page): Block[] {
  const { style, paint } = page;
  const byId = cards(report);
  const number = numberOf(report);
  const control = (rule: string): string | undefined => number(rule) && `${report.numbering} ${number(rule)}`;
  const shown = mostSevereFirst(report.verdicts).filter((v) => style.show.includes(v.outcome));
  const open = shown.filter((v) => !isWaived(v));
  const whole = (title: string, verdicts: readonly Verdict[], painted?: string): Block[] =>
    section(
      title,
      verdicts.length,
      groupsOf(verdicts, byId).map((group) => wholeBlock(group, page, control(group.verdicts[0].rule))),
      page,
      painted,
    );
  return [
    ...severities.flatMap((severity) =>
      whole(
        severity,
        open.filter((v) => v.outcome === 'fail' && v.severity === severity),
        paint.severity[severity](severity),
      ),
    ),
    ...whole(
      'answered with no',
      open.filter((v) => answerOf(v) === 'no'),
    ),
    ...whole('not decided', open.filter(isUndecided)),
    ...whole(
      'answered with yes',
      open.filter((v) => answerOf(v) === 'yes'),
    ),
    ...whole('waived', shown.filter(isWaived)),
  ];
}

/** What passed and what does not apply, where somebody asks for it. */
function restSections({ verdicts }: Report, page: Page): Block[] {
  const of = (outcome: Verdict['outcome'], title: string): Block[] => {
    const all = page.style.show.includes(outcome) ? mostSevereFirst(verdicts).filter((v) => v.outcome === outcome) : [];
    return section(title, all.length, [all.flatMap((v) => aside(plain(clip(sentence(v), 1000)), named(v), page, 3))], page);
  };
  return [...of('pass', 'pass'), ...of('not-applicable', 'do not apply')];
}
