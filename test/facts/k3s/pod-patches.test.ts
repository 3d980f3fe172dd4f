import { describe, expect, test } from 'vitest';
import type { Json } from '../../../src/facts/fact.ts';
import { patchesFor } from '../../../src/facts/k3s/pod-patches.ts';
import type { TraitName } from '../../../src/facts/k3s/pod-traits.ts';

const owned = (kind: string, name: string, labels: Json = {}): { readonly [key: string]: Json } => ({
  name: `${name}-1`,
  namespace: 'shop',
  labels,
  ownerReferences: [{ kind, name, controller: true }],
});
const byDeployment = owned('ReplicaSet', 'web-6b7f', { 'pod-template-hash': '6b7f' });

test.each<readonly [what: string, trait: TraitName, spec: Json, template: Json]>([
  ['of the pod as a whole', 'host-ipc', { hostIPC: true, containers: [] }, { hostIPC: false }],
  [
    'of the container that has it',
    'privileged',
    { containers: [{ name: 'a', securityContext: { privileged: true } }, { name: 'b' }] },
    { containers: [{ name: 'a', securityContext: { privileged: false } }] },
  ],
  [
    'of one that starts first',
    'no-seccomp',
    { initContainers: [{ name: 'i' }], securityContext: {}, containers: [{ name: 'c', securityContext: { seccompProfile: { type: 'RuntimeDefault' } } }] },
    { initContainers: [{ name: 'i', securityContext: { seccompProfile: { type: 'RuntimeDefault' } } }] },
  ],
  [
    'what is dropped already stays so',
    'raw-network',
    { containers: [{ name: 'a', securityContext: { capabilities: { drop: ['MKNOD'], add: ['NET_RAW', 'SYS_TIME'] } } }] },
    { containers: [{ name: 'a', securityContext: { capabilities: { drop: ['MKNOD', 'NET_RAW'], add: ['SYS_TIME'] } } }] },
  ],
  [
    'what the API server refuses beside it goes as well',
    'escalation',
    { containers: [{ name: 'a', securityContext: { privileged: true, capabilities: { add: ['CAP_SYS_ADMIN', 'SYS_TIME'] } } }] },
    { containers: [{ name: 'a', securityContext: { allowPrivilegeEscalation: false, privileged: false, capabilities: { add: ['SYS_TIME'] } } }] },
  ],
])('%s', (_, trait, spec, template) => {
  const { patches, others } = patchesFor([{ metadata: byDeployment, spec }], trait);
  expect(others).toEqual([]);
  expect(patches).toEqual([{ namespace: 'shop', workload: 'deployment/web', patch: JSON.stringify({ spec: { template: { spec: template } } }) }]);
});

describe('what makes the pod', () => {
  const spec = { hostPID: true, containers: [] };
  const workloads = (metadata: { readonly [key: string]: Json }): readonly string[] =>
    patchesFor([{ metadata, spec }], 'host-processes').patches.map((p) => p.workload);

  test('a set by its own name; two pods of one are one patch', () => {
    expect(workloads(owned('DaemonSet', 'agent'))).toEqual(['daemonset/agent']);
    expect(
      patchesFor(
        [1, 2].map(() => ({ metadata: owned('StatefulSet', 'db'), spec })),
        'host-processes',
      ).patches,
    ).toHaveLength(1);
  });

  test('nothing, or a job: no patch changes the pod', () => {
    expect(workloads({ name: 'lone', namespace: 'shop' })).toEqual([]);
    expect(workloads(owned('Job', 'once'))).toEqual([]);
    expect(patchesFor([{ metadata: { name: 'lone', namespace: 'shop' }, spec }], 'host-processes').others).toHaveLength(1);
  });
});

test('what only the program can tell has no patch', () => {
  expect(patchesFor([{ metadata: byDeployment, spec: { containers: [{ name: 'a' }] } }], 'root').patches).toEqual([]);
});
