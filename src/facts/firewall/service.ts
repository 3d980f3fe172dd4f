/** Services: firewalld.service(5), firewalld/firewalld:src/firewall/core/io/service.py. */
import type { Unknown } from '../fact.ts';
import { attributeOf, type Grammar, readObject, whereOf } from './object-file.ts';
import { type Ports, portsOf } from './ports.ts';
import type { Named } from './rich-rule.ts';

export interface Service {
  readonly is: 'service';
  readonly name: string;
  readonly path: string;
  readonly ports: readonly Ports[];
  readonly sourcePorts: readonly Ports[];
  readonly protocols: readonly Named[];
  /** Services that it holds. */
  readonly includes: readonly Named[];
  /** For packets to some address only. */
  readonly narrowed: boolean;
}

const grammar: Grammar = {
  short: '',
  description: '',
  service: '|name version',
  port: 'port protocol',
  protocol: 'value',
  module: 'name',
  destination: '|ipv4 ipv6',
  'source-port': 'port protocol',
  include: 'service',
  helper: 'name',
};

/** Reads a service; one that firewalld would refuse is unknown. */
export function serviceOf(text: string, name: string, path: string): Service | Unknown {
  return readObject(text, path, grammar, (elements): Service => {
    const all = (element: string) => elements.filter((e) => e.name === element);
    // A port left empty means the whole protocol.
    const whole = all('port').filter((e) => attributeOf(e, 'port') === '');
    return {
      is: 'service',
      name,
      path,
      ports: all('port')
        .filter((e) => attributeOf(e, 'port') !== '')
        .map((e) => portsOf(e, path)),
      sourcePorts: all('source-port').map((e) => portsOf(e, path)),
      protocols: [
        ...whole.map((e) => ({ name: attributeOf(e, 'protocol'), where: whereOf(path, e, 'protocol') })),
        ...all('protocol').map((e) => ({ name: attributeOf(e, 'value'), where: whereOf(path, e, 'value') })),
      ],
      includes: all('include').map((e) => ({ name: attributeOf(e, 'service'), where: whereOf(path, e, 'service') })),
      narrowed: all('destination').length > 0,
    };
  });
}

/** Names that a service may have (Service.check_name()): letters and digits, `_` and `-`. */
export const isServiceName = (name: string): boolean => /^[A-Za-z0-9_-]+$/.test(name);

/**
 * What the zones name that firewalld and distributions ship, as firewalld has it. An image may be without the files, and
 * none of these has a port that matters elsewhere; any other service that is nowhere is not taken.
 */
export const shippedServices: Readonly<Record<string, string>> = {
  cockpit: '<service><port protocol="tcp" port="9090"/></service>',
  'dhcpv6-client': '<service><port protocol="udp" port="546"/><destination ipv6="fe80::/64"/></service>',
  mdns: '<service><port protocol="udp" port="5353"/><destination ipv4="224.0.0.251" ipv6="ff02::fb"/></service>',
  'samba-client': '<service><port protocol="udp" port="137-138"/></service>',
  ssh: '<service><port protocol="tcp" port="22"/></service>',
};
