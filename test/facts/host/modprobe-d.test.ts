import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { answerer, type FileSpec } from '../../../src/collect/composed/composed.ts';
import { modprobeD } from '../../../src/facts/host/modprobe-d.ts';
import { settle } from '../../../src/facts/settle.ts';
import { oracle, tries } from '../../oracles.ts';
import { fc } from '../../property.ts';

const how = (files: Readonly<Record<string, FileSpec>>): string | undefined => settle(modprobeD(), answerer({ files })).kept('usb_storage')?.how;

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
  ['install by a pattern', { '/etc/modprobe.d/a.conf': 'install usb* /bin/false\n' }, 'install'],
  ['blacklist takes no patterns', { '/etc/modprobe.d/a.conf': 'blacklist usb*\n' }, undefined],
  ['a hidden file is not read', { '/etc/modprobe.d/.a.conf': 'blacklist usb-storage\n' }, undefined],
  ['install with a second command', { '/etc/modprobe.d/a.conf': 'install usb-storage /bin/true ; /sbin/modprobe -i usb-storage\n' }, undefined],
  ['install with a command that is tried first', { '/etc/modprobe.d/a.conf': 'install usb-storage /bin/false || /sbin/modprobe -i usb-storage\n' }, undefined],
  ['install with the shell’s own', { '/etc/modprobe.d/a.conf': 'install usb-storage :\n' }, 'install'],
  ['install with exec', { '/etc/modprobe.d/a.conf': 'install usb-storage exec /bin/false # never\n' }, 'install'],
  ['install without a command', { '/etc/modprobe.d/a.conf': 'install usb-storage\ninstall usb-storage /bin/false\n' }, 'install'],
  ['a comment that goes on', { '/etc/modprobe.d/a.conf': '# not now \\\nblacklist usb-storage\n' }, undefined],
  ['a line that goes on', { '/etc/modprobe.d/a.conf': 'blacklist \\\n  usb-storage\n' }, 'blacklist'],
  ['a carriage return belongs to the name', { '/etc/modprobe.d/a.conf': 'blacklist usb-storage\r\n' }, undefined],
  ['a byte order mark', { '/etc/modprobe.d/a.conf': '\ufeffblacklist usb-storage\n' }, undefined],
  ['a blank of another sort', { '/etc/modprobe.d/a.conf': 'blacklist\u00a0usb-storage\n' }, undefined],
  ['a comment', { '/etc/modprobe.d/a.conf': '# blacklist usb-storage\n' }, undefined],
])('%s', (_, files, expected) => {
  expect(how(files)).toBe(expected);
});

const directories = ['/etc/modprobe.d', '/run/modprobe.d', '/usr/local/lib/modprobe.d', '/usr/lib/modprobe.d', '/lib/modprobe.d'];

/** An ELF file with a section .modinfo and nothing else, which is enough for depmod. */
function moduleFile(): Buffer {
  const info = Buffer.from('license=GPL\0name=usb_storage\0');
  const names = Buffer.from('\0.modinfo\0.shstrtab\0');
  const header = Buffer.alloc(64);
  Buffer.from('7f454c46020101', 'hex').copy(header);
  for (const [value, at] of [
    [1, 16],
    [62, 18],
    [64, 52],
    [64, 58],
    [3, 60],
    [2, 62],
  ] as const)
    header.writeUInt16LE(value, at);
  header.writeUInt32LE(1, 20);
  header.writeUInt32LE(64 + info.length + names.length, 40);
  const section = (name: number, type: number, offset: number, size: number): Buffer => {
    const s = Buffer.alloc(64);
    s.writeUInt32LE(name, 0);
    s.writeUInt32LE(type, 4);
    s.writeUInt32LE(offset, 24);
    s.writeUInt32LE(size, 32);
    return s;
  };
  return Buffer.concat([header, info, names, Buffer.alloc(64), section(1, 1, 64, info.length), section(10, 3, 64 + info.length, names.length)]);
}

let modules = '';
beforeAll(() => {
  modules = mkdtempSync(join(tmpdir(), 'modules-'));
  mkdirSync(`${modules}/lib/modules/1.0/kernel`, { recursive: true });
  writeFileSync(`${modules}/lib/modules/1.0/kernel/usb-storage.ko`, moduleFile());
  writeFileSync(`${modules}/zz.conf`, 'alias probe-me usb-storage\n');
  spawnSync('depmod', ['-b', modules, '1.0']);
});
afterAll(() => rmSync(modules, { recursive: true }));

/** What modprobe would do for usb-storage, by its name and by an alias. */
function asked(files: Readonly<Record<string, FileSpec>>): string | undefined {
  const root = mkdtempSync(join(tmpdir(), 'modprobe-'));
  try {
    for (const d of directories) mkdirSync(root + d, { recursive: true });
    for (const [path, spec] of Object.entries(files)) {
      if (typeof spec === 'string') writeFileSync(root + path, spec);
      else symlinkSync('/dev/null', root + path);
    }
    const config = [...directories.map((d) => root + d), `${modules}/zz.conf`].flatMap((path) => ['-C', path]);
    const probe = (name: string): string => spawnSync('modprobe', ['-n', '-v', '-d', modules, '-S', '1.0', ...config, name], { encoding: 'utf8' }).stdout;
    const command = /^install +(.*?) *$/m.exec(probe('usb-storage'))?.[1];
    const does = command === undefined ? 'loads' : spawnSync('sh', ['-c', command.replaceAll('/sbin/modprobe', 'echo')], { encoding: 'utf8' }).stdout;
    return does === '' ? 'install' : probe('probe-me') === '' ? 'blacklist' : undefined;
  } finally {
    rmSync(root, { recursive: true });
  }
}

test('as modprobe does', { ...oracle('modprobe'), timeout: 3_600_000 }, () => {
  const blank = fc.constantFrom(' ', '  ', '\t', ' \\\n', '\\\n ', '\u00a0', '\r ');
  const name = fc.constantFrom('usb-storage', 'usb-storage', 'usb_storage', 'usb\\-storage', 'uas', '"usb-storage"', 'usb-storag[e]');
  const command = fc.constantFrom(
    '/bin/true',
    '/bin/false',
    ':',
    'exec /bin/true',
    '/sbin/modprobe -i x',
    '/bin/true; /sbin/modprobe -i x',
    '/bin/false || /sbin/modprobe x',
    'true # x',
    '',
  );
  const end = fc.constantFrom('', '', '', ' ', ' # c', '\r', ' \\');
  const line = fc.oneof(
    fc.tuple(fc.constantFrom('', '', ' ', '# ', '\ufeff'), fc.constant('blacklist'), blank, name, end).map((w) => w.join('')),
    fc.tuple(fc.constantFrom('', '', '#'), fc.constant('install'), blank, name, fc.constant(' '), command, fc.constantFrom('', ' ')).map((w) => w.join('')),
    fc.constantFrom('# x \\', '', 'options usb-storage a=b', '\\', 'alias x usb-storage'),
  );
  const text = fc.array(line, { maxLength: 4 }).map((l) => `${l.join('\n')}\n`);
  const path = fc.tuple(fc.constantFrom(...directories), fc.constantFrom('a.conf', 'b.conf', 'Z.conf', '.c.conf', 'd.txt')).map((w) => w.join('/'));
  const spec = fc.oneof({ weight: 6, arbitrary: text }, { weight: 1, arbitrary: fc.constant<FileSpec>({ link: '/dev/null' }) });
  fc.assert(
    fc.property(fc.dictionary(path, spec, { maxKeys: 4, noNullPrototype: true }), (files) => {
      expect(how(files)).toBe(asked(files));
    }),
    { numRuns: tries(100) },
  );
});
