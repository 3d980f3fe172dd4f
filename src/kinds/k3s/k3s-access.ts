/** Kind `k3s-access`: who in the cluster is given an ability by roles. */
import type { Asking } from '../../facts/ask.ts';
import { type Fact, FactBuilder } from '../../facts/fact.ts';
import { type Ability, abilityNames, clusterRoles, type Grant, granted } from '../../facts/k3s/cluster-roles.ts';
import { defineKind } from '../../facts/kind.ts';
import { list, record, string } from '../../facts/shape.ts';

/** Whoever is let in at all is one of these. */
const everyone = /^system:(authenticated|unauthenticated|anonymous|serviceaccounts(:.*)?)$/;

export const k3sAccess = defineKind({
  name: 'k3s-access',
  noun: 'access to the cluster',
  describe:
    'Whom roles of the cluster give an ability: to read secrets, to create pods. Components of Kubernetes are left out, groups that everybody is in are not. Asks the cluster, so only where --kubectl is given.',
  main: 'to',
  fields: {
    to: { type: 'string', required: true, values: abilityNames, describe: 'the ability' },
    except: { type: 'strings', describe: 'namespaces whose service accounts are left out' },
    bindings: { type: 'strings', describe: 'bindings that are left out' },
  },
  shape: record({
    everybody: list(string('a group, with its binding'), 'groups and users that stand for everybody, and have it'),
    holders: list(string('a user, group or service account, with its binding'), 'others that have it'),
    bindings: list(
      record({ name: string('its name'), namespace: string('where it stands; empty: in the whole cluster') }),
      'the bindings by which everybody has it',
    ),
  }),
  touches: () => [clusterRoles],
  *learn({ to, except = [], bindings = [] }): Asking<Fact> {
    const roles = yield* clusterRoles();
    if (roles.is === 'unknown') return roles;
    const grants = granted(roles, to as Ability).filter(({ binding }) => !bindings.includes(binding));
    const all = grants.filter(({ kind, name }) => kind !== 'ServiceAccount' && everyone.test(name));
    const own = ({ kind, name, namespace }: Grant): boolean => (kind === 'ServiceAccount' ? except.includes(namespace) : name.startsWith('system:'));
    const holders = grants.filter((grant) => !all.includes(grant) && !own(grant));
    const fact = new FactBuilder().consulted(...roles.where);
    return fact
      .set('everybody', all.map(text), ...roles.where)
      .set('holders', holders.map(text), ...roles.where)
      .set('bindings', bindingsOf(all), ...roles.where)
      .build();
  },
});

/** The bindings of these, each once. */
const bindingsOf = (grants: readonly Grant[]): { name: string; namespace: string }[] => [
  ...new Map(grants.map(({ binding, within }) => [`${within}/${binding}`, { name: binding, namespace: within }])).values(),
];

const text = ({ kind, name, binding }: Grant): string => `${kind} ${name} (by ${binding})`;
