import { expect, test } from 'vitest';
import { crio } from '../../../src/kinds/crio/crio.ts';
import { onCrio } from './on-crio.ts';

const service = (text: string) => ({ '/usr/lib/systemd/system/crio.service': `[Service]\n${text}\n` });

test.each([
  ['1.29.1', { nri: { enable_nri: false }, metrics: { metrics_host: '' }, runtime: { default_runtime: 'runc' } }],
  ['1.31.0', { nri: { enable_nri: true }, metrics: { metrics_host: '127.0.0.1' }, runtime: { default_runtime: 'crun' } }],
  ['1.34.2', { image: { pause_image: 'registry.k8s.io/pause:3.10.1', short_name_mode: 'enforcing' } }],
])('defaults of %s', (release, of) => {
  expect(onCrio(crio, '', {}, release)).toMatchObject({ is: 'known', value: { crio: of } });
});

test('a default is placed in the release, a value in its file', () => {
  const fact = onCrio(crio, '[crio.runtime]\npids_limit = 7\n');
  const where = (key: string) => (fact.is === 'known' ? fact.where.get(key)?.[0] : undefined);
  expect(where('crio.runtime.pids_limit')).toMatchObject({ path: '/etc/crio/crio.conf.d/50.conf', line: 2 });
  expect(where('crio.runtime.cgroup_manager')?.path).toBe('CRI-O 1.34');
});

test('an unknown release leaves open what depends on it, and nothing else', () => {
  const fact = onCrio(crio, '', {}, '');
  expect(fact).toMatchObject({ value: { crio: { runtime: { pids_limit: -1 } } } });
  expect(fact.is === 'known' && [...fact.gaps.keys()]).toEqual(
    expect.arrayContaining(['version', 'crio.nri.enable_nri', 'crio.image.pause_image', 'monitors']),
  );
});

test.each([
  ['a flag beats its variable, and both beat files', 'Environment=CONTAINER_PIDS_LIMIT=3\nExecStart=/usr/bin/crio --pids-limit 9', 9],
  ['a variable beats files', 'Environment=CONTAINER_PIDS_LIMIT=3\nExecStart=/usr/bin/crio', 3],
  ['an empty number is none', 'Environment=CONTAINER_PIDS_LIMIT=\nExecStart=/usr/bin/crio', 7],
  ['what stands behind a command is not a flag of crio', 'ExecStart=/usr/bin/crio config --pids-limit 9', 7],
  ['--config "" leaves the main file out', 'ExecStart=/usr/bin/crio --config ""', 7],
])('%s', (_, unit, limit) => {
  const fact = onCrio(crio, '[crio.runtime]\npids_limit = 7\n', { '/etc/crio/crio.conf': '[crio.runtime]\npids_limit = 5\n', ...service(unit) });
  expect(fact).toMatchObject({ value: { crio: { runtime: { pids_limit: limit } } } });
});

test('runtimes of the command line, lists with commas, capabilities in any spelling', () => {
  const unit = service('ExecStart=/usr/bin/crio --runtimes kata:/k:/r:vm:true --cni-plugin-dir /x,/y --default-capabilities cap_chown');
  expect(onCrio(crio, '', unit)).toMatchObject({
    value: {
      capabilities: ['CHOWN'],
      crio: {
        network: { plugin_dirs: ['/x', '/y'] },
        runtime: { runtimes: { kata: { runtime_path: '/k', runtime_type: 'vm', privileged_without_host_devices: true }, crun: { runtime_type: 'oci' } } },
      },
    },
  });
});

test('a word that a flag refuses, a file that leads nowhere, a hidden file of variables', () => {
  expect(onCrio(crio, '', service('ExecStart=/usr/bin/crio --selinux=yes'))).toMatchObject({ is: 'unknown', why: 'unparsable' });
  expect(onCrio(crio, '', { '/etc/crio/crio.conf.d/a': { link: '/none' } })).toMatchObject({ is: 'unknown', why: 'unparsable' });
  const hidden = {
    ...service('EnvironmentFile=/etc/sysconfig/crio\nExecStart=/usr/bin/crio'),
    '/etc/sysconfig/crio': { content: '', blocked: 'denied' as const },
  };
  const fact = onCrio(crio, '', hidden);
  expect(fact.is === 'known' && fact.gaps.get('crio.runtime.selinux')?.why).toBe('denied');
});

test('the cgroup of a monitor', () => {
  expect(onCrio(crio, '[crio.runtime]\nconmon_cgroup = "pod"\n')).toMatchObject({ value: { monitors: { crun: 'pod' } } });
  expect(onCrio(crio, '[crio.runtime.runtimes.crun]\nmonitor_cgroup = "a.slice"\n')).toMatchObject({ value: { monitors: { crun: 'a.slice' } } });
});
