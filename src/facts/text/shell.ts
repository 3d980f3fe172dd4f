/** The simple commands of a shell script, as far as they can be told without running it (POSIX sh(1) "Token Recognition"). */

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
  const commands: string[][] = [[]];
  let unclear = false;
  let word: string | undefined;
  let redirects = false;
  const endWord = (): void => {
    if (word !== undefined && !redirects) commands.at(-1)?.push(word);
    if (word !== undefined) redirects = false;
    word = undefined;
  };
  for (let at = 0; at < script.length; at++) {
    const c = script[at] as string;
    if (c === "'") {
      const end = script.indexOf("'", at + 1);
      if (end < 0) return { commands: plain(commands), unclear: true };
      word = (word ?? '') + script.slice(at + 1, end);
      at = end;
    } else if (c === '"') {
      const quoted = /"((?:[^"\\]|\\[\s\S])*)"/y;
      quoted.lastIndex = at;
      const inside = quoted.exec(script)?.[1];
      if (inside === undefined) return { commands: plain(commands), unclear: true };
      const { text, open } = withVariables(
        inside.replace(/\\([$`"\\\n])/g, (_, e: string) => (e === '\n' ? '' : e === '$' || e === '`' ? '' : e)),
        variables,
      );
      unclear ||= open || /\\[$`]/.test(inside);
      word = (word ?? '') + text;
      at = quoted.lastIndex - 1;
    } else if (c === '\\') {
      const next = script[++at];
      if (next !== undefined && next !== '\n') word = (word ?? '') + next;
    } else if (c === '$') {
      const name = /\$(?:(\w+)|\{(\w+)\})/y;
      name.lastIndex = at;
      const found = name.exec(script);
      const value = found ? variables.get(found[1] ?? found[2] ?? '') : undefined;
      if (value === undefined || /[\s*?[]/.test(value)) unclear = true;
      word = (word ?? '') + (value ?? '');
      if (found) at = name.lastIndex - 1;
    } else if ('`()*?['.includes(c)) {
      unclear ||= c !== '*' && c !== '?' && c !== '[';
      word = (word ?? '') + c;
    } else if (c === '>' || c === '<') {
      if (word !== undefined && /^\d+$/.test(word)) word = undefined;
      endWord();
      redirects = true;
      while ('<>&|'.includes(script[at + 1] ?? ' ')) at++;
    } else if (c === '#' && word === undefined) {
      while (at + 1 < script.length && script[at + 1] !== '\n') at++;
    } else if (c === ';' || c === '&' || c === '|' || c === '\n') {
      endWord();
      redirects = false;
      commands.push([]);
    } else if (c === ' ' || c === '\t' || c === '\r') endWord();
    else word = (word ?? '') + c;
  }
  endWord();
  const simple = plain(commands);
  return { commands: simple, unclear: unclear || simple.some((words) => opaque.has(words[0] ?? '')) };
}

/** Puts known variables into a text in double quotes. */
function withVariables(text: string, variables: ReadonlyMap<string, string>): { text: string; open: boolean } {
  let open = text.includes('`');
  const replaced = text.replace(/\$(?:(\w+)|\{(\w+)\}|.?)/g, (_, a: string | undefined, b: string | undefined) => {
    const value = variables.get(a ?? b ?? '');
    if (value === undefined) open = true;
    return value ?? '';
  });
  return { text: replaced, open };
}

function plain(commands: readonly (readonly string[])[]): string[][] {
  return commands
    .map((words) => {
      const from = words.findIndex((w) => !reserved.has(w) && !/^[A-Za-z_]\w*=/.test(w));
      return from < 0 ? [] : words.slice(from);
    })
    .filter((words) => words.length > 0);
}
