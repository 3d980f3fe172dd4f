import { describe, expect, test } from 'vitest';
import { answerer, type FileSpec, type HostSpec } from '../../../src/collect/composed/composed.ts';
import { EnvironmentBuilder } from '../../../src/facts/environment/environment.ts';
import { environmentD, environmentDFiles } from '../../../src/facts/environment/environment-d.ts';
import { settle } from '../../../src/facts/settle.ts';
import { oracle } from '../../oracles.ts';
import { fc } from '../../property.ts';
import { generated } from './oracle.ts';

const as = { name: 'edge', uid: 1000, gid: 1000, home: '/home/edge' };
const learn = (files: HostSpec['files'], before: Readonly<Record<string, string>> = {}) => {
  const env = new EnvironmentBuilder();
  for (const [name, value] of Object.entries(before)) env.set(name, value, [{ path: '/before' }]);
  return environmentD(settle(environmentDFiles(as), answerer({ files: files ?? {} })), env.build(), as);
};
const valuesOf = (files: HostSpec['files'], before?: Readonly<Record<string, string>>) =>
  Object.fromEntries([...learn(files, before).variables].map(([name, v]) => [name, v.value]));

describe('which files count', () => {
  test('names decide the order, directories who hides whom', () => {
    expect(
      valuesOf({
        '/etc/environment.d/50.conf': 'A=etc\nB=etc\n',
        '/usr/lib/environment.d/60.conf': 'A=lib\n',
        '/home/edge/.config/environment.d/50.conf': 'B=home\n',
        '/etc/environment.d/x.txt': 'C=1\n',
        '/etc/environment.d/.y.conf': 'C=1\n',
      }),
    ).toEqual({ B: 'home', A: 'lib' });
  });
  test.each<[string, Readonly<Record<string, FileSpec>>, Readonly<Record<string, string>>]>([
    ['a link to /dev/null hides', { '/home/edge/.config/environment.d/50.conf': { link: '/dev/null' }, '/etc/environment.d/50.conf': 'A=1\n' }, {}],
    [
      'a link to /etc/environment takes part',
      { '/etc/environment': 'A=1\n', '/usr/lib/environment.d/99-environment.conf': { link: '../../../etc/environment' } },
      { A: '1' },
    ],
  ])('%s', (_, files, wanted) => expect(valuesOf(files)).toEqual(wanted));
  test.each<[string, FileSpec]>([
    ['a link that leads nowhere', { link: '/gone' }],
    ['a directory', { type: 'directory' }],
  ])('%s may hide others, or not', (_, file) => {
    expect(learn({ '/home/edge/.config/environment.d/50.conf': file }).unseen).toBeUndefined();
    const env = learn({ '/home/edge/.config/environment.d/50.conf': file, '/etc/environment.d/50.conf': 'A=1\n' });
    expect(env.unseen?.said).toContain('depends on systemd');
  });
  test('what may not be read may set anything but what a later file sets', () => {
    const env = learn({ '/etc/environment.d/50.conf': { blocked: 'denied' }, '/etc/environment.d/40.conf': 'A=1\n', '/etc/environment.d/60.conf': 'B=1\n' });
    expect(env.unseen).toMatchObject({ why: 'denied' });
    expect([...env.settled]).toEqual(['B']);
    const closed = learn({ '/etc/environment.d': { type: 'directory', blocked: 'denied' }, '/usr/lib/environment.d/60.conf': 'B=1\n' });
    expect(closed.unseen).toMatchObject({ why: 'denied' });
    expect([...closed.settled]).toEqual([]);
  });
});

test.each<[string, string | undefined]>([
  ['A=$HOME/x', '/home/edge/x'],
  ['A=${USER}-$LOGNAME', 'edge-edge'],
  ['A=$XDG_RUNTIME_DIR/s', '/run/user/1000/s'],
  ['A=$BEFORE', 'b'],
  ['A=$NOBODY.', '.'],
  ['A=$PATH', undefined],
  ['# c \\\nA=1', undefined],
])('%s', (text, wanted) => {
  const env = learn({ '/etc/environment.d/5.conf': `${text}\n` }, { BEFORE: 'b' });
  expect(env.variables.get('A')?.value).toBe(wanted);
  expect(env.unclear.has('A')).toBe(wanted === undefined);
});

const value = fc.array(
  fc.constantFrom(
    '1',
    ' ',
    '"',
    "'",
    '\\',
    '\t',
    'a b',
    '$PT_A',
    '${PT_B}',
    '${PT_C:-d}',
    '${PT_C:+e${PT_A}}',
    '$$',
    '$',
    '${',
    '}',
    ':',
    '$PT_ENV',
    '#',
    'é',
    '\\\n',
  ),
  { maxLength: 6 },
);
const line = fc
  .tuple(fc.constantFrom('PT_A', 'PT_B', ' PT_C', '#PT_A', ';', 'export PT_A', '9X', ''), fc.constantFrom('=', ' = ', '', '='), value)
  .map(([name, equals, parts]) => name + equals + parts.join(''));
const file = fc.array(line, { maxLength: 5 }).map((lines) => `${lines.join('\n')}\n`);
const tree = fc.dictionary(
  fc
    .tuple(fc.constantFrom('/home/edge/.config', '/etc', '/run', '/usr/local/lib', '/usr/lib'), fc.constantFrom('10.conf', '50.conf', '9.conf', 'x.txt'))
    .map(([directory, name]) => `${directory}/environment.d/${name}`),
  fc.oneof(file, fc.constant({ link: '/dev/null' } as const), file, file),
  { maxKeys: 4 },
);

// Old versions take the line after a comment that ends in a backslash for a part of it: there nothing is claimed.
const doubtful = /[#;][^\n]*\\\n/;

test('the values are those of systemd’s generator, whatever the files', oracle('environment generator', 'mounts'), () => {
  fc.assert(
    fc.property(tree, (files) => {
      fc.pre(!Object.values(files).some((f) => typeof f === 'string' && doubtful.test(f)));
      const mine = Object.entries(valuesOf(files, { PT_ENV: 'env' })).filter(([name]) => name.startsWith('PT_'));
      // It prints control characters as escapes that nothing undoes.
      const printed = Object.fromEntries(mine.map(([name, v]) => [name, v.replaceAll('\n', '\\n').replaceAll('\t', '\\t')]));
      expect(printed).toEqual(generated(files, { HOME: '/home/edge', PT_ENV: 'env' }));
    }),
    { numRuns: 80 },
  );
});
