/** Whole scripts: their simple commands (POSIX XCU 2.9.1), however much of them is no shell. */
import { lexShell, type Token, type WordToken } from './shell-lexer.ts';

export interface SimpleCommand {
  /** Reserved words and assignments among them; what is redirected is left out. */
  readonly words: readonly WordToken[];
  /** The operator before it, empty at the start. */
  readonly after: string;
  /** How many parentheses it stands in. */
  readonly depth: number;
}

/** The simple commands of tokens, in order. */
export function simpleCommands(tokens: readonly Token[]): SimpleCommand[] {
  const commands: SimpleCommand[] = [];
  let words: WordToken[] = [];
  let after = '';
  let depth = 0;
  let redirects = false;
  const end = (operator: string): void => {
    if (words.length > 0) commands.push({ words, after, depth });
    // After `&&` a command may stand on the next line.
    if (words.length > 0 || operator !== '\n') after = operator;
    words = [];
  };
  for (const token of tokens) {
    if (token.is === 'word') {
      if (!redirects) words.push(token);
      redirects = false;
    } else if (token.redirects) redirects = true;
    else {
      redirects = false;
      end(token.text);
      // The `)` behind a pattern of `case` closes nothing.
      if (token.text === '(') depth++;
      if (token.text === ')') depth = Math.max(0, depth - 1);
    }
  }
  end('');
  return commands;
}

/** So often the reader starts again behind a quote that is not closed; then each line is read by itself. */
const restarts = 20;

/** The tokens of a script. Where a quote is not closed, only its line is lost. */
export function scriptTokens(script: string): Token[] {
  const tokens: Token[] = [];
  let rest = script;
  let line = 1;
  for (let round = 0; round < restarts; round++) {
    const { tokens: found, open } = lexShell(rest, { line });
    if (!open) return tokens.concat(found);
    const end = endOfLine(rest, open.line - line);
    tokens.push(...lexShell(rest.slice(0, end), { line }).tokens, lineBreak(open.line));
    rest = rest.slice(end + 1);
    line = open.line + 1;
  }
  for (const [at, text] of rest.split('\n').entries()) tokens.push(...lexShell(text, { line: line + at }).tokens, lineBreak(line + at));
  return tokens;
}

const lineBreak = (line: number): Token => ({ is: 'operator', text: '\n', redirects: false, line });

/** The offset of the line break that ends a line, counted from 0. */
function endOfLine(text: string, line: number): number {
  let at = -1;
  for (let passed = 0; passed <= line; passed++) {
    at = text.indexOf('\n', at + 1);
    if (at < 0) return text.length;
  }
  return at;
}
