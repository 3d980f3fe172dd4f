/** Plain `[section]` and `key = value` files, with lines. Not for systemd units, which have their own reader. */
import type { Place } from './node.ts';

export interface IniEntry {
  /** Empty before the first header. */
  readonly section: string;
  readonly key: string;
  /** Without blanks around it; quotes are kept. */
  readonly value: string;
  readonly at: Place;
}

export interface Ini {
  readonly entries: readonly IniEntry[];
  /** Lines that are neither header, assignment, comment nor blank. */
  readonly stray: readonly { readonly text: string; readonly at: Place }[];
}

/** Reads a text line by line: `#` and `;` start a comment line, the first `=` parts key and value. */
export function parseIni(text: string): Ini {
  const entries: IniEntry[] = [];
  const stray: { text: string; at: Place }[] = [];
  let section = '';
  for (const [index, raw] of text
    .replace(/^\uFEFF/, '')
    .split('\n')
    .entries()) {
    const line = raw.trim();
    const at = { line: index + 1, column: raw.length - raw.trimStart().length + 1 };
    if (line === '' || line.startsWith('#') || line.startsWith(';')) continue;
    const equals = line.indexOf('=');
    if (line.startsWith('[') && line.endsWith(']')) section = line.slice(1, -1).trim();
    else if (equals > 0) entries.push({ section, key: line.slice(0, equals).trim(), value: line.slice(equals + 1).trim(), at });
    else stray.push({ text: line, at });
  }
  return { entries, stray };
}
