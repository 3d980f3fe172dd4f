/** Kind `k3s-exposure`: which ports of K3s that are for its nodes alone strangers reach. */
import { type Asking, together } from '../../facts/ask.ts';
import { type Fact, FactBuilder, type Json, missing, type Unknown, type Where } from '../../facts/fact.ts';
import { strangersReach } from '../../facts/firewall/strangers.ts';
import { isPublic, type OwnAddress, ownAddresses } from '../../facts/host/own-addresses.ts';
import { routes } from '../../facts/host/routes.ts';
import { type Socket, sockets } from '../../facts/host/sockets.ts';
import { k3sModel } from '../../facts/k3s/k3s-model.ts';
import { type NodePort, portsOf } from '../../facts/k3s/ports.ts';
import { defineKind } from '../../facts/kind.ts';
import { boolean, list, record, string } from '../../facts/shape.ts';

const port = record({ port: string('the port: 8472/udp'), of: string('what listens there') });

export const k3sExposure = defineKind({
  name: 'k3s-exposure',
  noun: 'the ports of K3s',
  absent: 'no service of the system starts K3s here',
  describe:
    'Ports of K3s that are for its nodes alone (VXLAN, kubelet, etcd, the embedded registry), on which something listens and from which the rules in force keep nobody away. Of a running host.',
  fields: {},
  shape: record({
    listens: boolean('something listens on one of these ports'),
    world: list(port, 'those that the internet reaches, as far as the IPv4 addresses of the host tell'),
    near: list(port, 'those that everybody in the networks of the host reaches'),
    keyed: list(port, 'ports of WireGuard that everybody reaches; it answers those alone whose key it knows'),
  }),
  touches: () => [k3sModel, sockets, ownAddresses, routes, strangersReach],
  *learn(): Asking<Fact> {
    const model = yield* k3sModel();
    if (model.is === 'unknown') return model;
    if (model.is === 'not-started') return missing(...model.consulted);
    const [seen, addresses, ways] = yield* together([sockets(), ownAddresses(), routes()]);
    if (seen.is === 'unknown') return seen;
    const met = portsOf(model)
      .filter(({ local, of }) => !local && of !== 'the API server')
      .flatMap((p) => {
        const on = seen.each.filter((s) => s.port === p.port && s.protocol === p.protocol && opens(s));
        return on.length > 0 ? [{ port: p, on }] : [];
      });
    const fact = new FactBuilder().consulted(model.where, { path: '/proc/net/tcp' }, { path: '/proc/net/udp' });
    fact.set('listens', met.length > 0, ...met.flatMap(({ on }) => on.map(({ at }) => at)));
    if (met.length === 0) return fact.set('world', []).set('near', []).set('keyed', []).build();
    if ('is' in addresses) return gaps(fact, addresses);
    if (ways.is === 'unknown') return gaps(fact, ways);
    const devices = [...new Set(ways.each.filter(({ to }) => to === '0.0.0.0/0').map(({ device }) => device))];
    yield* judge(fact, met, addresses, devices.length > 0 ? devices : ['eth0']);
    return fact.build();
  },
});

interface Met {
  readonly port: NodePort;
  readonly on: readonly Socket[];
}

const any = ['0.0.0.0', '::'];

/** It listens on every address, or on one that the internet reaches: one of the nodes' own network is what is wanted. */
const opens = ({ address }: Socket): boolean => any.includes(address) || isPublic(address);

const gaps = (fact: FactBuilder, why: Unknown): Fact => fact.gap('world', why).gap('near', why).gap('keyed', why).build();

function* judge(fact: FactBuilder, met: readonly Met[], addresses: readonly OwnAddress[], devices: readonly string[]): Asking<void> {
  const outside = addresses.filter(({ address }) => !address.includes(':') && isPublic(address));
  const found: Record<'world' | 'near' | 'keyed', { readonly json: Json; readonly where: readonly Where[] }[]> = { world: [], near: [], keyed: [] };
  const open = new Map<keyof typeof found, Unknown>();
  const reaches = yield* together(met.map(({ port: p }) => together(devices.map((d) => strangersReach(d, p.port, p.protocol)))));
  for (const [at, { port: p, on }] of met.entries()) {
    const public4 = outside.length > 0 && on.some(({ address }) => any.includes(address) || !address.includes(':'));
    const field = p.of.startsWith('WireGuard') ? 'keyed' : public4 ? 'world' : 'near';
    const each = reaches[at] ?? [];
    const reach = each.find((r) => r.is === 'known' && r.open) ?? each.find((r) => r.is === 'unknown');
    if (reach?.is === 'unknown') open.set(field, reach);
    if (reach?.is !== 'known') continue;
    const place = outside[0] && public4 ? [{ path: outside[0].path, said: outside[0].address }] : [];
    found[field].push({ json: { port: `${p.port}/${p.protocol}`, of: p.of }, where: [...on.map((s) => s.at), ...place, ...reach.where] });
  }
  const seen = met.flatMap(({ on }) => on.map((s) => s.at));
  const rules = reaches.flat().flatMap((r) => (r.is === 'known' ? r.where : []));
  for (const field of ['world', 'near', 'keyed'] as const) {
    const gap = open.get(field);
    const places = found[field].flatMap(({ where }) => where);
    fact.set(
      field,
      found[field].map(({ json }) => json),
      ...(places.length > 0 ? places : [...seen, ...rules]),
    );
    if (found[field].length === 0 && gap) fact.gap(field, gap);
  }
}
