/**
 * The flags of crio that stand for keys of crio.conf, and the variables that stand for flags.
 * Source: cri-o/cri-o:internal/criocli/criocli.go, 1.24 to 1.37. Of a name that an older release does not know it refuses
 * the flag and does not see the variable.
 */
import type { KeyType } from '../containers/containers-keys.ts';
import type { Keys } from '../containers/merge.ts';
import type { Json } from '../fact.ts';
import { addTo } from '../grouped.ts';
import { crioKeys } from './crio-keys.ts';

/** A key that a flag sets. */
export interface FlagKey {
  readonly path: readonly string[];
  readonly type: KeyType;
}

/** Flags that are not called as their key is. */
const otherNames: Readonly<Record<string, string>> = {
  storage_option: 'storage-opt',
  insecure_registries: 'insecure-registry',
  log_to_journald: 'log-journald',
  network_dir: 'cni-config-dir',
  plugin_dirs: 'cni-plugin-dir',
  container_level_enabled: 'checkpoint-restore-container-level-enabled',
};

/** Keys that no flag sets; runtimes have a form of their own. */
const withoutFlag = new Set(['runtimes', 'workloads', 'plugin_dir', 'host_ip', 'file_locking', 'manage_ns_lifecycle']);

/** Variables that are not called CONTAINER_ and the flag. */
const otherVariables: Readonly<Record<string, string>> = {
  'auto-reload-registries': 'AUTO_RELOAD_REGISTRIES',
  'oci-artifact-mount-support': 'CONTAINER_OCI_ARTIFACT_SUPPORT',
  'min-injected-gomaxprocs': 'CONTAINER_INJECT_GOMAXPROCS',
  'separate-pull-cgroup': 'PULL_IN_A_CGROUP',
  'container-exits-dir': 'CONTAINER_EXITS_DIR',
  'container-attach-socket-dir': 'CONTAINER_ATTACH_SOCKET_DIR',
  'ctr-stop-timeout': 'CONTAINER_STOP_TIMEOUT',
  'enable-pod-events': 'ENABLE_POD_EVENTS',
  'disable-hostport-mapping': 'DISABLE_HOSTPORT_MAPPING',
  timezone: 'CONTAINER_TIME_ZONE',
  'cni-status-grace-period': 'CNI_STATUS_GRACE_PERIOD',
  'stream-enable-tls': 'CONTAINER_ENABLE_TLS',
  'stream-tls-ca': 'CONTAINER_TLS_CA',
  'stream-tls-cert': 'CONTAINER_TLS_CERT',
  'stream-tls-key': 'CONTAINER_TLS_KEY',
  'stream-idle-timeout': 'STREAM_IDLE_TIMEOUT',
  'collection-period': 'COLLECTION_PERIOD',
};

/** Flags that no variable stands for. */
const withoutVariable =
  /^(?:nri-|enable-nri$|blockio-|irqbalance-|rdt-|included-pod-metrics$|decryption-keys-path$|device-ownership-|additional-artifact-stores$)/;

const aliases: Readonly<Record<string, string>> = { r: 'root', s: 'storage-driver', l: 'log-level', tz: 'timezone', c: 'config', d: 'config-dir' };

/** Flags of crio itself that need no value and set no key. */
const bare = new Set(['profile', 'enable-profile-unix-socket', 'help', 'h', 'version', 'v']);

export const flagKeys: ReadonlyMap<string, FlagKey> = new Map(keysIn(crioKeys, []));

/** The variable of each flag that has one. */
export const flagVariables: ReadonlyMap<string, string> = new Map(
  [...flagKeys.keys(), 'config', 'config-dir', 'runtimes'].flatMap((flag): [string, string][] =>
    withoutVariable.test(flag) ? [] : [[flag, otherVariables[flag] ?? `CONTAINER_${flag.replaceAll('-', '_').toUpperCase()}`]],
  ),
);

function* keysIn(keys: Keys, at: readonly string[]): Generator<[string, FlagKey]> {
  for (const [name, type] of Object.entries(keys)) {
    if (typeof type !== 'string') yield* keysIn(type, [...at, name]);
    else if (!withoutFlag.has(name)) yield [otherNames[name] ?? name.replaceAll('_', '-'), { path: [...at, name], type }];
  }
}

/** What a command line says of each flag, in order: a word for those that need one, `true` for a switch (urfave/cli). */
export function flagsIn(words: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  for (let at = 0; at < words.length; at++) {
    const match = /^--?([A-Za-z][A-Za-z0-9-]*)(?:=([\s\S]*))?$/.exec(words[at] as string);
    // The first word that is no flag is a command, which has flags of its own.
    if (!match?.[1]) break;
    const flag = aliases[match[1]] ?? match[1];
    const switches = bare.has(flag) || flagKeys.get(flag)?.type === 'boolean';
    const value = match[2] ?? (switches ? 'true' : (words[++at] ?? ''));
    addTo(found, flag, value);
  }
  return found;
}

/** What a flag or variable sets its key to; undefined for a word that crio refuses, or a number that is empty. */
export function flagValue(type: KeyType, words: readonly string[]): Json | undefined {
  const last = words.at(-1) ?? '';
  switch (type) {
    case 'boolean':
      return /^(?:1|t|T|TRUE|true|True)$/.test(last) ? true : /^(?:|0|f|F|FALSE|false|False)$/.test(last) ? false : undefined;
    case 'int':
      return /^[+-]?\d+$/.test(last) ? Number(last) : undefined;
    case 'strings':
      return words
        .flatMap((w) => w.split(','))
        .map((w) => w.trim())
        .filter((w) => w !== '');
    default:
      return last;
  }
}

/** `--runtimes NAME:PATH:ROOT[:TYPE[:PRIVILEGED_WITHOUT_HOST_DEVICES[:CONFIG[:MEMORY]]]]`, by name. */
export function flagRuntimes(words: readonly string[]): ReadonlyMap<string, Json> {
  const found = new Map<string, Json>();
  for (const one of words.flatMap((w) => w.split(','))) {
    const [name, path, root, type, bareDevices, config, memory] = one.trim().split(':');
    if (!name || path === undefined || root === undefined) continue;
    found.set(name, {
      runtime_path: path,
      runtime_root: root,
      runtime_type: type ?? 'oci',
      privileged_without_host_devices: bareDevices === 'true',
      ...(config ? { runtime_config_path: config } : {}),
      ...(memory ? { container_min_memory: memory } : {}),
    });
  }
  return found;
}
