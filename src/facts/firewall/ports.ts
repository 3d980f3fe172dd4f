/** Ports as firewalld's files name them. */
import type { Where } from '../fact.ts';
import type { XmlElement } from '../text/xml.ts';
import { attributeOf, Refused, whereOf } from './object-file.ts';

/** Both ends are part of it. */
export interface PortRange {
  readonly from: number;
  readonly to: number;
}

export interface Ports {
  readonly protocol: string;
  readonly range: PortRange;
  readonly where: Where;
}

export interface Forward extends Ports {
  /** Without it the port stays as it is. */
  readonly toPort?: PortRange;
  /** Without it the packet is for this host. */
  readonly toAddress?: string;
}

/**
 * Reads `842`, `840-850`, `850-840` (firewalld/firewalld:src/firewall/functions.py getPortRange). Undefined for what is no
 * range of numbers: a name from /etc/services is none either.
 */
function portRange(text: string): PortRange | undefined {
  const [, first, last] = /^\s*(\d{1,5})\s*(?:-\s*(\d{1,5})\s*)?$/.exec(text) ?? [];
  if (first === undefined) return undefined;
  const ends = [Number(first), Number(last ?? first)];
  const to = Math.max(...ends);
  return to > 65535 ? undefined : { from: Math.min(...ends), to };
}

export const covers = (range: PortRange, port: number): boolean => port >= range.from && port <= range.to;

/** Reads the attributes `port` and `protocol`. Throws {@link Refused}. */
export function portsOf(element: XmlElement, path: string): Ports {
  const range = rangeOf(element, 'port');
  const protocol = attributeOf(element, 'protocol');
  if (!['tcp', 'udp', 'sctp', 'dccp'].includes(protocol)) throw new Refused(`a protocol ${protocol}`, element.at);
  return { protocol, range, where: whereOf(path, element, 'port') };
}

/** Reads a `forward-port`. Throws {@link Refused}. */
export function forwardOf(element: XmlElement, path: string): Forward {
  const toAddress = attributeOf(element, 'to-addr');
  const toPort = attributeOf(element, 'to-port') === '' ? undefined : rangeOf(element, 'to-port');
  if (toAddress === '' && !toPort) throw new Refused('a forward-port to nowhere', element.at);
  return { ...portsOf(element, path), ...(toPort ? { toPort } : {}), ...(toAddress === '' ? {} : { toAddress }) };
}

function rangeOf(element: XmlElement, attribute: string): PortRange {
  const range = portRange(attributeOf(element, attribute));
  if (!range) throw new Refused(`${JSON.stringify(attributeOf(element, attribute))} is no port or range of ports`, element.at);
  return range;
}
