/** Kind `routes`: whether a default route is there, and routes that lead to the networks of containers. */
import { type Asking, together } from '../../facts/ask.ts';
import { containersConf } from '../../facts/containers/containers-conf.ts';
import { lookup } from '../../facts/containers/lookup.ts';
import { type Fact, FactBuilder, type Unknown, type Where } from '../../facts/fact.ts';
import { rootAccount } from '../../facts/host/accounts.ts';
import { routes as hostRoutes, type Route } from '../../facts/host/routes.ts';
import { seeTool } from '../../facts/host/tool-version.ts';
import { k3sModel } from '../../facts/k3s/k3s-model.ts';
import { clusterCidr, serviceCidr } from '../../facts/k3s/node-settings.ts';
import { defineKind } from '../../facts/kind.ts';
import { boolean, list, record, string } from '../../facts/shape.ts';
import { forAccount } from '../../facts/source.ts';
import { subnetsOverlap } from '../../facts/text/subnet.ts';

/** Devices of containers themselves: of K3s' flannel and its bridge, of other network plugins, of Podman. */
const own = /^(?:cni\d*|cni-podman\d+|podman\d+|flannel[.\w-]*|kube-\w+|veth\w+|cali\w+|cilium\w*|lxc\w+|vxlan\.calico|tunl0|lo)$/;

const isDefault = ({ to }: Route): boolean => to === '0.0.0.0/0' || to === '::/0';

export const routes = defineKind({
  name: 'routes',
  noun: 'the routes',
  describe:
    'The routes of the host: the default route, and those to networks that pods, services or containers have as well. What K3s and Podman themselves make is left out.',
  fields: {},
  shape: record({
    default: boolean('there is a default route, of either family'),
    clusterOverlaps: list(
      record({ to: string('a network'), device: string('where it lies'), with: string('what has the same addresses') }),
      'routes to addresses of pods and services of K3s',
    ),
    podmanOverlaps: list(
      record({ to: string('a network'), device: string('where it lies'), with: string('what has the same addresses') }),
      'routes to addresses of root’s default network',
    ),
    free: record(
      { pods: string('for pods of K3s'), services: string('for services of K3s'), podman: string('for the default network of Podman') },
      'networks that no route leads to, and that none of them has',
    ),
  }),
  touches: () => [hostRoutes, k3sModel, forAccount(containersConf, rootAccount), seeTool.of('podman')],
  *learn(): Asking<Fact> {
    const table = yield* hostRoutes();
    if (table.is === 'unknown') return table;
    const [k3s, podman] = yield* together([rangesOfK3s(table.each), subnetOfPodman()]);
    const fact = new FactBuilder().consulted(...table.consulted);
    const ways = table.each.filter(isDefault);
    fact.set('default', ways.length > 0, ...(ways.length > 0 ? ways.map((r) => r.at) : table.consulted));
    const others = table.each.filter((r) => !isDefault(r) && !own.test(r.device));
    if ('is' in k3s) fact.gap('clusterOverlaps', k3s);
    else put(fact, 'clusterOverlaps', others, k3s, table.consulted);
    if ('is' in podman) fact.gap('podmanOverlaps', podman);
    else put(fact, 'podmanOverlaps', others, podman, table.consulted);
    const ranges = [k3s, podman].flatMap((r) => ('is' in r ? [] : r.map(({ range }) => range)));
    return fact.set('free', freeBeside([...table.each.filter((r) => !isDefault(r)).map((r) => r.to), ...ranges]), ...table.consulted).build();
  },
});

/** The first networks of private addresses that meet none of these. */
function freeBeside(taken: readonly string[]): Readonly<Record<string, string>> {
  const isFree = (range: string): boolean => !taken.some((other) => subnetsOverlap(other, range));
  const each = Array.from({ length: 200 }, (_, at) => `10.${at + 44}.0.0/16`).filter(isFree);
  const [pods = '', services = '', podman = ''] = each;
  return each.length < 3 ? {} : { pods, services, podman };
}

interface Range {
  readonly range: string;
  readonly said: string;
}

/** Root's default network, which Podman makes unless told otherwise; other networks get addresses that are free. */
function* subnetOfPodman(): Asking<readonly Range[] | Unknown> {
  const podman = yield* seeTool('podman');
  if (podman.is === 'unknown') return podman;
  if (podman.is === 'absent') return [];
  const conf = yield* containersConf(rootAccount);
  if (conf.is === 'unknown') return conf;
  const set = lookup(conf, 'network', 'default_subnet');
  if (set.gap) return set.gap;
  const range = typeof set.value === 'string' && set.value !== '' ? set.value : '10.88.0.0/16';
  return [{ range, said: `the default network of Podman (${range})` }];
}

/** Of a server what it is told. An agent learns it from its server: what it has of pods, else the defaults, as before a first start. */
function* rangesOfK3s(table: readonly Route[]): Asking<readonly Range[] | Unknown> {
  const model = yield* k3sModel();
  if (model.is === 'unknown') return model;
  if (model.is === 'not-started' || model.role === 'agent') {
    const here = table.filter((r) => /^(?:cni\d*|flannel.*)$/.test(r.device)).flatMap((r) => named('pods', r.to));
    return here.length > 0 ? here : [...named('pods', '10.42.0.0/16'), ...named('services', '10.43.0.0/16')];
  }
  const gap = model.flags.gap('cluster-cidr') ?? model.flags.gap('service-cidr');
  if (gap) return gap;
  return [...named('pods', clusterCidr(model).value), ...named('services', serviceCidr(model).value)];
}

const named = (what: string, ranges: string): Range[] =>
  ranges.split(',').map((range) => ({ range: range.trim(), said: `the ${what} of K3s (${range.trim()})` }));

function put(fact: FactBuilder, field: string, others: readonly Route[], ranges: readonly Range[], consulted: readonly Where[]): void {
  const found = others.flatMap((r) => ranges.filter(({ range }) => subnetsOverlap(r.to, range)).map(({ said }) => ({ route: r, said })));
  fact.set(
    field,
    found.map(({ route, said }) => ({ to: route.to, device: route.device, with: said })),
    ...(found.length > 0 ? found.map(({ route }) => route.at) : consulted),
  );
}
