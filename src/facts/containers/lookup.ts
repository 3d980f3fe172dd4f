/** Reading single values out of a fact, with the places they come from. */
import { type Json, type Known, pathKey, type Unknown, type Where } from '../fact.ts';

export interface Found {
  readonly value: Json | undefined;
  readonly where: readonly Where[];
  /** Why the value is not known. */
  readonly gap?: Unknown;
}

/** The value at a path of a fact, where it comes from, and the gap that covers it. */
export function lookup(fact: Known, ...path: readonly string[]): Found {
  let value: Json | undefined = fact.value as Json;
  for (const segment of path)
    value =
      value !== null && typeof value === 'object' && !Array.isArray(value) && Object.hasOwn(value, segment)
        ? (value as { readonly [k: string]: Json })[segment]
        : undefined;
  const gap = path.map((_, at) => fact.gaps.get(pathKey(path.slice(0, at + 1)))).find((g) => g !== undefined) ?? fact.gaps.get('');
  return { value, where: fact.where.get(pathKey(path)) ?? [], ...(gap ? { gap } : {}) };
}

/** A string that is set and not empty. */
export function word(fact: Known, ...path: readonly string[]): { value?: string; where: readonly Where[]; gap?: Unknown } {
  const { value, where, gap } = lookup(fact, ...path);
  return { where, ...(gap ? { gap } : {}), ...(typeof value === 'string' && value !== '' ? { value } : {}) };
}

/** The strings of a list; none when it is unset. */
export function words(fact: Known, ...path: readonly string[]): { values: readonly string[]; set: boolean; where: readonly Where[]; gap?: Unknown } {
  const { value, where, gap } = lookup(fact, ...path);
  return { values: Array.isArray(value) ? value.map(String) : [], set: Array.isArray(value), where, ...(gap ? { gap } : {}) };
}
