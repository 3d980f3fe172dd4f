/** One key of a text, set or taken out, in the format of the file: what the commands of src/verdicts/edits.ts do. Pure. */
import { isMap, isSeq, parseDocument } from 'yaml';
import type { Json } from '../facts/fact.ts';
import { splitPath } from '../facts/fact.ts';
import { type Format, keyIn, linesFor, spelt } from '../verdicts/edits.ts';
import { mountOptions } from '../verdicts/fstab-edits.ts';
import { withOptions, withoutOptions } from './fstab-edit.ts';
import { withoutToml, withToml } from './toml-edit.ts';

/** The text with the key set to this value; all else as it was. `instead`: only where these words of a line stand, in their place. */
export function setKey(text: string, format: Format, key: string, value: Json, instead?: string): string {
  if (format === 'fstab') return withOptions(text, key, mountOptions(value));
  const { section, name, path } = keyIn(format, key);
  if (instead !== undefined) return joined(rewritten(linesOf(text), section, name, (written) => replaced(written, instead, spelt(format, value))));
  if (format === 'yaml' || format === 'json') return inDocument(text, format, (document) => document.setIn(steps(path), value));
  const lines = linesFor(format, name, value);
  if (format === 'toml' && section !== '') return joined(withToml(withoutToml(linesOf(text), path), path, lines.join(''), section));
  const rest = without(linesOf(text), section, name, undefined, format === 'words');
  if (section === '') {
    // Below a table, a key of TOML would be the table's.
    return joined(format === 'toml' ? [...lines, ...rest] : [...rest, ...lines]);
  }
  const at = rest.findIndex((line) => sectionOf(line) === sectionOf(`[${section}]`));
  return joined(at < 0 ? [...rest, `[${section}]`, ...lines] : [...rest.slice(0, at + 1), ...lines, ...rest.slice(at + 1)]);
}

/** The text without the key, or without one value of it. */
export function unsetKey(text: string, format: Format, key: string, value?: Json): string {
  if (format === 'fstab') return withoutOptions(text, key, mountOptions(value ?? []));
  const { section, name, path } = keyIn(format, key);
  if (format === 'ini' && value !== undefined && value !== '')
    return joined(rewritten(linesOf(text), section, name, (written) => replaced(written, spelt(format, value), '')));
  if (format === 'toml' && section !== '' && value === undefined) return joined(withoutToml(linesOf(text), path));
  if (format !== 'yaml' && format !== 'json')
    return joined(without(linesOf(text), section, name, value === undefined ? undefined : spelt(format, value), format === 'words'));
  return inDocument(text, format, (document) => {
    const at = steps(path);
    const above = at.length > 1 ? document.getIn(at.slice(0, -1)) : undefined;
    // `LIST.FIELD` with a value: the elements of a list whose field has it.
    if (value !== undefined && isSeq(above)) above.items = above.items.filter((item) => !(isMap(item) && item.get(at.at(-1)) === value));
    if (!document.hasIn(at)) return;
    const there = document.getIn(at);
    if (value === undefined) document.deleteIn(at);
    else if (isSeq(there)) there.items = there.items.filter((item) => JSON.stringify(item) !== JSON.stringify(value));
  });
}

/**
 * The text with `flag=value` in the list under a key, in the place of what the list has of that flag; all else as it was.
 * Of `key+`, which adds to what other files give, the list is as good.
 */
export function setFlag(text: string, format: Format, key: string, flag: string, value: Json): string {
  if (format !== 'yaml' && format !== 'json') return text;
  return inDocument(text, format, (document) => {
    const { at, items } = flagList(document, key, flag);
    const first = items.findIndex((item) => flagIn(item) === flag);
    const wanted = `${flag}=${spelt('plain', value)}`;
    const rest = items.filter((item) => flagIn(item) !== flag);
    document.setIn(at, first < 0 ? [...rest, wanted] : rest.toSpliced(first, 0, wanted));
  });
}

/**
 * The text with a word among those that a flag has between commas; `beside`: what the flag has without being given, which
 * giving it would replace. A flag given several times gets it in the last place, which is the one that counts where only
 * one does.
 */
export function addFlagWord(text: string, format: Format, key: string, flag: string, { word, beside }: { word: string; beside: string }): string {
  if (format !== 'yaml' && format !== 'json') return text;
  return inDocument(text, format, (document) => {
    const { at, items } = flagList(document, key, flag);
    const last = items.findLastIndex((item) => flagIn(item) === flag);
    if (last >= 0 && flagWords(items[last] as Json).includes(word)) return;
    const item =
      last < 0 ? `${flag}=${[...new Set([...commas(beside), word])].join(',')}` : withWords(items[last] as Json, [...flagWords(items[last] as Json), word]);
    document.setIn(at, last < 0 ? [...items, item] : items.with(last, item));
  });
}

/** The text without a flag in the list under a key, or without one word of the flag; a list that has none left goes. */
export function unsetFlag(text: string, format: Format, key: string, flag: string, word?: string): string {
  if (format !== 'yaml' && format !== 'json') return text;
  return inDocument(text, format, (document) => {
    for (const at of [[key], [`${key}+`]]) {
      const items = itemsAt(document, at);
      const rest = items.flatMap((item) => (flagIn(item) === flag ? withoutWord(item, word) : [item]));
      if (JSON.stringify(rest) === JSON.stringify(items)) continue;
      if (rest.length === 0) document.deleteIn(at);
      else document.setIn(at, rest);
    }
  });
}

/** The list that has the flag, or else the one that is there. */
function flagList(document: Editable, key: string, flag: string): { at: string[]; items: Json[] } {
  const lists = [[key], [`${key}+`]].map((at) => ({ at, items: itemsAt(document, at) }));
  const [plain] = lists;
  const found = lists.find(({ items }) => items.some((item) => flagIn(item) === flag)) ?? lists.find(({ items }) => items.length > 0) ?? plain;
  return found as { at: string[]; items: Json[] };
}

/** The elements of a list; a value alone is a list of one. */
function itemsAt(document: Editable, at: readonly string[]): Json[] {
  const there = document.getIn(at);
  if (isSeq(there)) return there.toJSON() as Json[];
  return there === undefined || there === null || there === '' ? [] : [there as Json];
}

/** `--flag=value`, `flag+=value`: the flag; components take `_` in it for `-`. */
const flagIn = (item: Json): string =>
  String(item)
    .replace(/^-+/, '')
    .replace(/=[\s\S]*$/, '')
    .replace(/[-+]+$/, '')
    .replaceAll('_', '-');

const commas = (text: string): string[] => text.split(',').flatMap((word) => (word.trim() === '' ? [] : [word.trim()]));
const valueAfter = /^[^=]*=/;

/** The words that an element of the list gives its flag. */
const flagWords = (item: Json): string[] => commas(String(item).replace(valueAfter, ''));
const withWords = (item: Json, words: readonly string[]): Json => `${valueAfter.exec(String(item))?.[0] ?? `${String(item)}=`}${words.join(',')}`;

/** The element without a word of its flag: as it was where it lacks it, gone where nothing is left. */
function withoutWord(item: Json, word: string | undefined): Json[] {
  const words = flagWords(item);
  const rest = words.filter((one) => one !== word);
  if (word === undefined || (rest.length === 0 && words.length > 0)) return [];
  return [rest.length === words.length ? item : withWords(item, rest)];
}

const linesOf = (text: string): string[] => (text === '' ? [] : text.replace(/\n$/, '').split('\n'));
const joined = (lines: readonly string[]): string => (lines.length === 0 ? '' : `${lines.join('\n')}\n`);

/** The name of the section that a line begins, its segments bare. */
function sectionOf(line: string): string | undefined {
  // An element of a list of tables, whose keys are its own.
  if (/^\s*\[\[/.test(line)) return line.trim();
  const inside = /^\s*\[\s*(.+?)\s*\]\s*(?:[#;].*)?$/.exec(line)?.[1];
  return inside === undefined ? undefined : (splitPath(inside)?.join('\0') ?? inside);
}

/** Lines without the assignments of a key: with what they go on over, lists of TOML and continued lines. */
function without(lines: readonly string[], section: string, name: string, value?: string, byBlank = false): string[] {
  const wanted = section === '' ? undefined : sectionOf(`[${section}]`);
  const assigns = new RegExp(`^\\s*(?:export\\s+)?"?${inPattern(name)}"?${byBlank ? '\\s+' : '\\s*=\\s*'}(.*?)\\s*$`);
  const kept: string[] = [];
  let here: string | undefined;
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at] ?? '';
    here = sectionOf(line) ?? here;
    const found = here === wanted ? assigns.exec(line) : null;
    if (!found || (value !== undefined && found[1] !== value)) {
      kept.push(line);
      continue;
    }
    while (goesOn(lines, at, found[1] ?? '')) at++;
    if (at < lines.length - 1 && isOpenList(found[1] ?? '')) at = closing(lines, at);
  }
  return kept;
}

/** Lines with the value of each assignment of a key changed; one that has none left goes, and one that stays as it is keeps its form. */
function rewritten(lines: readonly string[], section: string, name: string, change: (value: string) => string): string[] {
  const wanted = sectionOf(`[${section}]`);
  const assigns = new RegExp(`^\\s*${inPattern(name)}\\s*=`);
  const kept: string[] = [];
  let here: string | undefined;
  for (let at = 0; at < lines.length; at++) {
    here = sectionOf(lines[at] ?? '') ?? here;
    const before = here === wanted ? assigns.exec(lines[at] ?? '')?.[0] : undefined;
    const from = at;
    while (before !== undefined && (lines[at] ?? '').endsWith('\\') && at < lines.length - 1) at++;
    const whole = lines.slice(from, at + 1);
    const value = whole
      .map((line) => line.replace(/\\$/, ''))
      .join(' ')
      .slice(before?.length ?? 0)
      .trim();
    const now = before === undefined ? value : change(value);
    if (before === undefined || now === value) kept.push(...whole);
    else if (now !== '') kept.push(`${before}${now}`);
  }
  return kept;
}

/** A value with words that stand side by side replaced; as it was where they do not stand there. */
function replaced(value: string, words: string, by: string): string {
  const [all, run] = [wordsOf(value), wordsOf(words)];
  const at = all.findIndex((_, from) => run.length > 0 && run.every((word, next) => all[from + next] === word));
  if (at < 0) return value;
  const rest = [...all.slice(0, at), ...wordsOf(by), ...all.slice(at + run.length)].join(' ');
  return by === '' ? replaced(rest, words, by) : rest;
}

const wordsOf = (text: string): string[] => text.split(/\s+/).filter((word) => word !== '');
const inPattern = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);

const goesOn = (lines: readonly string[], at: number, _first: string): boolean => (lines[at] ?? '').endsWith('\\') && at < lines.length - 1;
const isOpenList = (text: string): boolean => text.startsWith('[') && depth(text) > 0;
const depth = (text: string): number => [...text.replace(/"(?:[^"\\]|\\.)*"|#.*$/g, '')].reduce((n, c) => n + (c === '[' ? 1 : c === ']' ? -1 : 0), 0);

/** The line on which a list that begins here ends. */
function closing(lines: readonly string[], from: number): number {
  let open = 0;
  for (let at = from; at < lines.length; at++) {
    open += depth((lines[at] ?? '').replace(at === from ? /^[^=]*=/ : /^/, ''));
    if (open <= 0) return at;
  }
  return from;
}

/** `options.k3s.0` as keys and places in lists. */
const steps = (path: readonly string[]): (string | number)[] => path.map((segment) => (/^\d+$/.test(segment) ? Number(segment) : segment));

interface Editable {
  setIn(path: readonly (string | number)[], value: unknown): void;
  getIn(path: readonly (string | number)[]): unknown;
  hasIn(path: readonly (string | number)[]): boolean;
  deleteIn(path: readonly (string | number)[]): unknown;
}

function inDocument(text: string, format: 'yaml' | 'json', change: (document: Editable) => void): string {
  const document = parseDocument(text);
  // A text that does not parse is left to people.
  if (document.errors.length > 0) return text;
  // What holds no keys cannot be what was meant.
  if (!isMap(document.contents)) document.contents = document.createNode({}) as never;
  change(document as unknown as Editable);
  return format === 'json' ? `${JSON.stringify(document.toJS(), undefined, 2)}\n` : document.toString({ lineWidth: 0 });
}
