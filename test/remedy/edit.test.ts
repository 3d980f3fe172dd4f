/** One key of a file, set and taken out: in a text, and by the commands that people are given. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Json } from '../../src/facts/fact.ts';
import { setKey, unsetKey } from '../../src/remedy/edit.ts';
import { type Format, setCommands, unsetCommands } from '../../src/verdicts/edits.ts';

type Row = readonly [what: string, format: Format, before: string, key: string, value: Json, after: string];

const set: readonly Row[] = [
  ['a new file', 'toml', '', 'engine.service_timeout', 0, '[engine]\nservice_timeout = 0\n'],
  ['a section that is there', 'toml', '# mine\n[engine]\na = 1\n', 'engine.b', 'x', '# mine\n[engine]\nb = "x"\na = 1\n'],
  ['another value', 'toml', '[engine]\na = 1\nb = 2\n', 'engine.b', 3, '[engine]\nb = 3\na = 1\n'],
  ['the same key of another section stays', 'toml', '[a]\nk = 1\n[b]\nk = 1\n', 'b.k', 2, '[a]\nk = 1\n[b]\nk = 2\n'],
  [
    'a key above all tables',
    'toml',
    '[[registry]]\nlocation = "x"\n',
    'short-name-mode',
    'enforcing',
    'short-name-mode = "enforcing"\n[[registry]]\nlocation = "x"\n',
  ],
  ['a list', 'toml', '', 'network.plugins', ['a', 'b'], '[network]\nplugins = ["a", "b"]\n'],
  ['a unit', 'ini', '[Container]\nImage=a\nReadOnly=no\n', 'Container.ReadOnly', true, '[Container]\nReadOnly=true\nImage=a\n'],
  ['a list is a line each', 'ini', '[Service]\n', 'Service.ExecStart', ['', '/bin/true'], '[Service]\nExecStart=\nExecStart=/bin/true\n'],
  ['a parameter', 'plain', 'a.b = 1\nc.d=2\n', 'c.d', 3, 'a.b = 1\nc.d = 3\n'],
  ['a variable', 'env', 'A=1\n', 'B', '2', 'A=1\nB=2\n'],
  ['a word behind a blank', 'words', 'timeout 3\neditor  yes\n#editor\n', 'editor', 'no', 'timeout 3\n#editor\neditor no\n'],
  ['an option of a mount', 'fstab', '# /\nUUID=1 / ext4 rw,relatime 0 1\n', '/', 'ro', '# /\nUUID=1 / ext4 relatime,ro 0 1\n'],
  ['options beside the defaults', 'fstab', '/dev/a\t/srv  ext4 defaults\n', '/srv', ['nosuid', 'nodev'], '/dev/a /srv ext4 defaults,nosuid,nodev\n'],
  ['the first line of a point', 'fstab', 'a /t tmpfs exec\nb /t tmpfs exec\n', '/t', 'noexec', 'a /t tmpfs noexec\nb /t tmpfs exec\n'],
  ['an option with a value', 'fstab', 'proc /proc proc hidepid=2,nosuid 0 0\n', '/proc', 'hidepid=1', 'proc /proc proc nosuid,hidepid=1 0 0\n'],
  ['no line of that point', 'fstab', 'a /t tmpfs exec\n', '/', 'ro', 'a /t tmpfs exec\n'],
];

// Written dotted, or in an inline table: a second table of the name would be an error.
const tomlForms: readonly Row[] = [
  ['dotted', 'toml', 'engine.runtime = "runc"\nengine.a = 1\n', 'engine.runtime', 'crun', 'engine.runtime = "crun"\nengine.a = 1\n'],
  ['dotted, beside others alone', 'toml', '# x\nengine.a = 1\n', 'engine.runtime', 'crun', 'engine.runtime = "crun"\n# x\nengine.a = 1\n'],
  ['quoted', 'toml', '"engine" . "runtime" = "runc"\n[network]\na=1\n', 'engine.runtime', 'crun', '[network]\na=1\n[engine]\nruntime = "crun"\n'],
  ['inline', 'toml', 'engine = { a = 1, runtime = "runc" } # mine\n', 'engine.runtime', 'crun', 'engine = { runtime = "crun", a = 1 } # mine\n'],
  ['inline, alone', 'toml', 'engine = { runtime = "runc" }\n', 'engine.runtime', 'crun', 'engine = { runtime = "crun" }\n'],
  ['inline, empty', 'toml', 'engine = {}\n[a]\n', 'engine.runtime', 'crun', 'engine = { runtime = "crun" }\n[a]\n'],
  [
    'dotted within a table',
    'toml',
    '[storage]\noptions.overlay.mountopt = "a"\n',
    'storage.options.overlay.mountopt',
    'b',
    '[storage]\n[storage.options.overlay]\nmountopt = "b"\n',
  ],
  ['a list over lines', 'toml', 'n.a = [\n  "x",\n]\nn.b = 1\n', 'n.a', ['y'], 'n.a = ["y"]\nn.b = 1\n'],
];

const unset: readonly Row[] = [
  [
    'a dotted key',
    'toml',
    'engine.runtime = "runc"\nengine.a = 1\n[b]\nengine.runtime = 1\n',
    'engine.runtime',
    null,
    'engine.a = 1\n[b]\nengine.runtime = 1\n',
  ],
  ['a member of an inline table', 'toml', '[storage]\noptions = { a = [1, 2], b = 2 }\n', 'storage.options.a', null, '[storage]\noptions = { b = 2 }\n'],
  ['the last member', 'toml', 'engine = { a = 1, runtime = "a, b" }\n', 'engine.runtime', null, 'engine = { a = 1 }\n'],
  ['a key', 'toml', '[containers]\nenv_host = true\na = 1\n', 'containers.env_host', null, '[containers]\na = 1\n'],
  ['nothing of another section', 'toml', '[a]\nk = 1\n', 'b.k', null, '[a]\nk = 1\n'],
  ['one value of several', 'ini', '[Container]\nVolume=/:/host\nVolume=/a:/a\n', 'Container.Volume', '/:/host', '[Container]\nVolume=/a:/a\n'],
  ['an option of a mount', 'fstab', '/dev/a /srv ext4 nosuid,noexec 0 2\n', '/srv', 'noexec', '/dev/a /srv ext4 nosuid 0 2\n'],
  ['the last option of a mount', 'fstab', '/dev/a /srv ext4 noexec\n', '/srv', 'noexec', '/dev/a /srv ext4 defaults\n'],
];

/** What a shell makes of the commands in a file with this text. */
function byShell(commands: (file: string) => readonly string[] | undefined, before: string): string {
  const file = join(mkdtempSync(join(tmpdir(), 'edit-')), 'it.conf');
  writeFileSync(file, before);
  execFileSync('sh', ['-ec', (commands(file) ?? []).join('\n')]);
  return readFileSync(file, 'utf8');
}

describe('setting', () => {
  test.each([...set, ...tomlForms])('%s', (_, format, before, key, value, after) => {
    expect(setKey(before, format, key, value)).toBe(after);
    expect(setKey(after, format, key, value)).toBe(after);
    expect(byShell((file) => setCommands(file, format, key, value), before)).toBe(after);
  });

  test('a list over several lines goes as a whole, and a continued line with what it goes on over', () => {
    expect(setKey('[n]\na = [\n  "x",\n  "y",\n]\nb = 1\n', 'toml', 'n.a', [])).toBe('[n]\na = []\nb = 1\n');
    expect(setKey('[S]\nA=1 \\\n 2\nB=1\n', 'ini', 'S.A', 3)).toBe('[S]\nA=3\nB=1\n');
  });

  test('documents keep what stands beside it, comments among them', () => {
    expect(setKey('# k3d\nkind: Simple\nnetwork: podman # old\n', 'yaml', 'network', 'k3d')).toBe('# k3d\nkind: Simple\nnetwork: k3d # old\n');
    expect(setKey('', 'yaml', 'kubeAPI.hostIP', '127.0.0.1')).toBe('kubeAPI:\n  hostIP: 127.0.0.1\n');
    expect(JSON.parse(setKey('{"default":[{"type":"insecureAcceptAnything"}]}', 'json', 'default.0.type', 'reject'))).toEqual({
      default: [{ type: 'reject' }],
    });
    expect(setCommands('/x', 'yaml', 'a', 1)).toBeUndefined();
  });
});

describe('taking out', () => {
  test.each(unset)('%s', (_, format, before, key, value, after) => {
    const one = value === null ? undefined : value;
    expect(unsetKey(before, format, key, one)).toBe(after);
    expect(byShell((file) => unsetCommands(file, format, key, one), before)).toBe(after);
  });

  test('of a document a key, or one element of a list', () => {
    expect(unsetKey('a: 1\nb: [x, y]\n', 'yaml', 'a')).toBe('b: [ x, y ]\n');
    expect(unsetKey('b:\n  - x\n  - y\n', 'yaml', 'b', 'x')).toBe('b:\n  - y\n');
  });
});
