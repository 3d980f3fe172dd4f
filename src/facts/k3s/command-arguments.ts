/** The words behind `k3s server` or `k3s agent` as arguments, read as Go's flag package reads them. */
import type { Where } from '../fact.ts';
import { isBooleanFlag } from './flag-table.ts';
import type { Argument } from './given.ts';

export const roles = ['server', 'agent'] as const;
export type Role = (typeof roles)[number];

export interface CommandLine {
  readonly role: Role;
  /** The word that names K3s: a path, or a name that the manager looks up. */
  readonly program: string;
  readonly words: readonly string[];
  readonly where: Where;
}

/** The subcommand and what follows it; undefined where the words start neither a server nor an agent. */
export function commandLine(words: readonly string[], where: Where): CommandLine | undefined {
  if (!/(^|\/)k3s$/.test(words[0] ?? '')) return undefined;
  const at = words.findIndex((w) => w === 'server' || w === 'agent');
  // Without a subcommand `k3s` prints help; flags may stand in front of it.
  return at < 1 ? undefined : { role: words[at] as Role, program: words[0] as string, words: words.slice(at + 1), where };
}

/** `--flag=value`, `--flag value`, `-f value`; words between that belong to none are read past. */
export function commandArguments({ words, where }: CommandLine): Argument[] {
  const found: Argument[] = [];
  for (let at = 0; at < words.length; at++) {
    const m = /^--?([^-=][^=]*)(?:=([\s\S]*))?$/.exec(words[at] as string);
    if (!m?.[1]) continue;
    const [, flag, given] = m;
    if (given !== undefined || isBooleanFlag(flag)) found.push({ flag, value: given ?? 'true', where, beaten: [] });
    else if (at + 1 < words.length) found.push({ flag, value: words[++at] as string, where, beaten: [] });
  }
  return found;
}

/**
 * The configuration file that the command line names, as the parser looks for it: the word behind `--config` or `-c`, or
 * what stands behind its `=` (k3s-io/k3s:pkg/configfilearg/parser.go findConfigFileFlag). Empty: none is read.
 */
export function configNamed({ words }: CommandLine): string | undefined {
  for (const [at, word] of words.entries()) {
    if (word === '--config' || word === '-c') return words[at + 1] ?? '';
    const m = /^(?:--config|-c)=([\s\S]*)$/.exec(word);
    if (m) return m[1] as string;
  }
  return undefined;
}
