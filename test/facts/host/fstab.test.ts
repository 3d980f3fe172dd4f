/** What fstab mounts at boot is what systemd-fstab-generator makes of it. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { answerer, type FileSpec } from '../../../src/collect/composed/composed.ts';
import { bootMounts } from '../../../src/facts/host/boot-mounts.ts';
import { settle } from '../../../src/facts/settle.ts';
import { oracle, tries } from '../../oracles.ts';
import { fc } from '../../property.ts';

const points = { '/tmp': 'tmp.mount', '/var/tmp': 'var-tmp.mount', '/home': 'home.mount' };

/** The options of each place that is mounted. */
function found(fstab: string, more: Readonly<Record<string, FileSpec>> = {}): Record<string, string | undefined> {
  const mounts = settle(bootMounts(), answerer({ kind: 'image', files: { '/etc/fstab': fstab, ...more } }));
  if ('is' in mounts) throw new Error(mounts.said);
  return Object.fromEntries(mounts.filter((m) => m.point in points).map((m) => [m.point, m.options?.join(',')]));
}

test.each<[string, string, string | undefined]>([
  ['a slash at the end', '/dev/a /tmp/ ext4 nodev', 'nodev'],
  ['two slashes', '/dev/a //tmp ext4 nodev', 'nodev'],
  ['the first of two', '/dev/a /tmp ext4 nodev\n/dev/b /tmp ext4 nosuid', 'nodev'],
  ['the first of two, which waits', '/dev/a /tmp ext4 noauto\n/dev/b /tmp ext4 nosuid', undefined],
  ['auto behind noauto', '/dev/a /tmp ext4 noauto,auto', 'noauto,auto'],
  ['without a type', '/dev/a /tmp', ''],
  ['autofs, which somebody else mounts', '/dev/a /tmp autofs nodev', undefined],
  ['an escape in options', '/dev/a /tmp ext4 a\\040b,c\\054d', 'a b,c\\054d'],
])('%s', (_, fstab, options) => {
  expect(found(fstab)['/tmp']).toBe(options);
});

test('a line that waits is mounted where the vendor pulls it in', () => {
  const vendor = '/usr/lib/systemd/system';
  const files = {
    [`${vendor}/tmp.mount`]: '[Mount]\nWhat=tmpfs\nWhere=/tmp\nOptions=mode=1777\n',
    [`${vendor}/local-fs.target.wants/tmp.mount`]: { link: '../tmp.mount' },
  };
  expect(found('/dev/a /tmp ext4 noauto,nodev', files)['/tmp']).toBe('noauto,nodev');
  expect(found('', files)['/tmp']).toBe('mode=1777');
});

const generator = '/usr/lib/systemd/system-generators/systemd-fstab-generator';

function asked(fstab: string): Record<string, string | undefined> {
  const dir = mkdtempSync(join(tmpdir(), 'fstab-'));
  try {
    for (const d of ['normal', 'early', 'late']) mkdirSync(join(dir, d));
    writeFileSync(join(dir, 'fstab'), fstab);
    const env = { SYSTEMD_FSTAB: join(dir, 'fstab'), SYSTEMD_LOG_TARGET: 'null', SYSTEMD_PROC_CMDLINE: '' };
    spawnSync(
      generator,
      ['normal', 'early', 'late'].map((d) => join(dir, d)),
      { env },
    );
    return Object.fromEntries(
      Object.entries(points).map(([point, unit]) => {
        const pulled = ['wants', 'requires'].some((how) => existsSync(join(dir, `normal/local-fs.target.${how}`, unit)));
        return [point, pulled ? (/^Options=(.*)$/m.exec(readFileSync(join(dir, 'normal', unit), 'utf8'))?.[1] ?? '') : undefined];
      }),
    );
  } finally {
    rmSync(dir, { recursive: true });
  }
}

test('as systemd-fstab-generator has it', { ...oracle('systemd-fstab-generator'), timeout: 3_600_000 }, () => {
  const blank = fc.constantFrom(' ', '\t', '   ');
  const source = fc.constantFrom('/dev/a', 'LABEL=x\\040y', 'tmpfs', '#/dev/b', 'UUID=1');
  const point = fc.constantFrom('/tmp', '/tmp', '/tmp/', '//tmp', '/var/tmp', '/var//tmp/', '/home', '/home\\040', 'none', '/t\\155p', 'tmp');
  const type = fc.constantFrom('ext4', 'tmpfs', 'autofs', 'none', '#x');
  const options = fc
    .array(fc.constantFrom('defaults', 'nodev', 'nosuid', 'noauto', 'auto', 'a\\040b', 'c\\054d', 'x\\134y', 'e\\\\f', 'bind'), {
      minLength: 1,
      maxLength: 4,
    })
    .map((o) => o.join(','));
  const line = fc.oneof(
    {
      weight: 6,
      arbitrary: fc
        .tuple(fc.constantFrom('', '', ' ', '\t'), source, blank, point, blank, type, blank, options, fc.constantFrom('', ' 0 0', ' # c', ' ', '\t0'))
        .map((w) => w.join('')),
    },
    { weight: 1, arbitrary: fc.tuple(source, blank, point, fc.constantFrom('', ' ext4')).map((w) => w.join('')) },
    { weight: 1, arbitrary: fc.constantFrom('', '# x', '   ', '/dev/a') },
  );
  fc.assert(
    fc.property(
      fc.array(line, { maxLength: 5 }).map((l) => `${l.join('\n')}\n`),
      (fstab) => {
        // It leaves out what says nothing. What mount(8) makes of the options is ours: each counts once.
        const once = (o: string | undefined) => (o === undefined ? o : [...new Set(o.split(','))].filter((w) => w !== 'defaults').join(','));
        const every = (of: Record<string, string | undefined>) => Object.fromEntries(Object.entries(of).map(([at, o]) => [at, once(o)]));
        expect(every(found(fstab))).toEqual(every(asked(fstab)));
      },
    ),
    { numRuns: tries(150) },
  );
});
