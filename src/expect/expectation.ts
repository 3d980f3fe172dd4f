/** One expectation against one fact: yes, no or unknown, in words, with the places that decided. */
import type { Fact, Json, Known, Unknown, Where } from '../facts/fact.ts';
import { pathKey } from '../facts/fact.ts';
import type { Kind } from '../facts/kind.ts';
import { holdsPlaceholder } from '../facts/redacted.ts';
import { type RecordShape, type Shape, shapeAt } from '../facts/shape.ts';
import type { Expectation, Test, Value } from '../rules/rule.ts';
import type { Evidence, Truth } from '../verdicts/report.ts';
import { operators, standsMasked } from './operators.ts';
import { valueText } from './phrase.ts';
import { inWords } from './words.ts';

/** Resolves a rule's value: parameters are known, subject fields come from the subject. */
export type Resolve = (value: Value) => Json | Unknown;

export interface Judged extends Evidence {
  /** Why it is unknown, for advice. */
  readonly unknown?: Unknown;
  /** Of a `no`: what was found, without what was wanted. */
  readonly found?: string;
  /** Of a `no`: the subject is not there at all. */
  readonly missing?: boolean;
  /** The concrete paths that decided. */
  readonly paths?: readonly (readonly string[])[];
  /** How the kind says it; worked out only for what is told. */
  readonly words?: () => Words;
}

/** What a kind's own words make of a judged value. */
export interface Words {
  /** A clause with slots: the phrase of the field, for the value that it has. */
  readonly clause?: string;
  /** The value as a sentence has it. */
  readonly value?: string;
  /** What was wanted, where the clause alone does not say it: "at least 28633". */
  readonly need?: string;
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
  if (fact.is === 'unknown') return { truth: 'unknown', said: `${label}: ${fact.said}`, where: fact.where, unknown: fact };
  if (expectation.path[0] === 'exists') return judgeExistence(expectation, fact, label, resolve, existence);
  const { paths, empty } = expand(fact, expectation.path);
  const each = paths.map((path) => judgeAt(expectation, path, fact, shape, label, resolve));
  const worst = each.find((e) => e.truth === 'no') ?? each.find((e) => e.truth === 'unknown');
  if (!worst)
    return each[0] ?? { truth: 'yes', said: `${label} ${pathKey(empty ?? expectation.path)} is empty`, where: whereOf(fact, empty ?? expectation.path) };
  const others = each.filter((e) => e !== worst && e.truth === worst.truth);
  if (others.length === 0) return worst;
  return {
    ...worst,
    ...more(worst, others.length),
    where: [...worst.where, ...others.flatMap((o) => o.where)],
    paths: [...(worst.paths ?? []), ...others.flatMap((o) => o.paths ?? [])],
  };
}

const more = ({ said, found }: Judged, count: number): Pick<Judged, 'said' | 'found'> => ({
  said: `${said} (and ${count} more)`,
  ...(found ? { found: `${found} (and ${count} more)` } : {}),
});

function judgeExistence(expectation: Expectation, fact: Known, label: string, resolve: Resolve, { present, absent }: ExistenceWords): Judged {
  const truths = expectation.tests.map((t) => holds(t, fact.exists, resolve));
  const truth = conjunction(truths.map((t) => (isUnknown(t) ? 'unknown' : t ? 'yes' : 'no')));
  const found = fact.exists ? `${label} exists` : `${label} does not exist`;
  const said = truth === 'no' ? `${found}, wanted ${fact.exists ? 'none' : 'it to exist'}` : found;
  const clause = fact.exists ? (present ?? '{label} is there') : (absent ?? '{label} does not exist');
  return { truth, said, where: fact.consulted, found, missing: !fact.exists, words: () => ({ clause, notes: [] }), ...firstUnknown(truths) };
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
  if (gapAt(fact, head)) return { paths: [path] };
  const value = valueAt(fact.value, head);
  if (value === undefined || value === null || typeof value !== 'object') return { paths: [path] };
  const keys = Object.keys(value);
  if (keys.length === 0) return { paths: [], empty: head };
  const all = keys.map((k) => expand(fact, [...head, k, ...path.slice(star + 1)]));
  const empty = all.find((a) => a.empty)?.empty;
  return { paths: all.flatMap((a) => a.paths), ...(empty ? { empty } : {}) };
}

function judgeAt(expectation: Expectation, path: readonly string[], fact: Known, shape: RecordShape, label: string, resolve: Resolve): Judged {
  const name = `${label} ${pathKey(path)}`;
  const gap = gapAt(fact, path);
  const notes = notesAt(fact, path);
  if (gap) return { truth: 'unknown', said: `${name}: ${gap.said}`, where: [...gap.where, ...notes.flatMap((n) => n.where)], unknown: gap };
  const set = valueAt(fact.value, path);
  const standIn = set === undefined && expectation.ifUnset ? resolve(expectation.ifUnset) : undefined;
  if (isUnknown(standIn)) return { truth: 'unknown', said: `${name}: ${standIn.said}`, where: standIn.where, unknown: standIn };
  const actual = set ?? standIn;
  const truths = expectation.tests.map((t) => holds(t, actual, resolve));
  const truth = conjunction(truths.map((t) => (isUnknown(t) ? 'unknown' : t ? 'yes' : 'no')));
  const at = shapeAt(shape, path).shape;
  const found = set === undefined ? (standIn === undefined ? 'is not set' : `is not set (default ${inWords(standIn, at)})`) : `is ${inWords(set, at)}`;
  const places = whereOf(fact, path);
  const wish = (): string =>
    expectation.tests
      .filter((_, i) => truths[i] !== true)
      .map((t) => wanted(t, resolve, at))
      .join(' and ');
  const words = (): Words =>
    wordsFor(
      actual,
      at,
      truth === 'no' ? wish() : '',
      notes.map((n) => n.said),
    );
  if (truth === 'yes') return { truth, said: `${name} ${found}`, where: places, paths: [path], words };
  const meaning = meaningOf(path, at);
  const remarks = notes.length > 0 ? ` (${notes.map((n) => n.said).join('; ')})` : '';
  return {
    truth,
    said: `${name} ${found}, wanted ${wish()}${meaning}${remarks}`,
    found: `${name} ${found}${meaning}${remarks}`,
    paths: [path],
    words,
    // A near miss is where the reader has to look when nothing is set.
    where: set === undefined ? [...notes.flatMap((n) => n.where), ...places] : [...places, ...notes.flatMap((n) => n.where)],
    ...firstUnknown(truths),
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

/** What a yes or no, or a list, means: for who does not know the name of the field. */
function meaningOf(path: readonly string[], shape: Shape | undefined): string {
  const describe = shape?.type === 'boolean' || shape?.type === 'list' ? (shape.describe ?? '').replace(/^whether /, '') : '';
  return /\s/.test(describe) && !describe.startsWith('since ') ? ` (${path.at(-1)}: ${describe})` : '';
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

/** Kleene: a `no` decides, then an `unknown`. */
function conjunction(truths: readonly Truth[]): Truth {
  return truths.includes('no') ? 'no' : truths.includes('unknown') ? 'unknown' : 'yes';
}

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
  for (let length = path.length; length >= 0; length--) {
    const gap = fact.gaps.get(pathKey(path.slice(0, length)));
    if (gap) return gap;
  }
  const prefix = `${pathKey(path)}.`;
  for (const [key, gap] of fact.gaps) if (key.startsWith(prefix)) return gap;
  return undefined;
}

function whereOf(fact: Known, path: readonly string[]): readonly Where[] {
  for (let length = path.length; length > 0; length--) {
    const places = fact.where.get(pathKey(path.slice(0, length)));
    if (places) return places;
  }
  return fact.consulted;
}

function notesAt(fact: Known, path: readonly string[]): readonly { said: string; where: readonly Where[] }[] {
  for (let length = path.length; length >= 0; length--) {
    const notes = fact.notes.get(pathKey(path.slice(0, length)));
    if (notes) return notes;
  }
  return [];
}
