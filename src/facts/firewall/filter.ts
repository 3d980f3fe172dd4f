/**
 * What zones and policies have in common: services, ports, protocols, forwards and rich rules
 * (firewalld.zone(5), firewalld.policy(5); firewalld/firewalld:src/firewall/core/io/policy.py common_startElement()).
 */
import type { XmlElement } from '../text/xml.ts';
import { attributeOf, type Grammar, Refused, whereOf } from './object-file.ts';
import { type Forward, forwardOf, type Ports, portsOf } from './ports.ts';
import { type Named, type RichRule, richRule } from './rich-rule.ts';

export interface Filter {
  readonly name: string;
  readonly path: string;
  readonly services: readonly Named[];
  readonly ports: readonly Ports[];
  readonly sourcePorts: readonly Ports[];
  readonly protocols: readonly Named[];
  readonly forwards: readonly Forward[];
  readonly rules: readonly RichRule[];
}

/** Elements that stand in zones and in policies. */
export const filterGrammar: Grammar = {
  short: '',
  description: '',
  service: 'name',
  port: 'port protocol',
  'icmp-block': 'name',
  'icmp-type': 'name',
  masquerade: '|enabled',
  'forward-port': 'port protocol|to-port to-addr',
  rule: '|family priority',
  source: '|address mac invert family ipset',
  destination: '|address invert ipset',
  protocol: 'value',
  'source-port': 'port protocol',
  'tcp-mss-clamp': '|value',
  log: '|prefix level',
  nflog: '|group prefix queue-size',
  audit: '',
  accept: '',
  reject: '|type',
  drop: '',
  mark: 'set',
  limit: 'value|burst',
};

/** Takes the common part out of the elements of a file. Throws {@link Refused}. */
export function filterOf(elements: readonly XmlElement[], name: string, path: string): Filter {
  const all = (element: string): XmlElement[] => elements.filter((e) => e.name === element);
  const stray = elements.find((e) =>
    ['accept', 'reject', 'drop', 'mark', 'log', 'nflog', 'audit', 'limit', 'destination', 'icmp-type', 'tcp-mss-clamp'].includes(e.name),
  );
  if (stray) throw new Refused(`${stray.name} outside of a rule`, stray.at);
  return {
    name,
    path,
    services: all('service').map((e) => ({ name: attributeOf(e, 'name'), where: whereOf(path, e, 'name') })),
    ports: all('port').map((e) => portsOf(e, path)),
    sourcePorts: all('source-port').map((e) => portsOf(e, path)),
    protocols: all('protocol').map((e) => ({ name: attributeOf(e, 'value'), where: whereOf(path, e, 'value') })),
    forwards: all('forward-port').map((e) => forwardOf(e, path)),
    rules: all('rule').map((e) => richRule(e, path)),
  };
}
