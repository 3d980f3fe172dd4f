/** Regular expressions of rules: RE2 syntax, linear time, whatever a host's text looks like. */
import { RE2JS } from 're2js';

const compiled = new Map<string, { test(text: string): boolean }>();

/** Compiles an RE2 expression. Throws RE2JSSyntaxException for anything outside RE2 (look-around, back-references). */
export function linearRegExp(source: string): { test(text: string): boolean } {
  let known = compiled.get(source);
  if (!known) {
    const re = RE2JS.compile(source);
    known = { test: (text) => re.matcher(text).find() };
    compiled.set(source, known);
  }
  return known;
}

/** Why a text is no RE2 expression, or undefined. */
export function patternProblem(source: string): string | undefined {
  try {
    linearRegExp(source);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message.replace(/^error parsing regexp: /, '') : String(error);
  }
}
