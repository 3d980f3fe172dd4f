/** Zones: firewalld.zone(5), firewalld/firewalld:src/firewall/core/io/zone.py. */
import type { Unknown, Where } from '../fact.ts';
import type { XmlElement } from '../text/xml.ts';
import { type Filter, filterGrammar, filterOf } from './filter.ts';
import { attributeOf, type Grammar, Refused, readObject, whereOf } from './object-file.ts';

const targets = ['ACCEPT', 'DROP', '%%REJECT%%', 'default'] as const;

export interface Zone extends Filter {
  readonly is: 'zone';
  /** What happens to what no rule is about; `default` rejects, too. */
  readonly target: (typeof targets)[number];
  readonly targetAt: Where;
  /** Interfaces and sources that its file binds; NetworkManager and others bind more at run time. */
  readonly bound: readonly string[];
}

const grammar: Grammar = {
  ...filterGrammar,
  zone: '|name immutable target version ingress-priority egress-priority',
  forward: '',
  interface: 'name',
  'icmp-block-inversion': '',
};

/** Reads a zone; one that firewalld would refuse is unknown. */
export function zoneOf(text: string, name: string, path: string): Zone | Unknown {
  return readObject(text, path, grammar, (elements): Zone => {
    const zone = elements.find((e) => e.name === 'zone' && e.attributes.has('target')) ?? elements.find((e) => e.name === 'zone');
    return {
      is: 'zone',
      ...filterOf(elements, name, path),
      target: zone?.attributes.has('target') ? targetOf(zone) : 'default',
      targetAt: zone ? whereOf(path, zone, 'target') : { path },
      bound: elements.filter((e) => e.name === 'interface' || e.name === 'source').map(boundTo),
    };
  });
}

/** Once it was written as the name of a chain. */
function targetOf(zone: XmlElement): Zone['target'] {
  const written = attributeOf(zone, 'target');
  const target = targets.find((t) => t === (written === '{chain}_{zone}' ? 'default' : written));
  if (!target) throw new Refused(`a target ${written}`, zone.at);
  return target;
}

function boundTo(element: XmlElement): string {
  if (element.name === 'interface') return attributeOf(element, 'name');
  const [address, ipset] = [attributeOf(element, 'address'), attributeOf(element, 'ipset')];
  if ((address === '') === (ipset === '') || element.attributes.has('invert')) throw new Refused('a source that is not one address or ipset', element.at);
  return address === '' ? `ipset:${ipset}` : address;
}

/** A zone in parts, `zones/NAME/*.xml`: their contents are added up, and none of their targets counts (Zone.combine()). */
export function combinedZone(name: string, path: string, parts: readonly Zone[]): Zone {
  return {
    is: 'zone',
    name,
    path,
    target: 'default',
    targetAt: { path },
    services: parts.flatMap((p) => p.services),
    ports: parts.flatMap((p) => p.ports),
    sourcePorts: parts.flatMap((p) => p.sourcePorts),
    protocols: parts.flatMap((p) => p.protocols),
    forwards: parts.flatMap((p) => p.forwards),
    rules: parts.flatMap((p) => p.rules),
    bound: parts.flatMap((p) => p.bound),
  };
}
