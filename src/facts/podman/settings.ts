/** The few engine settings that decide where networks and helper programs are. */
import type { Account, Asking } from '../ask.ts';
import type { Unknown, Where } from '../fact.ts';
import { helperDirectories } from '../host/tool-table.ts';
import type { Pattern } from '../kind.ts';

/** A setting with the places it comes from; none when it is the built-in default. */
export interface Setting<T> {
  readonly value: T;
  readonly where: readonly Where[];
}

export interface Settings {
  readonly helperDirectories: Setting<readonly string[]>;
  /** The directory of netavark's network files. */
  readonly networkDirectory: Setting<string>;
  readonly networkBackend: Setting<string | undefined>;
  readonly rootlessNetwork: Setting<string | undefined>;
  readonly defaultNetwork: Setting<string>;
}

/** The directory of an account's images and containers (containers-storage.conf(5) graphroot, rootless_storage_path). */
export const graphRoot = (as: Account): string => (as.uid === 0 ? '/var/lib/containers/storage' : `${as.home}/.local/share/containers/storage`);

export const settingsTouches: readonly Pattern[] = [];

/** Built-in values of containers.conf(5), or what the account's files set. */
export function* settings(as: Account): Asking<Settings | Unknown> {
  return {
    helperDirectories: { value: helperDirectories, where: [] },
    networkDirectory: { value: as.uid === 0 ? '/etc/containers/networks' : `${graphRoot(as)}/networks`, where: [] },
    networkBackend: { value: undefined, where: [] },
    rootlessNetwork: { value: undefined, where: [] },
    defaultNetwork: { value: 'podman', where: [] },
  };
}
