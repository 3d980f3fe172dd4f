import { expect, test } from 'vitest';
import { answerer } from '../../../src/collect/composed/composed.ts';
import type { Account } from '../../../src/facts/ask.ts';
import { lineOf } from '../../../src/facts/asks.ts';
import { managerState } from '../../../src/facts/cgroup/manager.ts';
import { settle } from '../../../src/facts/settle.ts';
import { userManager } from '../../../src/kinds/host/user-manager.ts';

const driver: Account = { name: 'driver', uid: 1000, gid: 1000, home: '/home/driver' };
const command = lineOf({ do: 'run', argv: managerState(1000) });
const learn = (commands: Parameters<typeof answerer>[0]['commands']) => settle(userManager.learn({}, driver), answerer({ commands: commands ?? {} }));

test.each(['active', 'inactive', 'failed', 'activating'])('%s, as systemd says', (state) => {
  const fact = learn({ [command]: { stdout: `ActiveState=${state}\nNeedDaemonReload=no\n` } });
  expect(fact).toMatchObject({ is: 'known', exists: true, value: { state } });
});

test('without systemd, or where it does not answer, there is none', () => {
  expect(learn({})).toMatchObject({ is: 'known', exists: false });
  expect(learn({ [command]: { exit: 1, stderr: 'System has not been booted with systemd' } })).toMatchObject({ is: 'known', exists: false });
});

test('what may not be asked is unknown', () => {
  expect(learn({ [command]: { blocked: 'denied' } })).toMatchObject({ is: 'unknown', why: 'denied' });
});
