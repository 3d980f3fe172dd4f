/** Which entries of zones, policies and rich rules are about a port. */
import type { Where } from '../fact.ts';
import { covers, type Ports } from './ports.ts';
import type { Named } from './rich-rule.ts';
import type { Service } from './service.ts';

export interface Matched {
  /** About part of the traffic to the port only. */
  readonly narrowed: boolean;
  /** The entry first, then what it stands for. */
  readonly where: readonly Where[];
}

export type Protocol = 'tcp' | 'udp';

type Entry = ({ readonly is: 'port' | 'source-port' } & Ports) | ({ readonly is: 'service' | 'protocol' } & Named);

/** The ways in which an entry is about a port; none if it is not. */
export function matchesPort(entry: Entry, port: number, services: ReadonlyMap<string, Service>, protocol: Protocol): Matched[] {
  switch (entry.is) {
    case 'port':
      return entry.protocol === protocol && covers(entry.range, port) ? [{ narrowed: false, where: [{ ...entry.where, said: `opens port ${port}` }] }] : [];
    case 'source-port':
      // A sender chooses where it sends from.
      return entry.protocol === protocol ? [{ narrowed: true, where: [{ ...entry.where, said: 'opens every port to what is sent from one' }] }] : [];
    case 'protocol':
      return isOf(entry.name, protocol) ? [{ narrowed: false, where: [{ ...entry.where, said: `opens all of ${protocol.toUpperCase()}` }] }] : [];
    case 'service':
      return inService(entry.name, { port, protocol }, services, new Set()).map(({ narrowed, where }) => ({
        narrowed,
        where: [{ ...entry.where, said: `opens the service ${entry.name}` }, ...where],
      }));
  }
}

const isOf = (named: string, protocol: Protocol): boolean => (protocol === 'tcp' ? /^(?:tcp|0*6)$/i : /^(?:udp|0*17)$/i).test(named.trim());

/** A service's own entries, and those of the services that it includes. */
function inService(
  name: string,
  to: { readonly port: number; readonly protocol: Protocol },
  services: ReadonlyMap<string, Service>,
  seen: Set<string>,
): Matched[] {
  const service = services.get(name);
  if (!service || seen.has(name)) return [];
  seen.add(name);
  const own = [
    ...service.ports.map((p) => ({ is: 'port' as const, ...p })),
    ...service.protocols.map((p) => ({ is: 'protocol' as const, ...p })),
    ...service.sourcePorts.map((p) => ({ is: 'source-port' as const, ...p })),
  ].flatMap((entry) => matchesPort(entry, to.port, services, to.protocol));
  return [
    ...own.map(({ narrowed, where }) => ({ narrowed: narrowed || service.narrowed, where })),
    ...service.includes.flatMap((i) => inService(i.name, to, services, seen)),
  ];
}
