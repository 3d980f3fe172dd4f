/**
 * Files of `NAME=value` lines as systemd reads them: EnvironmentFile= and environment.d
 * (systemd/systemd:src/basic/env-file.c parse_env_file_internal()).
 */
import { remembered } from '../text/remembered.ts';

/** One line that has a name. */
export interface EnvFileLine {
  readonly name: string;
  /** Unset where nothing but blanks and empty quotes stands behind the equals sign. */
  readonly value?: string;
  /** Where its name begins, from 1. */
  readonly line: number;
  /** It follows a comment that ends in a backslash: before version 254, systemd takes it for a part of that comment. */
  readonly doubtful?: true;
}

const blank = (c: string | undefined): boolean => c === ' ' || c === '\t' || c === '\n' || c === '\r';
const ends = (c: string | undefined): boolean => c === undefined || c === '\n' || c === '\r';

/** Reads a text: `#` and `;` start comments, quotes may span lines, a backslash joins lines. Nothing is expanded; `export` is not understood. */
export const readEnvFile = remembered((text: string): readonly EnvFileLine[] => {
  const nul = text.indexOf('\0');
  const content = nul < 0 ? text : text.slice(0, nul);
  const found: EnvFileLine[] = [];
  let at = 0;
  let line = 1;
  let doubtful = false;
  const advance = (to: number): void => {
    for (; at < to; at++) if (content[at] === '\n') line++;
  };
  while (at < content.length) {
    if (blank(content[at])) {
      if (ends(content[at])) doubtful = false;
      advance(at + 1);
    } else if (content[at] === '#' || content[at] === ';') {
      const comment = commentAt(content, at);
      doubtful = comment.escaped;
      advance(comment.next);
    } else {
      const from = at;
      const first = line;
      // The first letter belongs to the name, even if it is the sign itself.
      at++;
      while (!ends(content[at]) && content[at] !== '=') at++;
      if (content[at] !== '=') doubtful = false;
      else {
        const { value, next } = valueAt(content, at + 1);
        const name = content.slice(from, at).replace(/[ \t]+$/, '');
        found.push({ name, line: first, ...(value === undefined ? {} : { value }), ...(doubtful ? { doubtful } : {}) });
        doubtful = false;
        advance(next);
      }
    }
  }
  return found;
});

function commentAt(text: string, from: number): { next: number; escaped: boolean } {
  let at = from;
  while (!ends(text[at])) {
    if (text[at] === '\\' && ends(text[at + 1])) return { next: at + 2, escaped: true };
    at += text[at] === '\\' ? 2 : 1;
  }
  return { next: at, escaped: false };
}

/** One value up to the end of its line. Quotes count only where the value has not begun without them; blanks at the end that nothing protects go. */
function valueAt(text: string, from: number): { value?: string; next: number } {
  let value: string | undefined;
  let keep = 0;
  let begun = false;
  let at = from;
  const add = (s: string): void => {
    value = (value ?? '') + s;
  };
  while (!ends(text[at])) {
    const c = text[at] as string;
    if (c === '\\') {
      if (at + 1 >= text.length) return { ...(value === undefined ? {} : { value }), next: text.length };
      if (!ends(text[at + 1])) add(text[at + 1] as string);
      begun = true;
      keep = value?.length ?? 0;
      at += 2;
    } else if (!begun && (c === '"' || c === "'")) {
      const quoted = quotedAt(text, at + 1, c);
      if (quoted.text !== '') add(quoted.text);
      at = quoted.next;
      keep = value?.length ?? 0;
    } else {
      if (begun || !blank(c)) {
        begun = true;
        add(c);
      }
      at++;
      if (!blank(c)) keep = value?.length ?? 0;
    }
  }
  return { ...(value === undefined ? {} : { value: value.slice(0, keep) }), next: at };
}

/** Between double quotes a backslash stands for itself before all but `"`, `\`, a backtick and `$`, and joins lines. */
function quotedAt(text: string, from: number, quote: string): { text: string; next: number } {
  let out = '';
  let at = from;
  for (; at < text.length && text[at] !== quote; at++) {
    const c = text[at] as string;
    if (quote === '"' && c === '\\') {
      const next = text[++at];
      if (next !== undefined && next !== '\n') out += '"\\`$'.includes(next) ? next : `\\${next}`;
    } else out += c;
  }
  return { text: out, next: at + 1 };
}
