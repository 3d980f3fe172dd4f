/** Kind `k3s-namespaces`: namespaces of the cluster that lack what bounds their pods. */
import { type Asking, together } from '../../facts/ask.ts';
import { type Fact, FactBuilder } from '../../facts/fact.ts';
import { type ApiObject, apiObjects, field, nameOf, namespaceOf, type Resource } from '../../facts/k3s/api-objects.ts';
import { defineKind } from '../../facts/kind.ts';
import { list, record, string } from '../../facts/shape.ts';

interface Lack {
  readonly from: readonly Resource[];
  /** The namespaces, by what was listed of each resource. */
  readonly names: (...listed: readonly (readonly ApiObject[])[]) => readonly string[];
}

const enforced = 'pod-security.kubernetes.io/enforce';
const tokenOff = (of: ApiObject): boolean => field(of, 'automountServiceAccountToken') === false;

const lacks = {
  'network-policy': {
    from: ['namespaces', 'networkpolicies'],
    names: (namespaces = [], policies = []) => namespaces.map(nameOf).filter((name) => !policies.some((policy) => namespaceOf(policy) === name)),
  },
  'pod-security': {
    from: ['namespaces'],
    names: (namespaces = []) =>
      namespaces.filter((one) => !['baseline', 'restricted'].includes(String(field(one, 'metadata', 'labels', enforced)))).map(nameOf),
  },
  'account-without-token': {
    from: ['serviceaccounts'],
    names: (accounts = []) => accounts.filter((one) => nameOf(one) === 'default' && !tokenOff(one)).map(namespaceOf),
  },
  'pods-without-token': {
    from: ['pods', 'serviceaccounts'],
    names: (pods = [], accounts = []) => [...new Set(pods.filter((pod) => hasToken(pod, accounts)).map(namespaceOf))],
  },
} as const satisfies Readonly<Record<string, Lack>>;

type LackName = keyof typeof lacks;

/** What the pod says counts before what its account says; a token is mounted where neither says no. */
function hasToken(pod: ApiObject, accounts: readonly ApiObject[]): boolean {
  const own = field(pod, 'spec', 'automountServiceAccountToken');
  if (typeof own === 'boolean') return own;
  const name = field(pod, 'spec', 'serviceAccountName') ?? 'default';
  return !accounts.some((account) => namespaceOf(account) === namespaceOf(pod) && nameOf(account) === name && tokenOff(account));
}

export const k3sNamespaces = defineKind({
  name: 'k3s-namespaces',
  noun: 'namespaces of the cluster',
  describe:
    'Namespaces of the cluster without a network policy, without an enforced standard for pods, whose default account has a token, or with pods that have one. Asks the cluster, so only where --kubectl is given.',
  main: 'without',
  fields: {
    without: { type: 'string', required: true, values: Object.keys(lacks), describe: 'what they lack' },
    except: { type: 'strings', describe: 'namespaces that are left out' },
  },
  shape: record({ namespaces: list(string('a namespace'), 'those that lack it') }),
  touches: ({ without }) => (Object.hasOwn(lacks, without) ? lacks[without as LackName].from.map((resource) => apiObjects.of(resource)) : []),
  *learn({ without, except = [] }): Asking<Fact> {
    const { from, names }: Lack = lacks[without as LackName];
    const found = yield* together(from.map((resource) => apiObjects(resource)));
    const blocked = found.find((f) => f.is === 'unknown');
    if (blocked?.is === 'unknown') return blocked;
    const listed = found.flatMap((f) => (f.is === 'listed' ? [f] : []));
    const lacking = names(...listed.map((f) => f.items)).filter((name) => !except.includes(name));
    const where = listed.map((f) => f.where);
    return new FactBuilder()
      .consulted(...where)
      .set('namespaces', lacking, ...where)
      .build();
  },
});
