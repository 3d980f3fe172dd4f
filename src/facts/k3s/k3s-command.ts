/** What a K3s unit runs: the subcommand and its flags. */
import type { Json, Where } from '../fact.ts';
import type { LoadedUnit } from '../systemd/load.ts';
import { splitWords } from '../systemd/words.ts';

export interface K3sCommand {
  readonly word: 'server' | 'agent';
  readonly args: readonly string[];
  readonly where: Where;
  /** `--config`, `-c` or K3S_CONFIG_FILE: moves config.yaml and its drop-in directory. */
  readonly config?: { readonly path: string; readonly where: Where };
}

/** The last ExecStart of a unit that runs `k3s server` or `k3s agent`. */
export function k3sCommand(unit: LoadedUnit): K3sCommand | undefined {
  let found: K3sCommand | undefined;
  let environment: K3sCommand['config'];
  for (const { section, key, value, where } of unit.assignments) {
    if (section !== 'Service') continue;
    if (key === 'ExecStart') found = value === '' ? undefined : (commandOf(value, where) ?? found);
    if (key === 'Environment') {
      for (const word of splitWords(value).words) if (/^K3S_CONFIG_FILE=./.test(word)) environment = { path: word.slice(word.indexOf('=') + 1), where };
    }
  }
  return found && environment ? { ...found, config: environment } : found;
}

function commandOf(line: string, where: Where): K3sCommand | undefined {
  const words = splitWords(line.replace(/^[-@:+!|]+/, '')).words;
  const at = words.findIndex((w) => w === 'server' || w === 'agent');
  if (at < 1) return undefined;
  const args = words.slice(at + 1);
  const named = args.findIndex((a) => a === '--config' || a === '-c');
  const path = named >= 0 ? args[named + 1] : args.find((a) => /^(--config|-c)=/.test(a))?.replace(/^[^=]*=/, '');
  return { word: words[at] as 'server' | 'agent', args, where, ...(path ? { config: { path, where } } : {}) };
}

/** The flags among the arguments: a flag that no value follows is true; repeated ones keep all values. */
export function flagsOf({ args, where }: K3sCommand): ReadonlyMap<string, { values: Json[]; where: Where }> {
  const flags = new Map<string, { values: Json[]; where: Where }>();
  for (let at = 0; at < args.length; at++) {
    const match = /^--?([A-Za-z][A-Za-z0-9-]*)(?:=([\s\S]*))?$/.exec(args[at] as string);
    if (!match?.[1]) continue;
    const next = args[at + 1];
    let value: Json = match[2] ?? true;
    if (match[2] === undefined && next !== undefined && !next.startsWith('-')) {
      value = next;
      at++;
    }
    flags.set(match[1], { values: [...(flags.get(match[1])?.values ?? []), value === 'true' ? true : value === 'false' ? false : value], where });
  }
  return flags;
}
