/** What a first boot enables is what `systemctl --root=DIR preset-all --preset-mode=enable-only` makes links for. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readlinkSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { answerer, type FileSpec } from '../../../src/collect/composed/composed.ts';
import { settle } from '../../../src/facts/settle.ts';
import { enablementOf } from '../../../src/facts/systemd/enablement.ts';
import { startsAtBoot } from '../../../src/facts/systemd/started.ts';
import { oracle, tries } from '../../oracles.ts';
import { fc } from '../../property.ts';

type Files = Readonly<Record<string, FileSpec>>;

const etc = '/etc/systemd/system';
const usr = '/usr/lib/systemd/system';
const root = { name: 'root', uid: 0, gid: 0, home: '/root' };
const firstBoot: Files = { '/etc/machine-id': 'uninitialized\n' };
const wanted = '[Service]\nExecStart=/bin/true\n[Install]\nWantedBy=m.target\n';

/** Who pulls a unit in, and whether what is started at boot agrees. */
function by(files: Files, name: string): unknown {
  const answer = answerer({ kind: 'image', files });
  const found = settle(enablementOf(name, { manager: 'system', as: root }), answer);
  const started = settle(startsAtBoot(name), answer);
  if ('is' in found || 'is' in started) throw new Error('unknown');
  return { enabled: found.enabled, by: [...found.by].sort(), started: [...new Set(started.map((s) => s.by))].sort() };
}

/** The files after the presets have been applied. */
function afterwards(files: Files): Files {
  const dir = mkdtempSync(join(tmpdir(), 'presets-'));
  try {
    for (const [path, spec] of Object.entries(files)) {
      mkdirSync(dirname(dir + path), { recursive: true });
      if (typeof spec === 'string') writeFileSync(dir + path, spec);
      else if (spec?.link) symlinkSync(spec.link, dir + path);
    }
    spawnSync('/usr/bin/systemctl', [`--root=${dir}`, 'preset-all', '--preset-mode=enable-only']);
    mkdirSync(dir + etc, { recursive: true });
    const made = readdirSync(dir + etc, { recursive: true, withFileTypes: true }).filter((e) => e.isSymbolicLink());
    const links = made.map((e) => join(e.parentPath, e.name)).map((path) => [path.slice(dir.length), { link: readlinkSync(path) }] as const);
    return { ...files, ...Object.fromEntries(links), '/etc/machine-id': '0123456789abcdef0123456789abcdef\n' };
  } finally {
    rmSync(dir, { recursive: true });
  }
}

/** The unit asked for, presets, files besides, and who pulls it in after a first boot. */
const cases: readonly (readonly [it: string, name: string, preset: string, files: Files, by: readonly string[]])[] = [
  ['brackets', 'a.service', 'disable [ab].service\n', {}, []],
  ['a line of several units is none', 'a.service', 'enable a.service b.service\ndisable *\n', {}, []],
  ['what disable names is one pattern, blanks too', 'a.service', 'disable a.service b.service\n', {}, ['m.target']],
  ['another word is none', 'a.service', 'Disable a.service\ndisabled a.service\n', {}, ['m.target']],
  ['a backslash stands for itself', 'a.service', 'disable \\a.service\n', {}, ['m.target']],
  ['an instance that the line of its template names', 'foo@x.service', 'enable foo@.service x y\n', {}, ['m.target']],
  ['one that it does not name', 'foo@z.service', 'enable foo@.service x y\n', {}, []],
  ['an instance, where only the template is enabled', 'foo@x.service', 'enable foo@.service\n', {}, []],
  ['a line of one instance says nothing of the template', 'foo@x.service', 'enable foo@x.service\ndisable *\n', {}, []],
  ['the default instance', 'foo@x.service', 'enable foo@.service\n', { [`${usr}/foo@.service`]: `${wanted}DefaultInstance=x\n` }, ['m.target']],
  ['the default instance, which no preset names', 'foo@x.service', '', { [`${usr}/foo@.service`]: `${wanted}DefaultInstance=x\n` }, ['m.target']],
  ['an instance with a file of its own', 'foo@x.service', 'enable foo@x.service\ndisable *\n', { [`${usr}/foo@x.service`]: wanted }, ['m.target']],
  ['what a unit that is enabled takes along', 'a.service', 'enable b.*\ndisable *\n', { [`${usr}/b.service`]: `${wanted}Also=a.service\n` }, ['m.target']],
  [
    'what that takes along in its turn',
    'a.service',
    'enable b.*\ndisable *\n',
    { [`${usr}/b.service`]: `${wanted}Also=d.socket x.service\n`, [`${usr}/d.socket`]: '[Socket]\nListenStream=1\n[Install]\nAlso=a.service\n' },
    ['m.target'],
  ],
  ['an instance that is taken along', 'foo@x.service', 'enable b.*\ndisable *\n', { [`${usr}/b.service`]: `${wanted}Also=foo@x.service\n` }, ['m.target']],
  ['what a unit that is not enabled would take along', 'a.service', 'disable *\n', { [`${usr}/b.service`]: `${wanted}Also=a.service\n` }, []],
  ['Also= outside of [Install]', 'a.service', 'enable b.*\ndisable *\n', { [`${usr}/b.service`]: `[Unit]\nAlso=a.service\n${wanted}` }, []],
  ['a template starts nothing', 'foo@.service', 'enable *\n', {}, []],
  ['a hidden file of presets is not read', 'a.service', '', { '/etc/systemd/system-preset/.1.preset': 'disable *\n' }, ['m.target']],
  [
    'a link that leads nowhere hides a file of its name',
    'a.service',
    'disable *\n',
    { '/etc/systemd/system-preset/50-a.preset': { link: 'not-there' } },
    ['m.target'],
  ],
];
const hostOf = (preset: string, files: Files): Files => ({
  ...firstBoot,
  '/usr/lib/systemd/system-preset/50-a.preset': preset,
  [`${usr}/a.service`]: wanted,
  [`${usr}/foo@.service`]: wanted,
  ...files,
});

test.each(cases)('%s', (_, name, preset, files, expected) => {
  expect(by(hostOf(preset, files), name)).toEqual({ enabled: expected.length > 0, by: expected, started: expected });
});

test.each(cases)('systemctl agrees: %s', oracle('systemctl'), (_, name, preset, files, expected) => {
  expect(by(afterwards(hostOf(preset, files)), name)).toMatchObject({ by: expected });
});

test('what presets ignore stays as it is (254 and newer)', () => {
  expect(by(hostOf('ignore a.*\nenable *\n', {}), 'a.service')).toMatchObject({ by: [] });
});

test('a name that a unit is to have counts where nothing is to pull it in', oracle('systemctl'), () => {
  const alias = { [`${usr}/a.service`]: '[Service]\nExecStart=/bin/true\n[Install]\nAlias=c.service\n' };
  for (const files of [hostOf('enable a.*\n', alias), afterwards(hostOf('enable a.*\n', alias))])
    expect(by(files, 'a.service')).toMatchObject({ by: ['c.service'] });
});

const names = ['a.service', 'b.service', 'foo@x.service', 'foo@y.service', 'foo@.service'] as const;
const directory = fc.constantFrom('/etc', '/run', '/usr/local/lib', '/usr/lib').map((d) => `${d}/systemd/system-preset`);
const pattern = fc.constantFrom(
  'a.service',
  'b.service',
  '*.service',
  'foo@.service',
  'foo@*.service',
  'foo@x.service',
  '[ab].service',
  '[!a].service',
  '?.service',
  '*',
  'a*',
  'fo\\o@*',
);
const line = fc.oneof(
  { weight: 6, arbitrary: fc.tuple(fc.constantFrom('enable', 'enable', 'disable'), pattern).map((w) => w.join(' ')) },
  { weight: 2, arbitrary: fc.tuple(fc.constantFrom('enable', 'disable'), pattern, fc.constantFrom('x', 'x y', 'b.service', ' z ')).map((w) => w.join('\t')) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      '# enable a.service',
      '; disable *',
      '',
      '  enable a.service  ',
      'disable',
      'Enable a.service',
      'enabled a.service',
      'disable *',
    ),
  },
);
const text = fc.array(line, { maxLength: 4 }).map((lines) => `${lines.join('\n')}\n`);
const preset = fc.tuple(
  fc.tuple(directory, fc.constantFrom('10-a.preset', '9-b.preset', '90-z.preset', '.10-h.preset', 'x.conf')).map((w) => w.join('/')),
  fc.oneof({ weight: 6, arbitrary: text }, { weight: 1, arbitrary: fc.constantFrom<FileSpec>({ link: '/dev/null' }, { link: 'not-there' }) }),
);
const install = fc
  .array(
    fc.constantFrom('WantedBy=m.target', 'RequiredBy=n.target', 'Alias=c.service', 'WantedBy=rescue.target', 'DefaultInstance=y', 'WantedBy=m.target n.target'),
    { maxLength: 3 },
  )
  .map((lines) => `[Service]\nExecStart=/bin/true\n[Install]\n${lines.join('\n')}\n`);
const template = fc
  .array(fc.constantFrom('WantedBy=m.target', 'RequiredBy=n.target', 'DefaultInstance=y', 'DefaultInstance=x'), { maxLength: 3 })
  .map((lines) => `[Service]\nExecStart=/bin/true\n[Install]\n${lines.join('\n')}\n`);
const host = fc
  .record({
    presets: fc.uniqueArray(preset, { minLength: 1, maxLength: 4, selector: ([path]) => path }),
    a: fc.oneof(fc.constant(wanted), install),
    // Two units that want the same name would not both get it.
    b: install.map((text) => text.replaceAll('c.service', 'd.service')),
    foo: template,
    masked: fc.option(fc.constantFrom(...names), { freq: 8 }),
  })
  .map(
    ({ presets, a, b, foo, masked }): Files => ({
      ...firstBoot,
      '/usr/lib/systemd/system-preset/99-last.preset': '# nothing\n',
      ...Object.fromEntries(presets),
      [`${usr}/a.service`]: a,
      [`${usr}/b.service`]: b,
      [`${usr}/foo@.service`]: foo,
      [`${usr}/m.target`]: '[Unit]\n',
      [`${usr}/n.target`]: '[Unit]\n',
      ...(masked ? { [`${etc}/${masked}`]: { link: '/dev/null' } } : {}),
    }),
  );

test('a first boot enables what systemctl preset-all does', { ...oracle('systemctl'), timeout: 3_600_000 }, () => {
  fc.assert(
    fc.property(host, (files) => {
      const after = afterwards(files);
      for (const name of names) expect({ name, ...Object(by(files, name)) }).toEqual({ name, ...Object(by(after, name)) });
    }),
    { numRuns: tries(40) },
  );
});
