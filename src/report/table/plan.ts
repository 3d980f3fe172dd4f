/** What to do, in order, right below the summary: a row a fix with what it closes, or, with -v, a row a step. */
import type { Report, Severity } from '../../verdicts/report.ts';
import { tellStep } from '../../verdicts/steps.ts';
import { reaches } from '../../verdicts/summarize.ts';
import type { Way } from '../missing.ts';
import { type PlanStep, stepsOf } from '../plan.ts';
import { plain, visibleLines } from '../text.ts';
import { columns, pad, wrap } from '../width.ts';
import type { Cause } from './causes.ts';
import { cutInMiddle, indent, type Page, withTail, wrapStep } from './page.ts';

/** More lines of fixes than this are no first screen. */
const mostLines = 11;
const widestWho = 12;

interface Row {
  readonly number: number;
  readonly who: string;
  readonly line: string;
  readonly isCommand: boolean;
  readonly does: string;
  /** The lines of a file to write. */
  readonly content?: readonly string[];
}

/** What makes the gate pass; empty where nothing fails it and nothing that counts is open. */
export function planLines(report: Report, causes: readonly Cause[], ways: readonly Way[], page: Page): readonly string[] {
  const { failOn, verbose } = page.style;
  const gating = causes.filter((c) => c.closes > 0 && c.first);
  const plan = stepsOf(report, failOn, page.style.here);
  const fixes = verbose
    ? stepRows(plan, report, page)
    : [...Map.groupBy(gating, ({ first }) => first?.number)].map(([, of]): Row => {
        const closes = of.reduce((sum, cause) => sum + cause.closes, 0);
        return { number: 0, who: '', line: '', isCommand: false, ...of[0]?.first, does: `closes ${closes}` };
      });
  const looks = lookRows(ways, plan.length - ways.length + 1, page);
  if (fixes.length + looks.length === 0) return [];
  const widest = Math.min(widestWho, Math.max(0, ...[...fixes, ...looks].map((row) => columns(plain(row.who)))));
  const told = fixes.map((row) => rowLines(`${row.number}`, row, widest, page));
  const shown = verbose ? told.length : fitting(told);
  const left = new Set(fixes.slice(shown).map(({ number }) => number));
  const rest = gating.filter(({ first }) => first && left.has(first.number));
  const firsts = !verbose && gating.some((c) => (c.first?.of ?? 1) > 1);
  return [
    ...wrap(
      `${failOn === 'never' ? 'What closes the findings' : 'What makes the gate pass'}, in this order${firsts ? ' (first steps; pretrip fix prints all)' : ''}`,
      page.prose,
    ),
    ...told.slice(0, shown).flat(),
    ...(shown === told.length ? [] : rowLines('…', more(rest), widest, page)),
    ...looks.flatMap((row) => rowLines(`${row.number}`, row, widest, page)),
  ];
}

/** How many rows there is room for; the line that tells of the others takes one. */
function fitting(rows: readonly (readonly string[])[]): number {
  if (rows.flat().length <= mostLines) return rows.length;
  let used = 1;
  return rows.filter((row) => {
    used += row.length;
    return used <= mostLines;
  }).length;
}

/** Every step for what fails the gate. What has several steps is closed by the last of them. */
function stepRows(plan: readonly PlanStep[], report: Report, { style: { failOn } }: Page): Row[] {
  const severity = new Map(report.verdicts.map((v) => [JSON.stringify([v.rule, v.subject]), v.severity]));
  const steps = plan.map((step) => ({
    ...step,
    gating: step.closes.map((f) => JSON.stringify([f.rule, f.subject])).filter((f) => counts(severity.get(f) ?? 'info', failOn)),
  }));
  const last = new Map(steps.flatMap(({ gating }, at) => gating.map((f) => [f, at] as const)));
  return steps.flatMap(({ number, step, who, gating }, at): Row[] => {
    if (gating.length === 0) return [];
    const { line, isCommand, content } = tellStep(step);
    const closes = gating.filter((f) => last.get(f) === at).length;
    const does = closes > 0 ? `closes ${closes}` : `for ${gating.length}`;
    return [{ number, who, line, isCommand, does, ...(content === undefined ? {} : { content: visibleLines(content) }) }];
  });
}

/** What decides the unknown verdicts that the gate counts. */
function lookRows(ways: readonly Way[], from: number, { style: { failOn, allowIncomplete = false } }: Page): Row[] {
  if (allowIncomplete) return [];
  return ways.flatMap((way, at): Row[] => {
    const decides = way.verdicts.filter((v) => counts(v.severity, failOn)).length;
    return decides === 0 ? [] : [{ number: from + at, who: way.who ?? '', line: way.step, isCommand: way.isCommand, does: `decides ${decides}` }];
  });
}

const counts = (severity: Severity, failOn: Page['style']['failOn']): boolean => failOn === 'never' || reaches(severity, failOn);

function more(rest: readonly Cause[]): Row {
  const closes = rest.reduce((sum, c) => sum + c.closes, 0);
  return { number: 0, who: '', line: `${rest.length} more: below`, isCommand: false, does: `close${rest.length === 1 ? 's' : ''} ${closes}` };
}

function rowLines(number: string, { who, line, isCommand, does, content = [] }: Row, widest: number, page: Page): string[] {
  const whole = page.style.verbose ?? false;
  if (page.plain)
    return [...wrap(plain(`${number}. ${who === '' ? '' : `${who}: `}${line} (${does})`), page.prose), ...content.flatMap((l) => wrap(plain(l), page.prose))];
  const lead = `${number.padStart(3)}  ${widest === 0 ? '' : `${pad(cutInMiddle(plain(who), widest), widest)}  `}`;
  const by = columns(lead);
  const room = page.prose - by;
  const text = plain(line);
  const lines = isCommand || whole ? wrap(text, room) : wrapStep(text, room - columns(does) - 2, 1);
  return [
    ...withTail([lead + (lines[0] ?? ''), ...indent(by, lines.slice(1))], does, page, by),
    ...indent(by + 2, content.flatMap((l) => wrap(plain(l), room - 2)).map(page.paint.dim)),
  ];
}
