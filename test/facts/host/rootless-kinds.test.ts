import { describe, expect, test } from 'vitest';
import { answerer, type HostSpec } from '../../../src/collect/composed/composed.ts';
import { attachesTo, parseProfiles } from '../../../src/facts/host/apparmor-profiles.ts';
import { mountOf, parseFstab, parseMountInfo } from '../../../src/facts/host/mount-table.ts';
import { publishedIn } from '../../../src/facts/host/published-ports.ts';
import { subIds } from '../../../src/facts/host/subids.ts';
import type { Kind } from '../../../src/facts/kind.ts';
import { settle } from '../../../src/facts/settle.ts';
import { idmapTools } from '../../../src/kinds/host/idmap-tools.ts';
import { lowPorts } from '../../../src/kinds/host/low-ports.ts';
import { pauseProcess } from '../../../src/kinds/host/pause-process.ts';
import { subidConflicts } from '../../../src/kinds/host/subid-conflicts.ts';

const driver = { name: 'driver', uid: 1000, gid: 1000, home: '/home/driver' };
const podman = {
  '/usr/bin/podman': { mode: '0755' },
  '/proc/sys/kernel': { type: 'directory' },
  '/proc/sys/net/ipv4/ip_unprivileged_port_start': '1024\n',
} as const;
const learn = (kind: Kind, host: HostSpec) => settle(kind.learn({}, driver), answerer(host));
const value = (kind: Kind, host: HostSpec): unknown => ((fact) => (fact.is === 'known' ? fact.value : fact.why))(learn(kind, host));

const subIdsOf = (which: 'subuid' | 'subgid', host: HostSpec) => {
  const found = settle(subIds(which, driver), answerer(host));
  return found.is === 'known' ? found.broken.map((b) => b.said) : found.why;
};

test.each<[string, string, string, readonly string[] | 'ambiguous']>([
  ['a port of the container alone', 'a.container', '[Container]\nImage=a\nPublishPort=80\n', []],
  ['a port', 'a.container', '[Container]\nImage=a\nPublishPort=80:80\n', ['80']],
  ['a range', 'a.container', '[Container]\nImage=a\nPublishPort=80-82:80-82\n', ['80']],
  ['an address', 'a.container', '[Container]\nImage=a\nPublishPort=[::1]:53:53/udp\n', ['53']],
  ['an address alone', 'a.container', '[Container]\nImage=a\nPublishPort=127.0.0.1::443\n', []],
  ['a higher port', 'a.container', '[Container]\nImage=a\nPublishPort=8080:80/tcp\n', []],
  ['an argument', 'a.container', '[Container]\nImage=a\nPodmanArgs=-p 443:443\n', ['443']],
  ['the network of the host', 'a.container', '[Container]\nImage=a\nNetwork=host\nPublishPort=80:80\n', []],
  ['a pod', 'a.pod', '[Pod]\nPublishPort=80:80\n', ['80']],
  ['a variable', 'a.container', '[Container]\nImage=a\nPublishPort=${PORT}:80\n', 'ambiguous'],
])('low ports of a Quadlet file: %s', (_, name, text, below) => {
  const fact = learn(lowPorts, {
    files: {
      ...podman,
      '/etc/passwd': 'driver:x:1000:1000::/home/driver:/bin/sh\n',
      '/var/lib/systemd/linger/driver': '',
      [`/home/driver/.config/containers/systemd/${name}`]: text,
    },
    commands: { 'podman --version': { stdout: 'podman version 5.4.2\n' } },
  });
  expect(fact.is === 'known' && (fact.gaps.get('below')?.why ?? fact.value.below)).toEqual(below);
});

test('ranges of one account that share ids', () => {
  const map = (text: string) => subIdsOf('subuid', { files: { '/etc/subuid': text } });
  expect(map('driver:100000:65536\ndriver:200000:10\n')).toEqual([]);
  expect(map('driver:120000:65536\ndriver:100000:65536\n')).toEqual(['shares ids with another range of that account, 100000-165535']);
});

test('the ports that podman ps prints', () => {
  expect(publishedIn('0.0.0.0:80->80/tcp, [::]:8080-8081->8080-8081/tcp, 9090/tcp')).toEqual([80, 8080]);
  expect(publishedIn('')).toEqual([]);
});

describe('mounts', () => {
  const each = parseMountInfo(
    '22 1 8:1 / / rw - ext4 /dev/sda1 rw\n23 22 8:2 / /usr ro,nosuid - ext4 /dev/sda2 ro\n24 22 8:3 / /usr rw - xfs /dev/sda3 rw\nbroken\n25 22 8:4 / /a\\040b rw - ext4 x rw\n',
  );
  test.each([
    ['/usr/bin', 'xfs'],
    ['/usrlocal', 'ext4'],
    ['/', 'ext4'],
  ])('%s lies on %s', (path, type) => expect(mountOf(each, path)?.type).toBe(type));
  test('blanks are unescaped, fstab is read', () => {
    expect(each.at(-1)?.point).toBe('/a b');
    expect(parseFstab('# x\n/dev/sda2 /usr ext4 ro,nosuid 0 1\nnone swap swap sw 0 0\n')).toMatchObject([{ point: '/usr', options: ['ro', 'nosuid'] }]);
  });
});

describe('AppArmor profiles', () => {
  const grants = (text: string, path: string): boolean => parseProfiles(text, 'f').some((p) => p.grantsUserns && attachesTo(p, path));
  test.each<[string, string, boolean]>([
    ['profile podman /usr/bin/podman flags=(unconfined) {\n  userns,\n}', '/usr/bin/podman', true],
    ['/usr/bin/podman flags=(unconfined) {\n  allow userns create,\n}', '/usr/bin/podman', true],
    ['profile podman /usr/bin/podman flags=(unconfined) {\n}', '/usr/bin/podman', false],
    ['profile podman /usr/bin/podman flags=(complain) {\n}', '/usr/bin/podman', true],
    ['profile a /usr/bin/other {\n  userns,\n}\nprofile podman /usr/bin/podman {\n}', '/usr/bin/podman', false],
    ['profile a /{,usr/}{,s}bin/podman {\n  userns,\n}', '/bin/podman', true],
    ['@{exec_path} = @{bin}/podman\nprofile podman @{exec_path} {\n  userns,\n}', '/usr/bin/podman', true],
    ['profile a @{unknown}/podman {\n  userns,\n}', '/usr/bin/podman', false],
    ['profile a /opt/** {\n  userns,\n}', '/opt/bin/k3s', true],
    ['profile a /opt/** {\n  userns,\n}', '/usr/bin/k3s', false],
    ['profile outer /usr/bin/podman {\n  profile inner {\n    userns,\n  }\n}', '/usr/bin/podman', false],
    ['profile nameonly {\n  userns,\n}', '/usr/bin/podman', false],
    ['# profile podman /usr/bin/podman {\n# userns,\n', '/usr/bin/podman', false],
  ])('%j', (text, path, wanted) => expect(grants(text, path)).toBe(wanted));
});

test('ranges that touch do not overlap; those that share one id do', () => {
  const files = (alice: number): HostSpec => ({
    files: { '/etc/subuid': `driver:100000:1000\nalice:${alice}:1000\n`, '/etc/passwd': 'root:x:0:0::/root:/bin/sh\n' },
  });
  expect(value(subidConflicts, files(101_000))).toMatchObject({ overlaps: [] });
  expect(value(subidConflicts, files(100_999))).toMatchObject({ overlaps: ['100000-100999 and a range of alice, 100999-101998'] });
});

describe('hostile and closed files lead to unknown', () => {
  const running: HostSpec['files'] = {
    '/proc/sys/kernel': { type: 'directory' },
    '/run/user/1000/libpod/tmp/pause.pid': '5',
    '/proc/5/comm': 'catatonit\n',
    '/proc/5/status': 'Uid:\t1000\t1000\n',
    '/proc/5/uid_map': '0 1000 1\n',
    '/proc/5/gid_map': '0 1000 1\n',
  };
  test.each(['/proc/5/uid_map', '/proc/5/gid_map'])('%s', (path) => {
    for (const spec of ['garbage\n', { blocked: 'denied' as const }, { type: 'directory' as const }]) {
      const fact = learn(pauseProcess, { files: { ...running, [path]: spec } });
      expect(fact.is === 'known' && fact.gaps.size).toBe(2);
    }
  });
  test('a capability that is not told is a gap, never a no', () => {
    const fact = learn(idmapTools, {
      files: { '/usr/bin/newuidmap': { mode: '0755' } },
      commands: { 'getcap /usr/bin/newuidmap': { exit: 1, stderr: 'failed' } },
    });
    expect(fact.is === 'known' && fact.gaps.has('newuidmap.privileged')).toBe(true);
  });
});
