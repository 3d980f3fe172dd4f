/** The variables that move configuration, as far as they concern the account that is judged. */

import type { Account, Answer, Ask, Asking } from '../ask.ts';
import { envPlace } from '../asks.ts';
import { type Unknown, unknown } from '../fact.ts';
import type { Touches } from '../source.ts';

export type Variables = ReadonlyMap<string, string>;

/** `HOME` tells whose environment the inspection has. */
export const variableTouches = (names: readonly string[]): Touches => ['HOME', ...names].map((name) => ({ do: 'env', name }));

/**
 * The variables that are set and not empty. They count only when the inspection runs in
 * the environment of the account that is judged; an image has no environment at all.
 */
export function* variables(names: readonly string[], as: Account): Asking<Variables | Unknown> {
  const answers = (yield ['HOME', ...names].map((name): Ask => ({ do: 'env', name }))) as readonly Answer<string>[];
  const [home, ...rest] = answers;
  const set = new Map<string, string>();
  if (home?.is === 'got' && home.value !== '' && home.value !== as.home) return set;
  for (const [at, name] of names.entries()) {
    const answer = rest[at] as Answer<string>;
    if (answer.is === 'blocked' && answer.why !== 'unsupported') return unknown(answer, envPlace(name));
    if (answer.is === 'got' && answer.value !== '') set.set(name, answer.value);
  }
  return set;
}
