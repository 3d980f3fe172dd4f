import { describe, expect, test } from 'vitest';
import { answerer, type HostSpec } from '../../../src/collect/composed/composed.ts';
import type { Known } from '../../../src/facts/fact.ts';
import { rootAccount } from '../../../src/facts/host/accounts.ts';
import { extended, support } from '../../../src/facts/host/lifecycle.ts';
import { parseOsRelease } from '../../../src/facts/host/os-release.ts';
import { settle } from '../../../src/facts/settle.ts';
import { countRanges, hardware } from '../../../src/kinds/host/hardware.ts';
import { os } from '../../../src/kinds/host/os.ts';

const learn = (spec: HostSpec, given: { now?: number } = { now: Date.UTC(2026, 10, 22) / 1000 }): Known =>
  settle(os.learn({}, rootAccount, { files: [], ...given }), answerer(spec)) as Known;
const release = (text: string, more: HostSpec['files'] = {}): Known =>
  learn({ files: { '/etc/os-release': text, '/proc/sys/kernel': { type: 'directory' }, ...more } });

describe('os-release', () => {
  test.each([
    ['A=b', 'b'],
    ['A="b c"', 'b c'],
    ["A='b \"c'", 'b "c'],
    ['A="b \\"c\\" \\$d"', 'b "c" $d'],
    ['A=""', ''],
    ['A=b\\ c', 'b c'],
    ['A=1\nA=2', '2'],
    ['#A=1', undefined],
    ['A = 1', undefined],
  ])('%j', (text, wanted) => {
    expect(parseOsRelease(text, '').get('A')?.value).toBe(wanted);
  });
  test('the copy in /etc wins; a dangling link falls back', () => {
    expect(learn({ files: { '/etc/os-release': 'ID=debian', '/usr/lib/os-release': 'ID=sles' } }).value.id).toBe('debian');
    expect(learn({ files: { '/etc/os-release': { link: '/nowhere' }, '/usr/lib/os-release': 'ID=sles' } }).value.id).toBe('sles');
    expect(learn({ files: {} })).toMatchObject({ is: 'unknown', said: expect.stringContaining('neither') });
  });
});

test.each([
  ['ID="sle-micro"\nID_LIKE="suse"', 'suse', true],
  ['ID=sl-micro', 'suse', true],
  ['ID="opensuse-tumbleweed"', 'suse', false],
  ['ID=opensuse-microos\nID_LIKE="suse opensuse"', 'suse', true],
  ['ID=ubuntu\nID_LIKE=debian', 'debian', false],
  ['ID=rocky\nID_LIKE="rhel centos fedora"', 'rhel', false],
  ['ID=fedora\nVARIANT_ID=coreos', 'fedora', true],
  ['ID=alpine', 'other', false],
])('%j', (text, family, immutable) => {
  expect(release(text).value).toMatchObject({ family, immutable, macos: false });
});

test('a transactional server has / read-only in fstab', () => {
  const fact = release('ID=sles\nVERSION_ID=15.7', { '/etc/fstab': '# x\nUUID=1 / btrfs ro,defaults 0 0\n' });
  expect(fact.value.immutable).toBe(true);
  expect(fact.where.get('immutable')).toContainEqual({ path: '/etc/fstab', line: 2, said: 'mounts / read-only' });
});

test('a Mac', () => {
  const plist = '<plist><dict>\n<key>ProductName</key>\n\t<string>macOS</string>\n<key>ProductVersion</key>\n\t<string>26.1</string></dict></plist>';
  expect(learn({ files: { '/System/Library/CoreServices/SystemVersion.plist': plist } }).value).toMatchObject({
    macos: true,
    family: 'macos',
    versionId: '26.1',
    prettyName: 'macOS',
    systemd: false,
  });
});

test('what stands in a comment of the property list does not count, and a broken one is unknown', () => {
  const path = '/System/Library/CoreServices/SystemVersion.plist';
  const dict = '<plist><dict>\n<!--<key>ProductVersion</key><string>14.0</string>-->\n<key>ProductVersion</key>\n<string>26.1</string></dict>';
  const whole = learn({ files: { [path]: `${dict}</plist>` } });
  expect(whole.value.versionId).toBe('26.1');
  expect(whole.where.get('versionId')).toEqual([{ path, line: 4 }]);
  const cut = learn({ files: { [path]: dict } });
  expect(cut.value).toMatchObject({ macos: true, family: 'macos' });
  expect(cut.gaps.get('versionId')).toMatchObject({ why: 'unparsable', where: [{ path }] });
});

test('without the day of the inspection an end of support is only told', () => {
  const fact = learn({ files: { '/etc/os-release': 'ID=debian\nVERSION_ID=12' } }, {});
  expect(fact.value.endOfLife).toBe('2028-06-30');
  expect(fact.gaps.get('ended')?.said).toContain('day of the inspection');
});

describe('lifecycle', () => {
  const ends = { '9': '2026-05-31', '10.2': '2030-01-01' };
  const at = (text: string) => Date.parse(text) / 1000;
  test.each<[string, string, object]>([
    ['9.4', '2026-05-31T23:59:59Z', { ended: false }],
    ['9.4', '2026-06-01T00:00:00Z', { ended: true }],
    ['8', '2026-06-01T00:00:00Z', { ended: true }],
    ['10', '2026-06-01T00:00:00Z', { is: 'unknown' }],
    ['11', '2026-06-01T00:00:00Z', { ended: false }],
    ['11', '2040-06-01T00:00:00Z', { is: 'unknown' }],
    ['rawhide', '2026-06-01T00:00:00Z', { is: 'unknown' }],
    ['__proto__', '2026-06-01T00:00:00Z', { is: 'unknown' }],
  ])('%s on %s', (version, now, wanted) => expect(support(ends, version, at(now))).toMatchObject(wanted));
  test('the later day counts, for the releases that an entry names', () => {
    const on = at('2027-01-01T00:00:00Z');
    expect(support(ends, '9.4', on, extended(['9 2028-01-01']))).toMatchObject({ ended: false, date: '2028-01-01' });
    expect(support(ends, '10.2', on, extended(['10 2026-01-01']))).toMatchObject({ ended: false, date: '2030-01-01' });
    expect(support(ends, '8', on, extended(['8.1 2028-01-01']))).toMatchObject({ ended: true });
    expect(support({}, '3.20', on, extended(['Alpine 3.20 2028-01-01', 'other 3.20 2029-01-01'], 'alpine'))).toMatchObject({ date: '2028-01-01' });
  });
  test.each(['9', '9 soon', '9 2027-02-30', '9 2027-13-01', 'x 9 2028-01-01', ''])('no entry: %j', (entry) => {
    expect(support(ends, '9.4', at('2026-01-01T00:00:00Z'), extended([entry]))).toMatchObject({ is: 'unknown' });
  });
});

describe('hardware', () => {
  test.each([
    ['0', 1],
    ['0-3', 4],
    ['0-1,4,6-7\n', 5],
    ['', undefined],
    ['a', undefined],
  ])('%j', (text, wanted) => expect(countRanges(text)).toBe(wanted));
  test('absent where there is none, a gap where it may not be seen', () => {
    expect(settle(hardware.learn({}, rootAccount), answerer({ kind: 'image', files: {} }))).toMatchObject({ is: 'known', exists: false });
    const fact = settle(
      hardware.learn({}, rootAccount),
      answerer({ files: { '/sys/devices/system/cpu/online': '0-1', '/proc/meminfo': { blocked: 'denied' } } }),
    ) as Known;
    expect(fact.value).toEqual({ cpus: 2 });
    expect(fact.gaps.get('memory')).toMatchObject({ why: 'denied' });
  });
});
