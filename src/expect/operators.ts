/** The one list of operators: what each tests, on which shapes, in which words. */
import type { Json } from '../facts/fact.ts';
import type { Shape } from '../facts/shape.ts';
import { compareReleases } from '../facts/text/version.ts';
import { linearRegExp } from './pattern.ts';

/** What an operator's argument must be. */
export type Argument = 'any' | 'list' | 'scalar-or-list' | 'string' | 'ordered' | 'mode' | 'boolean';

export interface Operator {
  readonly describe: string;
  readonly argument: Argument;
  /** Types of the tested value that it makes sense for. */
  readonly on: readonly Shape['type'][];
  /** Whether it holds. A value of a type it does not know never holds. */
  holds(actual: Json, wanted: Json): boolean;
  /** The wish in words: follows "wanted". */
  words(wanted: string): string;
}

const everything: readonly Shape['type'][] = ['string', 'number', 'boolean', 'version', 'mode', 'list', 'record', 'map', 'any'];
const ordered: readonly Shape['type'][] = ['number', 'version', 'string', 'list', 'any'];

export const operators: Readonly<Record<string, Operator>> = {
  equals: { describe: 'same type and value; of a list, the same elements in the same order', argument: 'any', on: everything, holds: same, words: (w) => w },
  oneOf: {
    describe: 'equals one of these',
    argument: 'list',
    on: everything,
    holds: (a, w) => isList(w) && w.some((v) => same(a, v)),
    words: (w) => `one of ${w}`,
  },
  contains: {
    describe: 'the list holds all of these; the string holds the text',
    argument: 'scalar-or-list',
    on: ['list', 'string', 'any'],
    holds: (a, w) => holdsEach(a, w, (has) => has),
    words: (w) => `at least ${w}`,
  },
  excludes: {
    describe: 'the list holds none of these; the string does not hold the text',
    argument: 'scalar-or-list',
    on: ['list', 'string', 'any'],
    holds: (a, w) => holdsEach(a, w, (has) => !has),
    words: (w) => `nothing of ${w}`,
  },
  only: {
    describe: 'the list holds nothing but these',
    argument: 'list',
    on: ['list', 'any'],
    holds: (a, w) => isList(a) && isList(w) && a.every((v) => w.some((x) => same(v, x))),
    words: (w) => `only ${w}`,
  },
  matches: {
    describe: 'this RE2 regular expression matches anywhere in the string',
    argument: 'string',
    on: ['string', 'version', 'any'],
    holds: (a, w) => typeof a === 'string' && typeof w === 'string' && linearRegExp(w).test(a),
    words: (w) => `a match of ${w}`,
  },
  atLeast: {
    describe: 'this or more, as a number or a version; of a list, its length',
    argument: 'ordered',
    on: ordered,
    holds: (a, w) => order(a, w, (n) => n >= 0),
    words: (w) => `at least ${w}`,
  },
  atMost: {
    describe: 'this or less, as a number or a version; of a list, its length',
    argument: 'ordered',
    on: ordered,
    holds: (a, w) => order(a, w, (n) => n <= 0),
    words: (w) => `at most ${w}`,
  },
  above: {
    describe: 'more than this, as a number or a version; of a list, its length',
    argument: 'ordered',
    on: ordered,
    holds: (a, w) => order(a, w, (n) => n > 0),
    words: (w) => `more than ${w}`,
  },
  below: {
    describe: 'less than this, as a number or a version; of a list, its length',
    argument: 'ordered',
    on: ordered,
    holds: (a, w) => order(a, w, (n) => n < 0),
    words: (w) => `less than ${w}`,
  },
  noMoreThan: {
    describe: 'the mode grants no bit outside this one',
    argument: 'mode',
    on: ['mode'],
    holds: (a, w) => typeof a === 'number' && typeof w === 'string' && (a & ~Number.parseInt(w, 8)) === 0,
    words: (w) => `no more than ${w}`,
  },
  /** Asked only of a value that is set; an unset one is decided before. */
  present: {
    describe: 'the value is set (true) or unset (false)',
    argument: 'boolean',
    on: everything,
    holds: (_, w) => w === true,
    words: (w) => (w === 'true' ? 'a value' : 'none'),
  },
};

/** Deep equality without coercion. A mode (number) equals its octal text. */
export function same(a: Json, b: Json): boolean {
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

const isList = (v: Json): v is readonly Json[] => Array.isArray(v);

function holdsEach(actual: Json, wanted: Json, want: (has: boolean) => boolean): boolean {
  const each = isList(wanted) ? wanted : [wanted];
  if (isList(actual)) return each.every((w) => want(actual.some((v) => same(v, w))));
  if (typeof actual === 'string') return each.every((w) => typeof w === 'string' && want(actual.includes(w)));
  return false;
}

function order(actual: Json, wanted: Json, test: (sign: number) => boolean): boolean {
  const left = isList(actual) ? actual.length : actual;
  if (typeof left === 'number' && typeof wanted === 'number') return test(left - wanted);
  if (typeof left === 'string' && (typeof wanted === 'string' || typeof wanted === 'number')) {
    const sign = compareReleases(left, String(wanted));
    return sign !== undefined && test(sign);
  }
  return false;
}
