import { expect, test } from 'vitest';
import { answerer } from '../../../src/collect/composed/composed.ts';
import { clusterCommand } from '../../../src/facts/cluster.ts';
import { rootAccount } from '../../../src/facts/host/accounts.ts';
import { settle } from '../../../src/facts/settle.ts';
import { k3sNodes } from '../../../src/kinds/k3s/k3s-nodes.ts';

const learn = (stdout: string) =>
  settle(k3sNodes.learn({}, rootAccount), answerer({ files: {}, commands: { [clusterCommand('nodes').join(' ')]: { stdout } } }));
const node = (name: string, ...roles: readonly string[]) => ({
  metadata: { name, labels: Object.fromEntries(roles.map((role) => [`node-role.kubernetes.io/${role}`, 'true'])) },
});

test('nodes by their labels', () => {
  expect(learn(JSON.stringify({ items: [node('b', 'control-plane', 'etcd'), node('a', 'master'), node('c')] }))).toMatchObject({
    is: 'known',
    value: { nodes: ['a', 'b', 'c'], servers: ['a', 'b'], etcd: ['b'], members: 1 },
  });
});

test.each([
  ['what is no JSON', 'nothing'],
  ['no list', '{}'],
  ['a list of texts', '{"items":["a"]}'],
])('%s is unknown', (_, stdout) => {
  expect(learn(stdout)).toMatchObject({ is: 'unknown' });
});
