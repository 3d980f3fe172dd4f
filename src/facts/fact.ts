/** What was learnt, with the place each value comes from; or why it could not be learnt. */
import type { Account } from './account.ts';
import { type Blocked, type Why, whyWords } from './answer.ts';

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/**
 * Where something was seen. `path` is a file path, or `command:ARGV`, `env:NAME`,
 * `socket:PATH` for what no file holds: the place of the ask that taught it (`placeOf` in asks.ts). Lines and columns count from 1.
 * `said` tells what this place contributed ("resets the list"); `looked`, that it was looked at and does not set the value:
 * whoever wants to change the value has nothing to change there.
 */
export interface Where {
  readonly path: string;
  readonly line?: number;
  readonly column?: number;
  readonly said?: string;
  readonly looked?: true;
}

export interface Unknown {
  readonly is: 'unknown';
  /** `question`: no host tells, and a person has to answer. `unasked`: nobody has asked the cluster for it. */
  readonly why: Why | 'unparsable' | 'ambiguous' | 'question' | 'unasked';
  /** What could not be learnt, and why: a clause that can follow "unknown:". */
  readonly said: string;
  readonly where: readonly Where[];
  /** What decides it, where that is not what decides others of its sort: a clause that begins with a verb. */
  readonly next?: string;
  /** The value of a configuration that the program refuses, by its key, and what is wrong with it: a clause that can follow the key. */
  readonly refuses?: { readonly key: string; readonly wrong: string };
}

/** Something worth telling about a value that is not what was wanted (a near miss, a shadowed file). */
export interface Note {
  readonly said: string;
  readonly where: readonly Where[];
}

/**
 * A thing that was looked at. `exists: false` is knowledge: it is not there.
 * The maps are keyed by dotted paths into `value` (see {@link pathKey}).
 */
export interface Known {
  readonly is: 'known';
  readonly exists: boolean;
  readonly value: { readonly [key: string]: Json };
  /** Where each value comes from, the deciding place first. A lookup falls back to the nearest parent's entry. */
  readonly where: ReadonlyMap<string, readonly Where[]>;
  readonly notes: ReadonlyMap<string, readonly Note[]>;
  /** Parts of the value that could not be learnt: they and all below them are unknown. */
  readonly gaps: ReadonlyMap<string, Unknown>;
  /** Everything that was looked at, in order; the location of "it is not there". */
  readonly consulted: readonly Where[];
}

export type Fact = Known | Unknown;

/** One thing of several that a rule judges in turn. */
export interface Subject {
  /** Stable name in reports: `user:alice`, `network:k3d`. Empty for the host itself. */
  readonly key: string;
  /** The account that `~`, layered configuration and the user manager mean for this subject. */
  readonly as?: Account;
  /** It is root's alone, and nothing of it is another account's. */
  readonly roots?: true;
  /** What filters and `{ each: … }` may mention. */
  readonly fact: Known;
}

/** Why there may be more, and whose it would be: an account's by its uid, that of accounts that nobody knows, or everyone's. */
export interface Hidden {
  readonly of: number | 'others' | 'everyone';
  readonly why: Unknown;
}

/** The subjects found. `incomplete` says why there may be more; `hidden` says the same by account, where that can be told. */
export type Subjects =
  | {
      readonly is: 'known';
      readonly each: readonly Subject[];
      readonly incomplete?: Unknown;
      readonly hidden?: readonly Hidden[];
      readonly consulted: readonly Where[];
    }
  | Unknown;

/** Joins path segments with dots; a segment that holds a dot or a quote is written in double quotes. */
export function pathKey(segments: readonly string[]): string {
  let key = '';
  for (const segment of segments) key += `${key === '' ? '' : '.'}${bareSegment.test(segment) ? segment : JSON.stringify(segment)}`;
  return key;
}

const bareSegment = /^[^."\s]+$/;

/** Splits a dotted path; `"a.b".c` has two segments. Returns undefined for a malformed path. */
export function splitPath(path: string): string[] | undefined {
  const segments: string[] = [];
  const token = /(?:"((?:[^"\\]|\\.)*)"|([^."]+))(\.|$)/y;
  let at = 0;
  while (at < path.length) {
    token.lastIndex = at;
    const m = token.exec(path);
    if (!m) return undefined;
    segments.push(m[1] !== undefined ? (JSON.parse(`"${m[1]}"`) as string) : (m[2] as string));
    at = token.lastIndex;
    if (m[3] === '.' && at === path.length) return undefined;
  }
  return segments.length > 0 ? segments : undefined;
}

/** An unknown for a path that the target would not show. */
export function unknown(blocked: Blocked, path: string): Unknown {
  return { is: 'unknown', why: blocked.why, said: `${whyWords[blocked.why]}: ${path}${blocked.said ? ` (${blocked.said})` : ''}`, where: [{ path }] };
}

/** Places that one value carries; a file with one line ten thousand times over must not make a report of them. */
const mostPlaces = 16;

/** The first places, the last one, and how many more there are. */
export function fewPlaces(where: readonly Where[]): readonly Where[] {
  const last = where[where.length - 1];
  if (where.length <= mostPlaces || !last) return where;
  const more = `the last of ${where.length} places, ${where.length - mostPlaces} of them left out`;
  return [...where.slice(0, mostPlaces - 1), { ...last, said: last.said === undefined ? more : `${last.said}; ${more}` }];
}

/** Collects one fact. Every method returns the builder. */
export class FactBuilder {
  readonly #value: Record<string, Json> = {};
  readonly #where = new Map<string, readonly Where[]>();
  readonly #notes = new Map<string, Note[]>();
  readonly #gaps = new Map<string, Unknown>();
  readonly #consulted: Where[] = [];

  /** Sets the value at a path (segments), creating records on the way. */
  set(path: string | readonly string[], value: Json | undefined, ...where: readonly Where[]): this {
    if (value === undefined) return this;
    const segments = segmentsOf(path);
    let at = this.#value;
    for (const segment of segments.slice(0, -1)) {
      if (!Object.hasOwn(at, segment)) define(at, segment, {});
      at = at[segment] as Record<string, Json>;
    }
    define(at, segments.at(-1) as string, value);
    if (where.length > 0) this.#where.set(pathKey(segments), fewPlaces(where));
    return this;
  }

  /** Names the places of a value or of an unset path without setting anything. */
  at(path: string | readonly string[], ...where: readonly Where[]): this {
    this.#where.set(pathKey(segmentsOf(path)), fewPlaces(where));
    return this;
  }

  note(path: string | readonly string[], said: string, ...where: readonly Where[]): this {
    const key = pathKey(segmentsOf(path));
    const notes = this.#notes.get(key) ?? [];
    notes.push({ said, where: fewPlaces(where) });
    this.#notes.set(key, notes);
    return this;
  }

  /** Declares a part unknown; the empty path declares the whole value unknown. */
  gap(path: string | readonly string[], why: Unknown): this {
    this.#gaps.set(pathKey(segmentsOf(path)), why);
    return this;
  }

  consulted(...where: readonly Where[]): this {
    this.#consulted.push(...where);
    return this;
  }

  build(exists = true): Known {
    return { is: 'known', exists, value: this.#value, where: this.#where, notes: this.#notes, gaps: this.#gaps, consulted: this.#consulted };
  }
}

/** A bare name is one segment; the empty text is the whole value. */
const segmentsOf = (path: string | readonly string[]): readonly string[] => (typeof path !== 'string' ? path : path === '' ? [] : [path]);

/** Plain assignment would run the `__proto__` setter for a key that a hostile file chose. */
function define(on: Record<string, Json>, key: string, value: Json): void {
  if (key !== '__proto__') on[key] = value;
  else Object.defineProperty(on, key, { value, enumerable: true, configurable: true, writable: true });
}

/** These places as such that were looked at and set nothing. */
export const lookedAt = (places: readonly Where[]): Where[] => places.map((place) => ({ ...place, looked: true }));

/** A fact that says: looked, and it is not there. */
export function missing(...consulted: readonly Where[]): Known {
  return new FactBuilder().consulted(...consulted).build(false);
}

/** A fact or subject set that could not be learnt because content does not parse. */
export function unparsable(said: string, ...where: readonly Where[]): Unknown {
  return { is: 'unknown', why: 'unparsable', said, where };
}
