/** Variables in the values of environment.d (systemd/systemd:src/basic/env-util.c replace_env_full(), as env-file.c merge_env_file() calls it). */

/** What a name stands for: its value, undefined where it is not set, or that nobody can tell. */
export type Lookup = (name: string) => string | undefined | { readonly unknown: true };

/** The text, and the names in it whose value could not be told: then the text is of no use. */
export interface Filled {
  readonly text: string;
  readonly untold: readonly string[];
}

const letter = /[A-Za-z0-9_]/;
const validName = /^[A-Za-z_][A-Za-z0-9_]*$/;

/**
 * Fills in `$NAME`, `${NAME}`, `${NAME:-OTHER}` and `${NAME:+OTHER}`; `$$` is a dollar. A name that is not set, or is none,
 * is empty. Whether a name is set decides, not whether its value is empty (environment.d(5) says otherwise).
 */
export function fillIn(format: string, lookup: Lookup): Filled {
  const untold = new Set<string>();
  const get = (name: string): string | undefined => {
    const found = validName.test(name) ? lookup(name) : undefined;
    if (typeof found !== 'object') return found;
    untold.add(name);
    return undefined;
  };
  const filled = replaced(format, get);
  return { text: filled, untold: [...untold] };
}

type Get = (name: string) => string | undefined;

function replaced(format: string, get: Get): string {
  let out = '';
  let from = 0;
  // Every `${` counts as opened, and those that are not understood are never closed: as upstream has it.
  let nest = 0;
  for (let at = 0; at < format.length; at++) {
    if (format[at] !== '$') continue;
    const next = format[at + 1];
    if (next === '$') {
      out += format.slice(from, at + 1);
      from = at + 2;
      at++;
    } else if (next === '{') {
      out += format.slice(from, at);
      from = at;
      nest++;
      const braces = bracesAt(format, at + 2, nest);
      if (braces.is === 'none') at = braces.next - 1;
      else {
        nest = braces.nest;
        if (braces.is === 'open') return out + format.slice(from);
        out += filledBraces(braces, get);
        from = braces.next;
        at = from - 1;
      }
    } else if (next !== undefined && letter.test(next)) {
      out += format.slice(from, at);
      let end = at + 1;
      while (end < format.length && letter.test(format[end] as string)) end++;
      out += get(format.slice(at + 1, end)) ?? '';
      from = end;
      at = end - 1;
    } else at++;
  }
  return out + format.slice(from);
}

interface Braces {
  readonly is: 'variable';
  readonly name: string;
  readonly test?: '-' | '+';
  readonly other: string;
  readonly next: number;
  readonly nest: number;
}

/** What stands behind `${`, from the first letter of the name on. */
function bracesAt(format: string, from: number, depth: number): Braces | { is: 'none'; next: number } | { is: 'open'; nest: number } {
  let nest = depth;
  let at = from;
  while (at < format.length && format[at] !== '}' && format[at] !== ':') at++;
  if (at >= format.length) return { is: 'open', nest };
  const name = format.slice(from, at);
  if (format[at] === '}') return { is: 'variable', name, other: '', next: at + 1, nest: nest - 1 };
  const test = format[at + 1];
  if (test === undefined) return { is: 'open', nest };
  if (test !== '-' && test !== '+') return { is: 'none', next: at + 2 };
  const start = at + 2;
  for (at = start; at < format.length; at++) {
    if (format[at] === '{') nest++;
    else if (format[at] === '}' && --nest === 0) return { is: 'variable', name, test, other: format.slice(start, at), next: at + 1, nest };
  }
  return { is: 'open', nest };
}

function filledBraces({ name, test, other }: Braces, get: Get): string {
  const value = get(name);
  if (test === undefined) return value ?? '';
  const takesOther = test === '+' ? value !== undefined : value === undefined;
  return takesOther ? replaced(other, get) : (value ?? '');
}
