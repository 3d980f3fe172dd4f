import { describe, expect, test } from 'vitest';
import { answerer, type FileSpec } from '../../../src/collect/composed/composed.ts';
import { bootConfig } from '../../../src/facts/cgroup/boot-config.ts';
import { bootWords } from '../../../src/facts/cgroup/boot-words.ts';
import { entryNamed, parseGrub } from '../../../src/facts/cgroup/grub-menu.ts';
import { settle } from '../../../src/facts/settle.ts';

test.each<[string, object]>([
  ['root=/dev/vda quiet', { disabled: [], noV1: [], words: [] }],
  ['systemd.unified_cgroup_hierarchy=0', { mode: 'hybrid' }],
  ['systemd.unified_cgroup_hierarchy=0 systemd.legacy_systemd_cgroup_controller=1', { mode: 'legacy' }],
  ['systemd.unified_cgroup_hierarchy=0 x systemd.unified_cgroup_hierarchy=1', { mode: 'unified' }],
  ['cgroup_disable=memory,pids cgroup_enable=memory', { disabled: ['pids'], takenBack: ['memory'] }],
  ['cgroup_enable=memory cgroup_disable=memory', { disabled: ['memory'], takenBack: [] }],
  ['cgroup_disable=memory cgroup_enable=memory cgroup_disable=memory', { disabled: ['memory'], takenBack: [] }],
  ['cgroup_no_v1=all\0', { noV1: ['all'] }],
  ['cgroup_no_v1=cpu,memory', { noV1: ['cpu', 'memory'] }],
])('%j', (line, wanted) => expect(bootWords(line)).toMatchObject(wanted));

const menu = `set default="1>1"
menuentry 'A' --class x $menuentry_id_option 'a' {
  linux /a one
}
submenu "More" --id more {
  menuentry 'B' --id=b {
    load_video
    linux /b two
  }
  menuentry 'C' {
    linuxefi /c three
  }
}
`;

describe('the menu of GRUB', () => {
  test.each<[string, string | undefined]>([
    ['0', '/a one'],
    ['1>1', '/c three'],
    ['a', '/a one'],
    ['more>b', '/b two'],
    ['More>C', '/c three'],
    ['more', '/b two'],
    ['7', undefined],
    ['more>x', undefined],
  ])('%s', (name, wanted) => expect(entryNamed(parseGrub(menu, 'f').entries, name)?.line?.text).toBe(wanted));

  test('tells its default, not that of the next boot only', () => {
    expect(parseGrub('set default="${next_entry}"\nset default="${saved_entry}"\n', 'f').default).toBe('${saved_entry}');
    expect(parseGrub(menu, 'f').default).toBe('1>1');
  });

  test('survives garbage', () => {
    for (const text of ['}\n}\n{', "menuentry 'x' {", 'menuentry {\n'.repeat(1000), `menuentry '${'a'.repeat(100_000)}`])
      expect(parseGrub(text, 'f').entries.length).toBeLessThan(2);
  });
});

const config = (files: Record<string, FileSpec>): string => {
  const found = settle(bootConfig(), answerer({ files }));
  return found.is === 'known' ? `${found.text.trim()} at ${found.where[0]?.path}:${found.where[0]?.line}` : found.is === 'none' ? 'none' : found.why;
};

describe('the next boot', () => {
  test.each<[string, Record<string, FileSpec>, string]>([
    ['no boot loader', {}, 'none'],
    ['the default of GRUB', { '/boot/grub/grub.cfg': menu }, '/c three at /boot/grub/grub.cfg:11'],
    [
      'the saved entry',
      { '/boot/grub/grub.cfg': menu.replace('1>1', '${saved_entry}'), '/boot/grub/grubenv': 'saved_entry=a\n' },
      '/a one at /boot/grub/grub.cfg:3',
    ],
    ['a default that is gone, entries that agree', { '/boot/grub/grub.cfg': menu.replace('1>1', 'nowhere') }, '/a one at /boot/grub/grub.cfg:3'],
    [
      'a default that is gone, entries that differ',
      { '/boot/grub/grub.cfg': menu.replace('1>1', 'nowhere').replace('/a one', '/a cgroup_disable=pids') },
      'ambiguous',
    ],
    [
      'systemd-boot',
      { '/efi/loader/entries/x.conf': 'linux /vmlinuz\noptions four\n', '/efi/loader/loader.conf': 'default x\n' },
      'four at /efi/loader/entries/x.conf:2',
    ],
    ['Raspberry Pi', { '/boot/firmware/cmdline.txt': 'five\n' }, 'five at /boot/firmware/cmdline.txt:1'],
    [
      'kernel-install beside entries',
      { '/etc/kernel/cmdline': 'six\n', '/boot/loader/entries/x.conf': 'options four\n' },
      'four at /boot/loader/entries/x.conf:1',
    ],
    ['a closed file', { '/boot/grub2/grub.cfg': { blocked: 'denied' } }, 'denied'],
    ['a closed folder', { '/boot/loader/entries': { type: 'directory', blocked: 'denied' } }, 'denied'],
    ['a directory in the place of a file', { '/boot/grub2/grub.cfg': { type: 'directory' } }, 'failed'],
  ])('%s', (_, files, wanted) => expect(config(files)).toBe(wanted));
});
