/** The table for terminals that know ASCII alone. */
import type { Report } from '../../verdicts/report.ts';
import { columns } from '../width.ts';

/** What people write in sentences, by what stands for it. */
const punctuation: readonly (readonly [RegExp, string])[] = [
  [/[“”„]/gu, '"'],
  [/[‘’]/gu, "'"],
  [/[–—]/gu, '-'],
  [/…/gu, '...'],
  [/·/gu, '-'],
  [/→/gu, '->'],
];

/** The report with its texts in ASCII: punctuation as people would type it, any other character as `\uXXXX`, as what is not seen. */
export function asciiOnly(report: Report): Report {
  return mapped(report) as Report;
}

function mapped(value: unknown): unknown {
  if (typeof value === 'string') return ascii(value);
  if (Array.isArray(value)) return value.map(mapped);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, mapped(inner)]));
}

function ascii(text: string): string {
  if (/^[\0-\x7f]*$/.test(text)) return text;
  const typed = punctuation.reduce((t, [from, to]) => t.replace(from, to), text);
  return typed.replace(/[^\0-\x7f]/gu, (char) => {
    const point = char.codePointAt(0) ?? 0;
    return point > 0xffff ? `\\u{${point.toString(16)}}` : `\\u${point.toString(16).padStart(4, '0')}`;
  });
}

/** What the table draws itself, a column for a column; three dots only where there is room and no cell would move. */
export const asAscii = (page: string, width: number): string =>
  page
    .split('\n')
    .map((line) => {
      const dots = /[│┃]/.test(line) || columns(line) + 2 > width ? '~' : '...';
      return line
        .replace(/[─━]/g, '-')
        .replace(/[│┃]/g, '|')
        .replace(/[┌┐└┘├┤┬┴┼]/g, '+')
        .replace(/…/g, dots);
    })
    .join('\n');
