/** What was meant by the name of a rule, or by a pattern of names, that fits none. Pure. */
import { hintFor, nearest } from '../rules/text/suggest.ts';

const list = 'pretrip rules list';

/** The nearest rules; of a pattern with stars, the nearest pattern that fits some. */
export function ruleHint(written: string, ids: readonly string[]): string {
  if (ids.some((id) => id.startsWith(`${written}.`))) return `a family is chosen with a star: '${written}.*'`;
  if (!written.includes('*')) {
    const family = nearest(written, ids) === undefined ? nearest(written, familiesOf(ids)) : undefined;
    return family === undefined ? hintFor(written, ids, list) : `did you mean '${family}.*'?`;
  }
  const near = nearest(written, patternsLike(written, ids));
  return near === undefined ? `${list} prints all names; the families are ${topsOf(ids).join(', ')}` : `did you mean '${near}'?`;
}

/** The patterns of the same form that fit some rule: stars stand where they stand in `written`. */
function patternsLike(written: string, ids: readonly string[]): string[] {
  const parts = written.split('.');
  const fromEnd = written.startsWith('*');
  const made = ids.map((id) => {
    const names = id.split('.');
    const at = (i: number): string => names[fromEnd ? names.length - parts.length + i : i] ?? '';
    return parts.map((part, i) => (part.includes('*') ? starred(part, at(i)) : at(i))).join('.');
  });
  return [...new Set(made)];
}

/** A segment with a star, and the letters around it from the real name: `pod*` of `podman`. */
function starred(part: string, name: string): string {
  const [before = '', after = ''] = part.split('*');
  return `${name.slice(0, before.length)}*${after === '' ? '' : name.slice(-after.length)}`;
}

const familiesOf = (ids: readonly string[]): string[] => [
  ...new Set(ids.flatMap((id) => id.split('.').flatMap((_, i, all) => (i > 0 ? [all.slice(0, i).join('.')] : [])))),
];

const topsOf = (ids: readonly string[]): string[] => [...new Set(ids.map((id) => id.split('.')[0] ?? ''))].sort();
