/** String functions of POSIX awk, on text of one character a byte: positions count from 1. Lets the twins be compared line by line. */

export const substr = (t: string, from: number, count = Number.POSITIVE_INFINITY): string => {
  const start = Math.max(from, 1);
  return t.slice(start - 1, Math.max(start - 1, from + count - 1));
};

export const index = (t: string, part: string): number => t.indexOf(part) + 1;

/** Where a match starts and how long it is. */
export interface Match {
  readonly start: number;
  readonly length: number;
}

export const match = (t: string, pattern: RegExp): Match | undefined => {
  const found = pattern.exec(t);
  return found ? { start: found.index + 1, length: found[0].length } : undefined;
};

const upper = /[A-Z]/g;
/** Lower case of ASCII letters alone: every other byte stays. */
export const tolower = (t: string): string => t.replace(upper, (c) => c.toLowerCase());

/** The position after the last character that is no blank. */
export function hole(t: string): number {
  let n = t.length;
  while (n > 0 && ' \t\r'.includes(t[n - 1] as string)) n--;
  return n + 1;
}

/** Blanks at the start. */
export const indent = (t: string): number => /^[ \t]*/.exec(t)?.[0].length ?? 0;

/** The column at which text starts, after the dashes of a YAML list. */
export function column(t: string): number {
  const n = indent(t);
  return n + (match(substr(t, n + 1), /^(-[ \t]+)+/)?.length ?? 0);
}
