import { describe, expect, test } from 'vitest';
import { answerer, type HostSpec } from '../../../src/collect/composed/composed.ts';
import type { Known } from '../../../src/facts/fact.ts';
import { rootAccount } from '../../../src/facts/host/accounts.ts';
import { settle } from '../../../src/facts/settle.ts';
import { sysctl } from '../../../src/kinds/host/sysctl.ts';

const learn = (files: HostSpec['files'], key = 'net.ipv4.ip_forward') => settle(sysctl.learn({ key }, rootAccount), answerer({ files: files ?? {} }));
const running = { '/proc/sys/kernel': { type: 'directory' as const } };
const forward = '/proc/sys/net/ipv4/ip_forward';

describe('a running kernel', () => {
  test('the live value counts; a persistent one that differs is pending', () => {
    const fact = learn({ ...running, [forward]: '1\n', '/etc/sysctl.d/90-k3s.conf': '# x\nnet.ipv4.ip_forward = 0\n' }) as Known;
    expect(fact.value).toEqual({ applied: true, by: 'systemd-sysctl', live: '1', value: '1', persistent: '0', pending: true });
    expect(fact.where.get('persistent')).toEqual([{ path: '/etc/sysctl.d/90-k3s.conf', line: 2, said: 'sets 0' }]);
  });
  test('a parameter that the kernel does not have is absent, also when a file sets it', () => {
    expect(learn({ ...running, '/etc/sysctl.d/1.conf': 'kernel.unprivileged_userns_clone=1' }, 'kernel.unprivileged_userns_clone')).toMatchObject({
      is: 'known',
      exists: false,
    });
  });
  test('a denied value is unknown, never the persistent one', () => {
    const fact = learn({ ...running, [forward]: { blocked: 'denied' }, '/etc/sysctl.d/1.conf': 'net.ipv4.ip_forward=1' }) as Known;
    expect(fact.value).toEqual({ applied: true, by: 'systemd-sysctl', persistent: '1' });
    expect(fact.gaps.get('value')).toMatchObject({ why: 'denied' });
  });
  test('a directory that may not be listed leaves the persistent value open', () => {
    const fact = learn({ ...running, [forward]: '1', '/run/sysctl.d': { type: 'directory', blocked: 'denied' } }) as Known;
    expect(fact.value).toEqual({ applied: true, by: 'systemd-sysctl', live: '1', value: '1' });
    expect([...fact.gaps.keys()].sort()).toEqual(['pending', 'persistent']);
  });
  test('tabs between numbers are blanks', () => {
    expect(learn({ ...running, '/proc/sys/net/ipv4/ping_group_range': '1\t0\n' }, 'net.ipv4.ping_group_range')).toMatchObject({ value: { value: '1 0' } });
  });
});

describe('an image', () => {
  test('the persistent value stands in', () => {
    expect(learn({ '/usr/lib/sysctl.d/50.conf': 'net/ipv4/ip_forward=1' })).toMatchObject({ value: { value: '1', persistent: '1' } });
  });
  test('without any setting the value is unknown, the persistent one known to be unset', () => {
    const fact = learn({}) as Known;
    expect(fact.gaps.get('value')?.said).toContain('no sysctl.d file sets net.ipv4.ip_forward');
    expect(fact.gaps.has('persistent')).toBe(false);
  });
  test('an unreadable file leaves both unknown', () => {
    const fact = learn({ '/etc/sysctl.d/1.conf': 'net.ipv4.ip_forward=1', '/etc/sysctl.d/2.conf': { blocked: 'denied' } }) as Known;
    expect([...fact.gaps.keys()].sort()).toEqual(['persistent', 'value']);
  });
});

describe('which assignment takes effect', () => {
  test.each<[string, Record<string, string | { link: string }>, string | undefined]>([
    [
      'a later name wins over a more important directory',
      { '/etc/sysctl.d/90-kubelet.conf': 'net.ipv4.ip_forward=1', '/usr/lib/sysctl.d/99-z.conf': 'net.ipv4.ip_forward=0' },
      '0',
    ],
    ['the same name in /etc hides the one in /usr/lib', { '/etc/sysctl.d/50.conf': 'a.b=1', '/usr/lib/sysctl.d/50.conf': 'net.ipv4.ip_forward=1' }, undefined],
    ['a link to /dev/null hides it', { '/run/sysctl.d/50.conf': { link: '/dev/null' }, '/usr/lib/sysctl.d/50.conf': 'net.ipv4.ip_forward=1' }, undefined],
    ['a dangling link hides it', { '/etc/sysctl.d/50.conf': { link: '/nowhere' }, '/usr/lib/sysctl.d/50.conf': 'net.ipv4.ip_forward=1' }, undefined],
    ['/etc/sysctl.conf alone is not read', { '/etc/sysctl.conf': 'net.ipv4.ip_forward=1' }, undefined],
    [
      '/etc/sysctl.conf is read through a link',
      { '/etc/sysctl.conf': 'net.ipv4.ip_forward=1', '/etc/sysctl.d/99-sysctl.conf': { link: '../sysctl.conf' } },
      '1',
    ],
    [
      'names that do not end in .conf, and hidden ones, are not read',
      { '/etc/sysctl.d/50.conf~': 'net.ipv4.ip_forward=1', '/etc/sysctl.d/.5.conf': 'net.ipv4.ip_forward=1' },
      undefined,
    ],
    ['nothing follows a value but the end of the line', { '/etc/sysctl.d/1.conf': '-net.ipv4.ip_forward = 1 # on\r\n' }, '1 # on'],
    ['comments and nonsense are ignored', { '/etc/sysctl.d/1.conf': '; net.ipv4.ip_forward=0\nnonsense\n  net.ipv4.ip_forward=1' }, '1'],
    ['an explicit setting beats a later glob', { '/etc/sysctl.d/1.conf': 'net.ipv4.ip_forward=1\nnet.ipv4.ip_*=0\nnet.ipv4.*=0' }, '1'],
    ['a key alone after a dash keeps globs off', { '/etc/sysctl.d/1.conf': 'net.ipv4.ip_*=1\n-net.ipv4.ip_forward' }, undefined],
    ['the last glob wins', { '/etc/sysctl.d/1.conf': 'net.ipv4.ip_*=0\nnet.ipv4.ip_forwar?=1' }, '1'],
    ['a repeated glob keeps its place', { '/etc/sysctl.d/1.conf': 'net.ipv4.ip_*=0\nnet.ipv4.ip_forwar?=1\nnet.ipv4.ip_*=0' }, '1'],
    ['a glob with another value moves to the end', { '/etc/sysctl.d/1.conf': 'net.ipv4.ip_*=2\nnet.ipv4.ip_forwar?=1\nnet.ipv4.ip_*=0' }, '0'],
  ])('%s', (_, files, wanted) => {
    expect((learn({ ...running, [forward]: '7', ...files }) as Known).value.persistent).toBe(wanted);
  });
  test('an interface name with a dot is written with slashes', () => {
    const files = { '/etc/sysctl.d/1.conf': 'net.ipv4.conf.eth0/100.rp_filter = 2' };
    expect(learn(files, 'net/ipv4/conf/eth0.100/rp_filter')).toMatchObject({ value: { persistent: '2' } });
    expect(learn(files, 'net.ipv4.conf.eth0.100.rp_filter')).toMatchObject({ value: {} });
  });
  test('names what lost, what is hidden, and the file that is not read', () => {
    const fact = learn({
      '/etc/sysctl.conf': 'net.ipv4.ip_forward=1',
      '/usr/lib/sysctl.d/1.conf': 'net.ipv4.ip_forward=1',
      '/etc/sysctl.d/1.conf': 'net.ipv4.ip_forward=1',
      '/etc/sysctl.d/2.conf': 'net.ipv4.ip_forward=0',
    }) as Known;
    expect(fact.where.get('persistent')).toEqual([
      { path: '/etc/sysctl.d/2.conf', line: 1, said: 'sets 0' },
      { path: '/etc/sysctl.d/1.conf', line: 1, said: 'had set 1' },
    ]);
    expect(fact.notes.get('value')?.map((n) => n.said)).toEqual([
      '/usr/lib/sysctl.d/1.conf is hidden by /etc/sysctl.d/1.conf',
      expect.stringContaining('/etc/sysctl.conf sets it to 1, but systemd-sysctl reads that file only through a link'),
    ]);
  });
});

test('a pattern from a hostile file does not take time', () => {
  const started = performance.now();
  learn({ '/etc/sysctl.d/1.conf': `net.ipv4.${'*a'.repeat(20000)}=1\n${'{a,b}'.repeat(2000)}*=1\n` }, `net.ipv4.${'a'.repeat(2000)}`);
  expect(performance.now() - started).toBeLessThan(2000);
});
