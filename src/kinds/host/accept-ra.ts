/** Kind `accept-ra`: whether a node with IPv6 keeps its way out when K3s switches forwarding on. */
import { type Answer, type Asking, read, together } from '../../facts/ask.ts';
import { type Fact, FactBuilder, missing, type Unknown, unknown, type Where } from '../../facts/fact.ts';
import { routes } from '../../facts/host/routes.ts';
import { type K3sModel, k3sModel } from '../../facts/k3s/k3s-model.ts';
import { clusterCidr, joinedOf } from '../../facts/k3s/node-settings.ts';
import { defineKind } from '../../facts/kind.ts';
import { boolean, list, record, string } from '../../facts/shape.ts';

const table = '/proc/net/ipv6_route';
const addresses = '/proc/net/if_inet6';
const forwarding = '/proc/sys/net/ipv6/conf/all/forwarding';
const ofDevice = (name: string): string => `/proc/sys/net/ipv6/conf/${name}/accept_ra`;

export const acceptRa = defineKind({
  name: 'accept-ra',
  noun: 'the way out of IPv6',
  absent: 'no service of the system starts K3s here',
  describe:
    'Interfaces whose default route of IPv6 the kernel has from router advertisements, which it takes no more once it forwards, unless accept_ra is 2. K3s switches forwarding on where pods have IPv6. Of a running host.',
  fields: {},
  shape: record({
    dualStack: boolean('pods have IPv6, alone or beside IPv4'),
    losing: list(string('an interface'), 'interfaces that have such a route and lose it'),
    lost: list(string('an interface'), 'interfaces that had one: they forward, have an address that was advertised, and no default route'),
  }),
  touches: () => [k3sModel, routes, ...[table, addresses, forwarding, ofDevice('*')].map((path) => ({ do: 'read', path }) as const)],
  *learn(): Asking<Fact> {
    const model = yield* k3sModel();
    if (model.is === 'unknown') return model;
    if (model.is === 'not-started') return missing(...model.consulted);
    const forwards = yield* read(forwarding);
    const fact = new FactBuilder().consulted(model.where, { path: forwarding });
    if (forwards.is === 'blocked')
      return fact
        .gap('dualStack', unknown(forwards, forwarding))
        .gap('losing', unknown(forwards, forwarding))
        .gap('lost', unknown(forwards, forwarding))
        .build();
    const on = forwards.is === 'got' && forwards.value.trim() === '1';
    const dual = hasV6(model, on);
    fact.set('dualStack', dual.value, dual.where);
    if (!dual.value) return fact.set('losing', [], dual.where).set('lost', [], dual.where).build();
    const ways = yield* waysOf(on);
    if ('is' in ways) return fact.gap('losing', ways).gap('lost', ways).build();
    return setWays(fact, ways).build();
  },
});

/** An agent takes the networks of pods from its server; that it forwards IPv6 shows that they have such a one. */
function hasV6(model: K3sModel, forwards: boolean): { readonly value: boolean; readonly where: Where } {
  const cidr = model.role === 'server' ? clusterCidr(model) : joinedOf(model, 'node-ip');
  if (cidr?.value.includes(':')) return { value: true, where: cidr.where ?? model.where };
  return { value: model.role === 'agent' && forwards, where: model.role === 'agent' ? { path: forwarding } : (cidr?.where ?? model.where) };
}

interface Way {
  readonly device: string;
  readonly is: 'kept' | 'losing' | 'lost' | 'open';
  readonly where: readonly Where[];
}

function* waysOf(forwards: boolean): Asking<readonly Way[] | Unknown> {
  const [known, six, own] = yield* together([routes(), read(table), read(addresses)]);
  if (known.is === 'unknown') return known;
  if (six.is === 'blocked') return unknown(six, table);
  if (own.is === 'blocked') return unknown(own, addresses);
  const defaults = six.is === 'got' ? defaultsIn(six.value) : [];
  const devices = [...new Set([...known.each.filter(({ to }) => to === '0.0.0.0/0').map(({ device }) => device), ...defaults.map(({ device }) => device)])];
  const values: Answer<string>[] = yield* together(devices.map((d) => read(ofDevice(d))));
  const shut = values.findIndex((v) => v.is === 'blocked');
  const refused = values[shut];
  if (refused?.is === 'blocked') return unknown(refused, ofDevice(devices[shut] ?? ''));
  const inet6 = own.is === 'got' ? own.value : '';
  return devices.map((device, at): Way => {
    const value = values[at];
    const where = [{ path: ofDevice(device), said: value?.is === 'got' ? `accept_ra is ${value.value.trim()}` : 'no IPv6' }];
    // 0: somebody else listens to routers (systemd-networkd, NetworkManager, dhcpcd), or nobody; 2: the kernel, whether it forwards or not.
    if (value?.is !== 'got' || value.value.trim() !== '1') return { device, is: 'kept', where };
    return wayOf(
      device,
      defaults.filter((d) => d.device === device),
      addressesIn(inet6, device),
      forwards,
      where,
    );
  });
}

interface Default {
  readonly device: string;
  /** The kernel made it of an advertisement (RTF_ADDRCONF). */
  readonly advertised: boolean;
  readonly at: Where;
}

/** net/ipv6/route.c: destination, prefix, …, flags, device; a route that rejects (0x200) leads nowhere. */
function defaultsIn(text: string): Default[] {
  return text.split('\n').flatMap((line, index): Default[] => {
    const words = line.trim().split(/\s+/);
    const flags = Number.parseInt(words[8] ?? '', 16);
    const device = words[9] ?? 'lo';
    if (!/^0{32}$/.test(words[0] ?? '') || words[1] !== '00' || device === 'lo' || (flags & 0x200) !== 0) return [];
    return [{ device, advertised: (flags & 0x40000) !== 0, at: { path: table, line: index + 1 } }];
  });
}

/** proc_net(5) if_inet6: address, index, prefix, scope, flags, device. Of scope 00 are those that lead further than the link; 0x80 is permanent. */
function addressesIn(text: string, name: string): 'static' | 'advertised' | undefined {
  const own = text
    .split('\n')
    .map((l) => l.trim().split(/\s+/))
    .filter((w) => w[5] === name && w[3] === '00');
  if (own.length === 0) return undefined;
  return own.some((w) => (Number.parseInt(w[4] ?? '', 16) & 0x80) === 0) ? 'advertised' : 'static';
}

function wayOf(device: string, defaults: readonly Default[], address: 'static' | 'advertised' | undefined, forwards: boolean, where: readonly Where[]): Way {
  const places = [...where, ...defaults.map(({ at }) => at)];
  if (defaults.length > 0) return { device, is: defaults.every((d) => d.advertised) ? 'losing' : 'kept', where: places };
  if (address === 'advertised') return { device, is: forwards ? 'lost' : 'kept', where: [...where, { path: addresses }, { path: forwarding }] };
  // With an address of its own the site has set no way out; without any, who knows whether a router ever spoke.
  return { device, is: address === 'static' || !forwards ? 'kept' : 'open', where: [...where, { path: addresses }] };
}

function setWays(fact: FactBuilder, ways: readonly Way[]): FactBuilder {
  const all = ways.flatMap(({ where }) => where);
  for (const field of ['losing', 'lost'] as const) {
    const found = ways.filter(({ is }) => is === field);
    fact.set(
      field,
      found.map(({ device }) => device),
      ...(found.length > 0 ? found.flatMap(({ where }) => where) : all),
    );
  }
  const open = ways.find(({ is }) => is === 'open');
  if (open && ways.every(({ is }) => is !== 'lost'))
    fact.gap('lost', {
      is: 'unknown',
      why: 'ambiguous',
      said: `whether a router advertises itself on ${open.device} is not known: rdisc6 ${open.device} asks`,
      where: open.where,
    });
  return fact;
}
