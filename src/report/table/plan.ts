/** What to do, in order, right below the summary: one row a step, with what it closes. */
import type { Severity } from '../../verdicts/report.ts';
import { reaches } from '../../verdicts/summarize.ts';
import type { Way } from '../missing.ts';
import { plain } from '../text.ts';
import { columns, pad, wrap } from '../width.ts';
import type { Cause } from './causes.ts';
import { cutInMiddle, indent, type Page, withTail, wrapStep } from './page.ts';

/** More steps than this are no first screen. */
const mostSteps = 8;
const widestWho = 12;

interface Row {
  readonly who: string;
  readonly line: string;
  readonly isCommand: boolean;
  readonly does: string;
}

/** The causes whose fix the gate waits for. */
const gating = (causes: readonly Cause[]): Cause[] => causes.filter((c) => c.closes > 0 && c.first);

/** The causes that the list numbers, in its order. */
export function planned(causes: readonly Cause[], { style }: Page): readonly Cause[] {
  const all = gating(causes);
  // Where one more fits in the place of the line that says so, it stands there.
  return style.verbose || all.length <= mostSteps + 1 ? all : all.slice(0, mostSteps);
}

/** The list of steps; empty where nothing fails the gate and nothing that counts is open. */
export function planLines(causes: readonly Cause[], ways: readonly Way[], page: Page): string[] {
  const { failOn, allowIncomplete = false } = page.style;
  const all = gating(causes);
  const shown = planned(causes, page);
  const fixes = shown.map(({ first, closes }): Row => ({ who: '', line: '', isCommand: false, ...first, does: `closes ${closes}` }));
  const looks = ways.flatMap((way): Row[] => {
    const decides = way.verdicts.filter((v) => counts(v.severity, failOn)).length;
    return decides === 0 || allowIncomplete ? [] : [{ who: way.who ?? '', line: way.step, isCommand: way.isCommand, does: `decides ${decides}` }];
  });
  if (fixes.length + looks.length === 0) return [];
  const who = Math.min(widestWho, Math.max(0, ...[...fixes, ...looks].map((row) => columns(plain(row.who)))));
  return [
    ...wrap(failOn === 'never' ? 'What closes the findings, in this order' : 'What makes the gate pass, in this order', page.prose),
    ...fixes.flatMap((row, at) => rowLines(`${at + 1}`, row, who, page)),
    ...(shown.length === all.length ? [] : rowLines('…', { who: '', ...more(all.slice(shown.length)) }, who, page)),
    ...looks.flatMap((row, at) => rowLines(`${all.length + 1 + at}`, row, who, page)),
  ];
}

const counts = (severity: Severity, failOn: Page['style']['failOn']): boolean => failOn === 'never' || reaches(severity, failOn);

function more(rest: readonly Cause[]): Omit<Row, 'who'> {
  const closes = rest.reduce((sum, c) => sum + c.closes, 0);
  return { line: `${rest.length} more: below, and in order with -v`, isCommand: false, does: `close ${closes}` };
}

function rowLines(number: string, { who, line, isCommand, does }: Row, widest: number, page: Page): string[] {
  if (page.plain) return wrap(plain(`${number}. ${who === '' ? '' : `${who}: `}${line} (${does})`), page.prose);
  const lead = `${number.padStart(3)}  ${widest === 0 ? '' : `${pad(cutInMiddle(plain(who), widest), widest)}  `}`;
  const by = columns(lead);
  const room = page.prose - by;
  const text = plain(line);
  const lines = isCommand ? wrap(text, room) : wrapStep(text, room - columns(does) - 2, 1);
  return withTail([lead + (lines[0] ?? ''), ...indent(by, lines.slice(1))], does, page, by);
}
