/** Words, quotes and booleans as systemd reads them (systemd/systemd:src/basic/extract-word.c, parse-util.c). */

const blank = (c: string): boolean => c === ' ' || c === '\t' || c === '\n' || c === '\r';

const escapes: Readonly<Record<string, string>> = { a: '\x07', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v', '\\': '\\', '"': '"', "'": "'", s: ' ' };

/**
 * Splits a value into words at blanks; quotes hold a word together and are taken off.
 * With `resolve`, C escapes are resolved; without, a backslash keeps the next character.
 * Words before a mistake (open quote, bad escape) count; `broken` says there was one.
 */
export function splitWords(value: string, resolve = false): { words: string[]; broken?: true } {
  const words: string[] = [];
  let at = 0;
  for (;;) {
    while (at < value.length && blank(value[at] as string)) at++;
    if (at >= value.length) return { words };
    const word = oneWord(value, at, resolve);
    if (!word) return { words, broken: true };
    words.push(word.text);
    at = word.next;
  }
}

function oneWord(value: string, from: number, resolve: boolean): { text: string; next: number } | undefined {
  let text = '';
  let quote = '';
  for (let at = from; at < value.length; at++) {
    const c = value[at] as string;
    if (c === '\\') {
      const escaped = resolve ? cEscape(value, at + 1) : plainEscape(value, at + 1);
      if (!escaped) return undefined;
      text += escaped.text;
      at = escaped.last;
    } else if (quote !== '') {
      if (c === quote) quote = '';
      else text += c;
    } else if (c === '"' || c === "'") quote = c;
    else if (blank(c)) return { text, next: at };
    else text += c;
  }
  return quote === '' ? { text, next: value.length } : undefined;
}

function plainEscape(value: string, at: number): { text: string; last: number } | undefined {
  const c = value[at];
  return c === undefined ? undefined : { text: c, last: at };
}

function cEscape(value: string, at: number): { text: string; last: number } | undefined {
  const c = value[at];
  if (c === undefined) return undefined;
  const simple = Object.hasOwn(escapes, c) ? escapes[c] : undefined;
  if (simple !== undefined) return { text: simple, last: at };
  const digits = { x: 2, u: 4, U: 8 }[c];
  const [from, length, base] = digits ? [at + 1, digits, 16] : [at, 3, 8];
  const hex = value.slice(from, from + length);
  if (hex.length !== length || !(base === 16 ? /^[0-9a-fA-F]+$/ : /^[0-7]+$/).test(hex)) return undefined;
  const code = Number.parseInt(hex, base);
  if (code === 0 || code > 0x10ffff || (base === 8 && code > 255)) return undefined;
  return { text: String.fromCodePoint(code), last: from + length - 1 };
}

/** systemd's booleans (systemd.syntax(7)); undefined for anything else. */
export function parseBoolean(value: string): boolean | undefined {
  const v = value.toLowerCase();
  if (['1', 'yes', 'y', 'true', 't', 'on'].includes(v)) return true;
  if (['0', 'no', 'n', 'false', 'f', 'off'].includes(v)) return false;
  return undefined;
}
