/** The files of tmpfiles.d in the order in which systemd-tmpfiles reads them. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { answerer, type FileSpec } from '../../../src/collect/composed/composed.ts';
import { tmpfilesDirectories, tmpfilesFiles } from '../../../src/facts/host/tmpfiles-d.ts';
import { settle } from '../../../src/facts/settle.ts';
import { oracle, tries } from '../../oracles.ts';
import { fc } from '../../property.ts';

type Files = Readonly<Record<string, FileSpec>>;

function read(files: Files): string[] {
  const found = settle(tmpfilesFiles(), answerer({ files }));
  if (found.is === 'unknown') throw new Error(found.said);
  return found.files.flatMap(({ path, text }) => (text.is === 'got' && text.value !== '' ? [path] : []));
}

test('a hidden file is not read', () => {
  expect(read({ '/etc/tmpfiles.d/.a.conf': 'd /a\n', '/etc/tmpfiles.d/b.conf': 'd /b\n' })).toEqual(['/etc/tmpfiles.d/b.conf']);
});

function asked(files: Files): string[] {
  const root = mkdtempSync(join(tmpdir(), 'tmpfiles-'));
  try {
    for (const [path, spec] of Object.entries(files)) {
      mkdirSync(dirname(root + path), { recursive: true });
      if (typeof spec === 'string') writeFileSync(root + path, spec);
      else symlinkSync('/dev/null', root + path);
    }
    const { stdout } = spawnSync('systemd-tmpfiles', [`--root=${root}`, '--cat-config'], { encoding: 'utf8' });
    return [...stdout.matchAll(/^# (\/.*)\nd /gm)].map(([, path = '']) => path.slice(root.length));
  } finally {
    rmSync(root, { recursive: true });
  }
}

test('as systemd-tmpfiles --cat-config has them', { ...oracle('systemd-tmpfiles'), timeout: 3_600_000 }, () => {
  const path = fc
    .tuple(fc.constantFrom(...tmpfilesDirectories), fc.constantFrom('a.conf', 'B.conf', 'a-b.conf', '10-z.conf', '.h.conf', 'x.txt', 'a.conf~'))
    .map((w) => w.join('/'));
  const spec = fc.oneof({ weight: 4, arbitrary: fc.constant<FileSpec>('d /x\n') }, { weight: 1, arbitrary: fc.constant<FileSpec>({ link: '/dev/null' }) });
  fc.assert(
    fc.property(fc.dictionary(path, spec, { maxKeys: 8, noNullPrototype: true }), (files) => {
      expect(read(files)).toEqual(asked(files));
    }),
    { numRuns: tries(80) },
  );
});
