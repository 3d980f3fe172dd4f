/** The one list of operators: what each tests, on which shapes, in which words. */
import type { Json } from '../facts/fact.ts';
import type { Shape } from '../facts/shape.ts';
import { compareReleases } from '../facts/text/version.ts';
import { linearRegExp } from './pattern.ts';

/** What an operator's argument must be. `choices` are values that the tested one is compared with, a `list` is one of elements. */
export type Argument = 'any' | 'choices' | 'list' | 'scalar-or-list' | 'pattern' | 'ordered' | 'mode' | 'boolean';

export interface Operator {
  /** One clause for the reference and for editors. */
  readonly describe: string;
  readonly argument: Argument;
  /** Types of the tested value that it makes sense for. */
  readonly on: readonly Shape['type'][];
  /** It asks whether there is a value. The others are not asked of an unset one: it fails them. */
  readonly ofUnset?: true;
  /** What stands although part of the value was masked. Left out: nothing, since what was there could decide. */
  readonly masked?: Masked;
  /** Whether it holds. A value of a type it does not know never holds. `undefined`: unset, only for `ofUnset`. */
  holds(actual: Json | undefined, wanted: Json): boolean;
  /** The wish in words: follows "wanted". */
  words(wanted: string): string;
  /** Whether a value of this shape is wanted to hold nothing at all; the wish is "none" then. */
  wantsNone?(wanted: Json, shape: Shape | undefined): boolean;
}

/** `lines`: of text of several lines, all that was not masked is judged as it stands. `list`: the outcome that no masked element changes. */
export interface Masked {
  readonly lines: true;
  readonly list?: 'holds' | 'fails' | 'either';
}

const everything: readonly Shape['type'][] = ['string', 'number', 'boolean', 'version', 'mode', 'list', 'record', 'map', 'any'];

/** The four that compare numbers and versions, and count lists: a masked element counts as any other. */
const ordered = (describe: string, words: string, test: (sign: number) => boolean): Operator => ({
  describe: `${describe}: numbers; text as versions ("10.0" is above "4"); of a list, its length`,
  argument: 'ordered',
  on: ['number', 'version', 'string', 'list', 'any'],
  masked: { lines: true, list: 'either' },
  holds: (a, w) => order(a, w, test),
  words: (w) => `${words} ${w}`,
});

/** Permission bits: those of a fact, or of the text that `ifUnset` has. */
const bits = (mode: Json | undefined): number | undefined =>
  typeof mode === 'number' ? mode : typeof mode === 'string' ? Number.parseInt(mode, 8) : undefined;

export const operators: Readonly<Record<string, Operator>> = {
  equals: {
    describe: 'same type and value; of lists, the same elements in the same order',
    argument: 'any',
    on: everything,
    holds: same,
    words: (w) => w,
    wantsNone: (w) => isList(w) && w.length === 0,
  },
  oneOf: {
    describe: 'equals one of these',
    argument: 'choices',
    on: everything,
    holds: (a, w) => isList(w) && w.some((v) => same(a, v)),
    words: (w) => `one of ${w}`,
  },
  contains: {
    describe: 'the list holds all of these; the string holds the text',
    argument: 'scalar-or-list',
    on: ['list', 'string', 'any'],
    masked: { lines: true, list: 'holds' },
    holds: (a, w) => holdsEach(a, w, (has) => has),
    words: (w) => `at least ${w}`,
  },
  excludes: {
    describe: 'the list holds none of these; the string does not hold the text',
    argument: 'scalar-or-list',
    on: ['list', 'string', 'any'],
    masked: { lines: true, list: 'fails' },
    holds: (a, w) => holdsEach(a, w, (has) => !has),
    words: (w) => `nothing of ${w}`,
  },
  only: {
    describe: 'the list holds nothing but these',
    argument: 'list',
    on: ['list', 'any'],
    masked: { lines: true },
    holds: (a, w) => isList(a) && isList(w) && a.every((v) => w.some((x) => same(v, x))),
    words: (w) => `only ${w}`,
  },
  matches: {
    describe: 'the string matches this RE2 regular expression, anywhere in it; in linear time',
    argument: 'pattern',
    on: ['string', 'version', 'any'],
    masked: { lines: true },
    holds: (a, w) => typeof a === 'string' && typeof w === 'string' && linearRegExp(w).test(a),
    words: (w) => `a match of ${w}`,
  },
  atLeast: ordered('this or more', 'at least', (n) => n >= 0),
  atMost: {
    ...ordered('this or less', 'at most', (n) => n <= 0),
    wantsNone: (w, shape) => shape?.type === 'list' && w === 0,
  },
  above: ordered('more than this', 'more than', (n) => n > 0),
  below: ordered('less than this', 'less than', (n) => n < 0),
  noMoreThan: {
    describe: 'the mode grants no bit outside this one',
    argument: 'mode',
    on: ['mode'],
    masked: { lines: true },
    holds: (a, w) => typeof w === 'string' && ((bits(a) ?? 0o7777) & ~Number.parseInt(w, 8)) === 0,
    words: (w) => `no more than ${w}`,
  },
  present: {
    describe: 'the value is set (true) or unset (false)',
    argument: 'boolean',
    on: everything,
    ofUnset: true,
    holds: (a, w) => w === (a !== undefined),
    words: (w) => (w === 'true' ? 'a value' : 'none'),
  },
};

/** Whether the outcome of a test stands although part of the value was masked: whatever stood there, it would be the same. */
export function standsMasked({ masked, ofUnset }: Operator, actual: Json, truth: boolean): boolean {
  if (ofUnset) return true;
  if (typeof actual === 'string') return masked !== undefined && actual.includes('\n');
  return isList(actual) && (masked?.list === 'either' || masked?.list === (truth ? 'holds' : 'fails'));
}

/** Deep equality without coercion. A mode (number) equals its octal text. */
export function same(a: Json | undefined, b: Json): boolean {
  if (a === b) return true;
  if (typeof a === 'number' && typeof b === 'string') return /^0[0-7]{3,4}$/.test(b) && a === Number.parseInt(b, 8);
  if (isList(a)) return isList(b) && a.length === b.length && a.every((v, i) => same(v, b[i] as Json));
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null || isList(b)) return false;
  const keys = Object.keys(a);
  const other = b as Record<string, Json>;
  return (
    keys.length === Object.keys(other).length && keys.every((k) => Object.hasOwn(other, k) && same((a as Record<string, Json>)[k] as Json, other[k] as Json))
  );
}

const isList = (v: Json | undefined): v is readonly Json[] => Array.isArray(v);

function holdsEach(actual: Json | undefined, wanted: Json, want: (has: boolean) => boolean): boolean {
  const each = isList(wanted) ? wanted : [wanted];
  if (isList(actual)) return each.every((w) => want(actual.some((v) => same(v, w))));
  if (typeof actual === 'string') return each.every((w) => typeof w === 'string' && want(actual.includes(w)));
  return false;
}

function order(actual: Json | undefined, wanted: Json, test: (sign: number) => boolean): boolean {
  const left = isList(actual) ? actual.length : actual;
  if (typeof left === 'number' && typeof wanted === 'number') return test(left - wanted);
  if (typeof left === 'string' && (typeof wanted === 'string' || typeof wanted === 'number')) {
    const sign = compareReleases(left, String(wanted));
    return sign !== undefined && test(sign);
  }
  return false;
}
