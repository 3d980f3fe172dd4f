import { describe, expect, it } from 'vitest';
import { answerer, type FileSpec } from '../../../src/collect/composed/composed.ts';
import { settle } from '../../../src/facts/settle.ts';
import { sudoEnvironment } from '../../../src/kinds/k3d/sudo-environment.ts';

const driver = { name: 'driver', uid: 1000, gid: 1000, home: '/home/driver' };
const learn = (sudoers: string, more: Record<string, FileSpec> = {}): Record<string, unknown> | string => {
  const fact = settle(sudoEnvironment.learn({}, driver), answerer({ files: { '/etc/sudoers': sudoers, ...more } }));
  return fact.is === 'known' ? fact.value : fact.why;
};

describe('sudoers', () => {
  it.each<[string, string, object]>([
    ['ALL implies SETENV', 'driver ALL=(ALL:ALL) ALL', { allowed: true, setenv: true }],
    ['a command does not', 'driver ALL=(root) /usr/local/bin/k3d', { allowed: true, setenv: false }],
    ['unless tagged', 'driver ALL=(root) NOPASSWD: SETENV: /usr/local/bin/k3d', { setenv: true }],
    ['or by default', 'Defaults setenv\ndriver ALL=/usr/bin/k3d', { setenv: true }],
    ['NOSETENV takes it away', 'driver ALL=(ALL) NOSETENV: ALL', { setenv: false }],
    ['the last rule decides', 'driver ALL=(ALL) ALL\ndriver ALL=(ALL) NOSETENV: ALL', { setenv: false }],
    ['another user', 'alice ALL=(ALL) ALL', { allowed: false, setenv: false }],
    ['another run-as user', 'driver ALL=(postgres) ALL', { allowed: false }],
    ['by uid', '#1000 ALL=(ALL) ALL', { allowed: true }],
    ['by alias', 'User_Alias DEVS = alice, driver\nDEVS ALL=(ALL) ALL', { allowed: true }],
    ['excepted', 'ALL, !driver ALL=(ALL) ALL', { allowed: false }],
    [
      'env_keep adds up',
      'Defaults env_keep = "LANG"\nDefaults env_keep += "DOCKER_HOST DOCKER_SOCK"',
      { keep: ['LANG', 'DOCKER_HOST', 'DOCKER_SOCK'], keepsEngine: true },
    ],
    ['env_keep is replaced', 'Defaults env_keep += "DOCKER_HOST DOCKER_SOCK"\nDefaults env_keep = "LANG"', { keep: ['LANG'], keepsEngine: false }],
    ['env_keep loses one', 'Defaults env_keep += "DOCKER_HOST DOCKER_SOCK"\nDefaults env_keep -= DOCKER_SOCK', { keepsEngine: false }],
    ['a wildcard', 'Defaults env_keep += "DOCKER_*"', { keepsEngine: true }],
    ['for this user', 'Defaults:driver env_keep += "DOCKER_HOST DOCKER_SOCK"', { keepsEngine: true }],
    ['for another user', 'Defaults:alice env_keep += "DOCKER_HOST DOCKER_SOCK"', { keepsEngine: false }],
    ['no reset at all', 'Defaults !env_reset', { keepsEngine: true }],
    ['continued line', 'Defaults env_keep += "DOCKER_HOST \\\nDOCKER_SOCK"', { keepsEngine: true }],
    ['a comment', '# Defaults !env_reset', { keepsEngine: false }],
  ])('%s', (_, text, expected) => expect(learn(`${text}\n`)).toMatchObject(expected));

  it('follows groups', () => {
    expect(learn('%wheel ALL=(ALL) ALL\n', { '/etc/group': 'wheel:x:10:alice,driver\n' })).toMatchObject({ allowed: true });
  });

  it('reads a folder and skips names with a dot', () => {
    const more = { '/etc/sudoers.d/10-a': 'Defaults env_keep += "DOCKER_HOST DOCKER_SOCK"\n', '/etc/sudoers.d/b.bak': 'Defaults env_keep = ""\n' };
    expect(learn('@includedir /etc/sudoers.d\n', more)).toMatchObject({ keepsEngine: true });
  });

  it('is unknown when an include leads elsewhere or is closed', () => {
    expect(learn('@include /srv/sudoers\n')).toBe('unsupported');
    expect(learn('@includedir /etc/sudoers.d\n', { '/etc/sudoers.d/x': { blocked: 'denied' } })).toBe('denied');
  });

  // Tried on sudo 1.9.16p2 and sudo-rs 0.2.5 with these lines.
  it.each<[string, object, object]>([
    ['driver ALL=(ALL:ALL) ALL', { setenv: true, keepsEngine: false }, { rust: true, setenv: false, keepsEngine: false }],
    ['driver ALL=(root) SETENV: /usr/local/bin/k3d', { setenv: true }, { setenv: false }],
    ['Defaults !env_reset\ndriver ALL=(root) ALL', { keepsEngine: true }, { keepsEngine: false }],
    ['Defaults env_keep += "DOCKER_HOST DOCKER_SOCK"\ndriver ALL=(root) ALL', { keepsEngine: true }, { keepsEngine: true }],
    ['Defaults env_keep += "DOCKER_*"\ndriver ALL=(root) ALL', { keepsEngine: true }, { keepsEngine: true }],
  ])('sudo-rs keeps only what env_keep names: %s', (text, sudo, rust) => {
    expect(learn(`${text}\n`, { '/usr/bin/sudo': { mode: '4755' } })).toMatchObject({ rust: false, ...sudo });
    const links: Record<string, FileSpec> = {
      '/usr/bin/sudo': { link: '/etc/alternatives/sudo' },
      '/etc/alternatives/sudo': { link: '/usr/lib/cargo/bin/sudo' },
      '/usr/lib/cargo/bin/sudo': { mode: '4755' },
    };
    expect(learn(`${text}\n`, links)).toMatchObject(rust);
  });

  it('is unknown when sudo may not be looked at', () => {
    expect(learn('driver ALL=(ALL) ALL\n', { '/usr/bin': { type: 'directory', blocked: 'denied' } })).toBe('denied');
  });
});
