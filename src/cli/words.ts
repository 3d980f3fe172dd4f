/** The words of a command line, as oclif's parser takes them, with every mistake in them in our own words. Pure. */
import { nearest } from '../rules/text/suggest.ts';
import type { Mistake } from './errors.ts';

/** A flag of a command, as far as reading a command line needs it. */
export interface FlagOf {
  readonly type: string;
  readonly char?: string | undefined;
  readonly multiple?: boolean | undefined;
  readonly options?: readonly string[] | undefined;
  readonly min?: number | undefined;
  readonly max?: number | undefined;
  readonly allowNo?: boolean | undefined;
  readonly helpValue?: string | readonly string[] | undefined;
  readonly delimiter?: string | undefined;
  readonly env?: string | undefined;
}
export type FlagTable = Readonly<Record<string, FlagOf>>;

/** A word, or a flag with its value. */
export type Word =
  | { readonly is: 'argument'; readonly text: string }
  | { readonly is: 'option'; readonly name: string; readonly value: string }
  | { readonly is: 'switch'; readonly name: string; readonly written: string }
  | { readonly is: 'unknown'; readonly flag: string }
  /** An option without its value. */
  | { readonly is: 'bare'; readonly name: string }
  /** A switch with a value. */
  | { readonly is: 'laden'; readonly name: string; readonly value: string };

/** Takes a command line apart, in the manner of oclif's own parser. */
export function wordsIn(argv: readonly string[], flags: FlagTable): Word[] {
  const words: Word[] = [];
  for (let at = 0; at < argv.length; at++) {
    const text = argv[at] ?? '';
    if (text === '--') return [...words, ...argv.slice(at + 1).map((rest): Word => ({ is: 'argument', text: rest }))];
    if (!text.startsWith('-') || text === '-' || (/^-\d/.test(text) && !named(text, flags))) {
      words.push({ is: 'argument', text });
      continue;
    }
    const [found, used] = flagWords(text, argv[at + 1], flags);
    words.push(...found);
    at += used;
  }
  return words;
}

/** The words in one that begins with a dash, and how many after it they take. */
function flagWords(text: string, next: string | undefined, flags: FlagTable): [Word[], number] {
  const found = named(text, flags);
  if (!found) return [[{ is: 'unknown', flag: text.replace(/=.*$/s, '') }], 0];
  const { name, flag, joined, rest } = found;
  if (flag.type !== 'option') {
    if (joined !== undefined) return [[{ is: 'laden', name, value: joined }], 0];
    const own: Word = { is: 'switch', name, written: text.startsWith('--') ? text : `--${name}` };
    if (rest === undefined) return [[own], 0];
    const [more, used] = flagWords(`-${rest}`, next, flags);
    return [[own, ...more], used];
  }
  const value = joined ?? rest ?? next;
  if (value === undefined || named(value, flags)) return [[{ is: 'bare', name }], 0];
  return [[{ is: 'option', name, value }], joined === undefined && rest === undefined ? 1 : 0];
}

interface Named {
  readonly name: string;
  readonly flag: FlagOf;
  /** Behind `=`. */
  readonly joined?: string;
  /** Behind the letter of a short flag. */
  readonly rest?: string;
}

/** The flag that a word names. */
function named(text: string, flags: FlagTable): Named | undefined {
  const long = /^--([^=]+)(?:=(.*))?$/s.exec(text);
  if (long) {
    const [, written = '', joined] = long;
    const positive = written.replace(/^no-/, '');
    const name = Object.hasOwn(flags, written) ? written : flags[positive]?.allowNo ? positive : undefined;
    const flag = name === undefined ? undefined : flags[name];
    return name === undefined || !flag ? undefined : { name, flag, ...(joined === undefined ? {} : { joined }) };
  }
  const [, letter, rest = ''] = /^-([^-])(.*)$/s.exec(text) ?? [];
  const [name, flag] = Object.entries(flags).find(([, { char }]) => letter !== undefined && char === letter) ?? [];
  if (name === undefined || !flag) return undefined;
  if (rest.startsWith('=')) return { name, flag, joined: rest.slice(1) };
  return { name, flag, ...(rest === '' ? {} : { rest }) };
}

/** The words without those that are wrong, as a command line that can be parsed, and all that is wrong. */
export function checkedWords(words: readonly Word[], flags: FlagTable): { argv: string[]; mistakes: Mistake[] } {
  const mistakes: Mistake[] = [];
  const [options, rest]: [string[], string[]] = [[], []];
  const seen = new Set<string>();
  for (const word of words) {
    const found = mistakesOf(word, flags, seen);
    mistakes.push(...found);
    if (word.is === 'argument') rest.push(word.text);
    else if (found.length > 0) continue;
    else if (word.is === 'option') options.push(`--${word.name}=${word.value}`);
    else if (word.is === 'switch') options.push(word.written);
  }
  return { argv: [...options, '--', ...rest], mistakes };
}

function mistakesOf(word: Word, flags: FlagTable, seen: Set<string>): Mistake[] {
  switch (word.is) {
    case 'argument':
      return word.text === '' ? [{ message: 'an argument is empty', hint: 'perhaps a variable of the shell is not set' }] : [];
    case 'unknown':
      return [{ message: `unknown flag ${word.flag}`, hint: flagHint(word.flag, flags), flag: word.flag }];
    case 'bare':
      return [{ message: `${shownFlag(word.name)} needs a value`, hint: valueHint(word.name, flags[word.name]) }];
    case 'laden':
      return [{ message: `--${word.name} takes no value, and "${word.value}" is one`, hint: `write --${word.name} alone` }];
    case 'switch':
      return [];
    case 'option': {
      const flag = flags[word.name];
      if (!flag) return [];
      const again = !flag.multiple && seen.has(word.name);
      seen.add(word.name);
      return again ? [{ message: `--${word.name} is given twice`, hint: 'it takes one value' }] : valueMistakes(`--${word.name}`, word.value, flag);
    }
  }
}

/** What is wrong with the value of a flag, or of the variable that stands for it: `written` is its name. */
export function valueMistakes(written: string, value: string, flag: FlagOf): Mistake[] {
  const parts = flag.delimiter === undefined ? [value] : value.split(flag.delimiter);
  if (value.trim() === '') return [{ message: `${written}: the value is empty`, hint: 'perhaps a variable of the shell is not set' }];
  if (parts.some((part) => part.trim() === ''))
    return [{ message: `${written} ${value}: one of the values is empty`, hint: 'values are separated by single commas' }];
  if (flag.options && !flag.options.includes(value)) {
    const near = nearest(value, flag.options) ?? flag.options.find((option) => option.startsWith(value) || option.split('-').includes(value));
    return [{ message: `${written} ${value}: must be one of ${flag.options.join(', ')}`, ...(near === undefined ? {} : { hint: `did you mean "${near}"?` }) }];
  }
  if (flag.min === undefined && flag.max === undefined) return [];
  if (!/^-?\d+$/.test(value)) return [{ message: `${written} ${value}: must be a whole number` }];
  if (flag.min !== undefined && Number(value) < flag.min) return [{ message: `${written} ${value}: must be ${flag.min} or more` }];
  return flag.max !== undefined && Number(value) > flag.max ? [{ message: `${written} ${value}: must be ${flag.max} or less` }] : [];
}

const shownFlag = (name: string): string => `--${name}`;

function valueHint(name: string, flag: FlagOf | undefined): string {
  if (flag?.options) return `one of ${flag.options.join(', ')}`;
  return `write --${name} ${valueWord(flag) ?? 'VALUE'}`;
}

const valueWord = (flag: FlagOf | undefined): string | undefined =>
  (Array.isArray(flag?.helpValue) ? flag.helpValue[0] : flag?.helpValue) as string | undefined;

/** What other tools call a flag of ours. */
const elsewhere: Readonly<Record<string, string>> = { severity: 'fail-on', threshold: 'fail-on', 'min-severity': 'fail-on' };

/** The flag that was meant: the nearest name, or the one whose value has the nearest name (`--format` for `-o FORMAT`). */
function flagHint(written: string, flags: FlagTable): string | undefined {
  const bare = written.replace(/^--?(?:no-)?/, '');
  if (bare === 'version') return 'pretrip --version prints it';
  if (!written.startsWith('--')) {
    const [name] = Object.entries(flags).find(([, { char }]) => char?.toLowerCase() === bare.charAt(0).toLowerCase()) ?? [];
    return name === undefined ? undefined : `did you mean "-${flags[name]?.char ?? ''}" (--${name})?`;
  }
  const other = elsewhere[bare];
  if (other !== undefined && Object.hasOwn(flags, other)) return `did you mean "--${other} ${valueWord(flags[other]) ?? ''}"?`.replace(' "?', '"?');
  const near = nearest(bare, Object.keys(flags));
  if (near !== undefined) return `did you mean "--${near}"?`;
  const whole = Object.keys(flags).find((name) => bare.length > 2 && (name.startsWith(bare) || name.split('-').includes(bare)));
  if (whole !== undefined) return `did you mean "--${whole}"?`;
  const values = new Map(
    Object.entries(flags).flatMap(([name, flag]) => Array.from((valueWord(flag) ?? '').matchAll(/[A-Z]{4,}/g), ([w]) => [w.toLowerCase(), name])),
  );
  const meant = values.get(nearest(bare, [...values.keys()]) ?? '');
  return meant === undefined ? undefined : `did you mean "--${meant} ${valueWord(flags[meant]) ?? ''}"?`;
}
