/** Shell text as commands of words, as far as that can be told without running it. */

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
function commandText(line: string, form: ScriptForm): string {
  if (form === 'make') return line.replace(/^\s*[@+-]*/, '').replaceAll('$$', '$');
  if (form === 'text') return line.replace(/^\s*(?:[-*]\s+)?(?:[$#>%]\s+)?`*/, '').replace(/`+\s*$/, '');
  if (form !== 'yaml') return line;
  const bare = line.replace(/^\s*(?:-\s+)?(?:[A-Za-z_-]+:\s+)?/, '');
  const quoted = /^(["'])(.*)\1\s*$/.exec(bare);
  return quoted && /^(?:sudo|env|k3d|[A-Z_]+=|export)\b/.test(quoted[2] ?? '') ? (quoted[2] ?? '') : bare;
}

/** The simple commands of a script, in order. Assignments of plain text are remembered and filled in where they are used. */
export function commandsIn(text: string, form: ScriptForm): Command[] {
  const known = new Map<string, string>();
  const commands: Command[] = [];
  for (const { text: raw, line } of logicalLines(text)) {
    for (const words of simpleCommands(commandText(raw, form), known)) {
      commands.push({ words, line });
      remember(words, known);
    }
  }
  return commands;
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

const reserved = new Set(['then', 'do', 'else', 'elif', 'if', 'while', 'until', '!', '{', 'time']);

function simpleCommands(line: string, known: ReadonlyMap<string, string>): Word[][] {
  const lexer = new Lexer(known);
  lexer.feed(line);
  return lexer.commands.map((words) => words.slice(words.findIndex((w) => !reserved.has(w.text)))).filter((words) => words.length > 0);
}

class Lexer {
  readonly commands: Word[][] = [];
  readonly #known: ReadonlyMap<string, string>;
  #words: Word[] = [];
  #text = '';
  #started = false;
  #dynamic = false;

  constructor(known: ReadonlyMap<string, string>) {
    this.#known = known;
  }

  feed(line: string): void {
    let quote = '';
    for (let i = 0; i < line.length; i += 1) {
      const c = line[i] ?? '';
      if (quote === "'") {
        if (c === "'") quote = '';
        else this.#text += c;
      } else if (c === '\\') {
        const next = line[i + 1] ?? '';
        this.#add(quote === '"' && !/[$`"\\]/.test(next) ? c + next : next);
        i += 1;
      } else if (c === '$' || c === '`') i = this.#expansion(line, i);
      else if (c === quote) quote = '';
      else if (quote === '' && (c === '"' || c === "'")) {
        quote = c;
        this.#started = true;
      } else if (quote === '' && /[\s;&|()]/.test(c)) this.#separate(c);
      else if (quote === '' && c === '#' && !this.#started) break;
      else this.#add(c);
    }
    this.#separate(';');
  }

  #add(text: string): void {
    this.#text += text;
    this.#started = true;
  }

  #separate(c: string): void {
    if (this.#started) this.#words.push({ text: this.#text, dynamic: this.#dynamic });
    this.#text = '';
    this.#started = false;
    this.#dynamic = false;
    if (/\s/.test(c)) return;
    if (this.#words.length > 0) this.commands.push(this.#words);
    this.#words = [];
  }

  /** Takes `$NAME`, `${…}`, `$(…)` or a back-quoted command; returns where it ends. */
  #expansion(line: string, at: number): number {
    const name = /^\$(?:([A-Za-z_]\w*)|\{([A-Za-z_]\w*)(?::?-([^{}$`]*))?\})/.exec(line.slice(at, at + 300));
    if (name) {
      const value = this.#known.get(name[1] ?? name[2] ?? '');
      this.#add(value ?? name[0]);
      this.#dynamic ||= value === undefined;
      return at + name[0].length - 1;
    }
    const end = line[at] === '`' ? line.indexOf('`', at + 1) : line[at + 1] === '(' ? closing(line, at + 1) : at;
    this.#add(line.slice(at, end < 0 ? undefined : end + 1));
    this.#dynamic ||= line[at] === '`' || /[({*@#?$!\d-]/.test(line[at + 1] ?? '');
    return end < 0 ? line.length : end;
  }
}

function closing(line: string, open: number): number {
  let depth = 0;
  for (let i = open; i < line.length; i += 1) {
    if (line[i] === '(') depth += 1;
    if (line[i] === ')' && --depth === 0) return i;
  }
  return -1;
}
