/**
 * Wildcard patterns, in time linear in pattern times text: both may come from the host. One matcher, and a view for each
 * sort of pattern: glob(3), the host patterns of OpenSSH, and the patterns of a plan.
 */

/** One place of a pattern: a character, or any number of them: all, or all but a slash. */
type Part = { readonly any: 'text' | 'segment' } | { readonly any?: never; readonly is: (c: string) => boolean };

const character = (wanted: string): Part => ({ is: (c) => c === wanted });
const anyCharacter: Part = { is: () => true };
const anyText: Part = { any: 'text' };
const anySegment: Part = { any: 'segment' };

/** Whether a path matches a glob pattern. `*`, `?` and `[…]` do not match a slash, nor a leading dot of a segment. */
export function globMatches(pattern: string, path: string): boolean {
  return braces(pattern).some((p) => {
    const wanted = p.split('/');
    const given = path.split('/');
    return wanted.length === given.length && wanted.every((w, at) => segmentMatches(w, given[at] ?? ''));
  });
}

const segmentMatches = (pattern: string, text: string): boolean => !(text.startsWith('.') && /^[*?[]/.test(pattern)) && matches(globParts(pattern), text);

/** Whether a text matches a pattern in which `*` is any text and `?` one character (OpenSSH match.c). */
export const wildcardMatches = (pattern: string, text: string): boolean =>
  matches(
    [...pattern].map((c) => (c === '*' ? anyText : c === '?' ? anyCharacter : character(c))),
    text,
  );

/** Whether a text matches a pattern as fnmatch(3) has it with FNM_NOESCAPE: `*` is any text, and a backslash is one. */
export const fnmatches = (pattern: string, text: string): boolean => matches(globParts(pattern.replaceAll('\\', '\\\\')), text);

/** A test for paths: `*` is any text without a slash, `**` any text; everything else stands for itself. */
export function pathPattern(pattern: string): (path: string) => boolean {
  const pieces = pattern.split(/(\*\*|\*)/);
  const literals = pieces.filter((_, at) => at % 2 === 0);
  const stars = pieces.filter((_, at) => at % 2 === 1);
  const [before = '', after = ''] = literals;
  let parts: readonly Part[] | undefined;
  return (path) => {
    // Of many patterns nearly none fits: what is written out tells so at once, and most often decides alone.
    if (!inOrder(literals, path)) return false;
    if (!stars.includes('*')) return true;
    if (stars.length === 1) return !path.slice(before.length, path.length - after.length).includes('/');
    parts ??= pieces.flatMap((part) => (part === '**' ? [anyText] : part === '*' ? [anySegment] : [...part].map(character)));
    return matches(parts, path);
  };
}

/** Whether a text begins with the first literal, ends with the last, and has the others between them, one after the other. */
function inOrder(literals: readonly string[], text: string): boolean {
  const first = literals[0] ?? '';
  if (literals.length === 1) return text === first;
  const last = literals.at(-1) ?? '';
  const end = text.length - last.length;
  if (!text.startsWith(first) || !text.endsWith(last)) return false;
  let from = first.length;
  for (const literal of literals.slice(1, -1)) {
    const at = text.indexOf(literal, from);
    if (at < 0) return false;
    from = at + literal.length;
  }
  return from <= end;
}

/** Whether a path matches a pattern of AppArmor's rules (apparmor.d(5)): `*`, `?` and `[…]` are without a slash, `**` is any text. */
export const ruleMatches = (pattern: string, path: string): boolean => braces(pattern).some((p) => matches(ruleParts(p), path));

const inSegment: Part = { is: (c) => c !== '/' };

const ruleParts = (pattern: string): Part[] =>
  pattern.split('**').flatMap((piece, at): Part[] => {
    const parts = globParts(piece).map((part) => (part.any ? anySegment : part === anyCharacter ? inSegment : part));
    return at === 0 ? parts : [anyText, ...parts];
  });

/** Follows all ways through the pattern at once, so that no text can make it try them one by one. */
function matches(parts: readonly Part[], text: string): boolean {
  const reachedAt = new Int32Array(parts.length + 1).fill(-1);
  let now: number[] = [];
  // What comes before a wildcard that takes any text has nothing left to find once that is reached.
  let floor = 0;
  const reach = (part: number, at: number): void => {
    for (let next = part; reachedAt[next] !== at; next++) {
      reachedAt[next] = at;
      now.push(next);
      if (parts[next]?.any === 'text') floor = Math.max(floor, next);
      // Any number of characters may be none.
      if (parts[next]?.any === undefined) return;
    }
  };
  reach(0, 0);
  let at = 0;
  for (const c of text) {
    at++;
    const before = now;
    now = [];
    for (const part of before) {
      if (part < floor) continue;
      const here = parts[part];
      if (here?.any === undefined) {
        if (here?.is(c)) reach(part + 1, at);
      } else if (here.any === 'text' || c !== '/') reach(part, at);
    }
    if (now.length === 0) return false;
  }
  return reachedAt[parts.length] === at;
}

/** The parts of one segment of a glob(3) pattern. A backslash takes the meaning from what follows, in brackets, too. */
function globParts(pattern: string): Part[] {
  const parts: Part[] = [];
  const characters = [...pattern];
  for (let at = 0; at < characters.length; at++) {
    const c = characters[at] ?? '';
    const set = c === '[' ? bracket(characters, at + 1) : undefined;
    if (c === '*') parts.push(anyText);
    else if (c === '?') parts.push(anyCharacter);
    else if (set) {
      parts.push({ is: set.has });
      at = set.end;
    } else parts.push(character(c === '\\' && at + 1 < characters.length ? (characters[++at] ?? '') : c));
  }
  return parts;
}

/** What a bracket holds, and where it ends; undefined where it does not, and stands for itself. A `]` in front is one of the set. */
function bracket(characters: readonly string[], from: number): { readonly has: (c: string) => boolean; readonly end: number } | undefined {
  const negated = /^[!^]/.test(characters[from] ?? '');
  const ranges: { from: string; to: string }[] = [];
  const start = from + (negated ? 1 : 0);
  let at = start;
  const one = (): string => characters[characters[at] === '\\' ? ++at : at] ?? '';
  for (; at < characters.length && (characters[at] !== ']' || at === start); at++) {
    const first = one();
    const ranged = characters[at + 1] === '-' && characters[at + 2] !== ']' && at + 2 < characters.length;
    if (ranged) at += 2;
    ranges.push({ from: first, to: ranged ? one() : first });
  }
  return at < characters.length ? { has: (c) => ranges.some((r) => c >= r.from && c <= r.to) !== negated, end: at } : undefined;
}

/** Expands the first level of `{a,b}` as GLOB_BRACE does, at most 100 ways so that a hostile file cannot multiply. */
function braces(pattern: string): string[] {
  let open = [pattern];
  for (let round = 0; round < 4; round++) {
    const next = open.flatMap((p) => {
      const m = /^([^{]*)\{([^{}]*)\}(.*)$/s.exec(p);
      return m ? (m[2] ?? '').split(',').map((choice) => `${m[1]}${choice}${m[3]}`) : [p];
    });
    open = next.slice(0, 100);
  }
  return open;
}
