/** Environment variables as start-up files set them. Of shell files only the names asked for are ever kept: the rest is nobody's business. */
import type { Where } from '../fact.ts';
import type { Expansion } from './shell-expansion.ts';
import { bareText, type Literal, type WordToken, wordText } from './shell-lexer.ts';
import { scriptTokens, simpleCommands } from './shell-script.ts';
import { shortened } from './shortened.ts';

/** How a file is read: by a shell, by pam_env(8), or by systemd (environment.d(5)). */
export type Dialect = 'shell' | 'pam' | 'systemd';

export interface Assignment {
  readonly name: string;
  /** The text between the quotes, before any expansion. */
  readonly raw: string;
  /** Quotes in a shell that leave nothing to expand, pam_env, or a command substitution for systemd: a `$` stays as it is. */
  readonly literal: boolean;
  /** Of a shell: what of it is text, and what expands. */
  readonly pieces?: readonly (Literal | Expansion)[];
  /** False for a shell variable that nothing in the file exports. */
  readonly exported: boolean;
  /** Stands inside `if`, `case`, a loop or a function, or behind `&&` or `||`, so it may not be run. */
  readonly conditional: boolean;
  readonly where: Where;
}

/** Names that are looked for. */
export type Wanted = Pick<ReadonlySet<string>, 'has'>;

/** Whatever is set. */
export const everyName: Wanted = { has: () => true };

const assignment = /^([A-Za-z_][A-Za-z0-9_]*)=(.*)$/s;

/** The assignments of the wanted names in a file, in order. `set -a` exports what follows it. */
export function assignmentsIn(text: string, path: string, wanted: Wanted, dialect: Dialect): Assignment[] {
  return dialect === 'shell' ? shellAssignments(text, path, wanted) : plainAssignments(text, path, wanted, dialect);
}

function plainAssignments(text: string, path: string, wanted: Wanted, dialect: Dialect): Assignment[] {
  const found: Assignment[] = [];
  for (const [index, whole] of text.split(/\r?\n/).entries()) {
    if (!whole.includes('=')) continue;
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

/**
 * Follows the simple commands of a script. What stands in parentheses, or in a pipe, sets nothing outside; what follows
 * `&&` or `||` is run under a condition, unless only assignments stand before it.
 */
function shellAssignments(text: string, path: string, wanted: Wanted): Assignment[] {
  const found: Assignment[] = [];
  const exported = new Set<string>();
  let nested = 0;
  let all = false;
  let guarded = false;
  let sets = true;
  for (const { words: whole, after, depth } of simpleCommands(scriptTokens(text))) {
    guarded = /^(?:&&|\|\|)$/.test(after) && (guarded || after === '||' || !sets);
    const { words, opens, closes } = unwrapped(whole);
    nested += opens;
    const conditional = nested > 0 || guarded;
    const [first] = words;
    const name = first ? bareText(first) : '';
    if (name === 'set' && words.some((w) => /^-[a-z]*a/.test(wordText(w)))) all = true;
    const declares = name === 'export' || (/^(?:declare|typeset)$/.test(name) && words.some((w) => /^-[a-z]*x/.test(wordText(w))));
    sets = declares || words.every((w) => assignedBy(w) !== undefined);
    for (const word of sets && depth === 0 && after !== '|' ? words.slice(declares ? 1 : 0) : []) {
      const assigned = assignedBy(word);
      if (declares) exported.add(assigned?.name ?? wordText(word));
      if (assigned && wanted.has(assigned.name)) found.push({ ...assigned, exported: declares || all, conditional, where: { path, line: word.line } });
    }
    nested = Math.max(0, nested - closes);
  }
  return found.map((a) => (exported.has(a.name) ? { ...a, exported: true } : a));
}

const opening = new Set(['if', 'case', 'for', 'while', 'until', 'select', '{']);
const closing = new Set(['fi', 'esac', 'done', '}']);
const between = new Set(['then', 'else', 'elif', 'do', '!', 'time', ...opening]);

/** A command without the reserved words in front, and how many constructs these open and close. */
function unwrapped(words: readonly WordToken[]): { readonly words: readonly WordToken[]; readonly opens: number; readonly closes: number } {
  let opens = 0;
  let from = 0;
  for (; between.has(bareText(words[from])); from++) if (opening.has(bareText(words[from]))) opens++;
  return { words: words.slice(from), opens, closes: closing.has(bareText(words[from])) ? 1 : 0 };
}

/** `NAME=value`: the name is never quoted, the value may be in parts. */
function assignedBy({ pieces: [first, ...rest] }: WordToken): Pick<Assignment, 'name' | 'raw' | 'literal' | 'pieces'> | undefined {
  const m = first?.is === 'text' && first.quote === 'none' ? assignment.exec(first.text) : null;
  if (!m) return undefined;
  const pieces = [...(m[2] === '' ? [] : [{ ...first, text: m[2] ?? '' } as const]), ...rest].filter((p): p is Literal | Expansion => p !== undefined);
  const raw = pieces.map((p) => (p.is === 'text' ? p.text : p.source)).join('');
  return { name: m[1] ?? '', raw, literal: pieces.every((p) => p.is === 'text' && p.quote !== 'none'), pieces };
}

/** What an expansion came to: a value, or why it cannot be told here. */
export type Expanded = { readonly value: string } | { readonly value?: never; readonly unknown: string };

/** Expands the few forms whose value follows from the account: the runtime directory, the home, the uid and the name. */
export function expand(
  a: Pick<Assignment, 'raw' | 'literal' | 'pieces'>,
  as: { readonly uid: number; readonly home: string; readonly name: string },
): Expanded {
  if (a.literal) return { value: a.raw };
  const parts: readonly (Literal | Expansion)[] = a.pieces ?? [{ is: 'expansion', source: a.raw, quoted: true }];
  const told = parts.map((p) => (p.is === 'text' ? p.text : expanded(p.source, as))).join('');
  const left = a.pieces ? parts.find((p) => p.is === 'expansion' && /[$`]/.test(expanded(p.source, as))) : /[$`]/.test(told) ? parts[0] : undefined;
  if (left?.is === 'expansion') {
    const open = /[$`].*/.exec(expanded(left.source, as))?.[0] ?? '';
    return { unknown: `${a.raw} is expanded by the shell, and the value of ${shortened(open, 40)} cannot be told here` };
  }
  const [first] = parts;
  const tilde = !a.pieces || (first?.is === 'text' && first.quote === 'none');
  return { value: tilde ? told.replace(/^~(?=\/|$)/, as.home) : told };
}

function expanded(source: string, as: { readonly uid: number; readonly home: string; readonly name: string }): string {
  const runtime = `/run/user/${as.uid}`;
  return source
    .replace(/\$\(\s*id -ru?\s*\)|\$\(\s*id -ur?\s*\)|`id -u`|\$\{?(?:UID|EUID)\}?/g, String(as.uid))
    .replace(/\$\{XDG_RUNTIME_DIR:?[-=][^{}]*\}|\$\{XDG_RUNTIME_DIR\}|\$XDG_RUNTIME_DIR\b/g, as.uid === 0 ? '$&' : runtime)
    .replace(/\$\{HOME\}|\$HOME\b/g, as.home)
    .replace(/\$\{(?:USER|LOGNAME)\}|\$(?:USER|LOGNAME)\b|\$\(\s*(?:whoami|id -un)\s*\)/g, as.name);
}
