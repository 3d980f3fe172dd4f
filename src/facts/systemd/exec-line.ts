/**
 * The commands of an `Exec…=` line, with the variables that the unit gives them put in.
 * Source: systemd.service(5) "Command lines"; systemd/systemd:src/core/load-fragment.c config_parse_exec(),
 * src/basic/env-util.c replace_env_argv().
 */
import { splitWords } from './words.ts';

/** The settings whose commands a service runs until it is up, or when it is told to reload. */
export const execKeys = ['ExecCondition', 'ExecStartPre', 'ExecStart', 'ExecStartPost', 'ExecReload'] as const;

export interface ExecCommand {
  /** The program first. */
  readonly words: readonly string[];
  /** Variables whose value is not known; their place is empty. */
  readonly unresolved: readonly string[];
}

/** Stands for `\;`, which is a word and no separator. */
const semicolon = '\ue000';

/** `expand` resolves specifiers. A quote that is left open ends the line where it stands. */
export function execCommands(line: string, expand: (v: string) => string, variables: ReadonlyMap<string, string>): ExecCommand[] {
  const { words } = splitWords(line.replace(/(^|\s)\\;(?=\s|$)/g, `$1${semicolon}`), true);
  const commands: string[][] = [[]];
  for (const word of words) {
    if (word === ';') commands.push([]);
    else commands.at(-1)?.push(word === semicolon ? ';' : word);
  }
  return commands.filter((c) => c.length > 0).map((c) => commandOf(c, expand, variables));
}

/** `@` takes the second word for the name of the process, `:` switches variables off. */
function commandOf(given: readonly string[], expand: (v: string) => string, variables: ReadonlyMap<string, string>): ExecCommand {
  const [, prefix = '', program = ''] = /^([-@:+!|]*)([\s\S]*)$/.exec(given[0] ?? '') ?? [];
  const args = given.slice(prefix.includes('@') ? 2 : 1).map(expand);
  if (prefix.includes(':')) return { words: [expand(program), ...args], unresolved: [] };
  const unresolved = new Set<string>();
  const resolve = (name: string): string => {
    const value = variables.get(name);
    if (value === undefined) unresolved.add(name);
    return value ?? '';
  };
  // The program itself may not be a variable.
  return { words: [expand(program), ...args.flatMap((word) => replaced(word, resolve))], unresolved: [...unresolved] };
}

/** `$NAME` as a word of its own is split at blanks; `${NAME}` stays one word; `$$` is a dollar. */
function replaced(word: string, resolve: (name: string) => string): string[] {
  if (/^\$[^{$]/.test(word)) return splitWords(resolve(word.slice(1))).words;
  return [word.replace(/\$\$|\$\{([^}]*)\}/g, (whole, name: string | undefined) => (name === undefined ? whole.slice(1) : resolve(name)))];
}
