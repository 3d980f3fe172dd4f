/** Kind `process`: who runs, and when that cannot be told. */
import { expect, test } from 'vitest';
import { answerer, type HostSpec } from '../../../src/collect/composed/composed.ts';
import type { Fact } from '../../../src/facts/fact.ts';
import type { Query } from '../../../src/facts/kind.ts';
import { settle } from '../../../src/facts/settle.ts';
import { process } from '../../../src/kinds/host/process.ts';

const driver = { name: 'driver', uid: 1000, gid: 1000, home: '/home/driver' };

const running = (pid: number, comm: string, argv: readonly string[], uid = 0): HostSpec['files'] => ({
  [`/proc/${pid}/comm`]: `${comm}\n`,
  [`/proc/${pid}/cmdline`]: `${argv.join('\0')}\0`,
  [`/proc/${pid}/status`]: `Name:\t${comm}\nUid:\t${uid}\t${uid}\t${uid}\t${uid}\n`,
  [`/proc/${pid}/cgroup`]: '12:pids:/x\n0::/system.slice/x.service\n',
});

const init = running(1, 'systemd', ['/sbin/init']);
const learn = (files: HostSpec['files'], query: Query): Fact => settle(process.learn(query, driver), answerer({ files: files ?? {} }));

test('tells owner, command line and cgroup of what matches', () => {
  const fact = learn(
    { ...init, ...running(70, 'podman', ['podman', 'system', 'service', '--time=0'], 1000), ...running(9, 'podman', ['podman', 'ps']) },
    { name: 'podman', args: 'system service' },
  );
  expect(fact.is === 'known' && fact.value).toEqual({
    count: 1,
    each: [{ pid: 70, uid: 1000, argv: ['podman', 'system', 'service', '--time=0'], cgroup: '/system.slice/x.service' }],
  });
});

test.each<[string, HostSpec['files'], Query, number]>([
  ['by exact name', { ...init, ...running(5, 'podman', ['podman']), ...running(6, 'podmansh', ['podmansh']) }, { name: 'podman' }, 1],
  ['by the fifteen characters that the kernel keeps', { ...init, ...running(5, 'containerd-shim', ['x']) }, { name: 'containerd-shim-runc-v2' }, 1],
  ['only the own ones', { ...init, ...running(5, 'k3s', ['k3s']), ...running(6, 'k3s', ['k3s'], 1000) }, { name: 'k3s', mine: true }, 1],
  ['none', init, { name: 'k3s' }, 0],
  ['one that ended meanwhile', { ...init, '/proc/5/comm': 'k3s\n' }, { name: 'k3s' }, 0],
])('%s', (_, files, query, count) => {
  const fact = learn(files, query);
  expect(fact.is === 'known' && [fact.exists, fact.value.count]).toEqual([count > 0, count]);
});

test.each<[string, HostSpec['files']]>([
  ['no /proc: an image', {}],
  ['/proc closed', { '/proc': { type: 'directory', blocked: 'denied' } }],
  ['process 1 hidden (hidepid=2)', running(5, 'bash', ['bash'])],
  ['names denied (hidepid=1)', { ...init, '/proc/7/comm': { blocked: 'denied' } }],
  ['command line denied', { ...init, ...running(5, 'k3s', ['k3s']), '/proc/5/cmdline': { blocked: 'denied' } }],
])('unknown: %s', (_, files) => {
  expect(learn(files, { name: 'k3s' }).is).toBe('unknown');
});

test('what was found stands beside what could not be seen', () => {
  const fact = learn({ ...running(5, 'k3s', ['k3s']) }, { name: 'k3s' });
  expect(fact.is === 'known' && [fact.exists, fact.gaps.has('count'), fact.gaps.has('each')]).toEqual([true, true, true]);
});
