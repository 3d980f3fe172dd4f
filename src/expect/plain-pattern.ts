/**
 * The part of RE2's syntax that JavaScript's own engine understands alike: most rules need no more, and loading and
 * compiling RE2 takes longer than judging them.
 */

/** One piece of an expression: an escape, a class, a repetition, a group's bracket, an anchor or bar, or a character that means itself. */
const piece =
  /(?<escape>\\[.[\]+*?()/|$^sSdDwW-])|(?<set>\[\^?(?:[A-Za-z0-9_/:.,@+](?:-[A-Za-z0-9])?)+\])|(?<many>[*+])|(?<maybe>\?)|(?<open>\((?:\?i?:|(?!\?)))|(?<close>\))|(?<mark>[|^$]|\\b)|(?<self>[A-Za-z0-9 _\n/:;,"'@%&~#<>=!.-])/y;

/** RE2's classes know only ASCII, and `\s` has no vertical tab (RE2 syntax, "Perl character classes"). */
const classes: Readonly<Record<string, string>> = {
  '.': '[^\\n]',
  '\\s': '[\\t\\n\\f\\r ]',
  '\\S': '[^\\t\\n\\f\\r ]',
  '\\d': '[0-9]',
  '\\D': '[^0-9]',
  '\\w': '[A-Za-z0-9_]',
  '\\W': '[^A-Za-z0-9_]',
  '/': '\\/',
  '\\-': '-',
};

/** What RE2 takes for a letter where case does not count: k and s have a third form (Unicode's simple case folding). */
const anyCase = (letter: string): string => `[${letter.toLowerCase()}${letter.toUpperCase()}${{ k: '\\u212a', s: '\\u017f' }[letter.toLowerCase()] ?? ''}]`;

/** Steps that backtracking may take on one text; beyond them RE2 is asked. */
const steps = 250_000;

export interface PlainPattern {
  readonly regExp: RegExp;
  /** Length of text, in UTF-16 units, up to which it is certain to be quick. */
  readonly longest: number;
}

/**
 * An equal JavaScript expression, or undefined where the expression holds anything but characters, classes, groups,
 * alternatives, anchors, `?`, and `*` or `+` behind a single character. Nothing in a group repeats, so with n
 * repetitions in a row backtracking takes at most length^(n + 1) steps for each way to read the rest.
 */
export function plainPattern(source: string): PlainPattern | undefined {
  let out = '';
  // Within alternatives ways add up, one after the other they multiply.
  const outer: Ways[] = [];
  let ways: Ways = { before: 0, here: 1, loopsBefore: 0, loops: 0, caseless: false };
  let last: 'character' | 'group' | 'nothing' = 'nothing';
  piece.lastIndex = 0;
  while (piece.lastIndex < source.length) {
    const found = piece.exec(source);
    if (!found) return undefined;
    const [text] = found;
    const { many, maybe, open, close, mark, self, set, escape: escaped } = found.groups ?? {};
    if (many ? last !== 'character' : maybe && last === 'nothing') return undefined;
    if (many) ways.loops++;
    if (maybe) ways.here *= 2;
    // A class would need the other case of each of its letters.
    if (ways.caseless && (set || escaped)) return undefined;
    if (text === '|') ways = { ...ways, before: ways.before + ways.here, here: 1, loopsBefore: mostLoops(ways), loops: 0 };
    if (open) {
      outer.push(ways);
      ways = { before: 0, here: 1, loopsBefore: 0, loops: 0, caseless: ways.caseless || text === '(?i:' };
    }
    if (close) {
      const around = outer.pop();
      if (!around) return undefined;
      ways = { ...around, here: around.here * (ways.before + ways.here), loops: around.loops + mostLoops(ways) };
    }
    out += open ? '(?:' : ways.caseless && /^[a-z]$/i.test(text) && self ? anyCase(text) : (classes[text] ?? text);
    last = close ? 'group' : many || maybe || open || mark ? 'nothing' : 'character';
  }
  if (outer.length > 0) return undefined;
  return { regExp: new RegExp(out, 'u'), longest: Math.floor((steps / (ways.before + ways.here)) ** (1 / (mostLoops(ways) + 1))) };
}

const mostLoops = (ways: Ways): number => Math.max(ways.loopsBefore, ways.loops);

/** Ways to read the alternatives before this one, and this one; and the repetitions in the one of those that has most, and in this one. */
interface Ways {
  before: number;
  here: number;
  loopsBefore: number;
  loops: number;
  /** Upper and lower case are the same in this group. */
  caseless: boolean;
}
