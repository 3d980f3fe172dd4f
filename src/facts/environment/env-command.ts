/** What env(1) makes of its arguments. Pure. Source: env(1) of GNU coreutils; coreutils/coreutils:src/env.c main(). */
import { splitWords } from '../systemd/words.ts';

/** A change of the environment. */
export type EnvChange = { readonly set: string; readonly value: string } | { readonly unset: string } | { readonly clear: true };

export interface EnvCommand {
  /** One after the other. */
  readonly changes: readonly EnvChange[];
  /** The program that it runs, and its arguments; empty where it runs none, or none that can be told. */
  readonly command: readonly string[];
  /** A text of -S that env fills with variables: the rest cannot be told. */
  readonly unclear?: string;
}

/** Whether a word of a command line names env(1). */
export const isEnv = (program: string): boolean => /(?:^|\/)env$/.test(program);

/** Letters of options that take what follows: the rest of the word, or the next one. */
const withArgument = /^-([^-uCSa]*)([uCSa])([\s\S]*)$/;
const longWithArgument = /^--(unset|chdir|split-string|argv0)(?:=([\s\S]*))?$/;
const letters: Readonly<Record<string, string>> = { unset: 'u', chdir: 'C', 'split-string': 'S', argv0: 'a' };

/** @param args what follows the name of the program: `[-i] [-u NAME] [-C DIR] [-S STRING] [NAME=VALUE…] [COMMAND…]` */
export function envCommand(args: readonly string[]): EnvCommand {
  const changes: EnvChange[] = [];
  let at = 0;
  for (; at < args.length && /^-[\s\S]/.test(args[at] ?? ''); at++) {
    const word = args[at] as string;
    if (word === '--') {
      at++;
      break;
    }
    if (word === '--ignore-environment' || /^-[^-uCSa]*i/.test(word)) changes.push({ clear: true });
    const option = optionOf(word);
    if (!option) continue;
    const value = option.value ?? args[++at] ?? '';
    if (option.letter === 'u') changes.push({ unset: value });
    if (option.letter !== 'S') continue;
    if (value.includes('${')) return { changes, command: [], unclear: value };
    // Its words take the place of the option, and may be options again.
    const rest = envCommand([...splitWords(value, true).words, ...args.slice(at + 1)]);
    return { ...rest, changes: [...changes, ...rest.changes] };
  }
  if (args[at] === '-') {
    changes.push({ clear: true });
    at++;
  }
  for (let set = assignment(args[at]); set; set = assignment(args[++at])) changes.push(set);
  return { changes, command: args.slice(at) };
}

function optionOf(word: string): { readonly letter: string; readonly value: string | undefined } | undefined {
  const long = longWithArgument.exec(word);
  if (long) return { letter: letters[long[1] ?? ''] ?? '', value: long[2] };
  const short = withArgument.exec(word);
  return short ? { letter: short[2] ?? '', value: short[3] === '' ? undefined : short[3] } : undefined;
}

function assignment(word: string | undefined): { readonly set: string; readonly value: string } | undefined {
  const equals = word?.indexOf('=') ?? -1;
  return word !== undefined && equals > 0 ? { set: word.slice(0, equals), value: word.slice(equals + 1) } : undefined;
}
