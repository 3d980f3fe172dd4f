/** The lines of an OpenSSH client configuration. */
import type { Where } from '../fact.ts';

export interface Directive {
  /** Lower case. */
  readonly keyword: string;
  readonly args: readonly string[];
  readonly where: Where;
}

/** A line that ssh refuses: it stops there. */
export interface Refused {
  readonly refused: string;
  readonly where: Where;
}

/**
 * Splits a text into directives: `Keyword arg …` or `Keyword=arg`, arguments in
 * quotes or with backslashes, comments from `#` on (OpenSSH readconf.c and
 * misc.c, argv_split).
 */
export function directivesIn(text: string, path: string): (Directive | Refused)[] {
  const found: (Directive | Refused)[] = [];
  for (const [index, raw] of text.split('\n').entries()) {
    const where = { path, line: index + 1 };
    const line = raw.replace(/[ \t\r\f\n]+$/, '').replace(/^[ \t\r]+/, '');
    if (line === '' || line.startsWith('#')) continue;
    const m = /^(?:"([^"]*)"|([^\s="]+))[ \t]*=?[ \t]*(.*)$/s.exec(line);
    const args = m ? wordsOf(m[3] ?? '') : undefined;
    const keyword = (m?.[1] ?? m?.[2] ?? '').toLowerCase();
    if (!m || args === undefined) found.push({ refused: 'quotes do not match', where });
    else found.push({ keyword, args, where });
  }
  return found;
}

/** The words of an argument list; undefined when a quote is not closed. */
function wordsOf(text: string): string[] | undefined {
  const words: string[] = [];
  let at = 0;
  while (at < text.length) {
    const c = text[at] ?? '';
    if (c === ' ' || c === '\t') {
      at += 1;
      continue;
    }
    if (c === '#') break;
    let word = '';
    let quote = '';
    for (; at < text.length; at += 1) {
      const here = text[at] ?? '';
      const next = text[at + 1] ?? '';
      if (here === '\\' && (/['"\\]/.test(next) || (quote === '' && next === ' '))) {
        word += next;
        at += 1;
      } else if (quote === '' && (here === ' ' || here === '\t')) break;
      else if (quote === '' && (here === '"' || here === "'")) quote = here;
      else if (here === quote) quote = '';
      else word += here;
    }
    if (quote !== '') return undefined;
    words.push(word);
  }
  return words;
}
