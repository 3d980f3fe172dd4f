/** Literals in sh. */

const plain = /^[A-Za-z0-9_./@+,:=-]+$/;

/** A text as one word of sh, whatever it holds. */
export function quote(text: string): string {
  return plain.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/**
 * A path pattern as one word of sh: `*` and `[0-9]*` stay wildcards; `~`, `{uid}` and `{user}` become the variables
 * of the account at hand; all else is literal.
 */
export function patternWord(pattern: string): string {
  const parts = pattern.split(/(^~(?=\/|$)|\{uid\}|\{user\}|\[0-9\]\*|\*)/);
  return parts
    .map((part, at) => {
      if (at % 2 === 0) return part === '' ? '' : quote(part);
      return part === '~' ? '"$h"' : part === '{uid}' ? '"$i"' : part === '{user}' ? '"$u"' : part;
    })
    .join('');
}
