/** Which names speak of secrets, and which values are none. */
import { isPlaceholder } from '../../facts/redacted.ts';
import { tolower } from './awk.ts';
import * as rules from './rules.ts';

/** 0: no secret. 1: a key, where the path of a file may stay. 2: a secret. 3: a secret if it looks like one. */
export type Class = 0 | 1 | 2 | 3;

const compiled = <T extends string>(names: readonly T[], patterns: Readonly<Record<T, string>>): Record<T, RegExp> =>
  Object.fromEntries(names.map((name) => [name, new RegExp(patterns[name])])) as Record<T, RegExp>;
const { harmless, strong, keyish, capital, doubtful, open, tame, keep } = compiled(
  ['harmless', 'strong', 'keyish', 'capital', 'doubtful', 'open', 'tame', 'keep'],
  rules,
);

export function classOf(name: string): Class {
  const plain = tolower(name).replace(/^-+/, '');
  if (harmless.test(plain)) return 0;
  if (strong.test(plain)) return 2;
  if (keyish.test(plain)) return 1;
  if (open.test(plain)) return 0;
  if (capital.test(name)) return 1;
  return doubtful.test(plain) ? 3 : 0;
}

export const kept = (t: string): boolean => t === '' || keep.test(tolower(t)) || isPlaceholder(t);

const isPath = (t: string): boolean => /^(?:~|\.\.?)?\/[^ \t+=]*$/.test(t) && /[a-z]/.test(t) && /\/.*[/.]/.test(t);
const looksSecret = (t: string): boolean => (/^[0-9][0-9][0-9][0-9]+$/.test(t) || (t.length >= 8 && /[0-9]/.test(t) && /[A-Za-z]/.test(t))) && !tame.test(t);

export const spared = (t: string, c: Class): boolean => kept(t) || ((c === 1 || c === 3) && isPath(t)) || (c === 3 && !looksSecret(t));
