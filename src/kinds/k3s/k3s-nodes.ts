/** Kind `k3s-nodes`: the nodes of the cluster, and what they are for. */
import type { Asking } from '../../facts/ask.ts';
import { type Fact, FactBuilder, type Unknown } from '../../facts/fact.ts';
import { type ApiObject, apiObjects, field, nameOf } from '../../facts/k3s/api-objects.ts';
import { defineKind } from '../../facts/kind.ts';
import { list, number, record, string } from '../../facts/shape.ts';
import { releaseOf } from '../../facts/text/version.ts';

const label = (node: ApiObject, role: string): boolean => field(node, 'metadata', 'labels', `node-role.kubernetes.io/${role}`) === 'true';

const minorOf = (node: ApiObject): number | undefined => releaseOf(String(field(node, 'status', 'nodeInfo', 'kubeletVersion') ?? ''))?.numbers[1];

/** Nodes whose release does not go with that of the servers (Kubernetes version skew policy); undefined where a node tells none. */
function skewedAmong(nodes: readonly ApiObject[], servers: readonly ApiObject[]): string[] | undefined {
  const minors = nodes.map(minorOf);
  const ofServers = servers.flatMap((node) => minorOf(node) ?? []);
  if (minors.includes(undefined) || ofServers.length === 0) return undefined;
  const [oldest, newest] = [Math.min(...ofServers), Math.max(...ofServers)];
  return nodes
    .filter((node, at) => {
      const minor = minors[at] as number;
      return servers.includes(node) ? newest - minor > 1 : minor > oldest || newest - minor > 3;
    })
    .map((node) => `${nameOf(node)} (${String(field(node, 'status', 'nodeInfo', 'kubeletVersion'))})`)
    .sort();
}

export const k3sNodes = defineKind({
  name: 'k3s-nodes',
  noun: 'nodes of the cluster',
  describe:
    'The nodes of the cluster: which are servers, and which hold etcd, by the labels that K3s gives them. Asks the cluster, so only where --kubectl is given.',
  fields: {},
  shape: record({
    nodes: list(string('a node'), 'all of them'),
    servers: list(string('a node'), 'those with the control plane'),
    etcd: list(string('a node'), 'those that hold etcd'),
    members: number('how many hold etcd'),
    skewed: list(string('a node and its release'), 'nodes whose release does not go with that of the servers'),
  }),
  touches: () => [apiObjects.of('nodes')],
  *learn(): Asking<Fact> {
    const found = yield* apiObjects('nodes');
    if (found.is === 'unknown') return found;
    const names = (of: readonly ApiObject[]): string[] => of.map(nameOf).sort();
    const etcd = found.items.filter((node) => label(node, 'etcd'));
    // Before 1.20 the control plane was called master.
    const servers = found.items.filter((node) => label(node, 'control-plane') || label(node, 'master'));
    const fact = new FactBuilder().consulted(found.where).set('nodes', names(found.items), found.where).set('servers', names(servers), found.where);
    fact.set('etcd', names(etcd), found.where).set('members', etcd.length, found.where);
    const skewed = skewedAmong(found.items, servers);
    if (skewed) return fact.set('skewed', skewed, found.where).build();
    const why: Unknown = { is: 'unknown', why: 'ambiguous', said: 'not every node tells the release that it runs', where: [found.where] };
    return fact.gap('skewed', why).build();
  },
});
