/** A network as Podman describes it: netavark's JSON, `podman network inspect`, or a CNI list. */
import type { Json, Where } from '../fact.ts';
import { parseJson } from '../text/json.ts';
import { entry, placed, plain, type TextNode } from '../text/node.ts';

export interface Network {
  readonly name: string;
  readonly driver?: string;
  /** Undefined: the description does not tell. */
  readonly dnsEnabled?: boolean;
  readonly internal?: boolean;
  readonly isolate?: string;
  /** The bridge, where the description names it. */
  readonly bridge?: string;
  /** IPv4 networks in CIDR form. */
  readonly subnets?: readonly string[];
  /** Its networks of both families, in CIDR form. */
  readonly ranges?: readonly string[];
  /** Who gives the addresses: host-local, dhcp, none. */
  readonly ipam?: string;
  readonly labels: Readonly<Record<string, string>>;
  /** The place of each part, by the names above. */
  readonly where: ReadonlyMap<string, Where>;
}

export type ParsedNetworks =
  | { readonly is: 'parsed'; readonly each: readonly Network[] }
  | { readonly is: 'broken'; readonly said: string; readonly line: number };

/** Reads one network or an array of them. Anything else is broken. */
export function parseNetworks(text: string, path: string): ParsedNetworks {
  const parsed = parseJson(text);
  if (parsed.is === 'broken') return { is: 'broken', said: parsed.problem.message, line: parsed.problem.line };
  const nodes = parsed.root.is === 'list' ? parsed.root.items : [parsed.root];
  const each: Network[] = [];
  for (const node of nodes) {
    const network = networkOf(node, path);
    if (!network) return { is: 'broken', said: 'not a description of a network', line: node.at.line };
    each.push(network);
  }
  return { is: 'parsed', each };
}

/** Field names: containers/common:libnetwork/types/network.go; CNI: the list format with `plugins`. */
function networkOf(node: TextNode, path: string): Network | undefined {
  const at = (key: string) => entry(node, key);
  const text = (key: string): string | undefined => scalar(at(key)?.value, 'string');
  const flag = (key: string): boolean | undefined => scalar(at(key)?.value, 'boolean');
  const name = text('name');
  if (name === undefined) return undefined;
  const where = new Map<string, Where>();
  const place = (part: string, key: string): void => {
    const found = at(key);
    if (found) where.set(part, placed(path, found.at));
  };
  place('name', 'name');
  const plugins = at('plugins');
  if (plugins) return cni(name, plugins.value, path, where);
  place('driver', 'driver');
  place('dnsEnabled', 'dns_enabled');
  place('internal', 'internal');
  place('isolate', 'options');
  const options = at('options')?.value;
  const management = at('ipam_options')?.value;
  const ipam = management ? scalar<string>(entry(management, 'driver')?.value, 'string') : undefined;
  const isolate = options ? scalar<string>(entry(options, 'isolate')?.value, 'string') : undefined;
  return {
    name,
    labels: labelsOf(at('labels')?.value),
    where,
    ...part('driver', text('driver')),
    ...part('dnsEnabled', flag('dns_enabled')),
    ...part('internal', flag('internal')),
    ...part('isolate', isolate),
    ...part('bridge', text('network_interface')),
    ...part(
      'subnets',
      rangesOf(at('subnets')?.value)?.filter((s) => s.includes('.')),
    ),
    ...part('ranges', rangesOf(at('subnets')?.value) ?? []),
    ...part('ipam', ipam),
  };
}

/** With CNI a name service exists only if the list has the plugin `dnsname`. */
function cni(name: string, plugins: TextNode, path: string, where: Map<string, Where>): Network | undefined {
  if (plugins.is !== 'list') return undefined;
  const types = plugins.items.map((p) => scalar<string>(entry(p, 'type')?.value, 'string'));
  const dns = types.indexOf('dnsname');
  const node = plugins.items[Math.max(dns, 0)] ?? plugins;
  where.set('dnsEnabled', placed(path, node.at, dns >= 0 ? 'plugin dnsname' : 'no plugin dnsname'));
  where.set('driver', placed(path, (plugins.items[0] ?? plugins).at));
  return { name, labels: {}, where, ...part('driver', types[0]), dnsEnabled: dns >= 0 };
}

const part = <K extends string, V>(key: K, value: V | undefined): { [k in K]?: V } => (value === undefined ? {} : ({ [key]: value } as { [k in K]: V }));

function scalar<T extends string | boolean>(node: TextNode | undefined, type: 'string' | 'boolean'): T | undefined {
  return node?.is === 'scalar' && node.type === type ? (node.value as T) : undefined;
}

function rangesOf(node: TextNode | undefined): readonly string[] | undefined {
  if (node?.is !== 'list') return undefined;
  return node.items.map((n) => scalar<string>(entry(n, 'subnet')?.value, 'string') ?? '').filter((s) => s !== '');
}

function labelsOf(node: TextNode | undefined): Record<string, string> {
  const value: Json = node ? plain(node) : null;
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return {};
  return Object.fromEntries(Object.entries(value).filter((e): e is [string, string] => typeof e[1] === 'string'));
}
