/** Kind `k3s-roles`: roles of the cluster that give more than is written out, and who is in the group of its masters. */
import type { Asking } from '../../facts/ask.ts';
import { type Fact, FactBuilder } from '../../facts/fact.ts';
import { nameOf, textsAt } from '../../facts/k3s/api-objects.ts';
import { clusterRoles, subjectsOf } from '../../facts/k3s/cluster-roles.ts';
import { defineKind } from '../../facts/kind.ts';
import { list, record, string } from '../../facts/shape.ts';

export const k3sRoles = defineKind({
  name: 'k3s-roles',
  noun: 'roles of the cluster',
  describe: 'Roles of the cluster with a wildcard, and bindings of the group system:masters. Asks the cluster, so only where --kubectl is given.',
  fields: { except: { type: 'strings', describe: 'roles that are left out, beside those of Kubernetes itself' } },
  shape: record({
    wildcards: list(string('a role: NAMESPACE/NAME, or NAME of the whole cluster'), 'roles with * among their verbs or resources'),
    masters: list(string('a binding'), 'bindings of the group system:masters, beside cluster-admin'),
  }),
  touches: () => [clusterRoles],
  *learn({ except = [] }): Asking<Fact> {
    const found = yield* clusterRoles();
    if (found.is === 'unknown') return found;
    const wild = found.roles.filter(({ rules }) => rules.some((rule) => [...textsAt(rule, 'verbs'), ...textsAt(rule, 'resources')].includes('*')));
    const wildcards = wild
      .filter(({ name, namespace }) => !(namespace === '' && (name.startsWith('system:') || except.includes(name))))
      .map(({ name, namespace }) => (namespace === '' ? name : `${namespace}/${name}`));
    const masters = found.bindings
      .filter((binding) => nameOf(binding) !== 'cluster-admin' && subjectsOf(binding).some(({ kind, name }) => kind === 'Group' && name === 'system:masters'))
      .map(nameOf);
    const fact = new FactBuilder().consulted(...found.where);
    return fact
      .set('wildcards', wildcards, ...found.where)
      .set('masters', masters, ...found.where)
      .build();
  },
});
