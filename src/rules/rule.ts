/** A rule after loading: plain data, every name resolved, every place kept. */
import type { Json, Where } from '../facts/fact.ts';
import type { Reference, Severity } from '../verdicts/report.ts';

/** A value in a rule: a literal, a parameter, or a field of the subject. */
export type Value = { readonly literal: Json } | { readonly param: string } | { readonly each: string };

/** One operator applied to a value; `inner` for `not`. */
export type Test = { readonly operator: string; readonly value: Value } | { readonly operator: 'not'; readonly inner: readonly Test[] };

export interface Expectation {
  /** Path segments into the fact; `*` is every element. */
  readonly path: readonly string[];
  readonly tests: readonly Test[];
  /** The documented default that stands in for an unset value. */
  readonly ifUnset?: Value;
  /** Place in the rule file; the pack that is built has none, since nothing that judges tells it. */
  readonly at?: Where;
}

interface ItemBase {
  /** True: it is about what runs, and does not apply where no running host answers. False: it applies only there. */
  readonly running?: boolean;
  readonly severity?: Severity;
  /** The sentence for a finding, with slots (src/expect/phrase.ts); of several the first whose slots all have a value. */
  readonly say?: readonly string[];
  /** Where it does not hold, this is what a person has to answer: then it is unknown, and no failure. */
  readonly question?: string;
  /** As of an expectation. */
  readonly at?: Where;
}

/** One fact and what is expected of it. */
export interface Probe extends ItemBase {
  readonly kind: string;
  readonly query: Readonly<Record<string, Value>>;
  readonly ifMissing: 'fail' | 'pass' | 'not-applicable';
  readonly expect: readonly Expectation[];
}

export interface Group extends ItemBase {
  readonly group: 'any' | 'all' | 'none';
  readonly items: readonly Item[];
}

export type Item = Probe | Group;

export interface ForEach {
  readonly kind: string;
  readonly filter: readonly Expectation[];
  /** As of an expectation. */
  readonly at?: Where;
}

/** What becomes of a rule that ranges over things of which there is none. Without it, it does not apply. */
export interface IfNone {
  readonly outcome: 'unknown' | 'not-applicable';
  /** When it is not the rule's. */
  readonly severity?: Severity;
  /** Why that is not enough to know, and what to do. */
  readonly say?: string;
  /** Judged about the host: where it does not hold, the rule does not apply. */
  readonly when: readonly Item[];
}

export interface Param {
  readonly default: Json;
  /** Which of two values asks for more: of numbers the greater or the smaller, else the later one in this list. */
  readonly stricter?: 'more' | 'less' | readonly Json[];
  readonly describe: string;
}

/** A remedy step as written: leaves may be references, and texts hold them (src/rules/fill.ts). */
export type StepTemplate = Readonly<Record<string, Json>>;

/** A step of a remedy, and when it is one. Paths begin with `each` or with the kind of a fact. */
export interface RemedyStep {
  readonly template: StepTemplate;
  /** All expectations of one of these hold; without any it always is one. */
  readonly if: readonly (readonly Expectation[])[];
  /** Where all expectations of one of these hold, it is none. */
  readonly unless: readonly (readonly Expectation[])[];
  /** True: only where a running host answers. False: only where none does. */
  readonly running?: boolean;
  /** A list: the step is one for each element. */
  readonly every?: readonly string[];
}

export interface Rule {
  readonly id: string;
  readonly title: string;
  /** What is so when the rule fails: the title's opposite. */
  readonly failing?: string;
  readonly severity: Severity;
  readonly why: string;
  readonly profiles: readonly string[];
  /** True: it is about what runs, and does not apply where no running host answers. False: it is about what an image brings along, and applies only there. */
  readonly running?: boolean;
  readonly controls: readonly string[];
  readonly references: readonly Reference[];
  readonly formerly: readonly string[];
  readonly params: Readonly<Record<string, Param>>;
  readonly forEach?: ForEach;
  /** Only beside `forEach`. */
  readonly ifNone?: IfNone;
  readonly when: readonly Item[];
  readonly check: readonly Item[];
  readonly remedy: readonly RemedyStep[];
  /** What the remedy wants to know beyond what the rule looks at; it decides no verdict. */
  readonly learn: readonly Probe[];
  /** Where the rule stands. */
  readonly at: Where;
}

/** A mistake in a file that a person wrote. */
export interface Problem {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** What is wrong, lower case. */
  readonly message: string;
  /** What to do about it. */
  readonly hint?: string;
}

export const isGroup = (item: Item): item is Group => 'group' in item;

/** All items of a rule, groups not opened. */
export const itemsOf = ({ when, check, ifNone }: Rule): readonly Item[] => [...when, ...(ifNone?.when ?? []), ...check];

/** Dotted, lower case, digits and dashes: `podman.api.service-timeout`. */
export const idPattern = /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*(?:\.[a-z0-9]+(?:-[a-z0-9]+)*)+$/;
