/** Options of the drivers that Podman itself has: of networks and of volumes it takes no others. Pure. */
import { type Release, since } from '../containers/podman-release.ts';
import type { Given } from './quadlet-given.ts';
import type { Conflict } from './value-conflicts.ts';

/** The options of a driver, each with the first release that has it, where that is after 4.4. */
type Options = Readonly<Record<string, string | undefined>>;

/**
 * Of networks by driver (containers/common:libnetwork/netavark/config.go, libnetwork/internal/util/util.go at v0.51 to v0.64, the releases that
 * Podman 4.4 to 5.6 are built with; each tried with podman network create of 4.3.1, 5.4.2 and 5.8.6). `parent` is Podman's
 * own word (containers/podman:cmd/podman/networks/create.go).
 */
const ofNetworks: Readonly<Record<string, Options>> = {
  bridge: {
    ...{ mtu: undefined, vlan: undefined, isolate: undefined, metric: undefined, no_default_route: '4.6', vrf: '4.8', mode: '5.4' },
    ...{ 'com.docker.network.driver.mtu': '4.5', 'com.docker.network.bridge.name': '4.5' },
  },
  macvlan: { mtu: undefined, mode: undefined, parent: undefined, metric: '5.2', no_default_route: '4.6', bclim: '4.6' },
  ipvlan: { mtu: undefined, mode: undefined, parent: undefined, metric: '5.2', no_default_route: '4.6' },
};

/** containers/podman:libpod/runtime_volume_common.go. */
const ofVolumes = Object.fromEntries('device o type uid gid size inodes noquota copy nocopy'.split(' ').map((name) => [name, undefined]));

/** Modes of each driver (containers/common:libnetwork/types/const.go). */
const modes: Readonly<Record<string, readonly string[]>> = {
  bridge: ['managed', 'unmanaged'],
  macvlan: ['bridge', 'private', 'vepa', 'passthru'],
  ipvlan: ['l2', 'l3', 'l3s'],
};

const optionsAmong = (all: readonly Given[]): readonly Given[] => all.filter((g) => g.flag === 'opt' || (g.flag === 'o' && g.key === 'PodmanArgs'));

/** The driver that these flags name, or the usual one. */
export const driverAmong = (all: readonly Given[], usual: string): string => all.findLast((g) => ['driver', 'd'].includes(g.flag))?.value || usual;

/** The options among the flags of a network that its driver does not know, and modes that it does not have. Of plugins nothing is known. */
export function strangeNetworkOptions(all: readonly Given[], release: Release): Conflict[] {
  const driver = driverAmong(all, 'bridge');
  const known = Object.hasOwn(ofNetworks, driver) ? ofNetworks[driver] : undefined;
  if (!known) return [];
  return optionsAmong(all).flatMap((given) => {
    const [name = '', value = ''] = given.value.split(/=(.*)/s);
    const unknown = strange(known, name, release);
    if (unknown) return [{ given, why: unknown }];
    const taken = name === 'mode' ? (modes[driver] ?? []) : [];
    return name === 'mode' && !taken.includes(value) ? [{ given, why: `${driver} has the modes ${taken.slice(0, -1).join(', ')} and ${taken.at(-1)}` }] : [];
  });
}

/** The options among the flags of a volume that the driver `local` does not know. */
export function strangeVolumeOptions(all: readonly Given[], release: Release): Conflict[] {
  if (driverAmong(all, 'local') !== 'local') return [];
  return optionsAmong(all).flatMap((given) => {
    const unknown = strange(ofVolumes, (given.value.split('=', 1)[0] as string).toLowerCase(), release);
    return unknown ? [{ given, why: unknown }] : [];
  });
}

function strange(known: Options, name: string, release: Release): string | undefined {
  if (!Object.hasOwn(known, name)) return 'the driver has no such option';
  const first = known[name];
  return first !== undefined && !since(release, first) ? `the driver has that option since Podman ${first}` : undefined;
}
