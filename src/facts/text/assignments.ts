/** Environment variables as start-up files set them. Only the names asked for are ever kept: the rest of such a file is nobody's business. */
import type { Where } from '../fact.ts';

/** How a file is read: by a shell, by pam_env(8), or by systemd (environment.d(5)). */
export type Dialect = 'shell' | 'pam' | 'systemd';

export interface Assignment {
  readonly name: string;
  /** The text between the quotes, before any expansion. */
  readonly raw: string;
  /** Single quotes in a shell, pam_env, or a command substitution for systemd: a `$` stays as it is. */
  readonly literal: boolean;
  /** False for a shell variable that nothing in the file exports. */
  readonly exported: boolean;
  /** Stands inside `if`, `case`, a loop or a function, so it may not be run. */
  readonly conditional: boolean;
  readonly where: Where;
}

const assignment = /^([A-Za-z_][A-Za-z0-9_]*)=(.*)$/s;

/** The assignments of the wanted names in a file, in order. `set -a` exports what follows it. */
export function assignmentsIn(text: string, path: string, wanted: ReadonlySet<string>, dialect: Dialect): Assignment[] {
  return dialect === 'shell' ? shellAssignments(text, path, wanted) : plainAssignments(text, path, wanted, dialect);
}

function plainAssignments(text: string, path: string, wanted: ReadonlySet<string>, dialect: Dialect): Assignment[] {
  const found: Assignment[] = [];
  for (const [index, whole] of text.split(/\r?\n/).entries()) {
    const line = whole.trim().replace(dialect === 'pam' ? /^export[ \t]+/ : /^$/, '');
    const m = assignment.exec(line);
    if (!m || !wanted.has(m[1] ?? '')) continue;
    const value = dialect === 'pam' ? (m[2] ?? '').replace(/[ \t]#.*$/, '').trim() : (m[2] ?? '').trim();
    const raw = /^(["'])(.*)\1$/s.exec(value)?.[2] ?? value;
    found.push({
      name: m[1] ?? '',
      raw,
      // environment.d(5): variables are filled in between any quotes, and commands nowhere.
      literal: dialect === 'pam' || (/\$\(|`/.test(raw) && !/\$[A-Za-z_{]/.test(raw)),
      exported: true,
      conditional: false,
      where: { path, line: index + 1 },
    });
  }
  return found;
}

function shellAssignments(text: string, path: string, wanted: ReadonlySet<string>): Assignment[] {
  const found: Assignment[] = [];
  const exported = new Set<string>();
  let depth = 0;
  let all = false;
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    const nested = depth + (opens(line) > 0 ? 1 : 0);
    depth = Math.max(0, depth + opens(line) - closes(line));
    for (const words of statements(line)) {
      const [first = ''] = words;
      if (first === 'set' && words.some((w) => /^-[a-z]*a/.test(w))) all = true;
      const declares = first === 'export' || ((first === 'declare' || first === 'typeset') && words.some((w) => /^-[a-z]*x/.test(w)));
      const keeps = declares || words.every((w) => assignment.test(w));
      if (!keeps) continue;
      for (const word of declares ? words.slice(1) : words) {
        const m = assignment.exec(word);
        if (declares) exported.add(m?.[1] ?? word);
        if (!m || !wanted.has(m[1] ?? '')) continue;
        const value = unquote(m[2] ?? '');
        found.push({ name: m[1] ?? '', ...value, exported: declares || all, conditional: nested > 0, where: { path, line: index + 1 } });
      }
    }
  }
  return found.map((a) => (exported.has(a.name) ? { ...a, exported: true } : a));
}

const opens = (line: string): number => count(line, /(?:^|[;&|]|\b(?:then|else|do)\b)[ \t]*(?:if|case|for|while|until|select)\b|\{[ \t]*$/g);
const closes = (line: string): number => count(line, /(?:^|[;&|])[ \t]*(?:fi|esac|done|\})(?=$|[ \t;&|)])/g);
const count = (line: string, what: RegExp): number => line.match(what)?.length ?? 0;

/** The words of each simple command of a line; quotes are kept so that the value can tell how it was quoted. */
function statements(line: string): string[][] {
  const out: string[][] = [];
  let words: string[] = [];
  let word = '';
  let quote = '';
  let parens = 0;
  const endWord = (): void => {
    if (word !== '') words.push(word);
    word = '';
  };
  const endStatement = (): void => {
    endWord();
    const from = words.findIndex((w) => !/^(?:then|else|do|\{|!)$/.test(w));
    if (from >= 0) out.push(words.slice(from));
    words = [];
  };
  for (let i = 0; i < line.length; i += 1) {
    const c = line[i] ?? '';
    if (quote !== "'" && c === '\\') {
      word += c + (line[i + 1] ?? '');
      i += 1;
    } else if (quote !== '') {
      if (c === quote) quote = '';
      word += c;
    } else if (c === '"' || c === "'") {
      quote = c;
      word += c;
    } else if (c === '(' || c === ')') {
      parens += c === '(' ? 1 : -1;
      word += c;
    } else if (parens > 0) word += c;
    else if (c === ' ' || c === '\t') endWord();
    else if (c === '#' && word === '') break;
    else if (c === ';' || c === '&' || c === '|') endStatement();
    else word += c;
  }
  endStatement();
  return out;
}

function unquote(raw: string): { raw: string; literal: boolean } {
  const single = /^'([^']*)'$/.exec(raw);
  if (single) return { raw: single[1] ?? '', literal: true };
  return { raw: raw.replace(/\\(.)|["']/gs, (_, escaped: string | undefined) => escaped ?? ''), literal: false };
}

/** What an expansion came to: a value, or why it cannot be told here. */
export type Expanded = { readonly value: string } | { readonly value?: never; readonly unknown: string };

/** Expands the few forms whose value follows from the account: the runtime directory, the home, the uid and the name. */
export function expand(a: Pick<Assignment, 'raw' | 'literal'>, as: { readonly uid: number; readonly home: string; readonly name: string }): Expanded {
  if (a.literal || !/[$`]/.test(a.raw)) return { value: a.literal ? a.raw : a.raw.replace(/^~(?=\/|$)/, as.home) };
  const runtime = `/run/user/${as.uid}`;
  let text = a.raw.replace(/\$\(\s*id -ru?\s*\)|\$\(\s*id -ur?\s*\)|`id -u`|\$\{?(?:UID|EUID)\}?/g, String(as.uid));
  text = text.replace(/\$\{XDG_RUNTIME_DIR:?[-=][^{}]*\}|\$\{XDG_RUNTIME_DIR\}|\$XDG_RUNTIME_DIR\b/g, as.uid === 0 ? '$&' : runtime);
  text = text.replace(/\$\{HOME\}|\$HOME\b/g, as.home).replace(/\$\{(?:USER|LOGNAME)\}|\$(?:USER|LOGNAME)\b|\$\(\s*(?:whoami|id -un)\s*\)/g, as.name);
  const left = /[$`].*/.exec(text);
  return left ? { unknown: `${a.raw} is expanded by the shell, and the value of ${left[0].slice(0, 40)} cannot be told here` } : { value: text };
}
