/**
 * `Environment=`, `UnsetEnvironment=` and the files of `EnvironmentFile=` as a started process
 * would see them (systemd.exec(5); systemd/systemd:src/basic/env-file.c).
 */
import type { Where } from '../fact.ts';
import type { Assignment } from '../systemd/syntax.ts';
import { splitWords } from '../systemd/words.ts';

/** One variable: its value and every place that had a say, deciding place first. */
export interface Variable {
  readonly value: string;
  readonly where: readonly Where[];
}

export interface Environment {
  readonly variables: ReadonlyMap<string, Variable>;
  /** Assignments that systemd drops. */
  readonly remarks: readonly { readonly said: string; readonly where: Where; readonly name?: string }[];
}

/** `NAME` as systemd takes it: letters, digits and `_`, not beginning with a digit. */
const validName = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** Adds up `Environment=` lines; later ones win, an empty one clears all. */
export function mergeEnvironment(assignments: readonly Assignment[], expand: (v: string) => string): Environment {
  const variables = new Map<string, Variable>();
  const remarks: { said: string; where: Where; name?: string }[] = [];
  for (const { value, where } of assignments) {
    if (value === '') {
      for (const [name, old] of variables)
        remarks.push({ said: `had set ${name}=${old.value}, then Environment= was reset`, where: old.where[0] ?? where, name });
      if (variables.size > 0) remarks.push({ said: 'resets the list', where });
      variables.clear();
      continue;
    }
    const { words, broken } = splitWords(value, true);
    for (const word of words) put(variables, remarks, expand(word), where);
    if (broken) remarks.push({ said: 'ignored: a quote or escape is left open', where });
  }
  return { variables, remarks };
}

function put(variables: Map<string, Variable>, remarks: { said: string; where: Where; name?: string }[], word: string, where: Where): void {
  const at = word.indexOf('=');
  const name = word.slice(0, Math.max(at, 0));
  if (at < 1 || !validName.test(name)) {
    remarks.push({ said: `ignored: ${JSON.stringify(word)} is not NAME=value`, where, ...(at > 0 ? { name } : {}) });
    return;
  }
  const value = word.slice(at + 1);
  const old = variables.get(name);
  const earlier = old ? [{ ...(old.where[0] as Where), said: `had set ${old.value}` }, ...old.where.slice(1)] : [];
  variables.set(name, { value, where: [{ ...where, said: `sets ${value}` }, ...earlier] });
}

/** One `EnvironmentFile=` entry: `-` in front means that it may be missing. */
export interface EnvironmentFile {
  readonly path: string;
  readonly optional: boolean;
  readonly where: Where;
}

/** The entries of `EnvironmentFile=`, in order; an empty assignment clears the list. */
export function environmentFiles(assignments: readonly Assignment[], expand: (v: string) => string): EnvironmentFile[] {
  let files: EnvironmentFile[] = [];
  for (const { value, where } of assignments) {
    if (value === '') files = [];
    else {
      const optional = value.startsWith('-');
      const path = expand(optional ? value.slice(1) : value);
      if (path.startsWith('/')) files.push({ path, optional, where });
    }
  }
  return files;
}

/**
 * Parses an environment file: `NAME=value` lines, `#` and `;` comments, quotes that may span
 * lines, a backslash that joins lines. Nothing is expanded; `export` is not understood.
 */
export function parseEnvironmentFile(text: string, path: string): Environment {
  const variables = new Map<string, Variable>();
  const remarks: { said: string; where: Where; name?: string }[] = [];
  let line = 1;
  let at = 0;
  while (at < text.length) {
    while (at < text.length && /[\s]/.test(text[at] as string)) if (text[at++] === '\n') line++;
    const from = at;
    const first = line;
    if (text[at] === '#' || text[at] === ';') {
      while (at < text.length && text[at] !== '\n') at++;
      continue;
    }
    while (at < text.length && text[at] !== '=' && text[at] !== '\n') at++;
    if (text[at] !== '=') continue;
    const name = text.slice(from, at).trim();
    const value = fileValue(text, at + 1);
    for (; at < value.next; at++) if (text[at] === '\n') line++;
    put(variables, remarks, `${name}=${value.text}`, { path, line: first });
  }
  return { variables, remarks };
}

/** Reads one value up to the end of its line; blanks at the end that are not quoted go. */
function fileValue(text: string, from: number): { text: string; next: number } {
  let out = '';
  let keep = 0;
  let quote = '';
  let at = from;
  while (quote === '' && (text[at] === ' ' || text[at] === '\t')) at++;
  for (; at < text.length; at++) {
    const c = text[at] as string;
    if (c === '\\' && quote !== "'") {
      const next = text[++at];
      if (next === undefined) break;
      if (next !== '\n') out += quote === '"' && !'"\\`$'.includes(next) ? `\\${next}` : next;
      keep = out.length;
    } else if (quote !== '') {
      if (c === quote) quote = '';
      else out += c;
      keep = out.length;
    } else if (c === '\n' || c === '\r') break;
    else if ((c === '"' || c === "'") && keep === out.length) quote = c;
    else {
      out += c;
      if (c !== ' ' && c !== '\t') keep = out.length;
    }
  }
  return { text: out.slice(0, keep), next: at };
}
