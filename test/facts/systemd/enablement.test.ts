/** `state` is what `systemctl --root is-enabled` prints; `enabled` goes further: it counts vendor links too. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { answerer, type FileSpec } from '../../../src/collect/composed/composed.ts';
import { settle } from '../../../src/facts/settle.ts';
import { enablementOf } from '../../../src/facts/systemd/enablement.ts';
import { unit } from '../../../src/kinds/systemd/unit.ts';
import { oracle, tries } from '../../oracles.ts';
import { fc } from '../../property.ts';
import { dump } from './oracle.ts';

const etc = '/etc/systemd/system';
const usr = '/usr/lib/systemd/system';
const root = { name: 'root', uid: 0, gid: 0, home: '/root' };
const install = '[Service]\nExecStart=/bin/true\n[Install]\nWantedBy=m.target\nAlias=b.service\n';

interface Case {
  readonly it: string;
  readonly files: Readonly<Record<string, FileSpec>>;
  readonly unit?: string;
  readonly image?: boolean;
  readonly state: string | undefined;
  readonly enabled: boolean;
}

const cases: readonly Case[] = [
  { it: 'disabled', files: { [`${usr}/a.service`]: install }, state: 'disabled', enabled: false },
  { it: 'static', files: { [`${usr}/a.service`]: '[Service]\nExecStart=/bin/true\n' }, state: 'static', enabled: false },
  { it: 'indirect', files: { [`${usr}/a.service`]: '[Service]\nExecStart=/bin/true\n[Install]\nAlso=a.socket\n' }, state: 'indirect', enabled: false },
  {
    it: 'enabled by a link',
    files: { [`${usr}/a.service`]: install, [`${etc}/m.target.wants/a.service`]: { link: `${usr}/a.service` } },
    state: 'enabled',
    enabled: true,
  },
  {
    it: 'an alias starts nothing',
    files: { [`${usr}/a.service`]: install, [`${etc}/b.service`]: { link: `${usr}/a.service` } },
    state: 'enabled',
    enabled: false,
  },
  {
    it: 'an alias where [Install] has nothing else',
    files: { [`${usr}/a.service`]: '[Service]\nExecStart=/bin/true\n[Install]\nAlias=b.service\n', [`${etc}/b.service`]: { link: `${usr}/a.service` } },
    state: 'enabled',
    enabled: true,
  },
  {
    it: 'a link that only a rescue boot follows',
    files: { [`${usr}/a.service`]: install, [`${etc}/rescue.target.wants/a.service`]: { link: `${usr}/a.service` } },
    state: 'enabled',
    enabled: false,
  },
  {
    it: 'a link of the graphical target, which is not the default',
    files: {
      [`${usr}/a.service`]: install,
      [`${usr}/multi-user.target`]: '[Unit]\n',
      [`${etc}/default.target`]: { link: `${usr}/multi-user.target` },
      [`${etc}/graphical.target.wants/a.service`]: { link: `${usr}/a.service` },
    },
    state: 'enabled',
    enabled: false,
  },
  ...(
    [
      ['a preset that a first boot applies', 'uninitialized\n', 'disable b.*\nenable a.*\ndisable *\n', true],
      ['what no preset names, at a first boot', 'uninitialized\n', 'disable b.*\n', true],
      ['a preset against it', 'uninitialized\n', 'disable a.service\nenable *\n', false],
      ['a preset where the id is empty: no first boot', '', 'enable a.service\n', false],
    ] as const
  ).map(([it, id, preset, enabled]) => ({
    it,
    files: { [`${usr}/a.service`]: install, '/etc/machine-id': id, '/usr/lib/systemd/system-preset/50-a.preset': preset },
    image: true,
    state: 'disabled',
    enabled,
  })),
  {
    it: 'presets where the system runs already',
    files: { [`${usr}/a.service`]: install, '/usr/lib/systemd/system-preset/50-a.preset': 'enable *\n' },
    state: 'disabled',
    enabled: false,
  },
  {
    it: 'a vendor link',
    files: { [`${usr}/a.service`]: install, [`${usr}/m.target.wants/a.service`]: { link: '../a.service' } },
    state: 'disabled',
    enabled: true,
  },
  {
    it: 'a vendor link of a static unit',
    files: { [`${usr}/a.service`]: '[Service]\nExecStart=/bin/true\n', [`${usr}/m.target.wants/a.service`]: { link: '../a.service' } },
    state: 'static',
    enabled: true,
  },
  { it: 'masked', files: { [`${usr}/a.service`]: install, [`${etc}/a.service`]: { link: '/dev/null' } }, state: 'masked', enabled: false },
  { it: 'linked', files: { '/opt/a.service': install, [`${etc}/a.service`]: { link: '/opt/a.service' } }, state: 'linked', enabled: false },
  { it: 'a dangling link enables nothing', files: { [`${etc}/m.target.wants/a.service`]: { link: `${usr}/a.service` } }, state: undefined, enabled: false },
  {
    it: 'an instance',
    files: { [`${usr}/a@.service`]: install, [`${etc}/m.target.wants/a@1.service`]: { link: `${usr}/a@.service` } },
    unit: 'a@1.service',
    state: 'enabled',
    enabled: true,
  },
  {
    it: 'an instance that a package links',
    files: { [`${usr}/a@.service`]: install, [`${usr}/m.target.wants/a@1.service`]: { link: '../a@.service' } },
    unit: 'a@1.service',
    state: 'static',
    enabled: true,
  },
  {
    it: 'a template of which an instance is linked',
    files: { [`${usr}/a@.service`]: install, [`${etc}/m.target.wants/a@1.service`]: { link: `${usr}/a@.service` } },
    unit: 'a@.service',
    state: 'indirect',
    enabled: false,
  },
  {
    it: 'a template of which the default instance is linked',
    files: { [`${usr}/a@.service`]: `${install}DefaultInstance=1\n`, [`${etc}/m.target.wants/a@1.service`]: { link: `${usr}/a@.service` } },
    unit: 'a@.service',
    state: 'enabled',
    enabled: false,
  },
  {
    it: 'a unit by its other name',
    files: {
      [`${usr}/a.service`]: install,
      [`${etc}/b.service`]: { link: `${usr}/a.service` },
      [`${etc}/m.target.wants/a.service`]: { link: `${usr}/a.service` },
    },
    unit: 'b.service',
    state: 'alias',
    enabled: true,
  },
  {
    it: 'another instance',
    files: { [`${usr}/a@.service`]: install, [`${etc}/m.target.wants/a@1.service`]: { link: `${usr}/a@.service` } },
    unit: 'a@2.service',
    state: 'disabled',
    enabled: false,
  },
];

test.each(cases)('$it', (c) => {
  const fact = settle(unit.learn({ name: c.unit ?? 'a.service' }, root), answerer({ files: c.files, ...(c.image ? { kind: 'image' as const } : {}) }));
  expect(fact.is === 'known' && [fact.value.state, fact.value.enabled ?? false]).toEqual([c.state, c.enabled]);
});

test.each(cases)('systemctl agrees: $it', oracle('systemctl'), (c) => {
  expect(printed(c.files, c.unit ?? 'a.service')).toBe(c.state ?? '');
});

/** Targets, services and links of random trees. Without `.upholds`, which systemd reads from 254 on. An alias is one that the unit names. */
const directories = [etc, '/run/systemd/system', '/usr/local/lib/systemd/system', usr];
const directory = fc.constantFrom(...directories);
const content = fc.constantFrom<FileSpec>(install, install, '[Service]\nExecStart=/bin/true\n[Install]\nAlias=b.service\n', '', { link: '/dev/null' });
const entry = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.tuple(
      fc.tuple(directory, fc.constantFrom('a.service', 'a@.service', 'b.service', 'a@1.service')).map((w) => w.join('/')),
      content,
    ),
  },
  {
    weight: 4,
    arbitrary: fc
      .tuple(
        directory,
        fc.constantFrom('m.target', 'n.target', 'a@.service'),
        fc.constantFrom('wants', 'requires', 'wanted'),
        fc.constantFrom('a.service', 'a.service', 'b.service', 'a@1.service', 'a@.service'),
      )
      .chain(([d, by, how, name]) =>
        fc.tuple(
          fc.constant(`${d}/${by}.${how}/${name}`),
          fc.oneof<fc.Arbitrary<FileSpec>[]>(
            fc.constantFrom(`${usr}/a.service`, '../a.service', '../a@.service', '/dev/null', 'nowhere', `${etc}/b.service`).map((link) => ({ link })),
            fc.constant(''),
          ),
        ),
      ),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(
      fc.constantFrom(`${etc}/b.service`, '/run/systemd/system/b.service'),
      fc.constantFrom(`${usr}/a.service`, 'a.service').map((link): FileSpec => ({ link })),
    ),
  },
);
const tree = fc.uniqueArray(entry, { minLength: 1, maxLength: 6, selector: ([path]) => path }).map(
  (files): Record<string, FileSpec> => ({
    ...Object.fromEntries(files),
    [`${usr}/m.target`]: '[Unit]\nDefaultDependencies=no\n',
    [`${usr}/n.target`]: '[Unit]\nDefaultDependencies=no\n',
  }),
);

test('who pulls a unit in is whom systemd shows', { ...oracle('systemd'), timeout: 3_600_000 }, () => {
  fc.assert(
    fc.property(tree, fc.constantFrom('a.service', 'b.service', 'a@1.service'), (files, name) => {
      const told = dump({ files }, name, ['m.target', 'n.target']);
      const pulling = told.lines.flatMap((l) => /^(?:WantedBy|RequiredBy): (\S+)/.exec(l)?.[1] ?? []).filter((n) => /^[mn]\.target$/.test(n));
      const found = settle(enablementOf(name, { manager: 'system', as: root }), answerer({ files }));
      if ('is' in found) throw new Error(found.said);
      const by = found.by.filter((n) => /^[mn]\.target$/.test(n));
      expect([...by].sort()).toEqual(told.state === 'loaded' ? [...new Set(pulling)].sort() : []);
    }),
    { numRuns: tries(40) },
  );
});

/** What `systemctl is-enabled` prints of a unit in a tree. */
function printed(files: Readonly<Record<string, FileSpec>>, name: string): string {
  const dir = mkdtempSync(join(tmpdir(), 'enabled-'));
  try {
    for (const [path, spec] of Object.entries(files)) {
      mkdirSync(dirname(dir + path), { recursive: true });
      if (typeof spec === 'string') writeFileSync(dir + path, spec);
      else if (spec?.link) symlinkSync(spec.link, dir + path);
    }
    return spawnSync('/usr/bin/systemctl', [`--root=${dir}`, 'is-enabled', name], { encoding: 'utf8' }).stdout.trim();
  } finally {
    rmSync(dir, { recursive: true });
  }
}

/** Units of a vendor, and the links that `systemctl` and packages make for them. */
const installs = fc
  .array(fc.constantFrom('WantedBy=m.target', 'RequiredBy=n.target', 'Alias=b.service', 'Also=z.socket', 'DefaultInstance=1'), { maxLength: 2 })
  .map((lines): FileSpec => `[Service]\nExecStart=/bin/true\n[Install]\n${lines.join('\n')}\n`);
const pulled = fc.tuple(directory, fc.constantFrom('m.target.wants', 'n.target.requires'), fc.constantFrom('a.service', 'a@1.service', 'a@2.service'));
const link = fc.oneof(
  pulled.map(([d, by, name]): [string, FileSpec] => [`${d}/${by}/${name}`, { link: `${usr}/${name.replace(/@\d/, '@')}` }]),
  directory.map((d): [string, FileSpec] => [`${d}/b.service`, { link: `${usr}/a.service` }]),
  fc.constantFrom('a.service', 'a@.service', 'a@1.service').map((name): [string, FileSpec] => [`${etc}/${name}`, { link: '/dev/null' }]),
);
const installed = fc.record({ plain: installs, template: installs, links: fc.uniqueArray(link, { maxLength: 4, selector: ([path]) => path }) }).map(
  ({ plain, template, links }): Record<string, FileSpec> => ({
    [`${usr}/a.service`]: plain,
    [`${usr}/a@.service`]: template,
    // Of a link by a name that [Install] does not offer systemctl says `indirect`: it looks at every link there is, we do not.
    ...Object.fromEntries(links.filter(([path]) => !path.endsWith('/b.service') || String(plain).includes('Alias'))),
  }),
);

test('the state is what systemctl is-enabled prints', { ...oracle('systemctl'), timeout: 3_600_000 }, () => {
  fc.assert(
    fc.property(installed, fc.constantFrom('a.service', 'b.service', 'a@1.service', 'a@.service'), (files, name) => {
      const found = settle(enablementOf(name, { manager: 'system', as: root }), answerer({ files }));
      if ('is' in found) throw new Error(found.said);
      const state = printed(files, name);
      // No such unit: nothing is printed, and no kind tells a state. What is enabled in /run alone is so until the next boot.
      if (state !== '') expect(found.state).toBe(state.replace(/-runtime$/, ''));
    }),
    { numRuns: tries(100) },
  );
});
