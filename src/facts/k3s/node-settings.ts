/** What the defaults of components follow from: settings of K3s, where its state lies, and what it keeps its data in. */
import type { Unknown, Where } from '../fact.ts';
import type { ChosenFlags } from './chosen-flags.ts';
import type { Role } from './command-arguments.ts';
import type { Derived } from './defaults.ts';
import type { Chosen } from './given.ts';

export const datastores = ['etcd', 'sqlite', 'external'] as const;
export type Datastore = (typeof datastores)[number];

/** What holds the cluster's state, and the place that shows it. */
export interface Kept {
  readonly is: Datastore;
  readonly where: readonly Where[];
}

export interface NodeSettings {
  readonly role: Role;
  readonly flags: ChosenFlags;
  readonly dataDir: Derived;
  /** Of a server. */
  readonly datastore?: Kept | Unknown;
}

export const usualDataDir = '/var/lib/rancher/k3s';

/** A path below the data directory; a directory that was chosen is the place of what follows from it. */
export const below =
  ({ dataDir }: NodeSettings) =>
  (path: string): Derived => ({ ...dataDir, value: `${dataDir.value}/${path}` });

/** The value of a flag, or its default; unknown where a variable may set it that could not be read. */
export function settingOf({ flags }: NodeSettings, flag: string, usual: string): Derived | Unknown {
  const found = flags.one(flag);
  return found ?? flags.gap(flag) ?? { value: usual };
}

/** A list of comma-separated values, given once or several times; undefined where nothing sets it. */
export function joinedOf({ flags }: NodeSettings, flag: string): Derived | undefined {
  const all = flags.all(flag);
  const [first] = all;
  return first && { value: all.map((a) => a.value).join(','), where: first.where, beaten: first.beaten };
}

/** Whether the first of addresses or networks is of IPv6. */
const isV6 = (list: Derived | undefined): boolean => (list?.value.split(',')[0] ?? '').includes(':');

/** Whether the node is one of IPv6: `node-ip` says so. Without it K3s asks the host, and takes an IPv4 address where there is one. */
export const nodeIsV6 = (settings: NodeSettings): boolean => isV6(joinedOf(settings, 'node-ip'));

/** Pod networks (k3s-io/k3s:pkg/util/net.go GetDefaultAddresses). */
export const clusterCidr = (settings: NodeSettings): Derived =>
  joinedOf(settings, 'cluster-cidr') ?? { value: nodeIsV6(settings) ? 'fd00:42::/56' : '10.42.0.0/16' };

/** Service networks. */
export const serviceCidr = (settings: NodeSettings): Derived =>
  joinedOf(settings, 'service-cidr') ?? { value: nodeIsV6(settings) ? 'fd00:43::/112' : '10.43.0.0/16' };

/** The loopback address of the control plane: that of IPv6 where the services have no other (k3s-io/k3s:pkg/daemons/config/types.go Loopback). */
export function loopback(settings: NodeSettings): Derived {
  const { value, where } = serviceCidr(settings);
  return value.split(',').every((part) => part.includes(':')) ? { value: '::1', ...(where ? { where } : {}) } : { value: '127.0.0.1' };
}

/** The loopback address of the node's own components. */
export function nodeLoopback(settings: NodeSettings): Derived {
  const ip = joinedOf(settings, 'node-ip');
  return isV6(ip) && ip?.where ? { value: '::1', where: ip.where } : { value: '127.0.0.1' };
}

/** A number with something added; the text where it is no number. */
export const plus = ({ value, ...rest }: Derived, more: number): Derived => ({ ...rest, value: /^\d+$/.test(value) ? String(Number(value) + more) : value });

/** Where the value came from, said of what follows from it. */
export const because = (flag: string, { where, beaten }: Chosen): Pick<Derived, 'where' | 'beaten'> => ({
  where: { ...where, said: `follows from ${flag}` },
  beaten,
});

/** A part of the node that only the running one can tell. */
export const runtimeOnly = (flag: string, said: string): Unknown => ({ is: 'unknown', why: 'ambiguous', said: `--${flag} follows from ${said}`, where: [] });
