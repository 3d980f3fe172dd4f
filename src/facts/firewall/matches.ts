/** Which entries of zones, policies and rich rules are about a TCP port. */
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

type Entry = ({ readonly is: 'port' | 'source-port' } & Ports) | ({ readonly is: 'service' | 'protocol' } & Named);

/** The ways in which an entry is about a port; none if it is not. */
export function matchesPort(entry: Entry, port: number, services: ReadonlyMap<string, Service>): Matched[] {
  switch (entry.is) {
    case 'port':
      return entry.protocol === 'tcp' && covers(entry.range, port) ? [{ narrowed: false, where: [{ ...entry.where, said: `opens port ${port}` }] }] : [];
    case 'source-port':
      // A sender chooses where it sends from.
      return entry.protocol === 'tcp' ? [{ narrowed: true, where: [{ ...entry.where, said: 'opens every port to what is sent from one' }] }] : [];
    case 'protocol':
      return isTcp(entry.name) ? [{ narrowed: false, where: [{ ...entry.where, said: 'opens all of TCP' }] }] : [];
    case 'service':
      return inService(entry.name, port, services, new Set()).map(({ narrowed, where }) => ({
        narrowed,
        where: [{ ...entry.where, said: `opens the service ${entry.name}` }, ...where],
      }));
  }
}

const isTcp = (protocol: string): boolean => /^(?:tcp|0*6)$/i.test(protocol.trim());

/** A service's own entries, and those of the services that it includes. */
function inService(name: string, port: number, services: ReadonlyMap<string, Service>, seen: Set<string>): Matched[] {
  const service = services.get(name);
  if (!service || seen.has(name)) return [];
  seen.add(name);
  const own = [
    ...service.ports.map((p) => ({ is: 'port' as const, ...p })),
    ...service.protocols.map((p) => ({ is: 'protocol' as const, ...p })),
    ...service.sourcePorts.map((p) => ({ is: 'source-port' as const, ...p })),
  ].flatMap((entry) => matchesPort(entry, port, services));
  return [
    ...own.map(({ narrowed, where }) => ({ narrowed: narrowed || service.narrowed, where })),
    ...service.includes.flatMap((i) => inService(i.name, port, services, seen)),
  ];
}
