/** Which names speak of secrets, and which values are none. */
import { isPlaceholder } from '../../facts/redacted.ts';
import { tolower } from './awk.ts';
import * as rules from './rules.ts';

/** 0: no secret. 1: a key, where the path of a file may stay. 2: a secret. */
export type Class = 0 | 1 | 2;

const [harmless, strong, keyish, keep] = [rules.harmless, rules.strong, rules.keyish, rules.keep].map((r) => new RegExp(r)) as [RegExp, RegExp, RegExp, RegExp];

export function classOf(name: string): Class {
  const plain = tolower(name).replace(/^-+/, '');
  if (harmless.test(plain)) return 0;
  if (strong.test(plain)) return 2;
  return keyish.test(plain) ? 1 : 0;
}

export const kept = (t: string): boolean => t === '' || keep.test(tolower(t)) || isPlaceholder(t);

const isPath = (t: string): boolean => /^(?:~|\.\.?)?\/[^ \t+=]*$/.test(t) && /[a-z]/.test(t) && /\/.*[/.]/.test(t);

export const spared = (t: string, c: Class): boolean => kept(t) || (c === 1 && isPath(t));
