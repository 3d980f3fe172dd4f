/** The few engine settings that decide where networks and helper programs are. */
import type { Account, Asking } from '../ask.ts';
import { containersConf } from '../containers/containers-conf.ts';
import { type Json, type Known, pathKey, type Unknown, type Where } from '../fact.ts';
import { helperDirectories } from '../host/tool-table.ts';
import { source, type Touches } from '../source.ts';

/** A setting with the places it comes from; none when it is the built-in default. */
export interface Setting<T> {
  readonly value: T;
  readonly where: readonly Where[];
}

export interface Settings {
  readonly helperDirectories: Setting<readonly string[]>;
  /** The directory of netavark's network files. */
  readonly networkDirectory: Setting<string>;
  readonly networkBackend: Setting<string>;
  readonly rootlessNetwork: Setting<string>;
  readonly defaultNetwork: Setting<string>;
  readonly slirpPath: Setting<string>;
}

/** The directory of an account's images and containers (containers-storage.conf(5) graphroot, rootless_storage_path). */
export const graphRoot = (as: Account): string => (as.uid === 0 ? '/var/lib/containers/storage' : `${as.home}/.local/share/containers/storage`);

const touches: Touches = [containersConf];

/** What containers.conf sets for the account, else the built-in values of containers.conf(5); an empty word counts as unset. */
export const settings = source(touches, readSettings);

function* readSettings(as: Account): Asking<Settings | Unknown> {
  const fact = yield* containersConf(as);
  if (fact.is === 'unknown') return fact;
  const gap = ['engine', 'network']
    .flatMap((table) => keys[table as 'engine' | 'network'].map((key) => gapOf(fact, [table, key])))
    .find((g) => g !== undefined);
  if (gap) return gap;
  const directories = lookup(fact, 'engine', 'helper_binaries_dir');
  const listed = Array.isArray(directories.value) ? directories.value.filter((d): d is string => typeof d === 'string' && d !== '') : [];
  return {
    helperDirectories:
      listed.length > 0
        ? { value: listed.map((d) => d.replace(/\/+$/, '').replace(/^\$BINDIR/, '/usr/bin')), where: directories.where }
        : { value: helperDirectories, where: [] },
    networkDirectory: word(fact, 'network', 'network_config_dir', as.uid === 0 ? '/etc/containers/networks' : `${graphRoot(as)}/networks`),
    networkBackend: word(fact, 'network', 'network_backend', ''),
    rootlessNetwork: word(fact, 'network', 'default_rootless_network_cmd', ''),
    defaultNetwork: word(fact, 'network', 'default_network', 'podman'),
    slirpPath: word(fact, 'engine', 'network_cmd_path', ''),
  };
}

const keys = {
  engine: ['helper_binaries_dir', 'network_cmd_path'],
  network: ['network_config_dir', 'network_backend', 'default_rootless_network_cmd', 'default_network'],
} as const;

function lookup(fact: Known, table: string, key: string): { value: Json | undefined; where: readonly Where[] } {
  const part = Object.hasOwn(fact.value, table) ? fact.value[table] : undefined;
  const value = part !== null && typeof part === 'object' && !Array.isArray(part) && Object.hasOwn(part, key) ? (part as Record<string, Json>)[key] : undefined;
  return { value, where: fact.where.get(pathKey([table, key])) ?? [] };
}

function word(fact: Known, table: string, key: string, usual: string): Setting<string> {
  const { value, where } = lookup(fact, table, key);
  return typeof value === 'string' && value !== '' ? { value, where } : { value: usual, where: [] };
}

const gapOf = (fact: Known, [table, key]: readonly [string, string] | readonly string[]): Unknown | undefined =>
  fact.gaps.get('') ?? fact.gaps.get(table ?? '') ?? fact.gaps.get(`${table}.${key}`);
