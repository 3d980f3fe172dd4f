/** Kind `k3s-nodes`: the nodes of the cluster, and what they are for. */
import type { Asking } from '../../facts/ask.ts';
import { type Fact, FactBuilder } from '../../facts/fact.ts';
import { type ApiObject, apiObjects, field, nameOf } from '../../facts/k3s/api-objects.ts';
import { defineKind } from '../../facts/kind.ts';
import { list, number, record, string } from '../../facts/shape.ts';

const label = (node: ApiObject, role: string): boolean => field(node, 'metadata', 'labels', `node-role.kubernetes.io/${role}`) === 'true';

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
    return fact.set('etcd', names(etcd), found.where).set('members', etcd.length, found.where).build();
  },
});
