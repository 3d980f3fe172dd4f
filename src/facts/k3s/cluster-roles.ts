/**
 * Who may do what in the cluster: roles, and whom they are bound to (kubernetes/kubernetes:plugin/pkg/auth/authorizer/rbac,
 * pkg/apis/rbac/v1/evaluation_helpers.go).
 */
import { type Asking, together } from '../ask.ts';
import type { Json, Unknown, Where } from '../fact.ts';
import { type Ground, source } from '../source.ts';
import { type ApiObject, apiObjects, elements, field, nameOf, namespaceOf, textsAt } from './api-objects.ts';

type Need = readonly [group: string, resource: string, ...verbs: readonly string[]];
const rbac = 'rbac.authorization.k8s.io';
const admission = 'admissionregistration.k8s.io';
const changes = ['create', 'update', 'patch', 'delete'] as const;

/** What lets somebody take over more than they were given; one need of each is enough. */
export const abilities = {
  everything: [['*', '*', '*']],
  'read-secrets': [['', 'secrets', 'get', 'list', 'watch']],
  'create-pods': [['', 'pods', 'create']],
  escalate: [
    [rbac, 'clusterroles', 'bind', 'escalate'],
    [rbac, 'roles', 'bind', 'escalate'],
    ['', 'users', 'impersonate'],
    ['', 'groups', 'impersonate'],
    ['', 'serviceaccounts', 'impersonate'],
  ],
  'create-volumes': [['', 'persistentvolumes', 'create']],
  'proxy-nodes': [['', 'nodes/proxy', 'get', 'create', 'update', 'patch', 'delete']],
  'approve-certificates': [['certificates.k8s.io', 'certificatesigningrequests/approval', 'update', 'patch']],
  'change-webhooks': [
    [admission, 'validatingwebhookconfigurations', ...changes],
    [admission, 'mutatingwebhookconfigurations', ...changes],
  ],
  'create-tokens': [['', 'serviceaccounts/token', 'create']],
} as const satisfies Readonly<Record<string, readonly Need[]>>;

export type Ability = keyof typeof abilities;
export const abilityNames = Object.keys(abilities) as Ability[];

/** A subject, and the binding that gives it a role. */
export interface Grant {
  /** `Group`, `User` or `ServiceAccount`. */
  readonly kind: string;
  /** Of a service account `NAMESPACE/NAME`. */
  readonly name: string;
  readonly namespace: string;
  readonly binding: string;
  /** Where the binding stands; empty: it is one of the whole cluster. */
  readonly within: string;
  readonly role: string;
}

export interface Roles {
  readonly is: 'read';
  readonly roles: readonly { readonly name: string; readonly namespace: string; readonly rules: readonly Json[] }[];
  readonly bindings: readonly ApiObject[];
  readonly where: readonly Where[];
}

const asked = ['clusterroles', 'roles', 'clusterrolebindings', 'rolebindings'] as const;
const grounds: readonly Ground[] = asked.map((resource) => apiObjects.of(resource));

/** All roles and bindings. */
export const clusterRoles = source(grounds, readRoles);

function* readRoles(): Asking<Roles | Unknown> {
  const found = yield* together(asked.map((resource) => apiObjects(resource)));
  const blocked = found.find((f) => f.is === 'unknown');
  if (blocked?.is === 'unknown') return blocked;
  const items = (at: number): readonly ApiObject[] => (found[at]?.is === 'listed' ? found[at].items : []);
  const roles = [...items(0), ...items(1)].map((role) => ({ name: nameOf(role), namespace: namespaceOf(role), rules: elements(role, 'rules') }));
  return { is: 'read', roles, bindings: [...items(2), ...items(3)], where: found.flatMap((f) => (f.is === 'listed' ? [f.where] : [])) };
}

/** To whom roles give an ability. */
export function granted({ roles, bindings }: Roles, ability: Ability): Grant[] {
  const needs: readonly Need[] = abilities[ability];
  const able = roles.filter(({ rules }) => rules.some((rule) => needs.some((need) => allows(rule, need))));
  return bindings.flatMap((binding) => {
    const name = String(field(binding, 'roleRef', 'name') ?? '');
    const namespace = field(binding, 'roleRef', 'kind') === 'Role' ? namespaceOf(binding) : '';
    if (!able.some((role) => role.name === name && role.namespace === namespace)) return [];
    return subjectsOf(binding).map((subject) => ({ ...subject, binding: nameOf(binding), within: namespaceOf(binding), role: name }));
  });
}

/** Whom a binding is for. */
export const subjectsOf = (binding: ApiObject): Pick<Grant, 'kind' | 'name' | 'namespace'>[] =>
  elements(binding, 'subjects').map((subject) => {
    const kind = String(field(subject, 'kind') ?? '');
    const namespace = String(field(subject, 'namespace') ?? '');
    const name = String(field(subject, 'name') ?? '');
    return { kind, namespace, name: kind === 'ServiceAccount' ? `${namespace}/${name}` : name };
  });

function allows(rule: Json, [group, resource, ...verbs]: Need): boolean {
  const given = textsAt(rule, 'verbs');
  const [, part] = resource.split('/');
  const named = textsAt(rule, 'resources');
  return (
    textsAt(rule, 'resourceNames').length === 0 &&
    (given.includes('*') || verbs.some((verb) => given.includes(verb))) &&
    ['*', group].some((one) => textsAt(rule, 'apiGroups').includes(one)) &&
    ['*', resource, ...(part ? [`*/${part}`] : [])].some((one) => named.includes(one))
  );
}
