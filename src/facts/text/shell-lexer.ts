/**
 * Shell text as tokens: POSIX XCU 2.3 "Token Recognition", and what bash adds to it (`$'…'`, `<<<`, `|&`, `&>`, arrays).
 * Every reader of shell text stands on this: shell.ts, shell-words.ts, assignments.ts and the target `via`.
 */
import { closing, type Expansion, expansionAt, markEnd } from './shell-expansion.ts';

/** Text, and how it was quoted; `escaped` by a backslash. */
export interface Literal {
  readonly is: 'text';
  readonly text: string;
  readonly quote: 'none' | 'single' | 'double' | 'escaped';
}

export interface WordToken {
  readonly is: 'word';
  /** What it is put together from; a pair of quotes around nothing is a piece, too. */
  readonly pieces: readonly (Literal | Expansion)[];
  readonly line: number;
}

export interface OperatorToken {
  readonly is: 'operator';
  /** A line break is one. */
  readonly text: string;
  /** The next word is a file, a descriptor or a delimiter. */
  readonly redirects: boolean;
  readonly line: number;
}

export type Token = WordToken | OperatorToken;

export interface Lexed {
  readonly tokens: readonly Token[];
  /** What is not closed, and on which line it opens. Its word goes on to the end of the text. */
  readonly open?: { readonly mark: string; readonly line: number };
}

export interface LexOptions {
  /** Of the first line. */
  readonly line?: number;
  /** `#` starts none: for the argument of an option. */
  readonly withoutComments?: true;
  /** `<` and `>` stand for themselves: in documents they hold what a reader is to fill in. */
  readonly withoutRedirections?: true;
}

export const lexShell = (text: string, options: LexOptions = {}): Lexed => new Lexer(text, options).run();

const operator = /&&|\|\||;;&|;;|;&|\|&|&>>|&>|<<-|<<<|<<|<&|<>|>>|>&|>\||[&|;<>()]/y;
const plainRun = /[^\s\\'"$`|&;<>()#]+/y;

class Lexer {
  readonly #text: string;
  readonly #options: LexOptions;
  readonly #tokens: Token[] = [];
  #at = 0;
  #line: number;
  #pieces: (Literal | Expansion)[] | undefined;
  #wordLine = 0;
  /** Here-documents whose bodies come after this line. */
  #bodies: { readonly delimiter: string; readonly tabs: boolean }[] = [];
  #expects: '<<' | '<<-' | undefined;
  #open: Lexed['open'];

  constructor(text: string, options: LexOptions) {
    this.#text = text;
    this.#options = options;
    this.#line = options.line ?? 1;
  }

  run(): Lexed {
    while (this.#at < this.#text.length) this.#step();
    this.#endWord();
    return { tokens: this.#tokens, ...(this.#open ? { open: this.#open } : {}) };
  }

  #step(): void {
    const c = this.#text[this.#at] ?? '';
    if (c === '\\') this.#escape();
    else if (c === "'") this.#singleQuotes(this.#at);
    else if (c === '"') this.#doubleQuotes();
    else if (c === '$' || c === '`') this.#dollar(false);
    else if (c === '\n') this.#newLine();
    else if (c === ' ' || c === '\t' || (c === '\r' && /^(?:\n|$)/.test(this.#text.slice(this.#at + 1, this.#at + 2)))) {
      this.#endWord();
      this.#at++;
    } else if (c === '#' && !this.#pieces && !this.#options.withoutComments) {
      const end = this.#text.indexOf('\n', this.#at);
      this.#at = end < 0 ? this.#text.length : end;
    } else if (/[|&;()]/.test(c) || (/[<>]/.test(c) && !this.#options.withoutRedirections)) this.#operator(c);
    else this.#plain();
  }

  #plain(): void {
    plainRun.lastIndex = this.#at;
    const run = plainRun.exec(this.#text)?.[0] ?? this.#text[this.#at] ?? '';
    this.#add({ is: 'text', text: run, quote: 'none' });
    this.#at += run.length;
  }

  /** A backslash before a line break takes both away. */
  #escape(): void {
    const next = /\\(?:\r?\n)?/y;
    next.lastIndex = this.#at;
    const [joined = ''] = next.exec(this.#text) ?? [];
    if (joined.length > 1) {
      this.#line++;
      this.#at += joined.length;
      return;
    }
    const c = this.#text[this.#at + 1];
    this.#add({ is: 'text', text: c ?? '\\', quote: c === undefined ? 'none' : 'escaped' });
    this.#at += 2;
  }

  #singleQuotes(from: number): void {
    const end = this.#text.indexOf("'", from + 1);
    if (end < 0) this.#open = { mark: "'", line: this.#line };
    const inside = this.#text.slice(from + 1, end < 0 ? undefined : end);
    this.#add({ is: 'text', text: inside, quote: 'single' });
    this.#passed(inside);
    this.#at = end < 0 ? this.#text.length : end + 1;
  }

  #doubleQuotes(): void {
    const from = { mark: '"', line: this.#line };
    this.#add({ is: 'text', text: '', quote: 'double' });
    const run = /[^"\\$`]+/y;
    for (this.#at++; this.#at < this.#text.length; ) {
      const c = this.#text[this.#at] ?? '';
      if (c === '"') return void this.#at++;
      if (c === '$' || c === '`') this.#dollar(true);
      else if (c === '\\') this.#escapeInQuotes();
      else {
        run.lastIndex = this.#at;
        const inside = run.exec(this.#text)?.[0] ?? c;
        this.#add({ is: 'text', text: inside, quote: 'double' });
        this.#passed(inside);
        this.#at += inside.length;
      }
    }
    this.#open = from;
  }

  #escapeInQuotes(): void {
    const c = this.#text[this.#at + 1] ?? '';
    if (c === '\n') this.#line++;
    else if (/[$`"\\]/.test(c)) this.#add({ is: 'text', text: c, quote: 'escaped' });
    else this.#add({ is: 'text', text: '\\', quote: 'double' });
    this.#at += /[$`"\\\n]/.test(c) ? 2 : 1;
  }

  #dollar(quoted: boolean): void {
    const next = this.#text[this.#at + 1];
    if (!quoted && next === "'") return void this.#ansiQuotes();
    if (!quoted && next === '"') return void this.#at++;
    const found = expansionAt(this.#text, this.#at, quoted);
    if (!found) {
      this.#add({ is: 'text', text: '$', quote: quoted ? 'double' : 'none' });
      return void this.#at++;
    }
    if (found.open) this.#open = { mark: found.expansion.source.slice(0, found.expansion.source.startsWith('`') ? 1 : 2), line: this.#line };
    this.#add(found.expansion);
    this.#passed(found.expansion.source);
    this.#at = found.end;
  }

  /** `$'…'`: with escapes in it, it is left to the shell. */
  #ansiQuotes(): void {
    const end = markEnd(this.#text, this.#at + 2, "'");
    if (end < 0) return void this.#singleQuotes(this.#at + 1);
    const inside = this.#text.slice(this.#at + 2, end);
    this.#add(inside.includes('\\') ? { is: 'expansion', source: `$'${inside}'`, quoted: true } : { is: 'text', text: inside, quote: 'single' });
    this.#passed(inside);
    this.#at = end + 1;
  }

  #operator(c: string): void {
    if (c === '(' && this.#isArray()) {
      const end = closing(this.#text, this.#at, false);
      const source = this.#text.slice(this.#at, end < 0 ? undefined : end + 1);
      if (end < 0) this.#open = { mark: '(', line: this.#line };
      this.#add({ is: 'expansion', source, quoted: true });
      this.#passed(source);
      this.#at += source.length;
      return;
    }
    operator.lastIndex = this.#at;
    const text = operator.exec(this.#text)?.[0] ?? c;
    const redirects = /[<>]/.test(text);
    // `2>`: the number of a descriptor is no word.
    if (redirects && text[0] !== '&' && this.#pieces?.length === 1 && /^\d+$/.test(plainText(this.#pieces[0]))) this.#pieces = undefined;
    this.#endWord();
    this.#tokens.push({ is: 'operator', text, redirects, line: this.#line });
    if (text === '<<' || text === '<<-') this.#expects = text;
    this.#at += text.length;
  }

  #isArray(): boolean {
    return this.#pieces?.length === 1 && /^[A-Za-z_]\w*\+?=$/.test(plainText(this.#pieces[0]));
  }

  #newLine(): void {
    this.#endWord();
    this.#tokens.push({ is: 'operator', text: '\n', redirects: false, line: this.#line });
    this.#at++;
    this.#line++;
    const bodies = this.#bodies;
    this.#bodies = [];
    for (const { delimiter, tabs } of bodies) this.#skipBody(delimiter, tabs);
  }

  #skipBody(delimiter: string, tabs: boolean): void {
    while (this.#at < this.#text.length) {
      const end = this.#text.indexOf('\n', this.#at);
      const line = this.#text.slice(this.#at, end < 0 ? undefined : end).replace(/\r$/, '');
      this.#at = end < 0 ? this.#text.length : end + 1;
      this.#line++;
      if ((tabs ? line.replace(/^\t+/, '') : line) === delimiter) return;
    }
  }

  #add(piece: Literal | Expansion): void {
    if (!this.#pieces) {
      this.#pieces = [];
      this.#wordLine = this.#line;
    }
    const last = this.#pieces.at(-1);
    if (piece.is === 'text' && last?.is === 'text' && last.quote === piece.quote)
      this.#pieces[this.#pieces.length - 1] = { ...last, text: last.text + piece.text };
    else this.#pieces.push(piece);
  }

  #passed(text: string): void {
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) this.#line++;
  }

  #endWord(): void {
    if (!this.#pieces) return;
    const word: WordToken = { is: 'word', pieces: this.#pieces, line: this.#wordLine };
    this.#pieces = undefined;
    this.#tokens.push(word);
    if (this.#expects) this.#bodies.push({ delimiter: wordText(word), tabs: this.#expects === '<<-' });
    this.#expects = undefined;
  }
}

const plainText = (piece: Literal | Expansion | undefined): string => (piece?.is === 'text' && piece.quote === 'none' ? piece.text : '');

/** A word without its quotes; expansions as they are written. */
export const wordText = (word: WordToken): string => word.pieces.map((p) => (p.is === 'text' ? p.text : p.source)).join('');

/** The word if nothing in it is quoted or expanded: only such a word may be reserved. */
export const bareText = (word: WordToken | undefined): string => (word?.pieces.length === 1 ? plainText(word.pieces[0]) : '');
