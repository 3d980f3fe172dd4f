/** Random unit trees and texts: what we make of them is what systemd makes of them. Few runs, as each starts systemd. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { answerer, type FileSpec } from '../../../src/collect/composed/composed.ts';
import { mergeEnvironment } from '../../../src/facts/environment/unit-lines.ts';
import { settle } from '../../../src/facts/settle.ts';
import { mergeDelegate } from '../../../src/facts/systemd/delegate.ts';
import { type LoadedUnit, loadUnit } from '../../../src/facts/systemd/load.ts';
import { parseUnitText } from '../../../src/facts/systemd/syntax.ts';
import { splitWords } from '../../../src/facts/systemd/words.ts';
import { oracle } from '../../oracles.ts';
import { fc } from '../../property.ts';
import { dump } from './oracle.ts';

const root = { name: 'root', uid: 0, gid: 0, home: '/root' };

function load(files: Record<string, FileSpec>, name: string): LoadedUnit {
  const loaded = settle(loadUnit(name, { manager: 'system', as: root }), answerer({ files }));
  if (loaded.is !== 'loaded') throw new Error(loaded.said);
  return loaded;
}

const dirs = [
  '/etc/systemd/system',
  '/run/systemd/system',
  '/usr/local/lib/systemd/system',
  '/usr/lib/systemd/system',
  '/run/systemd/generator',
  '/etc/systemd/system.control',
];
const dropInDirs = ['a-b@1.service.d', 'a-b@.service.d', 'a-@1.service.d', 'a-@.service.d', 'a-.service.d', 'service.d', 'a-b@2.service.d', 'alias@.service.d'];
const names = ['1.conf', '10.conf', '2.conf', 'B.conf', 'a.conf', '.x.conf', 'x.txt'];
const lists = ['cpu', 'cpuset io', '', 'no', 'yes', 'memory,pids', '"pids"', 'io # x'];

const dropIn = fc.record({
  dir: fc.constantFrom(...dirs),
  sub: fc.constantFrom(...dropInDirs),
  name: fc.constantFrom(...names),
  text: fc.oneof(
    fc.constantFrom(...lists).map((l): FileSpec => `[Service]\nDelegate=${l}\n`),
    fc.constantFrom<FileSpec>('', { link: '/dev/null' }),
  ),
});

test('drop-ins of random trees are read in the order of systemd', oracle('systemd'), () => {
  fc.assert(
    fc.property(fc.uniqueArray(dropIn, { maxLength: 14, selector: (d) => `${d.dir}/${d.sub}/${d.name}` }), fc.boolean(), (dropIns, aliased) => {
      const files: Record<string, FileSpec> = { '/usr/lib/systemd/system/a-b@.service': '[Service]\nExecStart=/bin/true\nDelegate=pids\n' };
      if (aliased) files['/etc/systemd/system/alias@.service'] = { link: '/usr/lib/systemd/system/a-b@.service' };
      for (const d of dropIns) files[`${d.dir}/${d.sub}/${d.name}`] = d.text;
      const ours = load(files, 'a-b@1.service');
      const real = dump({ files }, 'a-b@1.service');
      expect(ours.dropIns.map((d) => d.path)).toEqual(real.dropIns);
      const delegate = mergeDelegate(ours.assignments.filter((a) => a.key === 'Delegate'));
      expect([delegate.on, [...delegate.controllers].sort()]).toEqual([real.delegate, [...real.controllers].sort()]);
    }),
    { numRuns: 25 },
  );
});

const pieces = [
  '[Service]',
  '[Unit]',
  '[Service',
  'Environment=A=1',
  'Environment="B=x y" C=\\x41',
  ' Environment = D=%n',
  'Environment=',
  'environment=E=1',
  '# c',
  ';c',
  '\\',
  '  ',
  'Environment=F=1 \\',
  'G=2',
  '"',
  'Environment=H="a',
  "Environment='I=1' 2=3",
  '\ufeff',
  '\r',
  'Environment=J=1=2',
  'Environment=A=\\t%%',
];

test('Environment= of random texts is what systemd makes of it', oracle('systemd'), () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...pieces), { maxLength: 10 }), fc.constantFrom('\n', '\r\n', '\r'), (lines, end) => {
      const files = {
        '/usr/lib/systemd/system/a.service': '[Service]\nExecStart=/bin/true\n',
        '/etc/systemd/system/a.service.d/x.conf': `[Service]${end}${lines.join(end)}`,
      };
      const ours = load(files, 'a.service');
      const real = dump({ files }, 'a.service');
      const merged = mergeEnvironment(
        ours.assignments.filter((a) => a.section === 'Service' && a.key === 'Environment'),
        (v) => v.replaceAll('%n', 'a.service').replaceAll('%%', '%'),
      );
      expect([...merged.variables].map(([k, v]) => `${k}=${v.value}`.trimEnd()).sort()).toEqual([...real.environment].sort());
    }),
    { numRuns: 40 },
  );
});

test('one name of several directories: the order of systemd-analyze cat-config', oracle('systemd-analyze'), () => {
  const sub = 'systemd/system/x.service';
  const places = ['/etc', '/run', '/usr/local/lib', '/usr/lib'];
  const file = fc.record({ place: fc.constantFrom(...places), name: fc.constantFrom('1.conf', '10.conf', '9.conf', 'Z.conf', 'a.conf'), hides: fc.boolean() });
  fc.assert(
    fc.property(fc.uniqueArray(file, { minLength: 1, maxLength: 10, selector: (f) => f.place + f.name }), (chosen) => {
      const files: Record<string, FileSpec> = { [`/usr/lib/${sub}`]: '[Service]\nExecStart=/bin/true\n' };
      for (const f of chosen) files[`${f.place}/${sub}.d/${f.name}`] = f.hides ? { link: '/dev/null' } : '[Service]\n';
      const shown = catConfig(files, sub);
      const ours = load(files, 'x.service').dropIns;
      expect(ours.map((d) => d.path)).toEqual(shown.slice(1));
    }),
    { numRuns: 40 },
  );
});

function catConfig(files: Readonly<Record<string, FileSpec>>, sub: string): string[] {
  const dir = mkdtempSync(join(tmpdir(), 'cat-'));
  try {
    for (const [path, spec] of Object.entries(files)) {
      mkdirSync(dirname(dir + path), { recursive: true });
      if (typeof spec === 'string') writeFileSync(dir + path, spec);
      else symlinkSync('/dev/null', dir + path);
    }
    const { stdout } = spawnSync('/usr/bin/systemd-analyze', [`--root=${dir}`, 'cat-config', sub], { encoding: 'utf8' });
    return stdout
      .split('\n')
      .filter((l) => l.startsWith(`# ${dir}/`))
      .map((l) => l.slice(2 + dir.length));
  } finally {
    rmSync(dir, { recursive: true });
  }
}

test('no text makes the parsers throw or lose a line', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string({ unit: 'binary', maxLength: 300 }),
        fc.array(fc.constantFrom(...pieces)).map((l) => l.join('\n')),
      ),
      (text) => {
        const { assignments, ignored } = parseUnitText(text, '/x');
        const last = text.split(/\r\n|\n\r|[\n\r\0]/).length;
        for (const a of [...assignments, ...ignored]) expect(a.where.line).toBeLessThanOrEqual(last);
        splitWords(text);
        splitWords(text, true);
      },
    ),
    { numRuns: 300 },
  );
});
