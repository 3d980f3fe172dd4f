/** Regular expressions of rules: RE2 syntax, linear time, whatever a host's text looks like. */
import { RE2JS } from 're2js';
import { type PlainPattern, plainPattern } from './plain-pattern.ts';

interface Matcher {
  test(text: string): boolean;
}

const compiled = new Map<string, Matcher>();

/** Compiles an RE2 expression. Throws RE2JSSyntaxException for anything outside RE2 (look-around, back-references). */
export function linearRegExp(source: string): Matcher {
  let known = compiled.get(source);
  if (!known) {
    const plain = plainPattern(source);
    known = plain ? quickest(plain, source) : re2(source);
    compiled.set(source, known);
  }
  return known;
}

/** RE2 is set up when the first text comes that is too long for the other. */
function quickest(plain: PlainPattern, source: string): Matcher {
  let linear: Matcher | undefined;
  return {
    test(text) {
      if (text.length <= plain.longest) return plain.regExp.test(text);
      linear ??= re2(source);
      return linear.test(text);
    },
  };
}

/** The expression as RE2 itself reads it. */
export function re2(source: string): Matcher {
  const compiledPattern = RE2JS.compile(source);
  return { test: (text) => compiledPattern.matcher(text).find() };
}

/** Why a text is no RE2 expression, or undefined. */
export function patternProblem(source: string): string | undefined {
  try {
    re2(source);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message.replace(/^error parsing regexp: /, '') : String(error);
  }
}
