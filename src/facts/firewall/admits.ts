/** What firewalld lets in: its rules in the order in which it puts them into netfilter (firewalld/firewalld:src/firewall/core/nftables.py). */
import type { Unknown, Where } from '../fact.ts';
import { shortened } from '../text/shortened.ts';
import { mayLetIn } from './direct.ts';
import type { Filter } from './filter.ts';
import type { Firewalld } from './firewalld.ts';
import { type Matched, matchesPort, type Protocol } from './matches.ts';
import type { Policy } from './policy.ts';
import { covers, type Forward } from './ports.ts';
import type { Family, RichRule } from './rich-rule.ts';
import type { Zone } from './zone.ts';

export type Admission = { readonly is: 'open' | 'closed'; readonly where: readonly Where[] } | Unknown;

/** What is sent, and by whom. */
interface Sent {
  readonly port: number;
  readonly protocol: Protocol;
  /** By everybody: what zones and rules let in of some sources alone does not count. */
  readonly byAll: boolean;
}

/**
 * Whether somebody outside can reach a TCP port of this host. Whom a zone, a source or a rate lets in is not judged: one
 * sender is enough. The default zone is in use, and zones to which their files bind something; of another that the
 * administrator wrote nobody knows, since NetworkManager may bind it.
 */
export function admits(config: Firewalld, port: number): Admission {
  const used = [...config.zones.values()].filter((z) => z === config.defaultZone || z.bound.length > 0);
  return letsIn(config, used, { port, protocol: 'tcp', byAll: false });
}

/** Whether everybody who can send to an interface reaches a port: through the zone to which a file binds it, else through the default one. */
export function admitsAll(config: Firewalld, device: string, port: number, protocol: Protocol): Admission {
  const bound = [...config.zones.values()].find((z) => z.bound.includes(device));
  const everyone = [...config.zones.values()].filter((z) => z.bound.some((b) => /\/0$/.test(b)));
  return letsIn(config, [...new Set([bound ?? config.defaultZone, ...everyone])], { port, protocol, byAll: true }, bound !== undefined);
}

/** `settled`: nobody else can bind what it comes through to another zone. */
function letsIn(config: Firewalld, used: readonly Zone[], sent: Sent, settled = false): Admission {
  const { port } = sent;
  const open = openThrough(config, used, sent);
  if (open) return { is: 'open', where: open };
  const others = settled ? [] : [...config.zones.values()].filter((z) => !used.includes(z) && z.bound.length === 0 && z.path.startsWith('/etc/'));
  const maybe = openThrough(config, others, sent);
  if (maybe) return notKnown(`${maybe[0]?.path} lets port ${port} in, and whether something is bound to its zone is not known`, maybe);
  const away = forwards(config, [...used, ...others], sent).find((f) => f.toAddress !== undefined);
  if (away) return notKnown(`port ${port} of ${away.toAddress} is forwarded to, and whether that is this host is not known`, [away.where]);
  const direct = config.direct.find((rule) => mayLetIn(rule, config.backend));
  if (direct) return notKnown(`the direct rule ${shortened(direct.words.join(' '), 80)} may let the port in`, [direct.where]);
  return { is: 'closed', where: [...used, ...policiesOf(config, used)].map(({ path }) => ({ path, said: `does not open port ${port}` })) };
}

const notKnown = (said: string, where: readonly Where[]): Unknown => ({ is: 'unknown', why: 'ambiguous', said, where });

/** What lets the port in from one of these zones: a redirection, which no other rule stops, or a rule. */
function openThrough(config: Firewalld, zones: readonly Zone[], sent: Sent): readonly Where[] | undefined {
  const redirected = forwards(config, zones, sent).find((f) => f.toAddress === undefined);
  if (redirected) return [{ ...redirected.where, said: `forwards to port ${sent.port}` }];
  const inward = policiesOf(config, zones).filter((p) => p.egress.includes('HOST'));
  for (const zone of zones) {
    const open = opening(stepsOf(config, zone, inward, sent), zone === config.defaultZone ? both : familiesOf(zone));
    if (open) return open;
  }
  return undefined;
}

/** The policies for what comes from zones. */
const policiesOf = (config: Firewalld, zones: readonly Zone[]): Policy[] =>
  config.policies.filter((p) => !p.disabled && p.ingress.some((i) => i === 'ANY' || zones.some((z) => z.name === i)));

const both: readonly Family[] = ['ipv4', 'ipv6'];

/** A zone of addresses alone sees only their family. */
function familiesOf(zone: Zone): readonly Family[] {
  if (zone.bound.length === 0) return both;
  const v4 = zone.bound.every((b) => /^[\d.]+(?:\/[\d.]+)?$/.test(b));
  const v6 = zone.bound.every((b) => /^[\da-fA-F]*:[\da-fA-F:.]*:[\da-fA-F:.]*(?:\/\d+)?$/.test(b) && !/^(?:[\da-fA-F]{2}:){5}/.test(b));
  return v4 ? ['ipv4'] : v6 ? ['ipv6'] : both;
}

/** One rule that decides about the port. */
interface Step {
  readonly accepts: boolean;
  /** Undefined for both. */
  readonly family?: Family;
  /** It is about part of the traffic only, or may be. */
  readonly narrowed: boolean;
  readonly where: readonly Where[];
}

/** The first rule that lets something in, of what no rule before it has refused altogether. */
function opening(steps: readonly Step[], families: readonly Family[]): readonly Where[] | undefined {
  const left = new Set(families);
  for (const { accepts, family, narrowed, where } of steps) {
    const about = family ? [family] : [...left];
    if (!about.some((f) => left.has(f))) continue;
    if (accepts) return where;
    if (!narrowed) for (const f of about) left.delete(f);
  }
  return undefined;
}

/** What a packet from a zone passes: policies of negative priority, the zone, the other policies, the zone's target. */
function stepsOf(config: Firewalld, zone: Zone, policies: readonly Policy[], sent: Sent): Step[] {
  const about = policies.filter((p) => p.ingress.includes('ANY') || p.ingress.includes(zone.name)).sort((a, b) => a.priority - b.priority);
  const ofPolicy = (p: Policy): Step[] => [...rulesOf(config, p, sent), ...(p.target === 'CONTINUE' ? [] : [targetStep(p, 'policy')])];
  return [
    ...about.filter((p) => p.priority < 0).flatMap(ofPolicy),
    ...rulesOf(config, zone, sent),
    ...about.filter((p) => p.priority > 0).flatMap(ofPolicy),
    targetStep(zone, 'zone'),
  ];
}

const targetStep = ({ target, targetAt }: Zone | Policy, what: string): Step => ({
  accepts: target === 'ACCEPT',
  narrowed: false,
  where: [{ ...targetAt, said: `the ${what} accepts everything` }],
});

/** Rich rules of negative priority, refusals, services and ports and what else is accepted, rich rules of positive priority. */
function rulesOf(config: Firewalld, filter: Filter, sent: Sent): Step[] {
  const rich = filter.rules.flatMap((r) => richStep(config, r, sent));
  // Which of two rules of one priority comes first differs by release.
  const ordered = rich.sort((a, b) => a.priority - b.priority || Number(b.step.accepts) - Number(a.step.accepts));
  const of = (test: (r: Rated) => boolean): Step[] => ordered.filter(test).map((r) => r.step);
  return [
    ...of((r) => r.priority < 0),
    ...of((r) => r.priority === 0 && !r.step.accepts),
    ...of((r) => r.priority === 0 && r.step.accepts),
    ...plainMatches(config, filter, sent).map(({ narrowed, where }) => ({ accepts: true, narrowed, where })),
    ...of((r) => r.priority > 0),
  ];
}

interface Rated {
  readonly priority: number;
  readonly step: Step;
}

function richStep(config: Firewalld, rule: RichRule, { port, protocol, byAll }: Sent): Rated[] {
  if (!rule.action || rule.action === 'mark' || rule.subject.is === 'forward-port' || rule.subject.is === 'other') return [];
  const matched = rule.subject.is === 'all' ? [{ narrowed: false, where: [rule.where] }] : matchesPort(rule.subject, port, config.services, protocol);
  const accepts = rule.action === 'accept';
  if (accepts && byAll && rule.ofSome) return [];
  return matched.slice(0, 1).map((m) => ({
    priority: rule.priority,
    step: { accepts, ...(rule.family ? { family: rule.family } : {}), narrowed: rule.narrowed || matched.every((o) => o.narrowed), where: m.where },
  }));
}

const plainMatches = (config: Firewalld, filter: Filter, { port, protocol }: Sent): Matched[] =>
  [
    ...filter.ports.map((p) => ({ is: 'port' as const, ...p })),
    ...filter.services.map((s) => ({ is: 'service' as const, ...s })),
    ...filter.protocols.map((p) => ({ is: 'protocol' as const, ...p })),
    ...filter.sourcePorts.map((p) => ({ is: 'source-port' as const, ...p })),
  ].flatMap((subject) => matchesPort(subject, port, config.services, protocol));

/** Where another port, or the same, is forwarded to this one, here or elsewhere. */
function forwards(config: Firewalld, zones: readonly Zone[], { port, protocol: wanted }: Sent): Forward[] {
  const filters: readonly Filter[] = [...zones, ...policiesOf(config, zones)];
  return filters
    .flatMap((f) => [...f.forwards, ...f.rules.flatMap((r): Forward[] => (r.subject.is === 'forward-port' ? [r.subject] : []))])
    .filter(({ protocol, range, toPort }) => protocol === wanted && covers(toPort ?? range, port));
}
