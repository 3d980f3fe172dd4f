import { expect, test } from 'vitest';
import { answerer, type FileSpec } from '../../../src/collect/composed/composed.ts';
import { modprobeD } from '../../../src/facts/host/modprobe-d.ts';
import { settle } from '../../../src/facts/settle.ts';

const how = (files: Readonly<Record<string, FileSpec>>): string | undefined => settle(modprobeD(), answerer({ files })).kept.get('usb_storage')?.how;

// What modprobe -n -v of kmod 30 did with such files.
test.each<[string, Readonly<Record<string, FileSpec>>, string | undefined]>([
  ['nothing', {}, undefined],
  ['- and _ are one', { '/etc/modprobe.d/a.conf': 'blacklist usb-storage\n' }, 'blacklist'],
  ['install with a program that loads nothing', { '/usr/lib/modprobe.d/a.conf': 'install usb_storage /usr/bin/true\n' }, 'install'],
  [
    'of two install lines the first counts',
    { '/etc/modprobe.d/a.conf': 'install usb-storage /sbin/modprobe -i usb-storage\n', '/etc/modprobe.d/b.conf': 'install usb-storage /bin/false\n' },
    undefined,
  ],
  [
    'the order is by name over all directories',
    { '/usr/lib/modprobe.d/a.conf': 'install usb-storage /bin/false\n', '/etc/modprobe.d/b.conf': 'install usb-storage /sbin/modprobe -i usb-storage\n' },
    'install',
  ],
  ['a file hides those of its name further down', { '/etc/modprobe.d/a.conf': '', '/usr/lib/modprobe.d/a.conf': 'blacklist usb-storage\n' }, undefined],
  ['a file of another ending is not read', { '/etc/modprobe.d/a.txt': 'blacklist usb-storage\n' }, undefined],
  ['a comment', { '/etc/modprobe.d/a.conf': '# blacklist usb-storage\n' }, undefined],
])('%s', (_, files, expected) => {
  expect(how(files)).toBe(expected);
});
