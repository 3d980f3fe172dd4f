/** Rows in columns, as wide as a terminal. Pure. */
import { columns, pad, wrap } from '../report/width.ts';

/** Least columns of the last cell beside the others; where there are fewer, it stands below them. */
const leastBeside = 30;

/**
 * Rows under their heads. The last cell is broken between words, and stands on lines of its own where the others leave
 * too little room. An infinite width breaks nothing.
 */
export function inColumns(heads: readonly string[] | undefined, rows: readonly (readonly string[])[], width: number): string {
  const all = heads ? [heads, ...rows] : rows;
  const widths = (all[0] ?? []).slice(0, -1).map((_, at) => Math.max(...all.map((row) => columns(row[at] ?? ''))));
  const before = widths.reduce((sum, w) => sum + w + 2, 0);
  const beside = width - before >= leastBeside;
  const lines = all.flatMap((row) => {
    const first = row.slice(0, -1).map((cell, at) => pad(cell, widths[at] ?? 0));
    const last = row.at(-1) ?? '';
    if (!beside) return [first.join('  ').trimEnd(), ...wrap(last, Math.max(20, width - 4)).map((line) => `    ${line}`)];
    const [start = '', ...more] = Number.isFinite(width) ? wrap(last, width - before) : [last];
    return [[...first, start].join('  '), ...more.map((line) => `${' '.repeat(before)}${line}`)];
  });
  return lines.map((line) => `${line}\n`).join('');
}
