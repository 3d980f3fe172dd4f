/**
 * Records that are declared once, field by field: their type, the check of one that came from outside and its JSON
 * Schema all follow from the declaration.
 */
import { type Account, isAccount } from './account.ts';
import type { Json } from './fact.ts';
import { isRecord, isText, isTexts } from './untrusted.ts';

/** What a field may hold. */
export interface Holds {
  text: string;
  /** A path of the target; in rules `~` stands for the home of the account in question. */
  path: string;
  /** Permission bits as octal text: `0600`. */
  mode: string;
  words: readonly string[];
  /** A program with its arguments. `~` and `~/…` stand for the home of the account in question. */
  argv: readonly string[];
  /** A program with its arguments, or a sentence that says what to look at. */
  check: readonly string[] | string;
  account: Account;
  /** One of a few words, which the row names. */
  choice: string;
  /** What a key of a file is set to: text, a number, true or false, or a list of these. */
  value: Json;
  /** Keys and their values, by section. */
  keys: Readonly<Record<string, Readonly<Record<string, Json>>>>;
  /** A name, or one for each family of distributions. */
  names: string | Readonly<Record<string, string>>;
}

export type FieldType = keyof Holds;

/** Fields by name; a question mark ends what may be left out. */
export type Fields = Readonly<Record<string, FieldType | `${FieldType}?`>>;

type Needed<F extends Fields> = { readonly [K in keyof F as F[K] extends FieldType ? K : never]: F[K] extends FieldType ? Holds[F[K]] : never };
type Spare<F extends Fields> = {
  readonly [K in keyof F as F[K] extends `${FieldType}?` ? K : never]?: F[K] extends `${infer T extends FieldType}?` ? Holds[T] : never;
};

/** The type of a record with these fields. */
export type RecordOf<F extends Fields> = Needed<F> & Spare<F>;

/** A scalar that a file can hold, or a list of them. */
const isValue = (value: unknown): boolean => isScalar(value) || (Array.isArray(value) && value.every(isScalar));
const isScalar = (value: unknown): boolean => typeof value === 'string' || typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value));

const isHeld: { readonly [T in FieldType]: (value: unknown) => boolean } = {
  text: isText,
  path: isText,
  mode: isText,
  words: isTexts,
  argv: isTexts,
  check: (value) => isText(value) || isTexts(value),
  account: isAccount,
  choice: isText,
  value: isValue,
  keys: (value) => isRecord(value) && Object.values(value).every((section) => isRecord(section) && Object.values(section).every(isValue)),
  names: (value) => isText(value) || (isRecord(value) && Object.values(value).every(isText)),
};

/** One declared field: its name, what it holds, and whether it may be left out. */
export interface Field {
  readonly name: string;
  readonly holds: FieldType;
  readonly optional: boolean;
}

/** The fields of a declaration in their order. */
export function fieldsOf(fields: Fields): Field[] {
  return Object.entries(fields).map(([name, type]) => ({ name, holds: type.replace('?', '') as FieldType, optional: type.endsWith('?') }));
}

/** The names of what may not be left out. */
export const requiredOf = (fields: Fields): string[] => fieldsOf(fields).flatMap(({ name, optional }) => (optional ? [] : [name]));

/** The check whether a value from outside has these fields. What stands beside them is not looked at. */
export function guardOf<F extends Fields>(fields: F): (value: unknown) => value is RecordOf<F> {
  const all = fieldsOf(fields);
  return (value): value is RecordOf<F> =>
    isRecord(value) && all.every(({ name, holds, optional }) => (optional && value[name] === undefined) || isHeld[holds](value[name]));
}
