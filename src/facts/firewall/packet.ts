/** One packet against the rules of a packet filter: of a container that asks the name server on its bridge, or of a stranger. Pure. */
import type { Where } from '../fact.ts';

/** What is known of a packet that comes in from a bridge or another interface. It goes over IPv4, is new, and meant for the host itself. */
export interface Packet {
  /** The interface; undefined: a bridge that Podman will name (podman0, podman1, …). */
  readonly bridge?: string;
  /** Networks in CIDR form from which it may come; empty: of Podman's own choice. */
  readonly subnets: readonly string[];
  readonly port: number;
  /** Networks in CIDR form in which its destination lies; undefined: not known. */
  readonly destinations?: readonly string[];
  /** `udp` where nothing is said. */
  readonly protocol?: 'tcp' | 'udp';
}

export type Truth = 'yes' | 'no' | 'maybe';

export interface Rule {
  readonly match: Truth;
  /** `accept`, `drop`, `return`, a chain to jump to, or nothing that decides. */
  readonly verdict: { readonly is: 'accept' | 'drop' | 'return' | 'none' } | { readonly is: 'jump' | 'goto'; readonly chain: string };
  readonly at: Where;
}

export interface Chain {
  readonly rules: readonly Rule[];
}

/** A chain at the hook input, with the chains of its table. */
export interface BaseChain extends Chain {
  readonly name: string;
  readonly policy: { readonly is: 'accept' | 'drop'; readonly at: Where };
  readonly chains: ReadonlyMap<string, Chain>;
}

/** What may become of the packet; each with the places that decide. */
interface Ways {
  readonly accept: readonly Where[];
  readonly drop: readonly Where[];
  /** It may reach the end of the chain. */
  readonly through: boolean;
}

export type Fate = { readonly is: 'accepted' | 'dropped' | 'open'; readonly where: readonly Where[] };

/** Rules that are followed at most: a loop of chains, which the kernel refuses, ends here. */
const most = 20_000;

/** What becomes of the packet in a base chain; `open` where rules that cannot be told decide. */
export function fateIn(base: BaseChain): Fate {
  const budget = { left: most };
  const ways = walk(base, base.chains, budget, 0);
  const accept = [...ways.accept, ...(ways.through && base.policy.is === 'accept' ? [base.policy.at] : [])];
  const drop = [...ways.drop, ...(ways.through && base.policy.is === 'drop' ? [base.policy.at] : [])];
  if (budget.left <= 0 || (accept.length > 0 && drop.length > 0)) return { is: 'open', where: drop.slice(0, 3) };
  return drop.length > 0 ? { is: 'dropped', where: drop.slice(0, 3) } : { is: 'accepted', where: accept.slice(0, 3) };
}

function walk({ rules }: Chain, chains: ReadonlyMap<string, Chain>, budget: { left: number }, depth: number): Ways {
  const accept: Where[] = [];
  const drop: Where[] = [];
  // A rule that may hold may have sent it back to the chain above.
  let left = false;
  for (const { match, verdict, at } of rules) {
    if (budget.left-- <= 0 || depth > 16) return { accept: [at], drop: [at], through: false };
    if (match === 'no' || verdict.is === 'none') continue;
    if (verdict.is === 'return') {
      if (match === 'yes') return { accept, drop, through: true };
      left = true;
      continue;
    }
    if (verdict.is === 'jump' || verdict.is === 'goto') {
      const below = chains.get(verdict.chain);
      const ways = below ? walk(below, chains, budget, depth + 1) : { accept: [at], drop: [at], through: true };
      accept.push(...ways.accept.slice(0, 3));
      drop.push(...ways.drop.slice(0, 3));
      if (match === 'yes' && (verdict.is === 'goto' || !ways.through)) return { accept, drop, through: left || (verdict.is === 'goto' && ways.through) };
      if (verdict.is === 'goto' && ways.through) left = true;
      continue;
    }
    (verdict.is === 'accept' ? accept : drop).push(at);
    if (match === 'yes') return { accept, drop, through: left };
  }
  return { accept, drop, through: true };
}

export const not = (truth: Truth): Truth => (truth === 'yes' ? 'no' : truth === 'no' ? 'yes' : 'maybe');
export const all = (each: readonly Truth[]): Truth => (each.includes('no') ? 'no' : each.includes('maybe') ? 'maybe' : 'yes');
export const some = (each: readonly Truth[]): Truth => (each.includes('yes') ? 'yes' : each.includes('maybe') ? 'maybe' : 'no');

/** Whether it comes in through an interface of that name; a `*` or `+` at the end is any text. */
export function comesFrom({ bridge }: Packet, name: string): Truth {
  const prefix = /[*+]$/.test(name) ? name.slice(0, -1) : undefined;
  if (bridge !== undefined) return (prefix === undefined ? bridge === name : bridge.startsWith(prefix)) ? 'yes' : 'no';
  if (prefix !== undefined) return 'podman'.startsWith(prefix) ? 'yes' : prefix.startsWith('podman') ? 'maybe' : 'no';
  return /^podman\d+$/.test(name) ? 'maybe' : 'no';
}

/** Where Podman takes networks from (containers.conf(5) default_subnet, default_subnet_pools). */
const usual: readonly string[] = ['10.88.0.0/16', '10.89.0.0/16', '10.90.0.0/15', '10.92.0.0/14', '10.96.0.0/11', '10.128.0.0/9'];

/** Whether its sender is in a network, or is one address. */
export const sentFrom = ({ subnets }: Packet, cidr: string): Truth => within(subnets.length > 0 ? subnets : usual, cidr);

/** Whether its destination, an address of the host, is in a network, or is one address. */
export const sentTo = ({ destinations }: Packet, cidr: string): Truth =>
  destinations ? within(destinations.length > 0 ? destinations : usual, cidr) : 'maybe';

function within(networks: readonly string[], cidr: string): Truth {
  const wanted = rangeOf(cidr);
  if (!wanted) return 'maybe';
  const own = networks.map(rangeOf).filter((r) => r !== undefined);
  if (own.every(([from, to]) => wanted[0] <= from && to <= wanted[1])) return 'yes';
  return own.some(([from, to]) => from <= wanted[1] && wanted[0] <= to) ? 'maybe' : 'no';
}

/** First and last address of `10.0.0.0/8`, `10.0.0.1` or `10.0.0.1-10.0.0.9`. */
function rangeOf(text: string): readonly [number, number] | undefined {
  const [first, last] = text.split('-').map((t) => t.trim());
  const [address = '', bits = '32'] = (first ?? '').split('/');
  const from = numberOf(address);
  if (from === undefined || !/^\d{1,2}$/.test(bits) || Number(bits) > 32) return undefined;
  if (last !== undefined) {
    const to = numberOf(last);
    return to === undefined ? undefined : [from, to];
  }
  const size = 2 ** (32 - Number(bits));
  const start = Math.floor(from / size) * size;
  return [start, start + size - 1];
}

function numberOf(address: string): number | undefined {
  const parts = address.split('.');
  if (parts.length !== 4 || !parts.every((p) => /^\d{1,3}$/.test(p) && Number(p) < 256)) return undefined;
  return parts.reduce((n, p) => n * 256 + Number(p), 0);
}

/** Names of ports that rules use for this one (services(5)). */
const services: Readonly<Record<string, number>> = { domain: 53, mdns: 5353, otv: 8472, 'etcd-client': 2379, 'etcd-server': 2380 };

/** Whether it is of a protocol, by its name or number. */
export function isOf({ protocol = 'udp' }: Packet, name: string): boolean {
  return name === protocol || name === (protocol === 'udp' ? '17' : '6');
}

/** Whether it goes to a port, a range `50-60` or `50:60`, or a service. */
export function goesTo({ port }: Packet, text: string): Truth {
  if (Object.hasOwn(services, text)) return services[text] === port ? 'yes' : 'no';
  const [from = Number.NaN, to = from] = text.split(/[-:]/).map(Number);
  if (Number.isNaN(from) || Number.isNaN(to)) return /^[a-z]/.test(text) ? 'no' : 'maybe';
  return from <= port && port <= to ? 'yes' : 'no';
}
