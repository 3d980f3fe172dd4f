/**
 * Options of one mount point in fstab(5): which others they replace, and the command that puts them into its line. Of several
 * lines for one point the first counts. src/remedy/fstab-edit.ts does the same to a text.
 */
import type { Json } from '../facts/fact.ts';
import { shellLine } from './shell-line.ts';

/** Options of a value: words between commas, or a list of them. */
export const mountOptions = (value: Json): readonly string[] => (Array.isArray(value) ? value.map(String) : String(value).split(',')).filter((w) => w !== '');

/** A pattern, for JavaScript and awk alike, of the options that cannot stand beside one of these: itself, its opposite, another value of it. */
export function rivals(options: readonly string[]): string {
  const each = options.map((option) => {
    if (option === 'ro' || option === 'rw') return 'r[ow]';
    const [name = '', value] = option.split('=');
    const bare = name.replace(/[.*+?^${}()|[\]\\/]/g, '[$&]');
    if (value !== undefined) return `${bare}=.*`;
    const flag = /^(?:no)?(exec|suid|dev|atime|auto)$/.exec(name)?.[1];
    return flag === undefined ? bare : `(no)?${flag}`;
  });
  return `^(${each.join('|')})$`;
}

/** The command that puts options into the line of a mount point, or takes them out of it; a file without such a line stays as it is. */
export function fstabCommand(file: string, point: string, options: readonly string[], does: 'put' | 'take'): string {
  const quoted = (text: string): string => JSON.stringify(text);
  const end = does === 'put' ? `(o == "" ? "" : o ",") ${quoted(options.join(','))}` : '(o == "" ? "defaults" : o)';
  const script = [
    `!d && $1 !~ /^#/ && $2 == ${quoted(point)} { d = 1; o = ""; n = split($4, w, ",")`,
    `for (i = 1; i <= n; i++) if (w[i] !~ /${does === 'put' ? rivals(options) : exactly(options)}/) o = o (o == "" ? "" : ",") w[i]`,
    `$4 = ${end} } { print }`,
  ].join('; ');
  const [at, beside] = [shellLine([file]), shellLine([`${file}.new`])];
  return `awk ${shellLine([script])} ${at} >${beside} && cat ${beside} >${at} && rm ${beside}`;
}

/** A pattern of these options and no others. */
export const exactly = (options: readonly string[]): string => `^(${options.map((o) => o.replace(/[.*+?^${}()|[\]\\/]/g, '[$&]')).join('|')})$`;
