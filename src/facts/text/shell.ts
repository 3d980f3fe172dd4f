/** The simple commands of a shell script, as far as they can be told without running it: the script of `sh -c`. */
import type { Expansion } from './shell-expansion.ts';
import { bareText, lexShell, type WordToken } from './shell-lexer.ts';
import { simpleCommands } from './shell-script.ts';

export interface ShellCommands {
  /** Words of each command, quotes taken off; leading assignments and reserved words are left out. */
  readonly commands: readonly (readonly string[])[];
  /** Something only a shell can resolve: an expansion, a substitution, a function. */
  readonly unclear: boolean;
}

const reserved = new Set(['if', 'then', 'else', 'elif', 'fi', 'while', 'until', 'do', 'done', '!', '{', '}', 'time', 'exec', 'command']);

/** What makes the commands that follow something else than they seem. */
const opaque = new Set(['eval', '.', 'source', 'alias', 'for', 'case', 'function', 'xargs', 'trap', 'coproc', 'select']);

/** Takes a script apart. `variables` are those of the environment whose value is known. */
export function shellCommands(script: string, variables: ReadonlyMap<string, string> = new Map()): ShellCommands {
  const { tokens, open } = lexShell(script);
  let unclear = open !== undefined || tokens.some((t) => t.is === 'operator' && (t.text === '(' || t.text === ')'));
  const told = (word: WordToken): string =>
    word.pieces
      .map((piece) => {
        if (piece.is === 'text') return piece.text;
        const value = valueOfExpansion(piece, variables);
        if (value === undefined || (!piece.quoted && /[\s*?[]/.test(value))) unclear = true;
        return value ?? '';
      })
      .join('');
  const commands = simpleCommands(tokens)
    .map(({ words }) => {
      const from = words.findIndex((w) => !reserved.has(bareText(w)) && !assigns(w));
      return (from < 0 ? [] : words.slice(from)).map(told);
    })
    .filter((words) => words.length > 0);
  return { commands, unclear: unclear || commands.some((words) => opaque.has(words[0] ?? '')) };
}

const valueOfExpansion = ({ name, orElse }: Expansion, variables: ReadonlyMap<string, string>): string | undefined =>
  name === undefined || orElse !== undefined ? undefined : variables.get(name);

const assigns = ({ pieces: [first] }: WordToken): boolean => first?.is === 'text' && first.quote === 'none' && /^[A-Za-z_]\w*=/.test(first.text);
