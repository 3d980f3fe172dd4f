/** `state` is what `systemctl --root is-enabled` prints; `enabled` goes further: it counts vendor links too. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { answerer, type FileSpec } from '../../../src/collect/composed/composed.ts';
import { settle } from '../../../src/facts/settle.ts';
import { unit } from '../../../src/kinds/systemd/unit.ts';
import { oracle } from '../../oracles.ts';

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
  const dir = mkdtempSync(join(tmpdir(), 'enabled-'));
  try {
    for (const [path, spec] of Object.entries(c.files)) {
      mkdirSync(dirname(dir + path), { recursive: true });
      if (typeof spec === 'string') writeFileSync(dir + path, spec);
      else if (spec?.link) symlinkSync(spec.link, dir + path);
    }
    const { stdout } = spawnSync('/usr/bin/systemctl', [`--root=${dir}`, 'is-enabled', c.unit ?? 'a.service'], { encoding: 'utf8' });
    expect(stdout.trim()).toBe(c.state ?? '');
  } finally {
    rmSync(dir, { recursive: true });
  }
});
