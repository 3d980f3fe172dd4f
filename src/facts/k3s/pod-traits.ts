/** What pods are given that others of the node have to fear, by name: each is asked of a pod and its containers. */
import type { Json } from '../fact.ts';
import { type ApiObject, elements, field, textsAt } from './api-objects.ts';

interface Trait {
  readonly describe: string;
  /** Of the pod as a whole. */
  readonly pod?: (spec: Json | undefined) => boolean;
  /** Of one of its containers, also those that start first and those that were put in later. */
  readonly container?: (container: Json, spec: Json | undefined) => boolean;
}

const context = (container: Json, ...keys: string[]): Json | undefined => field(container, 'securityContext', ...keys);
/** Of the container, or else of the pod. */
const either = (container: Json, spec: Json | undefined, ...keys: string[]): Json | undefined =>
  context(container, ...keys) ?? field(spec, 'securityContext', ...keys);
const capabilities = (container: Json, act: 'add' | 'drop'): string[] =>
  textsAt(container, 'securityContext', 'capabilities', act).map((name) => name.toUpperCase().replace(/^CAP_/, ''));
const has = (names: readonly string[], ...wanted: readonly string[]): boolean => wanted.some((name) => names.includes(name));

/** As Kubernetes' own standards name them (kubernetes/pod-security-admission:policy). */
export const traits = {
  privileged: { describe: 'they are privileged', container: (c) => context(c, 'privileged') === true },
  'host-processes': { describe: 'they share the processes of the host', pod: (s) => field(s, 'hostPID') === true },
  'host-ipc': { describe: 'they share the IPC of the host', pod: (s) => field(s, 'hostIPC') === true },
  'host-network': { describe: 'they share the network of the host', pod: (s) => field(s, 'hostNetwork') === true },
  escalation: { describe: 'they may gain privileges; that is so where nothing is said', container: (c) => context(c, 'allowPrivilegeEscalation') !== false },
  root: { describe: 'they may run as root', container: mayBeRoot },
  'raw-network': {
    describe: 'they have NET_RAW, as the runtime gives it unless it is dropped',
    container: (c) => has(capabilities(c, 'add'), 'NET_RAW', 'ALL') || !has(capabilities(c, 'drop'), 'NET_RAW', 'ALL'),
  },
  'added-capabilities': { describe: 'they are given capabilities', container: (c) => capabilities(c, 'add').length > 0 },
  'kept-capabilities': { describe: 'they do not drop all capabilities', container: (c) => !has(capabilities(c, 'drop'), 'ALL') },
  'windows-host': {
    describe: 'they are processes of a Windows host',
    container: (c, s) => either(c, s, 'windowsOptions', 'hostProcess') === true,
  },
  'host-paths': { describe: 'they mount paths of the host', pod: (s) => elements(s, 'volumes').some((v) => field(v, 'hostPath') !== undefined) },
  'host-ports': { describe: 'they take ports of the host', container: (c) => elements(c, 'ports').some((p) => Number(field(p, 'hostPort') ?? 0) > 0) },
  'unmasked-proc': { describe: 'they see all of /proc', container: (c) => context(c, 'procMount') === 'Unmasked' },
  'no-seccomp': {
    describe: 'they have no seccomp profile',
    container: (c, s) => [undefined, null, 'Unconfined'].includes(either(c, s, 'seccompProfile', 'type') as string | undefined | null),
  },
  'no-context': {
    describe: 'they have no securityContext',
    container: (c, s) => Object.keys((field(c, 'securityContext') ?? field(s, 'securityContext') ?? {}) as object).length === 0,
  },
  'secrets-in-environment': {
    describe: 'they get secrets as variables',
    container: (c) =>
      elements(c, 'env').some((e) => field(e, 'valueFrom', 'secretKeyRef') !== undefined) ||
      elements(c, 'envFrom').some((e) => field(e, 'secretRef') !== undefined),
  },
  any: { describe: 'all of them', pod: () => true },
} as const satisfies Readonly<Record<string, Trait>>;

export type TraitName = keyof typeof traits;
export const traitNames = Object.keys(traits) as TraitName[];

function mayBeRoot(container: Json, spec: Json | undefined): boolean {
  const uid = either(container, spec, 'runAsUser');
  if (typeof uid === 'number') return uid === 0;
  return either(container, spec, 'runAsNonRoot') !== true;
}

const containers = (spec: Json | undefined): readonly Json[] => ['initContainers', 'containers', 'ephemeralContainers'].flatMap((key) => elements(spec, key));

/** The containers of a pod that have a trait, by name; an empty name stands for the pod as a whole. */
export function havingTrait(pod: ApiObject, name: TraitName): readonly string[] {
  const { pod: ofPod, container }: Trait = traits[name];
  const spec = field(pod, 'spec');
  const whole = ofPod?.(spec) ? [''] : [];
  return [...whole, ...containers(spec).flatMap((one) => (container?.(one, spec) ? [String(field(one, 'name') ?? '')] : []))];
}
