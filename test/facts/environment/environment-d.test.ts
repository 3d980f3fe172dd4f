import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { answerer, type HostSpec } from '../../../src/collect/targets/composed.ts';
import { managerEnvironment } from '../../../src/facts/environment/environment-d.ts';
import { settle } from '../../../src/facts/settle.ts';
import { oracle } from '../../oracles.ts';

const as = { name: 'edge', uid: 1000, gid: 1000, home: '/home/edge' };
const learn = (files: HostSpec['files']) => settle(managerEnvironment(as), answerer({ files: files ?? {} }));
const valuesOf = (files: HostSpec['files']) => Object.fromEntries(learn(files).lines.map((l) => [l.name, l.value]));

test('names decide the order, directories who hides whom', () => {
  expect(
    valuesOf({
      '/etc/environment.d/50.conf': 'A=etc\nB=etc\n',
      '/usr/lib/environment.d/60.conf': 'A=lib\n',
      '/home/edge/.config/environment.d/50.conf': 'B=home\n',
      '/etc/environment.d/x.txt': 'C=1\n',
    }),
  ).toEqual({ B: 'home', A: 'lib' });
});
test('a link to /dev/null hides, a link to /etc/environment is told', () => {
  expect(valuesOf({ '/home/edge/.config/environment.d/50.conf': { link: '/dev/null' }, '/etc/environment.d/50.conf': 'A=1\n' })).toEqual({});
  expect(learn({ '/etc/environment': 'A=1\n', '/usr/lib/environment.d/99-environment.conf': { link: '../../../etc/environment' } })).toMatchObject({
    linksEtcEnvironment: true,
    lines: [{ name: 'A', value: '1' }],
  });
});
test('what may not be read leaves it incomplete', () => {
  expect(learn({ '/etc/environment.d/50.conf': { blocked: 'denied' } }).incomplete).toMatchObject({ why: 'denied' });
});

const generator = '/usr/lib/systemd/user-environment-generators/30-systemd-environment-d-generator';
const line = fc
  .tuple(
    fc.constantFrom('PT_A', 'PT_B', ' PT_C', '#PT_A', 'export PT_A', '9X', ''),
    fc.constantFrom('=', ' = ', ''),
    fc.constantFrom('1', '"a b"', "'c d' ", 'x y  ', '"q"r', 'a\\ b', '"a\\"b"', '', '  s'),
  )
  .map((p) => p.join(''));

test('the values are those of systemd’s generator', oracle('environment generator'), () => {
  fc.assert(
    fc.property(fc.array(line, { maxLength: 4 }), (lines) => {
      const text = `${lines.join('\n')}\n`;
      const home = mkdtempSync(join(tmpdir(), 'environment-'));
      try {
        mkdirSync(join(home, '.config/environment.d'), { recursive: true });
        writeFileSync(join(home, '.config/environment.d/50.conf'), text);
        const said = spawnSync(generator, [], { encoding: 'utf8', env: { HOME: home } }).stdout;
        const wanted = Object.fromEntries(
          said
            .split('\n')
            .filter((l) => l.startsWith('PT_'))
            .map((l) => [
              l.slice(0, 4),
              l
                .slice(5)
                .replace(/^\$'(.*)'$/, '$1')
                .replace(/^"(.*)"$/, '$1')
                .replace(/\\(["$`\\])/g, '$1'),
            ]),
        );
        const mine = Object.fromEntries(Object.entries(valuesOf({ '/home/edge/.config/environment.d/50.conf': text })).filter(([n]) => n.startsWith('PT_')));
        expect(mine).toEqual(wanted);
      } finally {
        rmSync(home, { recursive: true });
      }
    }),
    { numRuns: 60 },
  );
});
