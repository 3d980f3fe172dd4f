/**
 * Addresses that a container or pod asks for, and the networks that it is on: Podman refuses an address outside of all subnets of
 * its network, and any address where there is no bridge (containers/common:libnetwork/internal/util/validate.go
 * validatePerNetworkOpts, containers/podman:pkg/specgen/container_validate.go; tried with 4.3.1, 5.4.2 and 5.8.6, as root and as an account).
 */
import { type Asking, nothing, together } from '../ask.ts';
import { containersConf } from '../containers/containers-conf.ts';
import { lookup, word } from '../containers/lookup.ts';
import type { Known, Unknown, Where } from '../fact.ts';
import { type FoundNetwork, type NetworkFiles, networkFiles } from '../podman/networks.ts';
import type { Touches } from '../source.ts';
import { subnetLiesIn } from '../text/subnet.ts';
import { networkName } from './quadlet-claims.ts';
import { type Given, givenBy } from './quadlet-given.ts';
import type { Sibling } from './quadlet-siblings.ts';
import { isTrue } from './quadlet-words.ts';
import { isAddress, isNetwork } from './value-check.ts';
import type { Conflict } from './value-conflicts.ts';
import { driverAmong } from './value-drivers.ts';
import type { Asked } from './value-on-host.ts';

export const addressTouches: Touches = [containersConf, networkFiles];

/** Where Podman takes a subnet from for a network that names none (containers/common:pkg/config/default.go). */
const usualPools = ['10.89.0.0/16', '10.90.0.0/15', '10.92.0.0/14', '10.96.0.0/11', '10.128.0.0/9'];
const usualSubnet = '10.88.0.0/16';

/** An address, and the network on which it is asked for; without a name it is the default one. */
interface Wish {
  readonly address: string;
  readonly network: string;
  readonly given: Given;
}

/** What is known of a network: its subnets, or where they will be taken from. */
type Room = { readonly name: string; readonly subnets: readonly string[]; readonly chosen?: Where } | undefined;

const bridgeAlone = ['ip', 'ip6', 'mac-address', 'network-alias'];

/** Networks of which an address is no question: what is wrong with them is told elsewhere. */
const special = /^(?:host|none|private|default|slirp4netns|pasta|pod)$|^(?:container|ns)$/;

/** What is refused of the addresses among these flags; `siblings` are the Quadlet files of the same generator. */
export function* addressRefusals(all: readonly Given[], siblings: readonly Sibling[], { owner, moves }: Asked): Asking<readonly Conflict[] | Unknown> {
  const networks = all.filter((g) => g.flag === 'network');
  const own = all.filter((g) => bridgeAlone.includes(g.flag));
  const wishes = wishesOf(networks, own);
  if (networks.some((g) => special.test(headOf(g))) || (wishes.length === 0 && (networks.length > 0 || own.length === 0))) return [];
  const [conf, files] = yield* together([containersConf(owner, moves), wishes.length > 0 ? networkFiles(owner) : nothing()]);
  if (conf.is === 'unknown') return conf;
  const netns = word(conf, 'containers', 'netns');
  if (networks.length === 0 && netns.gap) return netns.gap;
  const usual = netns.value ?? 'private';
  const bridge = usual === 'bridge' || (owner.uid === 0 && ['private', 'default'].includes(usual));
  if (networks.length === 0 && !bridge) return special.test(usual.split(':')[0] ?? '') ? own.map((given) => ({ given, why: withoutBridge(netns.value) })) : [];
  if (!files || files.is === 'unknown') return files ?? [];
  const judged = wishes.map((wish) => refusalOf(wish, roomOf(wish.network, siblings, files, conf)));
  const refused = judged.flatMap((j) => (j && 'given' in j ? [j] : []));
  return refused.length > 0 ? refused : (judged.find((j): j is Unknown => j !== undefined && 'is' in j) ?? []);
}

const withoutBridge = (netns: string | undefined): string =>
  netns === undefined || netns === 'private'
    ? 'without Network= a container of an account is on no bridge, and Podman gives addresses and names on a bridge alone'
    : `netns = "${netns}" of containers.conf is no bridge, and Podman gives addresses and names on a bridge alone`;

const headOf = ({ value }: Given): string => value.split(':')[0] ?? '';

function wishesOf(networks: readonly Given[], own: readonly Given[]): Wish[] {
  const last = ['ip', 'ip6'].flatMap((flag) => own.filter((g) => g.flag === flag).slice(-1));
  const alone = networks.length > 1 ? [] : last.map((given) => ({ address: given.value, network: networks[0] ? headOf(networks[0]) : '', given }));
  const beside = networks.flatMap((given) =>
    (given.value.split(/:(.*)/s)[1] ?? '').split(',').flatMap((option): Wish[] => {
      const [key = '', address = ''] = option.split(/=(.*)/s);
      return key === 'ip' || key === 'ip6' ? [{ address, network: headOf(given), given }] : [];
    }),
  );
  return [...alone, ...beside].filter((w) => isAddress(w.address));
}

function roomOf(name: string, siblings: readonly Sibling[], files: Exclude<NetworkFiles, Unknown>, conf: Known): Room | Unknown {
  if (files.backend === 'cni') return undefined;
  const quadlet = siblings.find((s) => s.file.name === name) ?? siblings.find((s) => s.ending === 'network' && !s.unseen && networkName(s) === name);
  if (quadlet?.unseen) return quadlet.unseen;
  const real = quadlet ? networkName(quadlet) : ['', 'bridge'].includes(name) ? defaultNetwork(conf) : name;
  if (typeof real !== 'string') return real;
  const found = files.each.find((n) => n.name === real);
  if (found) return found.source === 'built-in' ? builtIn(real, conf) : storedRoom(found);
  // Podman makes the network anew from what it cannot read.
  const broken = files.broken.find((b) => b.why !== 'unparsable' || b.where[0]?.path.endsWith(`/${real}.json`));
  return broken ?? (quadlet ? declared(quadlet, conf) : undefined);
}

function defaultNetwork(conf: Known): string | Unknown {
  const { value, gap } = word(conf, 'network', 'default_network');
  return gap ?? value ?? 'podman';
}

function builtIn(name: string, conf: Known): Room | Unknown {
  const { value, gap } = word(conf, 'network', 'default_subnet');
  return gap ?? { name, subnets: [value ?? usualSubnet] };
}

const storedRoom = ({ name, ranges, ipam }: FoundNetwork): Room => (ranges && (ipam ?? 'host-local') === 'host-local' ? { name, subnets: ranges } : undefined);

/** What a `.network` file will make. Podman looks at addresses where it gives them itself. */
function declared({ file, assignments, expand }: Sibling, conf: Known): Room | Unknown {
  const all = givenBy('network', assignments);
  const named = (flag: string): readonly Given[] => all.filter((g) => g.flag === flag);
  const subnets = named('subnet').map((g) => expand(g.value));
  const driver = driverAmong(all, 'bridge');
  if (!['', 'host-local'].includes(named('ipam-driver').at(-1)?.value ?? '') || !['bridge', 'macvlan', 'ipvlan'].includes(driver)) return undefined;
  // What is no subnet is told of the network itself.
  if (!subnets.every(isNetwork)) return undefined;
  if (subnets.length > 0) return { name: file.name, subnets: isOn(all, 'ipv6') && !subnets.some((s) => s.includes(':')) ? [...subnets, 'fd00::/8'] : subnets };
  if (driver !== 'bridge') return undefined;
  const pools = lookup(conf, 'network', 'default_subnet_pools');
  if (pools.gap) return pools.gap;
  const bases = Array.isArray(pools.value)
    ? pools.value.flatMap((p) => (p !== null && typeof p === 'object' && 'base' in p && typeof p.base === 'string' ? [p.base] : []))
    : usualPools;
  return { name: file.name, subnets: [...bases, ...(isOn(all, 'ipv6') ? ['fd00::/8'] : [])], chosen: { path: file.path } };
}

const isOn = (all: readonly Given[], flag: string): boolean => all.some((g) => g.flag === flag && isTrue(g.value));

function refusalOf({ address, given }: Wish, room: Room | Unknown): Conflict | Unknown | undefined {
  if (!room || 'is' in room) return room;
  const { name, subnets, chosen } = room;
  // Go takes an IPv4 address in the form of IPv6 for what it stands for.
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, '');
  const lies = subnets.some((s) => subnetLiesIn(`${plain}/${plain.includes(':') ? 128 : 32}`, s));
  if (lies && chosen)
    return {
      is: 'unknown',
      why: 'ambiguous',
      said: `whether ${address} lies in the subnet that Podman chooses for ${name}, which names none, shows when it is made`,
      where: [chosen, given.where],
    };
  if (lies) return undefined;
  const has = subnets.length > 0 ? subnets.join(', ') : 'no subnet';
  return { given, why: chosen ? `${name} names no subnet, and gets one from ${has}` : `${address} lies outside of the network ${name}, which has ${has}` };
}
