/** Secrets in commands: behind options of known programs, and what is written to standard input. Pure. */
import { hole, index, match, substr } from './awk.ts';
import { kept } from './class.ts';
import * as rules from './rules.ts';
import type { Mark, State } from './state.ts';
import { quoted } from './values.ts';

const carriers = rules.carriers.map((c) => ({
  ...c,
  program: new RegExp(c.program),
  apart: c.apart === undefined ? undefined : new RegExp(c.apart),
  glued: c.glued === undefined ? undefined : new RegExp(c.glued),
  behind: c.behind === undefined ? undefined : new RegExp(c.behind),
}));
const port = new RegExp(rules.port);
const readers = new RegExp(rules.readers);
const item = /^[ \t]*(-[ \t]+["']?|["'])[^"']*["']?,?[ \t\r]*$/;
const wordChars = /^[^\][ \t\r"',|&;(){}\\]+/;

/** A line that is one element of a list, or follows a backslash: a command goes on from the one before. */
export const commandRuns = (line: string, state: State): boolean => item.test(line) || state.goesOn;

export function commandEnds(state: State): void {
  state.program = 0;
  state.words = 0;
  state.before = '';
  state.due = false;
}

/** Masks what stands behind options of known programs. */
export function options(line: string, state: State, mark: Mark): string {
  if (!commandRuns(line, state)) commandEnds(state);
  let out = '';
  let last = 1;
  let pos = 1 + (match(line, /^[ \t]*(-[ \t]+)+/)?.length ?? 0);
  while (pos <= line.length) {
    const length = match(substr(line, pos, 300), wordChars)?.length ?? 0;
    if (length === 0) {
      if ('|&;('.includes(substr(line, pos, 1))) commandEnds(state);
      pos++;
      continue;
    }
    const word = substr(line, pos, length);
    const at = valueIn(word, state, substr(line, pos - 1, 1), substr(line, pos + length, 1));
    if (at === undefined) {
      pos += length;
      continue;
    }
    const from = pos + at;
    const to = valueEnd(line, from, at === 0 || at > length ? from : pos);
    const secret = substr(line, from, to - from);
    const head = rest(secret, state);
    commandGoesOn(state);
    pos = Math.max(to, pos + length);
    if (head === undefined) continue;
    out += substr(line, last, from + head - last) + mark(substr(secret, head + 1));
    last = to;
  }
  return out + substr(line, last);
}

/** Where a value begins, counted from the start of the word; undefined: the word holds none. */
function valueIn(word: string, state: State, before: string, after: string): number | undefined {
  if (state.due && !word.startsWith('-')) return 0;
  state.due = false;
  const carrier = carriers[state.program - 1];
  if (carrier && word.startsWith('-')) {
    if (carrier.apart?.test(word)) state.due = true;
    const length = carrier.glued ? (match(word, carrier.glued)?.length ?? 0) : 0;
    if (length > 0 && word.length > length && !state.due) return length;
    if (length > 0 && word.length === length && (after === '"' || after === "'") && after !== before) return length + 1;
    return undefined;
  }
  programIs(word, state);
  return undefined;
}

function programIs(word: string, state: State): void {
  if (carriers[state.program - 1]?.wraps) commandEnds(state);
  const base = word.replace(/^.*[/=]/, '');
  const found = carriers.findIndex((c) => c.program.test(base));
  const carrier = carriers[found];
  const second = !carrier?.second || (state.words > 0 && base === word);
  if (carrier && second && (carrier.behind?.test(state.before) ?? true)) state.program = found + 1;
  state.words++;
  if (!word.startsWith('-')) state.before = word;
}

function commandGoesOn(state: State): void {
  state.due = false;
  if (carriers[state.program - 1]?.wraps) commandEnds(state);
}

/** How much of a value may stay at its start; undefined: all of it. */
function rest(secret: string, state: State): number | undefined {
  const colon = carriers[state.program - 1]?.colon ? index(secret, ':') : 0;
  if (carriers[state.program - 1]?.colon && colon === 0) return undefined;
  const hidden = substr(secret, colon + 1);
  return kept(hidden) || port.test(secret) || hidden.startsWith('-') ? undefined : colon;
}

/** Where a value ends that begins at `from`, in a word that begins at `start`. */
function valueEnd(line: string, from: number, start: number): number {
  const quote = substr(line, start - 1, 1);
  if (start > 1 && (quote === '"' || quote === "'")) {
    const d = index(substr(line, from), quote);
    let to = d ? from + d - 1 : hole(line);
    while (to > from && substr(line, to - 1, 1) === '\\') to--;
    return Math.max(to, from);
  }
  const ends = line.includes('[') ? /[ \t\r"'|;&,\]]/ : /[ \t\r"'|;&]/;
  const found = match(substr(line, from), ends);
  return found ? from + found.start - 1 : line.length + 1;
}

/** Masks what a line writes to a command that reads a secret. The command may stand in the next line. */
export function piped(line: string, next: string, state: State, lists: boolean, mark: Mark): string {
  const goesOn = /[|\\][ \t\r]*$/.test(line);
  if (!readers.test(line) && !(goesOn && readers.test(next))) return line;
  const here = /<<-?[ \t]*["'\\]?[A-Za-z_][A-Za-z0-9_]*/.exec(line.replace(/<<</g, '   '));
  if (here && state.carry === '') {
    state.carry = 'here';
    state.quote = here[0].replace(/^<<-?[ \t]*["'\\]?/, '');
  }
  const p = index(line, '<<<');
  const text = p ? written(line, p + 3 + (match(substr(line, p + 3), /^[ \t]+/)?.length ?? 0), false, lists, mark) : line;
  return echoed(text, goesOn, lists, mark);
}

/** What `echo` and `printf` print into a pipe. */
function echoed(line: string, goesOn: boolean, lists: boolean, mark: Mark): string {
  const said = match(line, /(echo|printf)[ \t]+/);
  if (!said || (!goesOn && !index(substr(line, said.start), '|'))) return line;
  const formatted = substr(line, said.start, 1) === 'p';
  let v = said.start + said.length;
  for (let n = match(substr(line, v), /^(-[neE]+|--)[ \t]+/); n; n = match(substr(line, v), /^(-[neE]+|--)[ \t]+/)) v += n.length;
  const format = formatted ? match(substr(line, v), /^[\\]*["']?[^"' \t]*%[^"' \t]*[\\]*["']?[ \t]+/) : undefined;
  return written(line, v + (format?.length ?? 0), true, lists, mark);
}

function written(line: string, v: number, all: boolean, lists: boolean, mark: Mark): string {
  const value = quoted(line, v, '', lists);
  if (value) {
    const secret = substr(line, value.from, value.to - value.from);
    return kept(secret) ? line : substr(line, 1, value.from - 1) + mark(secret) + (value.cut ? value.quote : '') + substr(line, value.to);
  }
  const found = match(substr(line, v), all ? /[|\r"']/ : /[ \t\r|;&"']/);
  let to = found ? v + found.start - 1 : line.length + 1;
  while (to > v && ' \t\r\\'.includes(substr(line, to - 1, 1))) to--;
  const secret = substr(line, v, to - v);
  return kept(secret) ? line : substr(line, 1, v - 1) + mark(secret) + substr(line, to);
}

/** One word of a process: masks it where an option before it says so. Undefined: nothing of it is known here. */
export function optionWord(word: string, state: State, mark: Mark): string | undefined {
  if (state.due && !word.startsWith('-')) {
    const head = rest(word, state);
    commandGoesOn(state);
    return head === undefined ? word : substr(word, 1, head) + mark(substr(word, head + 1));
  }
  const at = /[ \t]/.test(word) && !word.startsWith('-') ? undefined : valueIn(word, state, '', '');
  if (at === undefined) return undefined;
  const head = rest(substr(word, at + 1), state);
  commandGoesOn(state);
  return head === undefined ? undefined : substr(word, 1, at + head) + mark(substr(word, at + head + 1));
}
