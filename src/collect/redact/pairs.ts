/** `{value: SECRET, name: NAME}`: the name that speaks of the secret comes after it. Pure. */
import { match, substr, tolower } from './awk.ts';
import { classOf, spared } from './class.ts';
import type { Mark } from './state.ts';
import { quoted, wordEnd } from './values.ts';

const value = /[{,][ \t]*[\\]*["']?value[\\]*["']?[ \t]*:[ \t]*/;
const name = /^[\\]*["']?[ \t]*,[ \t]*[\\]*["']?(name|key)[\\]*["']?[ \t]*:[ \t]*[\\]*["']?[A-Za-z0-9_.-]+/;

/** Masks values whose name follows in the same line. */
export function pairs(line: string, lists: boolean, mark: Mark): string {
  const low = tolower(line);
  let out = '';
  let last = 1;
  let pos = 1;
  for (let found = match(substr(low, pos), value); found; found = match(substr(low, pos), value)) {
    const v = pos + found.start - 1 + found.length;
    const inQuotes = quoted(line, v, '', lists);
    const [from, to] = inQuotes ? [inQuotes.from, inQuotes.to] : [v, wordEnd(line, v, { inside: '', how: 1, query: false, lists })];
    pos = Math.max(v, to);
    const next = match(substr(low, pos), name);
    if (!next) continue;
    const c = classOf(substr(line, pos, next.length).replace(/^.*[ \t:"'\\]/, ''));
    const secret = substr(line, from, to - from);
    if (!c || spared(secret, c)) continue;
    out += substr(line, last, from - last) + mark(secret);
    last = to;
  }
  return out + substr(line, last);
}
