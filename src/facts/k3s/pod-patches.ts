/**
 * How workloads lose a trait of their pods: a strategic merge patch of the template of what makes them. Pods that nothing
 * makes, and those of jobs, cannot be changed while they are there.
 */
import type { Json } from '../fact.ts';
import { type ApiObject, elements, field, namespaceOf, textsAt } from './api-objects.ts';
import { havingTrait, type TraitName } from './pod-traits.ts';

/** A change of one workload. */
export interface Patch {
  readonly namespace: string;
  /** `deployment/web`. */
  readonly workload: string;
  /** JSON. */
  readonly patch: string;
}

type Fields = { readonly [key: string]: Json };
type Change = { readonly pod: Fields } | { readonly container: (container: Json) => Fields };

const ofContainer = (fields: Fields): Change => ({ container: () => ({ securityContext: fields }) });

/** By trait, what takes its place. What only the image or its program decides has none. */
const changes: { readonly [T in TraitName]?: Change } = {
  privileged: ofContainer({ privileged: false }),
  'host-processes': { pod: { hostPID: false } },
  'host-ipc': { pod: { hostIPC: false } },
  'host-network': { pod: { hostNetwork: false } },
  escalation: { container: withoutEscalation },
  'raw-network': { container: withoutRaw },
  'added-capabilities': ofContainer({ capabilities: { add: null } }),
  'kept-capabilities': ofContainer({ capabilities: { drop: ['ALL'] } }),
  'unmasked-proc': ofContainer({ procMount: null }),
  'no-seccomp': ofContainer({ seccompProfile: { type: 'RuntimeDefault' } }),
  'no-context': ofContainer({ allowPrivilegeEscalation: false }),
};

/**
 * The API server refuses allowPrivilegeEscalation=false beside privileged=true and beside an added CAP_SYS_ADMIN
 * (kubernetes/kubernetes:pkg/apis/core/validation/validation.go, ValidateSecurityContext).
 */
function withoutEscalation(container: Json): Fields {
  const added = textsAt(container, 'securityContext', 'capabilities', 'add');
  const kept = added.filter((name) => name !== 'CAP_SYS_ADMIN');
  return {
    securityContext: {
      allowPrivilegeEscalation: false,
      ...(field(container, 'securityContext', 'privileged') === true ? { privileged: false } : {}),
      ...(kept.length === added.length ? {} : { capabilities: { add: kept.length > 0 ? kept : null } }),
    },
  };
}

/** A list of a patch replaces the list that is there. */
function withoutRaw(container: Json): Fields {
  const named = (act: string): readonly string[] => textsAt(container, 'securityContext', 'capabilities', act);
  const added = named('add').filter((name) => !/^(?:CAP_)?(?:NET_RAW|ALL)$/i.test(name));
  return { securityContext: { capabilities: { drop: [...named('drop'), 'NET_RAW'], add: added.length > 0 ? added : null } } };
}

/** The patches that take a trait from these pods, and the pods that no patch changes. */
export function patchesFor(pods: readonly ApiObject[], trait: TraitName): { readonly patches: readonly Patch[]; readonly others: readonly ApiObject[] } {
  const change = changes[trait];
  const having = pods.filter((pod) => havingTrait(pod, trait).length > 0);
  const patches = new Map<string, Patch>();
  const others: ApiObject[] = [];
  for (const pod of having) {
    const workload = workloadOf(pod);
    if (!change || workload === undefined) others.push(pod);
    else patches.set(`${namespaceOf(pod)} ${workload}`, { namespace: namespaceOf(pod), workload, patch: patchOf(pod, trait, change) });
  }
  return { patches: [...patches.values()], others };
}

/** What makes a pod and lets its template be changed. A Deployment does it by a ReplicaSet, whose name ends in the hash of the template. */
function workloadOf(pod: ApiObject): string | undefined {
  const owner = elements(field(pod, 'metadata'), 'ownerReferences').find((one) => field(one, 'controller') === true);
  const [kind, name] = [String(field(owner, 'kind') ?? ''), String(field(owner, 'name') ?? '')];
  if (kind === 'DaemonSet' || kind === 'StatefulSet') return `${kind.toLowerCase()}/${name}`;
  const hash = String(field(pod, 'metadata', 'labels', 'pod-template-hash') ?? '');
  return kind === 'ReplicaSet' && hash !== '' && name.endsWith(`-${hash}`) ? `deployment/${name.slice(0, -hash.length - 1)}` : undefined;
}

function patchOf(pod: ApiObject, trait: TraitName, change: Change): string {
  const spec = field(pod, 'spec');
  const meant = havingTrait(pod, trait);
  const lists = (['initContainers', 'containers'] as const).flatMap((key) => {
    if ('pod' in change) return [];
    const each = elements(spec, key).filter((one) => meant.includes(String(field(one, 'name') ?? '')));
    return each.length > 0 ? [[key, each.map((one) => ({ name: field(one, 'name') ?? '', ...change.container(one) }))] as const] : [];
  });
  const template = 'pod' in change ? change.pod : Object.fromEntries(lists);
  return JSON.stringify({ spec: { template: { spec: template } } });
}
