/** Rich rules: firewalld.richlanguage(5), as they stand in files (firewalld/firewalld:src/firewall/core/rich.py). */
import type { Where } from '../fact.ts';
import type { XmlElement } from '../text/xml.ts';
import { attributeOf, below, Refused, whereOf } from './object-file.ts';
import { type Forward, forwardOf, type Ports, portsOf } from './ports.ts';

export type Family = 'ipv4' | 'ipv6';

/** A name, of a service or a protocol. */
export interface Named {
  readonly name: string;
  readonly where: Where;
}

/** What traffic a rule is about; `all` where it names nothing, `other` for what TCP never is, and for masquerading. */
type Subject =
  | { readonly is: 'all' }
  | { readonly is: 'other' }
  | ({ readonly is: 'service' | 'protocol' } & Named)
  | ({ readonly is: 'port' | 'source-port' } & Ports)
  | ({ readonly is: 'forward-port' } & Forward);

export interface RichRule {
  /** Undefined for both. */
  readonly family?: Family;
  /** Below 0 before, above 0 after the rules of no priority. */
  readonly priority: number;
  /** It names a source or destination, or a rate: not all such traffic is meant. */
  readonly narrowed: boolean;
  /** It is about some senders alone: not about everybody. */
  readonly ofSome: boolean;
  readonly subject: Subject;
  /** Undefined where it only logs. */
  readonly action?: 'accept' | 'reject' | 'drop' | 'mark';
  readonly where: Where;
}

const subjects = ['service', 'port', 'protocol', 'tcp-mss-clamp', 'icmp-block', 'icmp-type', 'masquerade', 'forward-port', 'source-port'];
const actions = ['accept', 'reject', 'drop', 'mark'] as const;
/** These have an effect without an action, and may have none. */
const selfActing = ['icmp-block', 'forward-port', 'masquerade', 'tcp-mss-clamp'];

/** Reads one rule. Throws {@link Refused} for what firewalld refuses. */
export function richRule(element: XmlElement, path: string): RichRule {
  const inside = [...below(element)].slice(1);
  const one = (names: readonly string[], what: string): XmlElement | undefined => {
    const [first, second] = inside.filter((e) => names.includes(e.name));
    if (second) throw new Refused(`a rule with more than one ${what}`, second.at);
    return first;
  };
  const stray = inside.find((e) => ['rule', 'interface', 'ingress-zone', 'egress-zone', 'forward', 'disable'].includes(e.name));
  if (stray) throw new Refused(`${stray.name} in a rule`, stray.at);
  const parts = {
    source: one(['source'], 'source'),
    destination: one(['destination'], 'destination'),
    subject: one(subjects, 'element'),
    log: one(['log', 'nflog'], 'log'),
    audit: one(['audit'], 'audit'),
    action: one(actions, 'action'),
  };
  const family = familyOf(element);
  const priority = attributeOf(element, 'priority') === '' ? 0 : priorityOf(element);
  check(element, parts, family, priority);
  const action = actions.find((a) => a === parts.action?.name);
  return {
    ...(family ? { family } : {}),
    priority,
    narrowed: parts.source !== undefined || parts.destination !== undefined || parts.action?.children.some((c) => c.name === 'limit') === true,
    ofSome: parts.source !== undefined && !isEverybody(parts.source),
    subject: subjectOf(parts.subject, path),
    ...(action ? { action } : {}),
    where: whereOf(path, parts.subject ?? element),
  };
}

/** All addresses, or all but some. */
const isEverybody = (source: XmlElement): boolean => /\/0$/.test(attributeOf(source, 'address')) || /^(?:yes|true)$/i.test(attributeOf(source, 'invert'));

type Parts = Readonly<Record<'source' | 'destination' | 'subject' | 'log' | 'audit' | 'action', XmlElement | undefined>>;

/** Rich_Rule.check(). */
function check(rule: XmlElement, parts: Parts, family: Family | undefined, priority: number): void {
  const { source, destination, subject, log, audit, action } = parts;
  const acts = subject !== undefined && selfActing.includes(subject.name);
  if (!family && (destination || source?.attributes.has('address') || subject?.name === 'forward-port')) throw new Refused('a rule without family', rule.at);
  if (!subject && !action && !(log && priority !== 0)) throw new Refused('a rule without element and action', rule.at);
  if (!subject && action && !source && !destination && priority === 0) throw new Refused('a rule for everything, without priority', rule.at);
  if (!acts && !log && !audit && !action) throw new Refused('a rule without action', rule.at);
  if (acts && action) throw new Refused(`${subject.name} with ${action.name}`, action.at);
}

function familyOf(rule: XmlElement): Family | undefined {
  const family = attributeOf(rule, 'family');
  if (family === 'ipv4' || family === 'ipv6') return family;
  if (family !== '') throw new Refused(`a family ${family}`, rule.at);
  return undefined;
}

/** A priority as Python's int() reads it. Throws {@link Refused}. */
export function priorityOf(element: XmlElement): number {
  const text = attributeOf(element, 'priority');
  const priority = /^\s*[+-]?\d{1,5}\s*$/.test(text) ? Number(text) : Number.NaN;
  if (!(priority >= -32768 && priority <= 32767)) throw new Refused(`a priority ${text}`, element.at);
  return priority;
}

function subjectOf(element: XmlElement | undefined, path: string): Subject {
  switch (element?.name) {
    case undefined:
      return { is: 'all' };
    case 'service':
      return { is: 'service', name: attributeOf(element, 'name'), where: whereOf(path, element, 'name') };
    case 'protocol':
      return { is: 'protocol', name: attributeOf(element, 'value'), where: whereOf(path, element, 'value') };
    case 'port':
    case 'source-port':
      return { is: element.name, ...portsOf(element, path) };
    case 'forward-port':
      return { is: 'forward-port', ...forwardOf(element, path) };
    default:
      return { is: 'other' };
  }
}
