import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { answerer, type FileSpec } from '../../../src/collect/composed/composed.ts';
import { settle } from '../../../src/facts/settle.ts';
import { systemdConf } from '../../../src/facts/systemd/conf.ts';
import { oracle, tries } from '../../oracles.ts';
import { fc } from '../../property.ts';

const learn = (files: Readonly<Record<string, FileSpec>>) => settle(systemdConf('coredump.conf'), answerer({ files }));
const storage = (files: Readonly<Record<string, FileSpec>>): string | undefined => learn(files).values.get('Coredump.Storage')?.value;

test.each<[string, Readonly<Record<string, FileSpec>>, string | undefined]>([
  ['nothing is there', {}, undefined],
  [
    'the first main file counts, not one further down',
    { '/etc/systemd/coredump.conf': '[Coredump]\n', '/usr/lib/systemd/coredump.conf': '[Coredump]\nStorage=none\n' },
    undefined,
  ],
  [
    'a drop-in of any directory beats the main file',
    { '/etc/systemd/coredump.conf': '[Coredump]\nStorage=none\n', '/usr/lib/systemd/coredump.conf.d/1.conf': '[Coredump]\nStorage=external\n' },
    'external',
  ],
  [
    'of one name the foremost counts',
    { '/etc/systemd/coredump.conf.d/1.conf': '[Coredump]\nStorage=none\n', '/usr/lib/systemd/coredump.conf.d/1.conf': '[Coredump]\nStorage=external\n' },
    'none',
  ],
  [
    'a link to /dev/null takes one away',
    { '/etc/systemd/coredump.conf.d/1.conf': { link: '/dev/null' }, '/usr/lib/systemd/coredump.conf.d/1.conf': '[Coredump]\nStorage=external\n' },
    undefined,
  ],
  [
    'a main file that is a link to /dev/null is an empty one',
    { '/etc/systemd/coredump.conf': { link: '/dev/null' }, '/usr/lib/systemd/coredump.conf': '[Coredump]\nStorage=none\n' },
    undefined,
  ],
  [
    'a main file that leads nowhere is none',
    { '/etc/systemd/coredump.conf': { link: 'not-there' }, '/usr/lib/systemd/coredump.conf': '[Coredump]\nStorage=none\n' },
    'none',
  ],
  ['an empty value is none', { '/etc/systemd/coredump.conf.d/1.conf': '[Coredump]\nStorage=none\nStorage=\n' }, undefined],
  ['another section is another key', { '/etc/systemd/coredump.conf': '[Journal]\nStorage=none\n' }, undefined],
])('%s', (_, files, value) => {
  expect(storage(files)).toBe(value);
});

test('a file that may not be read leaves all of it open', () => {
  expect(learn({ '/etc/systemd/coredump.conf.d/1.conf': { blocked: 'denied' } }).unseen).toMatchObject({ why: 'denied' });
});

/** The last assignment of Storage= in what systemd-analyze prints, in the order in which it would be read. */
function asked(files: Readonly<Record<string, FileSpec>>): string | undefined {
  const root = mkdtempSync(join(tmpdir(), 'conf-'));
  try {
    for (const [path, spec] of Object.entries(files)) {
      mkdirSync(dirname(root + path), { recursive: true });
      if (typeof spec === 'string') writeFileSync(root + path, spec);
      else if (spec !== null && 'link' in spec && spec.link !== undefined) symlinkSync(spec.link, root + path);
    }
    const { stdout } = spawnSync('systemd-analyze', [`--root=${root}`, 'cat-config', 'systemd/coredump.conf'], { encoding: 'utf8' });
    return [...stdout.matchAll(/^Storage=(.+)$/gm)].at(-1)?.[1];
  } finally {
    rmSync(root, { recursive: true });
  }
}

test('as systemd-analyze cat-config has it', { ...oracle('systemd-analyze'), timeout: 3_600_000 }, () => {
  const directory = fc.constantFrom('/etc/systemd', '/run/systemd', '/usr/local/lib/systemd', '/usr/lib/systemd');
  const name = fc.constantFrom('coredump.conf', 'coredump.conf.d/10-a.conf', 'coredump.conf.d/9-b.conf', 'coredump.conf.d/z.conf', 'coredump.conf.d/z.txt');
  const spec = fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom('none', 'external', 'journal').map((v): FileSpec => `[Coredump]\nStorage=${v}\n`) },
    { weight: 1, arbitrary: fc.constant<FileSpec>('') },
    { weight: 1, arbitrary: fc.constant<FileSpec>({ link: '/dev/null' }) },
    { weight: 1, arbitrary: fc.constant<FileSpec>({ link: 'not-there' }) },
  );
  const host = fc.uniqueArray(
    fc.tuple(
      fc.tuple(directory, name).map(([d, n]) => `${d}/${n}`),
      spec,
    ),
    { maxLength: 6, selector: ([path]) => path },
  );
  fc.assert(
    fc.property(host, (files) => {
      // Of a drop-in that leads nowhere cat-config says that it fails, and prints nothing.
      const all = Object.fromEntries(files.filter(([path, f]) => typeof f === 'string' || path.endsWith('coredump.conf') || f?.link !== 'not-there'));
      expect(storage(all)).toBe(asked(all));
    }),
    { numRuns: tries(60) },
  );
});
