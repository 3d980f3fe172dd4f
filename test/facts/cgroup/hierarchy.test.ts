/** The pure parts of the cgroup kinds. */
import { expect, test } from 'vitest';
import { bootLines, mountedMode, systemdVersion, versionOne, wantedMode } from '../../../src/facts/cgroup/hierarchy.ts';
import { limitOf } from '../../../src/facts/cgroup/limits.ts';
import { parseUtc } from '../../../src/facts/systemd/timestamp.ts';

const mount = (point: string, type: string): string => `30 22 0:26 / ${point} rw,nosuid shared:4 - ${type} ${type} rw\n`;

test.each([
  ['unified', mount('/', 'ext4') + mount('/sys/fs/cgroup', 'cgroup2')],
  ['hybrid', mount('/sys/fs/cgroup', 'tmpfs') + mount('/sys/fs/cgroup/unified', 'cgroup2') + mount('/sys/fs/cgroup/cpu', 'cgroup')],
  ['legacy', mount('/sys/fs/cgroup', 'tmpfs') + mount('/sys/fs/cgroup/cpu', 'cgroup')],
  [undefined, mount('/', 'ext4') + mount('/mnt/cgroup2', 'cgroup2')],
  [undefined, 'nonsense\n\n - \n'],
])('mounted: %s', (mode, text) => {
  expect(mountedMode(text)?.mode).toBe(mode);
});

test.each([
  [undefined, 'quiet root=/dev/sda1'],
  ['unified', 'quiet systemd.unified_cgroup_hierarchy=1'],
  ['unified', 'systemd.unified_cgroup_hierarchy'],
  ['hybrid', 'systemd.unified_cgroup_hierarchy=0'],
  ['legacy', 'systemd.unified_cgroup_hierarchy=0 systemd.legacy_systemd_cgroup_controller'],
  ['unified', 'systemd.unified_cgroup_hierarchy=no systemd.unified_cgroup_hierarchy=yes'],
  ['hybrid', 'systemd.unified_cgroup_hierarchy=no systemd.unified_cgroup_hierarchy'],
  ['hybrid', 'systemd.unified-cgroup-hierarchy=0'],
  [undefined, 'systemd.unified_cgroup_hierarchy=none'],
  ['legacy', 'systemd.legacy-systemd-cgroup_controller'],
  ['hybrid', 'systemd.legacy_systemd_cgroup_controller=0'],
])('boot arguments want %s: %s', (mode, line) => {
  expect(wantedMode(line)).toBe(mode);
});

test('kernel lines of boot entries, with their place', () => {
  expect(bootLines('menuentry x {\n\tlinux /vmlinuz a=1\n}\n# options no\noptions b\n', '/x').map((l) => [l.text, l.where.line])).toEqual([
    ['/vmlinuz a=1', 2],
    ['b', 5],
  ]);
});

test.each([
  [252, ['libsystemd-shared-252.so']],
  [258, ['x', 'libsystemd-core-258.1-1.fc43.so']],
  [undefined, ['libsystemd.so.0']],
])('systemd %s', (version, names) => {
  expect(systemdVersion(names)).toBe(version);
});

test.each<[string, string, object | undefined]>([
  ['TasksMax', '4095', { tasks: 4095 }],
  ['TasksMax', '33%', { tasksPercent: 33 }],
  ['TasksMax', 'infinity', undefined],
  ['MemoryMax', '1G', { memory: 2 ** 30 }],
  ['MemoryMax', '1.5 M', { memory: 1.5 * 2 ** 20 }],
  ['MemoryHigh', '1048576K', { memory: 2 ** 30 }],
  ['MemoryMax', '40%', { memoryPercent: 40 }],
  ['MemoryMax', 'much', undefined],
])('%s=%s is %j', (key, value, limit) => {
  expect(limitOf(key, value)).toEqual(limit);
});

test.each([
  ['Wed 2023-11-15 10:00:00 UTC', 1_700_042_400],
  ['Wed 2023-11-15 10:00:00 CET', undefined],
  ['n/a', undefined],
])('time %s', (text, seconds) => {
  expect(parseUtc(text)).toBe(seconds);
});

test('hierarchies of version 1 are told by what they hold', () => {
  const old = '91 30 0:60 / /sys/fs/cgroup/net_cls rw,relatime shared:90 - cgroup net_cls rw,xattr,net_cls,net_prio\n';
  expect(versionOne(mount('/sys/fs/cgroup', 'cgroup2') + old)).toEqual([
    { said: 'net_cls,net_prio at /sys/fs/cgroup/net_cls', where: { path: '/proc/self/mountinfo', line: 2 } },
  ]);
  expect(versionOne(mount('/sys/fs/cgroup', 'cgroup2'))).toEqual([]);
});
