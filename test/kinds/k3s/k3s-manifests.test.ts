import { expect, test } from 'vitest';
import { answerer, type FileSpec } from '../../../src/collect/composed/composed.ts';
import { rootAccount } from '../../../src/facts/host/accounts.ts';
import { settle } from '../../../src/facts/settle.ts';
import { k3sManifests } from '../../../src/kinds/k3s/k3s-manifests.ts';

const directory = '/var/lib/rancher/k3s/server/manifests';
const unit = { '/etc/systemd/system/k3s.service': '[Service]\nExecStart=/usr/local/bin/k3s server\n' };
const learn = (files: Readonly<Record<string, FileSpec>>) =>
  settle(k3sManifests.learn({ capabilities: ['NET_BIND_SERVICE'] }, rootAccount), answerer({ files: { ...unit, ...files } }));

const pod = (spec: string): string => `kind: Pod\nmetadata: { name: a }\nspec: ${spec}\n`;

test.each([
  [
    'a word of YAML 1.1',
    pod('{ containers: [{ name: c, securityContext: { privileged: on } }] }'),
    'privileged',
    [{ who: 'c of Pod default/a', key: 'spec.containers.0.securityContext.privileged' }],
  ],
  ['a text is no yes', pod('{ containers: [{ name: c, securityContext: { privileged: "true" } }] }'), 'privileged', []],
  ['the last of two keys counts', pod('{ hostPID: true, hostPID: false }'), 'namespaces', []],
  ['a path in other words', pod('{ volumes: [{ hostPath: { path: //etc/./ } }] }'), 'paths', [{ value: '/etc' }]],
  [
    'what any may have is left out',
    pod('{ containers: [{ securityContext: { capabilities: { add: [NET_BIND_SERVICE, net_raw] } } }] }'),
    'capabilities',
    [{ value: 'NET_RAW', element: 'net_raw' }],
  ],
  ['a template of an unknown kind', 'kind: Rollout\nspec: { template: { spec: { hostIPC: true } } }\n', 'namespaces', [{ workload: 'Rollout default/' }]],
  ['of two documents nothing can be taken out by a program', `${pod('{ hostPID: true }')}---\nkind: ConfigMap\n`, 'byHand', [{ what: 'hostPID' }]],
])('%s', (_, text, field, found) => {
  const fact = learn({ [`${directory}/a.yaml`]: text });
  expect(fact.is === 'known' && fact.value[field]).toMatchObject(found);
});

test('a broken file leaves open what it gives', () => {
  const fact = learn({ [`${directory}/a.yaml`]: 'hostPID: [\n' });
  expect(fact.is === 'known' && fact.gaps.get('namespaces.0')?.why).toBe('unparsable');
});
