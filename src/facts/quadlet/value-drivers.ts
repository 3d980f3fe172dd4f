/** Options of the drivers that Podman itself has: of networks and of volumes it takes no others. Pure. */
import type { Given } from './quadlet-given.ts';
import type { Conflict } from './value-conflicts.ts';

/** The names of a driver, none given among them, and what it takes. */
interface Driver {
  readonly names: readonly string[];
  readonly options: RegExp;
}

/** containers/common:libnetwork/netavark/config.go, and the words of Docker in libnetwork/internal/util. */
export const bridgeOptions: Driver = { names: ['', 'bridge'], options: /^(?:mtu|vlan|isolate|metric|no_default_route|vrf|mode|com\.docker\..*)$/ };

/** containers/podman:libpod/runtime_volume_common.go. */
export const localOptions: Driver = { names: ['', 'local'], options: /^(?:device|o|type|uid|gid|size|inodes|noquota|copy|nocopy)$/i };

/** The options among these flags that the driver does not know. */
export function strangeOptions(all: readonly Given[], { names, options }: Driver): Conflict[] {
  const driver = all.findLast((g) => g.flag === 'driver')?.value ?? '';
  const given = all.filter((g) => g.flag === 'opt' || (g.flag === 'o' && g.key === 'PodmanArgs'));
  return names.includes(driver)
    ? given.filter((g) => !options.test(g.value.split('=', 1)[0] as string)).map((g) => ({ given: g, why: 'the driver has no such option' }))
    : [];
}
