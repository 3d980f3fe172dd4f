import { describe, expect, test } from 'vitest';
import { answerer, type HostSpec } from '../../../src/collect/composed/composed.ts';
import type { Known } from '../../../src/facts/fact.ts';
import { settle } from '../../../src/facts/settle.ts';
import { k3sRootless } from '../../../src/kinds/k3s/k3s-rootless.ts';

const as = { name: 'edge', uid: 1000, gid: 1000, home: '/home/edge' };
const unitPath = '/home/edge/.config/systemd/user/k3s-rootless.service';
const stock =
  '[Service]\nEnvironment=PATH=/usr/local/bin:/usr/bin\nExecStart=/usr/local/bin/k3s server --rootless --snapshotter=fuse-overlayfs\nDelegate=yes\n[Install]\nWantedBy=default.target\n';
const dropIn = (text: string) => ({ [`${unitPath}.d/env.conf`]: `[Service]\n${text}\n` });
const learn = (files: HostSpec['files'], spec: HostSpec = {}): Known =>
  settle(k3sRootless.learn({}, as), answerer({ ...spec, files: { [unitPath]: stock, ...files } })) as Known;
const at = (fact: Known, path: string): unknown => path.split('.').reduce<unknown>((v, k) => (v as Record<string, unknown> | undefined)?.[k], fact.value);

describe('where a variable comes from', () => {
  test.each<[string, HostSpec['files'], string | undefined]>([
    ['unset', {}, undefined],
    ['a drop-in', dropIn('Environment=K3S_ROOTLESS_MTU=1500'), '1500'],
    ['several in one quoted line', dropIn('Environment="A=b c" "K3S_ROOTLESS_MTU=1400"'), '1400'],
    [
      'an EnvironmentFile beats Environment=',
      { ...dropIn('Environment=K3S_ROOTLESS_MTU=1500\nEnvironmentFile=-/etc/default/k3s-rootless'), '/etc/default/k3s-rootless': 'K3S_ROOTLESS_MTU="1300"\n' },
      '1300',
    ],
    ['a file below the home, by specifier', { ...dropIn('EnvironmentFile=%h/.config/k3s.env'), '/home/edge/.config/k3s.env': 'K3S_ROOTLESS_MTU=1200' }, '1200'],
    ['environment.d', { '/home/edge/.config/environment.d/k3s.conf': 'K3S_ROOTLESS_MTU=1100\n' }, '1100'],
    [
      'environment.d loses to the unit',
      { '/home/edge/.config/environment.d/k3s.conf': 'K3S_ROOTLESS_MTU=1100\n', ...dropIn('Environment=K3S_ROOTLESS_MTU=1500') },
      '1500',
    ],
    [
      'a file of environment.d is hidden by its name in the home',
      { '/home/edge/.config/environment.d/k3s.conf': '', '/etc/environment.d/k3s.conf': 'K3S_ROOTLESS_MTU=1100\n' },
      undefined,
    ],
    [
      '/etc/environment through the link of Debian',
      { '/etc/environment': 'K3S_ROOTLESS_MTU=1000\n', '/usr/lib/environment.d/99-environment.conf': { link: '../../../etc/environment' } },
      '1000',
    ],
    ['environment.d, expanded', { '/etc/environment.d/k.conf': 'K3S_ROOTLESS_MTU=${MTU:-1234}\n' }, '1234'],
    ['DefaultEnvironment= of user.conf', { '/etc/systemd/user.conf': '[Manager]\nDefaultEnvironment=K3S_ROOTLESS_MTU=1235\n' }, '1235'],
    ['env(1) in ExecStart', dropIn('ExecStart=\nExecStart=/usr/bin/env K3S_ROOTLESS_MTU=900 /usr/local/bin/k3s server --rootless'), '900'],
    ['taken away by UnsetEnvironment=', dropIn('Environment=K3S_ROOTLESS_MTU=1500\nUnsetEnvironment=K3S_ROOTLESS_MTU'), undefined],
    ['reset by a later drop-in', { ...dropIn('Environment=K3S_ROOTLESS_MTU=1500'), [`${unitPath}.d/z.conf`]: '[Service]\nEnvironment=\n' }, undefined],
    ['a comment, and the wrong section', dropIn('# Environment=K3S_ROOTLESS_MTU=1500\n[Install]\nEnvironment=K3S_ROOTLESS_MTU=1500'), undefined],
    ['~/.bashrc does not count', { '/home/edge/.bashrc': 'export K3S_ROOTLESS_MTU=1500\n' }, undefined],
  ])('%s', (_, files, wanted) => {
    const fact = learn(files);
    expect(fact.gaps.has('mtu')).toBe(false);
    expect(at(fact, 'mtu.text')).toBe(wanted);
  });

  test.each<[string, HostSpec['files'], string]>([
    [
      'an EnvironmentFile that may not be read',
      { ...dropIn('EnvironmentFile=/etc/default/k3s-rootless'), '/etc/default/k3s-rootless': { blocked: 'denied' } },
      'permission denied',
    ],
    ['an EnvironmentFile elsewhere whose name stands in no file', dropIn('EnvironmentFile=/srv/%n.env'), 'was not read'],
    ['a glob as EnvironmentFile', dropIn('EnvironmentFile=/etc/default/k3s*'), 'was not read'],
    ['a drop-in that may not be read', { [`${unitPath}.d/env.conf`]: { blocked: 'denied' } }, 'permission denied'],
    ['a value that environment.d expands from what no file tells', { '/etc/environment.d/k.conf': 'K3S_ROOTLESS_MTU=$LANG' }, 'expanded from other variables'],
    ['a command that sets it through a shell', dropIn("ExecStart=\nExecStart=/bin/sh -c 'K3S_ROOTLESS_MTU=900 k3s server --rootless'"), 'the command itself'],
    ['a specifier of the host', dropIn('Environment=K3S_ROOTLESS_MTU=%H'), 'specifier'],
    ['/etc/environment without a link', { '/etc/environment': 'K3S_ROOTLESS_MTU=1500' }, 'only where PAM reads it'],
  ])('unknown: %s', (_, files, said) => {
    const fact = learn(files);
    expect(fact.gaps.get('mtu')?.said).toContain(said);
    expect(at(fact, 'mtu')).toBeUndefined();
  });

  test('the winner is cited before the loser', () => {
    const fact = learn({ ...dropIn('Environment=K3S_ROOTLESS_MTU=1500'), [`${unitPath}.d/z.conf`]: '[Service]\nEnvironment=K3S_ROOTLESS_MTU=x\n' });
    expect(fact.where.get('mtu.effective')).toEqual([
      { path: `${unitPath}.d/z.conf`, line: 2, said: expect.stringContaining('not an integer') },
      expect.objectContaining({ path: `${unitPath}.d/env.conf`, line: 2, said: 'had set 1500' }),
    ]);
  });
});

test('variables that the service does not see are told', () => {
  const fact = learn({
    '/home/edge/.profile': 'K3S_ROOTLESS_CIDR=10.99.0.0/16\n',
    '/etc/systemd/system/k3s.service.env': "K3S_ROOTLESS_MTU='1500'\n",
    ...dropIn('Environment=K3S_ROOTLESS_MTU=1500'),
  });
  expect(fact.value.misplaced).toEqual(['K3S_ROOTLESS_CIDR']);
  expect(fact.where.get('misplaced')).toEqual([{ path: '/home/edge/.profile', line: 1, said: 'K3S_ROOTLESS_CIDR=10.99.0.0/16 does not reach the service' }]);
  expect(fact.notes.get('cidr')?.[0]?.said).toContain('does not reach the service');
  expect(learn({ '/home/edge/.bashrc': { blocked: 'denied' } }).gaps.has('misplaced')).toBe(true);
});

test('overlaps come from the defaults, the flags, config.yaml and the routes', () => {
  const cidr = (value: string, files: HostSpec['files'] = {}) => at(learn({ ...dropIn(`Environment=K3S_ROOTLESS_CIDR=${value}`), ...files }), 'cidr.overlaps');
  expect(cidr('10.41.0.0/16')).toEqual([]);
  expect(cidr('10.40.0.0/14')).toEqual(['cluster-cidr 10.42.0.0/16', 'service-cidr 10.43.0.0/16']);
  expect(cidr('10.50.0.0/16', { '/etc/rancher/k3s/config.yaml': 'cluster-cidr: "10.50.0.0/17,fd00::/56" # x\n' })).toEqual(['cluster-cidr 10.50.0.0/17']);
  expect(cidr('10.60.0.0/16', { [`${unitPath}.d/x.conf`]: '[Service]\nExecStart=\nExecStart=/k3s server --service-cidr=10.60.0.0/20\n' })).toEqual([
    'service-cidr 10.60.0.0/20',
  ]);
  const route =
    'Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\neth0\t00000000\t0100A8C0\t0003\t0\t0\t0\t00000000\neth0\t0000290A\t00000000\t0001\t0\t0\t0\t0000FFFF\n';
  expect(cidr('10.41.0.0/16', { '/proc/net/route': route })).toEqual(['route 10.41.0.0/16 dev eth0']);
  expect(learn({ '/proc/net/route': { blocked: 'denied' } }).gaps.has('cidr.overlaps')).toBe(true);
});

describe('slirp4netns', () => {
  const program = { mode: '0755' };
  test.each<[string, HostSpec['files'], unknown]>([
    [
      'in the bundle',
      { '/home/edge/.rancher/k3s/data/current/bin/slirp4netns': program },
      { found: true, path: '/home/edge/.rancher/k3s/data/current/bin/slirp4netns', bundled: true },
    ],
    ['on the PATH of the unit', { '/usr/bin/slirp4netns': program }, { found: true, path: '/usr/bin/slirp4netns', bundled: false }],
    ['outside the PATH of the unit', { '/opt/bin/slirp4netns': program, '/home/edge/.rancher/k3s/data/current/bin/k3s': program }, { found: false }],
    ['not executable', { '/usr/bin/slirp4netns': { mode: '0644' }, '/home/edge/.rancher/k3s/data/current/bin/k3s': program }, { found: false }],
  ])('%s', (_, files, wanted) => {
    expect(learn(files).value.slirp4netns).toEqual(wanted);
  });
  test('unknown while K3s has not been unpacked', () => {
    expect(learn({}).gaps.get('slirp4netns')?.said).toContain('not been unpacked');
  });
});

test('no unit: absent; a home that may not be seen: unknown', () => {
  expect(settle(k3sRootless.learn({}, as), answerer({}))).toMatchObject({ is: 'known', exists: false });
  expect(settle(k3sRootless.learn({}, as), answerer({ files: { '/home/edge': { type: 'directory', blocked: 'denied' } } }))).toMatchObject({ is: 'unknown' });
});

test("a unit in /etc/systemd/user is everybody's", () => {
  const fact = settle(k3sRootless.learn({}, as), answerer({ files: { '/etc/systemd/user/k3s-rootless.service': stock } })) as Known;
  expect(fact.value).toMatchObject({ path: '/etc/systemd/user/k3s-rootless.service', forEveryone: true });
});
