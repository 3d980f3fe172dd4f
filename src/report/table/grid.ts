/** The findings at a glance, one row each: what is left to read on the last screen. */
import Table from 'cli-table3';
import type { Verdict } from '../../verdicts/report.ts';
import { bare, isWaived, places, placeText } from '../findings.ts';
import { clip, plain } from '../text.ts';
import { columns, wrap } from '../width.ts';
import type { Palette } from './palette.ts';

interface Column {
  readonly head: string;
  readonly text: (verdict: Verdict) => string;
  readonly paint?: (verdict: Verdict, text: string) => string;
}

const longestCell = 200;

/** A grid no wider than `width`; narrow terminals get narrower cells, wide ones more columns. */
export function grid(verdicts: readonly Verdict[], width: number, paint: Palette): string {
  const shown = columnsFor(width, paint);
  const cells = verdicts.map((verdict) => shown.map((column) => plain(clip(column.text(verdict), longestCell))));
  const widths = share(
    shown.map(({ head }, at) => Math.max(head.length, ...cells.map((row) => columns(row[at] ?? '')))),
    width,
  );
  const texts: string[] = [];
  const row = (cell: readonly string[], painted: (text: string, at: number) => string): string[] => {
    const wrapped = cell.map((text, at) => wrap(text, widths[at] ?? 1));
    for (let line = 0; wrapped.some((lines) => line < lines.length); line += 1) {
      for (const [at, lines] of wrapped.entries()) {
        const text = lines[line] ?? '';
        if (columns(text) > 0) texts.push(painted(text, at));
      }
    }
    return wrapped.map((lines) => lines.map(standIn).join('\n'));
  };
  const table = new Table({
    head: row(
      shown.map(({ head }) => head),
      paint.dim,
    ),
    colWidths: widths.map((columnWidth) => columnWidth + 2),
    style: { head: [], border: [] },
    chars: { mid: '', 'left-mid': '', 'mid-mid': '', 'right-mid': '' },
  });
  for (const [index, verdict] of verdicts.entries()) {
    table.push(row(cells[index] ?? [], (text, at) => shown[at]?.paint?.(verdict, text) ?? text));
  }
  let next = 0;
  return table.toString().replace(standIns, () => texts[next++] ?? '');
}

/**
 * Cells are laid out with a stand-in of the same width for each line of text:
 * the grid's own measure takes some wide characters and marks for narrow ones.
 */
const standIn = (line: string): string => '\u{e000}'.repeat(columns(line));
const standIns = /\u{e000}+/gu;

/** The columns worth their place at this width; on a narrow terminal the subject shares the rule's. */
function columnsFor(width: number, paint: Palette): readonly Column[] {
  const first: readonly Column[] = [
    { head: 'outcome', text: word, paint: (v, text) => (isWaived(v) ? paint.dim : paint.outcome[v.outcome])(text) },
    { head: 'severity', text: (v) => v.severity, paint: (v, text) => paint.severity[v.severity](text) },
  ];
  if (width < 110) return [...first, { head: 'rule and subject', text: (v) => (v.subject === undefined ? v.rule : `${v.rule}  ${v.subject}`) }];
  const wide: readonly Column[] = [
    { head: 'rule', text: (v) => v.rule },
    { head: 'subject', text: (v) => v.subject ?? '' },
    { head: 'at', text: (v) => places(v).slice(0, 1).map(placeText).join('') },
  ];
  return [...first, ...wide, ...(width < 150 ? [] : [{ head: 'message', text: bare }])];
}

function word(verdict: Verdict): string {
  if (isWaived(verdict)) return 'waived';
  return verdict.outcome === 'not-applicable' ? 'n/a' : verdict.outcome;
}

/** Takes columns from the widest until all fit between their borders. */
function share(wanted: readonly number[], width: number): number[] {
  const widths = [...wanted];
  const room = Math.max(width - 3 * widths.length - 1, 4 * widths.length);
  for (let over = widths.reduce((a, b) => a + b, 0) - room; over > 0; ) {
    const widest = Math.max(...widths);
    const next = Math.max(4, ...widths.filter((w) => w < widest));
    const all = widths.filter((w) => w === widest).length;
    const cut = Math.max(1, Math.min(widest - next, Math.ceil(over / all)));
    for (const [at, w] of widths.entries()) {
      if (w !== widest || over <= 0) continue;
      widths[at] = w - Math.min(cut, over);
      over -= Math.min(cut, over);
    }
  }
  return widths;
}
