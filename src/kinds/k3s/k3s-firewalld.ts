/** Kind `k3s-firewalld`: what firewalld keeps from K3s. */
import type { Asking } from '../../facts/ask.ts';
import { type Fact, FactBuilder, missing, type Unknown, type Where } from '../../facts/fact.ts';
import { admits } from '../../facts/firewall/admits.ts';
import { type Firewalld, firewalld } from '../../facts/firewall/firewalld.ts';
import { firewalldOptions } from '../../facts/firewall/options.ts';
import type { Zone } from '../../facts/firewall/zone.ts';
import { type K3sModel, k3sModel } from '../../facts/k3s/k3s-model.ts';
import { clusterCidr, serviceCidr } from '../../facts/k3s/node-settings.ts';
import { defineKind } from '../../facts/kind.ts';
import { list, number, record, string } from '../../facts/shape.ts';
import { subnetLiesIn } from '../../facts/text/subnet.ts';

/** The interfaces of K3s' flannel: the bridge of the node's pods, and the way to those of other nodes. */
const interfaces = ['cni0', 'flannel.1'];

export const k3sFirewalld = defineKind({
  name: 'k3s-firewalld',
  noun: 'firewalld',
  absent: 'firewalld is not enabled, or nothing starts K3s',
  describe:
    'What the permanent configuration of firewalld keeps from K3s: the port of its API server, and the networks of pods and services, which have to be trusted.',
  fields: {},
  shape: record({
    port: number('the port of the API server; of a server only'),
    closed: list(number('a port'), 'the port of the API server where no zone lets it in'),
    pods: list(string('a network'), 'networks of pods whose packets no zone accepts as a whole'),
    services: list(string('a network'), 'the same of services'),
  }),
  touches: () => [firewalldOptions, k3sModel, firewalld],
  *learn(): Asking<Fact> {
    const on = yield* firewalldOptions();
    if (on.is === 'unknown') return on;
    if (on.is === 'off') return missing(...on.consulted);
    const model = yield* k3sModel();
    if (model.is === 'unknown') return model;
    if (model.is === 'not-started') return missing(...model.consulted);
    const config = yield* firewalld();
    if (config.is === 'unknown') return config;
    const fact = new FactBuilder().consulted(...on.where);
    setPort(fact, config, model);
    setUntrusted(fact, 'pods', clusterCidr(model).value, config, [...on.where]);
    setUntrusted(fact, 'services', serviceCidr(model).value, config, [...on.where]);
    return fact.build();
  },
});

function setPort(fact: FactBuilder, config: Firewalld, model: K3sModel): void {
  const { role, flags, where } = model;
  if (role !== 'server') return void fact.set('closed', [], { ...where, said: 'an agent has no API server' });
  const port = Number(flags.one('https-listen-port')?.value ?? '6443');
  const networks = [clusterCidr(model), serviceCidr(model)].flatMap(({ value }) => value.split(',').map((n) => n.trim()));
  const ofPods = (bound: string): boolean => interfaces.includes(bound) || networks.some((n) => subnetLiesIn(bound, n));
  // A zone of the pods lets pods in, and nobody from outside.
  const zones = new Map([...config.zones].filter(([, z]) => z === config.defaultZone || z.bound.length === 0 || !z.bound.every(ofPods)));
  const admission = admits({ ...config, zones }, port);
  fact.set('port', port, flags.one('https-listen-port')?.where ?? where);
  if (admission.is === 'unknown') fact.gap('closed', admission);
  else fact.set('closed', admission.is === 'closed' ? [port] : [], ...admission.where);
}

function setUntrusted(fact: FactBuilder, field: string, networks: string, config: Firewalld, enabled: readonly Where[]): void {
  const states = networks.split(',').map((network) => ({ network: network.trim(), state: trusts(config, network.trim()) }));
  const open = states.map(({ state }) => state).find((s): s is Unknown => typeof s !== 'boolean' && 'is' in s);
  const lost = states.filter(({ state }) => state === false).map(({ network }) => network);
  if (lost.length === 0 && open) return void fact.gap(field, open);
  const zones = [...config.zones.values()].filter((z) => z.target === 'ACCEPT' || z === config.defaultZone);
  fact.set(field, lost, ...zones.map(({ path }) => ({ path, ...(lost.length > 0 ? { said: `does not name ${lost.join(' or ')} as a source` } : {}) })), ...enabled);
}

/** Whether what comes from a network is accepted as a whole, both by the host and on its way through. */
function trusts(config: Firewalld, network: string): boolean | Unknown {
  const zones = [...config.zones.values()];
  const accepting = zones.filter((z) => z.target === 'ACCEPT');
  if (accepting.includes(config.defaultZone) || accepting.some((z) => binds(z, network))) return true;
  if (interfaces.every((i) => accepting.some((z) => z.bound.includes(i)))) return true;
  const other = zones.find((z) => z.target !== 'ACCEPT' && binds(z, network)) ?? zones.find((z) => interfaces.some((i) => z.bound.includes(i)));
  const about = config.policies.filter((p) => !p.disabled && p.target === 'ACCEPT' && (p.ingress.includes('ANY') || (other && p.ingress.includes(other.name))));
  const named = zones.find((z) => z.bound.some((b) => b.startsWith('ipset:')));
  const open = about[0]?.path ?? named?.path;
  if (open === undefined) return false;
  return { is: 'unknown', why: 'ambiguous', said: `whether ${open} accepts all that comes from ${network} is not known`, where: [{ path: open }] };
}

/** A source of the zone holds the whole network. */
const binds = ({ bound }: Zone, network: string): boolean => bound.some((source) => subnetLiesIn(network, source));
