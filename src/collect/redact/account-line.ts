/** A line of passwd(5) or shadow(5) without its secret. Pure. */
import { isPlaceholder } from '../../facts/redacted.ts';
import { index, match, substr } from './awk.ts';
import type { Mark } from './state.ts';

/** What marks a locked account stays, and the method. */
export function account(t: string, mark: Mark): string {
  const n = index(t, ':');
  if (!n) return t;
  // A line that is cut short ends with the field.
  const d = index(substr(t, n + 1), ':') || t.length - n + 1;
  const field = substr(t, n + 1, d - 1);
  let m = /^[!*]*/.exec(field)?.[0].length ?? 0;
  m += match(substr(field, m + 1), /^[$][A-Za-z0-9]+[$]/)?.length ?? 0;
  const secret = substr(field, m + 1);
  return secret === '' || secret === 'x' || isPlaceholder(secret) ? t : substr(t, 1, n + m) + mark(secret) + substr(t, n + d);
}
