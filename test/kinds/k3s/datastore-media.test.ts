import { expect, test } from 'vitest';
import { answerer, type FileSpec } from '../../../src/collect/composed/composed.ts';
import { rootAccount } from '../../../src/facts/host/accounts.ts';
import { settle } from '../../../src/facts/settle.ts';
import { datastoreMedia } from '../../../src/kinds/k3s/datastore-media.ts';

const at = (number: string, source: string): Readonly<Record<string, FileSpec>> => ({
  '/proc/self/mountinfo': `30 1 ${number} / / rw shared:1 - ext4 ${source} rw\n`,
});
const disk = (number: string, real: string, more: Readonly<Record<string, FileSpec>> = {}): Readonly<Record<string, FileSpec>> => ({
  [real]: { type: 'directory' },
  [`/sys/dev/block/${number}`]: { link: real },
  ...more,
});
const learn = (files: Readonly<Record<string, FileSpec>>, virt?: string) =>
  settle(
    datastoreMedia.learn({}, rootAccount),
    answerer({
      files: {
        '/usr/local/bin/k3s': { mode: '0755' },
        '/etc/systemd/system/k3s.service': '[Service]\nExecStart=/usr/local/bin/k3s server --cluster-init\n',
        ...files,
      },
      commands: { 'k3s --version': { stdout: 'k3s version v1.33.6+k3s1 (abcdef12)\n' }, ...(virt ? { 'systemd-detect-virt': { stdout: `${virt}\n` } } : {}) },
    }),
  );

test.each([
  ['a card', 'mmcblk0/mmcblk0p2', { '/sys/block/mmcblk0/device/type': 'SD\n' }, undefined, { cards: ['mmcblk0'], rotating: [] }],
  ['a disk', 'sda/sda2', { '/sys/block/sda/queue/rotational': '0\n' }, undefined, { cards: [], rotating: [], virtual: false }],
  ['one that turns', 'sda/sda2', { '/sys/block/sda/queue/rotational': '1\n' }, 'none', { rotating: ['sda'], virtual: false }],
  ['one of a virtual machine', 'vda', { '/sys/block/vda/queue/rotational': '1\n' }, 'kvm', { rotating: ['vda'], virtual: true }],
] as const)('%s', (_, name, files, virt, value) => {
  expect(learn({ ...at('8:2', '/dev/x'), ...disk('8:2', `/sys/devices/pci0/block/${name}`, files as Readonly<Record<string, FileSpec>>) }, virt)).toMatchObject(
    { is: 'known', value },
  );
});

test('a disk that is not found is not known', () => {
  const fact = learn(at('8:2', '/dev/x'));
  expect(fact.is === 'known' && fact.gaps.get('cards')).toMatchObject({ why: 'unsupported' });
});
