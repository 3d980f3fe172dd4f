import { expect, test } from 'vitest';
import { answerer } from '../../../src/collect/composed/composed.ts';
import { rootAccount } from '../../../src/facts/host/accounts.ts';
import { settle } from '../../../src/facts/settle.ts';
import { k3sLabels } from '../../../src/kinds/k3s/k3s-labels.ts';

const program = '/usr/local/bin/k3s';
const files = { '/etc/systemd/system/k3s.service': `[Service]\nExecStart=${program} server\n`, [program]: { mode: '0755' } };

test.each([
  ['system_u:object_r:container_runtime_exec_t:s0\n', 'container_runtime_exec_t'],
  ['unconfined_u:object_r:bin_t\n', 'bin_t'],
])('the type in %j', (stdout, type) => {
  const fact = settle(k3sLabels.learn({}, rootAccount), answerer({ files, commands: { [`stat -L -c %C ${program}`]: { stdout } } }));
  expect(fact).toMatchObject({ is: 'known', value: { program: { path: program, type, usual: true } } });
  expect(fact.is === 'known' && fact.value.kubelet).toBeUndefined();
});

test('without SELinux stat tells none', () => {
  const fact = settle(k3sLabels.learn({}, rootAccount), answerer({ files, commands: { [`stat -L -c %C ${program}`]: { stdout: '?\n', exit: 1 } } }));
  expect(fact.is === 'known' && fact.gaps.get('program')).toMatchObject({ why: 'failed' });
});
