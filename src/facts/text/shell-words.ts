/** Scripts, and lines of Makefiles, CI descriptions and documents, as commands of words, as far as that can be told without running them. */
import { bareText, type LexOptions, lexShell, type Token, type WordToken } from './shell-lexer.ts';
import { scriptTokens, simpleCommands } from './shell-script.ts';

export interface Word {
  /** The word without its quotes; known variables are filled in. */
  readonly text: string;
  /** Holds an expansion whose value cannot be told here. */
  readonly dynamic: boolean;
}

/** One simple command and the line on which it starts. */
export interface Command {
  readonly words: readonly Word[];
  readonly line: number;
}

export type ScriptForm = 'shell' | 'make' | 'yaml' | 'text';

/** How a file holds commands, from its name: a Makefile, a CI description, a document, or a script. */
export function formOf(path: string): ScriptForm {
  const name = path.slice(path.lastIndexOf('/') + 1);
  if (/^(?:GNU)?[Mm]akefile$|\.mk$/.test(name)) return 'make';
  if (/\.ya?ml$/.test(name)) return 'yaml';
  return /\.(?:md|markdown|txt|rst|adoc)$/.test(name) ? 'text' : 'shell';
}

interface Line {
  readonly text: string;
  readonly line: number;
}

/** Lines with their continuations joined; a line keeps the number of its first part. */
function logicalLines(text: string): Line[] {
  const lines: Line[] = [];
  let open: { parts: string[]; line: number } | undefined;
  for (const [index, raw] of text.split(/\r?\n/).entries()) {
    open ??= { parts: [], line: index + 1 };
    // An odd number of backslashes at the end continues the line.
    let end = raw.length;
    while (end > 0 && raw[end - 1] === '\\') end--;
    if ((raw.length - end) % 2 === 1) {
      open.parts.push(raw.slice(0, -1));
      continue;
    }
    lines.push({ text: [...open.parts, raw].join(' '), line: open.line });
    open = undefined;
  }
  if (open) lines.push({ text: open.parts.join(' '), line: open.line });
  return lines;
}

/** Takes away what stands before a command in a Makefile, a CI description or a document. */
function commandText(line: string, form: Exclude<ScriptForm, 'shell'>): string {
  if (form === 'make') return line.replace(/^\s*[@+-]*/, '').replaceAll('$$', '$');
  if (form === 'text') return line.replace(/^\s*(?:[-*]\s+)?(?:[$#>%]\s+)?`*/, '').replace(/`+\s*$/, '');
  const bare = line.replace(/^\s*(?:-\s+)?(?:[A-Za-z_-]+:\s+)?/, '');
  const quoted = /^(["'])(.*)\1\s*$/.exec(bare);
  return quoted && /^(?:sudo|env|k3d|[A-Z_]+=|export)\b/.test(quoted[2] ?? '') ? (quoted[2] ?? '') : bare;
}

/** The simple commands of a script, in order. Assignments of plain text are remembered and filled in where they are used. */
export function commandsIn(text: string, form: ScriptForm): Command[] {
  const known = new Map<string, string>();
  return tokensOf(text, form).flatMap((tokens) =>
    simpleCommands(tokens).flatMap(({ words }) => {
      const from = words.findIndex((w) => !reserved.has(bareText(w)));
      const [first] = from < 0 ? [] : words.slice(from);
      if (!first) return [];
      const told = words.slice(from).map((w) => toldWord(w, known));
      remember(told, known);
      return [{ words: told, line: first.line }];
    }),
  );
}

/** A script is one text; elsewhere each line may be a command, and what opens a quote is mostly prose. */
function tokensOf(text: string, form: ScriptForm): readonly (readonly Token[])[] {
  if (form === 'shell') return [scriptTokens(text)];
  const options: LexOptions = form === 'text' ? { withoutRedirections: true } : {};
  return logicalLines(text).map(({ text: raw, line }) => lexShell(commandText(raw, form), { ...options, line }).tokens);
}

const reserved = new Set(['then', 'do', 'else', 'elif', 'if', 'while', 'until', '!', '{', 'time']);

/** Fills in what is known. An expansion that is not stays as it is written. */
function toldWord(word: WordToken, known: ReadonlyMap<string, string>): Word {
  const parts = word.pieces.map((piece) => {
    if (piece.is === 'text') return { text: piece.text, dynamic: false };
    const value = piece.name === undefined ? undefined : known.get(piece.name);
    return { text: value ?? piece.source, dynamic: value === undefined };
  });
  return { text: parts.map((p) => p.text).join(''), dynamic: parts.some((p) => p.dynamic) };
}

/** Remembers `NAME=text` (alone or exported), so that a later `$NAME` is known; an unknown value makes the name unknown. */
function remember(words: readonly Word[], known: Map<string, string>): void {
  const rest = /^(?:export|declare|local|readonly|typeset)$/.test(words[0]?.text ?? '') ? words.slice(1) : words;
  if (!rest.every((w) => /^[A-Za-z_]\w*(?:=|$)|^-/.test(w.text))) return;
  for (const word of rest) {
    const m = /^([A-Za-z_]\w*)=(.*)$/s.exec(word.text);
    if (!m) continue;
    if (word.dynamic) known.delete(m[1] ?? '');
    else known.set(m[1] ?? '', m[2] ?? '');
  }
}
