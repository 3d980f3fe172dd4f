/** Kind `podman-dns`: whether aardvark-dns of an account's Podman has its port on the gateways of networks to itself. */
import { type Answer, type Asking, read, together } from '../../facts/ask.ts';
import { containersConf } from '../../facts/containers/containers-conf.ts';
import { lookup } from '../../facts/containers/lookup.ts';
import { type Fact, FactBuilder, unknown, type Where } from '../../facts/fact.ts';
import { defineKind } from '../../facts/kind.ts';
import { type AccountNetworks, accountNetworks } from '../../facts/quadlet/account-networks.ts';
import { type AllWorkloads, allWorkloads } from '../../facts/quadlet/all-workloads.ts';
import { boolean, list, number, record, string } from '../../facts/shape.ts';

/** Ports that aardvark-dns may move to: nobody asks it but through Podman's own rules, so that any will do. */
const others: readonly number[] = [5353, 5354, 5355, 5300, 1053, 10053];

const tables = ['udp', 'udp6', 'tcp', 'tcp6'].map((t) => `/proc/net/${t}`);

export const podmanDns = defineKind({
  name: 'podman-dns',
  noun: "aardvark-dns's port",
  describe: "The port on which aardvark-dns answers on an account's networks, and who else listens on it, or takes what is sent there.",
  fields: { dnsAlways: { type: 'boolean', describe: 'whether a network with DNS is expected although none exists yet (k3d makes one)' } },
  shape: record({
    port: number('the port: network.dns_bind_port, else 53'),
    moved: boolean('dns_bind_port sets another port than 53'),
    needed: boolean('the account has a network with DNS, in a file of its own or a Quadlet file, or one is expected'),
    taken: boolean('another program listens on that port on every address, so that no gateway is left; root alone shares the addresses of the host'),
    published: list(string('CONTAINER publishes PORT'), 'containers that publish that port on every address'),
    listeners: list(string('ADDRESS (protocol)'), 'who listens on that port'),
    freePort: number('another port, on which nobody was seen to listen and that no container publishes'),
  }),
  touches: () => [containersConf, accountNetworks, allWorkloads, ...tables.map((path) => ({ do: 'read', path }) as const)],
  *learn(q, as): Asking<Fact> {
    const [conf, networks, workloads] = yield* together([containersConf(as), accountNetworks(as), allWorkloads(as)]);
    if (conf.is === 'unknown') return conf;
    const set = lookup(conf, 'network', 'dns_bind_port');
    if (set.gap) return set.gap;
    const port = typeof set.value === 'number' && set.value > 0 ? set.value : 53;
    const fact = new FactBuilder().set('port', port, ...set.where);
    fact.set('moved', port !== 53, ...(set.where.length > 0 ? set.where : [{ path: '/etc/containers/containers.conf', said: 'no dns_bind_port' }]));
    setNeeded(fact, networks, q.dnsAlways === true);
    setPublished(fact, workloads, port);
    const heard = as.uid === 0 ? yield* setListeners(fact, port) : [];
    fact.set(
      'freePort',
      others.find((other) => other !== port && !heard.includes(other) && publishers(workloads, other).length === 0),
    );
    // What listens on the host is outside the network namespace of an account's bridges.
    if (as.uid !== 0) fact.set('listeners', [], ...networks.looked).set('taken', false, ...networks.looked);
    return fact.build();
  },
});

function setNeeded(fact: FactBuilder, { each, looked, unseen }: AccountNetworks, always: boolean): void {
  const named = each.filter((n) => n.dns).map((n) => n.where);
  if (always || named.length > 0) fact.set('needed', true, ...(named.length > 0 ? named : looked));
  else if (unseen) fact.gap('needed', unseen);
  else fact.set('needed', false, ...looked);
}

/** Rules that lead a published port to a container take what is sent to the gateway as well (containers/netavark:src/firewall). */
function setPublished(fact: FactBuilder, workloads: AllWorkloads, port: number): void {
  const found = publishers(workloads, port);
  const unseen = workloads.each.find((w) => w.ports.unseen)?.ports.unseen;
  const said = [...new Set(found.map((p) => `${p.by} publishes ${p.port}/${p.protocol}`))];
  if (said.length === 0 && unseen) fact.gap('published', unseen);
  else fact.set('published', said, ...(found.length > 0 ? found.map((p) => p.where) : [{ path: '/etc/containers/systemd' }]));
}

/** Ports of containers that cover this one, on every address. */
const publishers = ({ each: [first] }: AllWorkloads, port: number) =>
  (first?.ports.each ?? []).filter((p) => (p.address === '0.0.0.0' || p.address === '[::]') && p.protocol !== 'sctp' && covers(p.port, port));

/** Whether a port, or a range `50-60`, holds a number. */
function covers(text: string, port: number): boolean {
  const [from = Number.NaN, to = from] = text.split('-').map(Number);
  return from <= port && port <= to;
}

/** The ports on which somebody listens, as far as can be seen. */
function* setListeners(fact: FactBuilder, port: number): Asking<readonly number[]> {
  const texts = yield* together(tables.map((t) => read(t)));
  const found: { address: string; where: Where }[] = [];
  const heard: number[] = [];
  let seen = false;
  for (const [at, path] of tables.entries()) {
    const text = texts[at] as Answer<string>;
    if (text.is === 'blocked') {
      fact.gap('taken', unknown(text, path)).gap('listeners', unknown(text, path));
      return heard;
    }
    if (text.is !== 'got') continue;
    seen = true;
    for (const one of listenersIn(text.value, path)) {
      heard.push(one.port);
      if (one.port === port) found.push(one);
    }
  }
  if (!seen) {
    const why = { is: 'unknown', why: 'unsupported', said: 'who listens shows on a running host only', where: [{ path: '/proc/net' }] } as const;
    fact.gap('taken', why).gap('listeners', why);
    return heard;
  }
  const where = found.length > 0 ? found.map((f) => f.where) : tables.map((path) => ({ path }));
  const every = found.filter((f) => f.address === '0.0.0.0' || f.address === '[::]');
  fact.set(
    'listeners',
    found.map((f) => f.where.said ?? ''),
    ...where,
  );
  fact.set('taken', every.length > 0, ...(every.length > 0 ? every.map((f) => f.where) : where));
  return heard;
}

/** Rows of /proc/net/{udp,tcp}[6] (proc(5)): bound UDP sockets (07) and listening TCP sockets (0A). Addresses are in host order. */
export function listenersIn(text: string, path: string): { address: string; port: number; where: Where }[] {
  const protocol = path.slice(path.lastIndexOf('/') + 1);
  return text.split('\n').flatMap((line, at) => {
    const found = /^\s*\d+:\s+([0-9A-F]{8}|[0-9A-F]{32}):([0-9A-F]{4})\s+\S+\s+([0-9A-F]{2})\s/.exec(line);
    if (!found || found[3] !== (protocol.startsWith('udp') ? '07' : '0A')) return [];
    const address = addressOf(found[1] ?? '');
    const port = Number.parseInt(found[2] ?? '0', 16);
    return [{ address, port, where: { path, line: at + 1, said: `${address}:${port} (${protocol})` } }];
  });
}

function addressOf(hex: string): string {
  if (/^0+$/.test(hex)) return hex.length === 8 ? '0.0.0.0' : '[::]';
  if (hex.length === 8) return [6, 4, 2, 0].map((i) => Number.parseInt(hex.slice(i, i + 2), 16)).join('.');
  return `[${hex.toLowerCase()}]`;
}
