/** Where a value begins and ends: quoted, bare, or in a list. Pure. */
import { hole, index, match, substr } from './awk.ts';
import { type Class, spared } from './class.ts';

/** What to mask (`from` up to `to`), where the value ends, and how it was quoted. */
export interface Value {
  readonly from: number;
  readonly to: number;
  readonly end: number;
  readonly quote: string;
  /** Quotes that the line does not close: 1, or 3 for the triple ones of TOML. */
  readonly open: 0 | 1 | 3;
  /** More text was glued to the quotes and goes with the value: a closing quote has to be added. */
  readonly cut: boolean;
}

const afterQuote = ' \t,;:}])\r<>|\\';

export function quoted(line: string, at: number, inside: string, lists: boolean): Value | undefined {
  let n = 0;
  while (substr(line, at + n, 1) === '\\') n++;
  const quote = substr(line, at + n, 1);
  if (quote !== '"' && quote !== "'") return undefined;
  if (n > 0) return closedBy(line, at + n + 1, substr(line, at, n + 1), quote, 0);
  if (substr(line, at, 3) === quote.repeat(3)) return closedBy(line, at + 3, quote.repeat(3), quote, 3);
  return plainlyQuoted(line, at + 1, quote, inside, lists);
}

function closedBy(line: string, from: number, closing: string, quote: string, open: 0 | 3): Value {
  const d = index(substr(line, from), closing);
  const to = Math.max(from, d ? from + d - 1 : hole(line));
  const end = d ? from + d - 1 + closing.length : line.length + 1;
  return { from, to, end, quote, open: d ? 0 : open, cut: false };
}

function plainlyQuoted(line: string, from: number, quote: string, inside: string, lists: boolean): Value {
  let i = from;
  for (;;) {
    const d = index(substr(line, i), quote);
    if (!d) {
      const to = Math.max(from, hole(line));
      return { from, to, end: to, quote, open: 1, cut: false };
    }
    i += d - 1;
    if (quote === '"' && isEscaped(line, i, from)) {
      i++;
      continue;
    }
    const after = substr(line, i + 1, 1);
    if (after === '' || afterQuote.includes(after) || after === inside) return { from, to: i, end: i + 1, quote, open: 0, cut: false };
    // The quote goes on: doubled, or glued to more text.
    if (after === quote) {
      i += 2;
      continue;
    }
    if (i === from) return { from, to: from, end: i + 1, quote, open: 0, cut: false };
    const to = wordEnd(line, i + 1, { inside, how: 0, query: false, lists });
    return { from, to, end: to, quote, open: 0, cut: true };
  }
}

function isEscaped(line: string, i: number, from: number): boolean {
  let n = 0;
  while (i - 1 - n >= from && substr(line, i - 1 - n, 1) === '\\') n++;
  return n % 2 === 1;
}

export interface Surroundings {
  /** The quote that the value stands inside of. */
  readonly inside: string;
  /** 0: a blank ends it. 1: it stands in braces or in a sentence. */
  readonly how: 0 | 1;
  /** In the query of an address. */
  readonly query: boolean;
  /** A comma always ends it. */
  readonly lists: boolean;
}

const wordEnds = /[ \t\r,;&})"'\]]/;

/** Where an unquoted value ends. */
export function wordEnd(line: string, from: number, around: Surroundings): number {
  let i = from;
  const len = line.length;
  while (i <= len) {
    const found = match(substr(line, i), wordEnds);
    if (!found) break;
    i += found.start - 1;
    const step = stepOver(line, from, i, around);
    if (step.end !== undefined) return step.end;
    i = step.next;
  }
  return i > len ? len + 1 : Math.max(hole(line), i);
}

type Step = { readonly end: number } | { readonly end?: undefined; readonly next: number };

function stepOver(line: string, from: number, i: number, { inside, how, query, lists }: Surroundings): Step {
  const ch = substr(line, i, 1);
  const next = substr(line, i + 1, 1);
  const on = { next: i + 1 };
  const ends = { end: i };
  switch (ch) {
    case '\r':
      return i === line.length ? ends : on;
    case ' ':
    case '\t':
      if (how === 0 && substr(line, i - 1, 1) !== '\\') return ends;
      return hole(line) <= i ? { end: hole(line) } : on;
    case ',':
      return lists || endsAtComma(substr(line, i + 1)) ? ends : on;
    case ';':
      return next === '' || ' \t\r'.includes(next) ? ends : on;
    case '&':
      return query || next === '' || ' \t\r&'.includes(next) ? ends : on;
    case '"':
    case "'":
      return stepOverQuote(line, from, i, ch, inside);
    case '}':
    case ']':
      return how === 1 || /^[0-9.]+$/.test(substr(line, from, i - from)) ? ends : on;
    default:
      return on;
  }
}

/** A comma ends a value where `name=value` follows it; else it is part of the value. */
function endsAtComma(t: string): boolean {
  const d = match(t, /[ \t\r,;]/)?.start ?? t.length + 1;
  return d === 1 || /[=:]/.test(substr(t, 1, d - 1));
}

function stepOverQuote(line: string, from: number, at: number, ch: string, inside: string): Step {
  if (ch === inside) {
    let i = at;
    while (i > from && substr(line, i - 1, 1) === '\\') i--;
    return { end: i };
  }
  if (inside !== '') return { next: at + 1 };
  const d = index(substr(line, at + 1), ch);
  return d ? { next: at + d + 1 } : { end: Math.max(hole(line), from) };
}

/** A list with its elements masked, up to the bracket that closes it. */
export interface List {
  readonly text: string;
  /** Where the rest of the line begins. */
  readonly rest: number;
  readonly closed: boolean;
}

export function elements(line: string, at: number, c: Class, lists: boolean, mark: (secret: string) => string): List {
  let text = '';
  let last = at;
  let v = at;
  let closed = false;
  while (v <= line.length) {
    const ch = substr(line, v, 1);
    if (ch === ']') {
      closed = true;
      break;
    }
    if (' \t,\r['.includes(ch)) {
      v++;
      continue;
    }
    if (ch === '#' || ch === '{') break;
    const value = quoted(line, v, '', lists) ?? bareElement(line, v);
    const secret = substr(line, value.from, value.to - value.from);
    if (!spared(secret, c)) {
      text += substr(line, last, value.from - last) + mark(secret);
      last = value.to;
    }
    v = value.end;
  }
  return { text: text + substr(line, last, v - last), rest: v, closed };
}

function bareElement(line: string, from: number): Value {
  const end = from + (match(substr(line, from), /^[^\],]*/)?.length ?? 0);
  let to = end;
  while (to > from && ' \t\r'.includes(substr(line, to - 1, 1))) to--;
  return { from, to, end, quote: '', open: 0, cut: false };
}
