/** What netavark sets firewall rules with when containers.conf does not say (containers/netavark:src/firewall). Pure. */
import { releaseOf, since } from '../containers/podman-release.ts';
import type { ToolVersion } from '../host/tool-version.ts';

/** iptables up to 1.9, nftables from 1.14 on (seen on 1.4 and 1.14); between them the distribution's build chose. */
export function usualDrivers(netavark: ToolVersion): string[] {
  const release = netavark.is === 'known' ? releaseOf(netavark.version) : undefined;
  if (!release) return ['nftables', 'iptables'];
  if (since(release, '1.14')) return ['nftables'];
  return since(release, '1.10') ? ['nftables', 'iptables'] : ['iptables'];
}

/** Since 1.8 its chain at the head of INPUT lets questions to the name server in, in the table that iptables keeps. */
export const letsNamesIn = (netavark: ToolVersion): boolean | undefined => {
  const release = netavark.is === 'known' ? releaseOf(netavark.version) : undefined;
  return release ? since(release, '1.8') : undefined;
};
