/**
 * Flags of a network that do not go together, by driver and address management (containers/common:libnetwork/netavark/config.go,
 * createIpvlanOrMacvlan and its older createMacvlan; tried with podman network create of 4.3.1, 5.4.2 and 5.8.6). Pure.
 */
import { type Release, since } from '../containers/podman-release.ts';
import type { Given } from './quadlet-given.ts';
import { isTrue } from './quadlet-words.ts';
import type { Conflict } from './value-conflicts.ts';
import { driverAmong, strangeNetworkOptions } from './value-drivers.ts';

/** What netavark refuses of a network as a whole. */
export function networkConflicts(all: readonly Given[], release: Release): Conflict[] {
  const named = (...flags: readonly string[]): readonly Given[] => all.filter((g) => flags.includes(g.flag));
  const driver = driverAmong(all, 'bridge');
  const manager = named('ipam-driver').at(-1);
  const found = [...strangeNetworkOptions(all, release), ...addressing(driver, manager, named('driver', 'd').at(-1), named('subnet').length > 0, release)];
  const off = named('disable-dns').some((g) => isTrue(g.value));
  const without =
    driver === 'macvlan' || driver === 'ipvlan'
      ? `${driver} networks have no DNS of their own`
      : off
        ? 'its DNS is turned off'
        : manager?.value === 'none'
          ? 'without management of addresses it has no DNS'
          : undefined;
  return without === undefined ? found : [...found, ...named('dns').map((given) => ({ given, why: `${without}, and a server for it is refused` }))];
}

/** Which networks need a subnet, and which take none. */
function addressing(driver: string, manager: Given | undefined, named: Given | undefined, hasSubnet: boolean, release: Release): Conflict[] {
  const say = (given: Given | undefined, why: string): Conflict[] => (given ? [{ given, why }] : []);
  const way = manager?.value ?? '';
  if (way === 'none') return hasSubnet ? say(manager, 'beside it no subnet is taken') : [];
  if (way === 'dhcp' && !since(release, '4.5')) return say(manager, 'netavark has DHCP since Podman 4.5');
  if (driver !== 'macvlan' && driver !== 'ipvlan') return [];
  if (way === 'dhcp' && driver === 'ipvlan') return say(manager, 'ipvlan networks have no DHCP');
  if (way === 'dhcp') return hasSubnet ? say(manager, 'beside it no subnet is taken') : [];
  if (hasSubnet) return [];
  if (way === 'host-local') return say(manager, `a ${driver} network needs a subnet for it`);
  if (way !== '') return [];
  if (driver === 'ipvlan') return say(named, 'it needs Subnet=, or IPAMDriver=none: ipvlan networks have no DHCP');
  return since(release, '4.5') ? [] : say(named, 'it needs Subnet= before Podman 4.5, which has no DHCP for it');
}
