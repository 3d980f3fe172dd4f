/** One expectation against one fact: yes, no or unknown, in words, with the places that decided. */
import type { Fact, Json, Known, Unknown, Where } from '../facts/fact.ts';
import { lookedAt, pathKey, splitPath } from '../facts/fact.ts';
import type { Kind } from '../facts/kind.ts';
import { holdsPlaceholder } from '../facts/redacted.ts';
import { type RecordShape, type Shape, shapeAt } from '../facts/shape.ts';
import type { Expectation, Test, Value } from '../rules/rule.ts';
import type { Evidence, Truth } from '../verdicts/report.ts';
import { operators, standsMasked } from './operators.ts';
import { listed, valueText } from './phrase.ts';
import { inWords } from './words.ts';

/** Resolves a rule's value: parameters are known, subject fields come from the subject. */
export type Resolve = (value: Value) => Json | Unknown;

export interface Judged {
  readonly truth: Truth;
  /** The sentence and its places; worked out only for what is told. */
  readonly told: () => ToldOf;
  /** Why it is unknown, for advice. */
  readonly unknown?: Unknown;
  /** Of a `no`: the subject is not there at all. */
  readonly missing?: boolean;
  /** The concrete paths that decided. */
  readonly paths?: readonly (readonly string[])[];
  /** How the kind says it; worked out only for what is told. */
  readonly words?: () => Words;
}

/** What is said of a judged value, and where it was seen. */
export interface ToldOf extends Pick<Evidence, 'said' | 'where'> {
  /** Of a `no`: what was found, without what was wanted. */
  readonly found?: string;
}

/** What a kind's own words make of a judged value. */
export interface Words {
  /** A clause with slots: the phrase of the field, for the value that it has. */
  readonly clause?: string;
  /** The value as a sentence has it. */
  readonly value?: string;
  /** What was wanted, where the clause alone does not say it: "at least 28633". */
  readonly need?: string;
  /** What the value was to hold and does not. */
  readonly lacking?: string;
  readonly notes: readonly string[];
}

/** How a kind says that a thing is there, or is not. */
export type ExistenceWords = Pick<Kind, 'present' | 'absent'>;

const isUnknown = (v: Json | Unknown | undefined): v is Unknown => typeof v === 'object' && v !== null && 'is' in v && (v as Unknown).is === 'unknown';

/** Judges one expectation. `label` names the fact in the sentence. */
export function judgeExpectation(
  expectation: Expectation,
  fact: Fact,
  shape: RecordShape,
  label: string,
  resolve: Resolve,
  existence: ExistenceWords = {},
): Judged {
  if (fact.is === 'unknown') return { truth: 'unknown', told: () => ({ said: `${label}: ${fact.said}`, where: fact.where }), unknown: fact };
  if (expectation.path[0] === 'exists') return judgeExistence(expectation, fact, label, resolve, existence);
  const { paths, empty } = expand(fact, expectation.path);
  const each = paths.map((path) => judgeAt(expectation, path, fact, shape, label, resolve));
  const worst = each.find((e) => e.truth === 'no') ?? each.find((e) => e.truth === 'unknown');
  if (!worst) {
    const at = empty ?? expectation.path;
    return each[0] ?? { truth: 'yes', told: () => ({ said: `${label} ${pathKey(at)} is empty`, where: whereOf(fact, at) }) };
  }
  const others = each.filter((e) => e !== worst && e.truth === worst.truth);
  if (others.length === 0) return worst;
  return {
    ...worst,
    told: () => {
      const told = worst.told();
      return { ...more(told, others.length), where: [...told.where, ...others.flatMap((o) => o.told().where)] };
    },
    paths: [...(worst.paths ?? []), ...others.flatMap((o) => o.paths ?? [])],
  };
}

/** What {@link judgeExpectation} comes to, without its words: whether it holds, or why nobody knows. */
export function decide(expectation: Expectation, fact: Fact, resolve: Resolve): boolean | Unknown {
  if (fact.is === 'unknown') return fact;
  if (expectation.path[0] === 'exists') return all(expectation.tests.map((t) => holds(t, fact.exists, resolve)));
  return all(
    expand(fact, expectation.path).paths.map((path) => {
      const { gap, open, truths } = compare(expectation, path, fact, resolve);
      return gap ?? open ?? all(truths);
    }),
  );
}

/** Kleene: a `no` decides, then an unknown. */
const all = (truths: readonly (boolean | Unknown)[]): boolean | Unknown => !truths.includes(false) && (truths.find(isUnknown) ?? true);

const more = ({ said, found }: ToldOf, count: number): Pick<ToldOf, 'said' | 'found'> => ({
  said: `${said} (and ${count} more)`,
  ...(found ? { found: `${found} (and ${count} more)` } : {}),
});

function judgeExistence(expectation: Expectation, fact: Known, label: string, resolve: Resolve, { present, absent }: ExistenceWords): Judged {
  const truths = expectation.tests.map((t) => holds(t, fact.exists, resolve));
  const truth = truthOf(all(truths));
  const clause = fact.exists ? (present ?? '{label} is there') : (absent ?? '{label} does not exist');
  const told = (): ToldOf => {
    const found = fact.exists ? `${label} exists` : `${label} does not exist`;
    return { said: truth === 'no' ? `${found}, wanted ${fact.exists ? 'none' : 'it to exist'}` : found, found, where: fact.consulted };
  };
  return { truth, told, missing: !fact.exists, words: () => ({ clause, notes: [] }), ...firstUnknown(truths) };
}

/** Whether a fact still leaves a path open: the fact, the value there, or one that a `*` in the path stands for. */
export function leavesOpen(fact: Fact, path: readonly string[]): boolean {
  if (fact.is === 'unknown') return true;
  return path[0] !== 'exists' && fact.exists && expand(fact, path).paths.some((p) => gapAt(fact, p) !== undefined);
}

/** The concrete paths that `*` stands for. An empty list or map has none and is named instead. */
function expand(fact: Known, path: readonly string[]): { paths: (readonly string[])[]; empty?: readonly string[] } {
  const star = path.indexOf('*');
  if (star < 0) return { paths: [path] };
  const head = path.slice(0, star);
  // Where a single element is unknown, the others are not.
  if (gapAbove(fact, head)) return { paths: [path] };
  const value = valueAt(fact.value, head);
  if (value === undefined || value === null || typeof value !== 'object') return { paths: [path] };
  const keys = [...new Set([...Object.keys(value), ...openBelow(fact, head)])];
  if (keys.length === 0) return { paths: [], empty: head };
  const all = keys.map((k) => expand(fact, [...head, k, ...path.slice(star + 1)]));
  const empty = all.find((a) => a.empty)?.empty;
  return { paths: all.flatMap((a) => a.paths), ...(empty ? { empty } : {}) };
}

function judgeAt(expectation: Expectation, path: readonly string[], fact: Known, shape: RecordShape, label: string, resolve: Resolve): Judged {
  const compared = compare(expectation, path, fact, resolve);
  const { gap, open, set, standIn, truths } = compared;
  const why = gap ?? open;
  if (why) {
    const where = (): readonly Where[] => (gap ? [...gap.where, ...notesAt(fact, path).flatMap((n) => n.where)] : why.where);
    return { truth: 'unknown', told: () => ({ said: `${label} ${pathKey(path)}: ${why.said}`, where: where() }), unknown: why };
  }
  const actual = set ?? standIn;
  const truth = truthOf(all(truths));
  const wish = (at: Shape | undefined): string =>
    expectation.tests
      .filter((_, i) => truths[i] !== true)
      .map((t) => wanted(t, resolve, at))
      .join(' and ');
  const words = (): Words => {
    const at = shapeAt(shape, path).shape;
    const notes = notesAt(fact, path).map((n) => n.said);
    const lacking = listed(expectation.tests.flatMap((t) => lackingOf(t, actual, resolve)));
    return { ...wordsFor(actual, at, truth === 'no' ? wish(at) : '', notes), ...optional('lacking', lacking || undefined) };
  };
  const told = (): ToldOf => toldAt({ compared, truth, path, fact, shape: shapeAt(shape, path).shape, label, wish });
  return { truth, told, paths: [path], words, ...(truth === 'yes' ? {} : firstUnknown(truths)) };
}

interface ToTell {
  readonly compared: Compared;
  readonly truth: Truth;
  readonly path: readonly string[];
  readonly fact: Known;
  readonly shape: Shape | undefined;
  readonly label: string;
  readonly wish: (shape: Shape | undefined) => string;
}

/** What is told of a value that was compared. */
function toldAt({ compared: { set, standIn }, truth, path, fact, shape, label, wish }: ToTell): ToldOf {
  const found = set === undefined ? (standIn === undefined ? 'is not set' : `is not set (default ${inWords(standIn, shape)})`) : `is ${inWords(set, shape)}`;
  const name = `${label} ${pathKey(path)}`;
  const places = whereOf(fact, path);
  if (truth === 'yes') return { said: `${name} ${found}`, where: places };
  const notes = notesAt(fact, path);
  const meaning = meaningOf(path, shape);
  const remarks = notes.length > 0 ? ` (${notes.map((n) => n.said).join('; ')})` : '';
  const near = notes.flatMap((n) => n.where);
  return {
    said: `${name} ${found}, wanted ${wish(shape)}${meaning}${remarks}`,
    found: `${name} ${found}${meaning}${remarks}`,
    // A near miss is where the reader has to look when nothing is set.
    where: set === undefined ? [...near, ...places] : [...places, ...near],
  };
}

/** The field's own phrase for a value. */
function wordsFor(actual: Json | undefined, shape: Shape | undefined, wish: string, notes: readonly string[]): Words {
  const value = valueText(actual, shape);
  const says = shape?.says;
  if (shape?.type === 'boolean') return { ...optional('clause', actual === true ? says?.yes : says?.no), notes };
  const clause = value === undefined ? says?.unset : says?.is;
  return {
    ...optional('clause', clause),
    ...optional('value', value),
    ...(clause === undefined || wish === '' || wish === 'none' ? {} : { need: wish }),
    notes,
  };
}

const optional = <K extends string>(key: K, value: string | undefined): { readonly [P in K]?: string } =>
  value === undefined ? {} : ({ [key]: value } as { readonly [P in K]?: string });
interface Compared {
  /** Why the value is not known, or else its default. */
  readonly gap?: Unknown;
  readonly open?: Unknown;
  readonly set?: Json | undefined;
  /** Of an unset value: its default. */
  readonly standIn?: Json | undefined;
  /** Of each test. */
  readonly truths: readonly (boolean | Unknown)[];
}

/** The value at one path, held against every test. */
function compare({ ifUnset, tests }: Expectation, path: readonly string[], fact: Known, resolve: Resolve): Compared {
  const gap = gapAt(fact, path);
  if (gap) return { gap, truths: [] };
  const set = valueAt(fact.value, path);
  const standIn = set === undefined && ifUnset ? resolve(ifUnset) : undefined;
  if (isUnknown(standIn)) return { open: standIn, truths: [] };
  return { set, standIn, truths: tests.map((t) => holds(t, set ?? standIn, resolve)) };
}

/** What a yes or no, or a list, means: for who does not know the name of the field. */
function meaningOf(path: readonly string[], shape: Shape | undefined): string {
  const describe = shape?.type === 'boolean' || shape?.type === 'list' ? (shape.describe ?? '').replace(/^whether /, '') : '';
  return /\s/.test(describe) && !describe.startsWith('since ') ? ` (${path.at(-1)}: ${describe})` : '';
}

/** The elements that a test asked for (`contains`) and that the value does not have. */
function lackingOf(test: Test, actual: Json | undefined, resolve: Resolve): string[] {
  if ('inner' in test || test.operator !== 'contains') return [];
  const asked = resolve(test.value);
  const had = Array.isArray(actual) ? actual : [];
  return Array.isArray(asked) ? asked.filter((a) => !had.includes(a)).flatMap((a) => valueText(a) ?? []) : [];
}

function holds(test: Test, actual: Json | undefined, resolve: Resolve): boolean | Unknown {
  if ('inner' in test) {
    if (actual === undefined) return false;
    const inner = test.inner.map((t) => holds(t, actual, resolve));
    return inner.find(isUnknown) ?? !inner.every((h) => h === true);
  }
  const operator = operators[test.operator];
  if (!operator || (actual === undefined && !operator.ofUnset)) return false;
  const value = resolve(test.value);
  if (isUnknown(value)) return value;
  const truth = operator.holds(actual, value);
  return actual !== undefined && holdsPlaceholder(actual) && !standsMasked(operator, actual, truth) ? masked : truth;
}

const masked: Unknown = { is: 'unknown', why: 'redacted', said: 'a secret was masked before it was recorded, and cannot be compared', where: [] };

function wanted(test: Test, resolve: Resolve, shape: Shape | undefined): string {
  if ('inner' in test) return `anything but ${test.inner.map((t) => wanted(t, resolve, shape)).join(' and ')}`;
  const value = resolve(test.value);
  const operator = operators[test.operator];
  if (isUnknown(value)) return operator?.words(value.said) ?? '';
  return operator?.wantsNone?.(value, shape) ? 'none' : (operator?.words(inWords(value, shape)) ?? '');
}

const truthOf = (decided: boolean | Unknown): Truth => (isUnknown(decided) ? 'unknown' : decided ? 'yes' : 'no');

function firstUnknown(truths: readonly (boolean | Unknown)[]): { unknown?: Unknown } {
  const unknown = truths.find(isUnknown);
  return unknown ? { unknown } : {};
}

export function valueAt(value: Json, path: readonly string[]): Json | undefined {
  let at: Json | undefined = value;
  for (const segment of path) {
    if (at === null || typeof at !== 'object' || !Object.hasOwn(at, segment)) return undefined;
    at = (at as Record<string, Json>)[segment];
  }
  return at ?? undefined;
}

/** The gap that covers a path: its own, one above it, or one below a path that is wanted whole. */
export function gapAt(fact: Known, path: readonly string[]): Unknown | undefined {
  if (fact.gaps.size === 0) return undefined;
  const above = gapAbove(fact, path);
  if (above) return above;
  const prefix = `${pathKey(path)}.`;
  for (const [key, gap] of fact.gaps) if (key.startsWith(prefix)) return gap;
  return undefined;
}

/** Why the value at a path, or one that it is part of, is unknown. */
function gapAbove(fact: Known, path: readonly string[]): Unknown | undefined {
  if (fact.gaps.size === 0) return undefined;
  for (let length = path.length; length >= 0; length--) {
    const gap = fact.gaps.get(pathKey(path.slice(0, length)));
    if (gap) return gap;
  }
  return undefined;
}

/** The elements of a list or map of which something is unknown, be it all of them. */
function openBelow(fact: Known, head: readonly string[]): string[] {
  const prefix = `${pathKey(head)}.`;
  return [...fact.gaps.keys()].flatMap((key) => (key.startsWith(prefix) ? [splitPath(key)?.[head.length] ?? []].flat() : []));
}

/**
 * The places of a value, or of what is above it: those that set it before those that were only looked at. A place of an
 * unset value sets nothing, unless the fact names a line for this very value: there it was taken back.
 */
export function placesOf(fact: Known, path: readonly string[]): readonly Where[] | undefined {
  for (let length = path.length; length > 0; length--) {
    const places = fact.where.get(pathKey(path.slice(0, length)));
    if (!places) continue;
    if (valueAt(fact.value, path) !== undefined)
      return places.some((p) => p.looked) ? places.toSorted((a, b) => Number(a.looked ?? 0) - Number(b.looked ?? 0)) : places;
    return places.map((place) => (place.line !== undefined && length === path.length ? place : { ...place, looked: true }));
  }
  return undefined;
}

const whereOf = (fact: Known, path: readonly string[]): readonly Where[] =>
  placesOf(fact, path) ?? (valueAt(fact.value, path) === undefined ? lookedAt(fact.consulted) : fact.consulted);

function notesAt(fact: Known, path: readonly string[]): readonly { said: string; where: readonly Where[] }[] {
  if (fact.notes.size === 0) return [];
  for (let length = path.length; length >= 0; length--) {
    const notes = fact.notes.get(pathKey(path.slice(0, length)));
    if (notes) return notes;
  }
  return [];
}
