import { describe, expect, test } from 'vitest';
import { answerer, type HostSpec } from '../../../src/collect/composed/composed.ts';
import type { Asking } from '../../../src/facts/ask.ts';
import { type Environment, gapOf } from '../../../src/facts/environment/environment.ts';
import { environmentOf, type Program } from '../../../src/facts/environment/environment-of.ts';
import { ownSession, whose } from '../../../src/facts/environment/inspection.ts';
import { settle } from '../../../src/facts/settle.ts';
import { oracle } from '../../oracles.ts';
import { fc } from '../../property.ts';
import { managed } from './oracle.ts';

const edge = { name: 'edge', uid: 1000, gid: 1000, home: '/home/edge' };
const root = { name: 'root', uid: 0, gid: 0, home: '/root' };
const on = <T>(spec: HostSpec, probe: Asking<T>): T => settle(probe, answerer(spec));
const seen = (program: Program, spec: HostSpec): Environment => on(spec, environmentOf(program, ['V']));
const told = (env: Environment): unknown => gapOf(env, 'V')?.said ?? env.variables.get('V')?.value;
const place = (env: Environment): string | undefined => {
  const at = env.variables.get('V')?.where[0];
  return at && `${at.path}:${at.line}`;
};
const userService = { '/usr/lib/systemd/system/user@.service': '[Service]\nPAMName=systemd-user\n' };

describe('a user manager', () => {
  const manager = { manager: edge } as const;
  test.each<[string, HostSpec['files'], string | undefined, string?]>([
    ['nothing', {}, undefined],
    ["the account's environment.d", { '/home/edge/.config/environment.d/a.conf': 'V=1\n' }, '1', '/home/edge/.config/environment.d/a.conf:1'],
    ['/run', { '/run/environment.d/a.conf': '\nV=1\n' }, '1', '/run/environment.d/a.conf:2'],
    ['the vendor', { '/usr/lib/environment.d/a.conf': 'V=1\n' }, '1', '/usr/lib/environment.d/a.conf:1'],
    ['environment.d beats user.conf', { '/etc/environment.d/a.conf': 'V=d\n', '/etc/systemd/user.conf': '[Manager]\nDefaultEnvironment=V=c\n' }, 'd'],
    [
      'user.conf beats user@.service',
      { '/etc/systemd/user.conf': '[Manager]\nDefaultEnvironment="V=c d"\n', ...dropIn('Environment=V=s') },
      'c d',
      '/etc/systemd/user.conf:2',
    ],
    [
      "the account's user.conf hides the system's",
      { '/home/edge/.config/systemd/user.conf': '[Manager]\n', '/etc/systemd/user.conf': '[Manager]\nDefaultEnvironment=V=c\n' },
      undefined,
    ],
    [
      'a drop-in of user.conf',
      {
        '/usr/lib/systemd/user.conf.d/a.conf': '[Manager]\nDefaultEnvironment=V=1\n',
        '/run/systemd/user.conf.d/a.conf': '[Manager]\nDefaultEnvironment=V=2\n',
      },
      '2',
    ],
    ['ManagerEnvironment=', { '/etc/systemd/user.conf': '[Manager]\nManagerEnvironment=V=m\n' }, 'm'],
    ['user@.service, by account', dropIn('Environment=V=%i'), '1000', '/etc/systemd/system/user@.service.d/x.conf:2'],
    ["DefaultEnvironment= of the system's manager", { '/etc/systemd/system.conf': '[Manager]\nDefaultEnvironment=V=y\n' }, 'y'],
    ["not ManagerEnvironment= of the system's manager", { '/etc/systemd/system.conf': '[Manager]\nManagerEnvironment=V=y\n' }, undefined],
    ["the kernel's command line", { '/proc/cmdline': 'quiet systemd.setenv=V=k W=1\n' }, 'k', '/proc/cmdline:1'],
    [
      'PAM, after user@.service',
      {
        '/etc/environment': 'V=e\n',
        '/etc/pam.d/systemd-user': '@include common\n',
        '/etc/pam.d/common': 'session required pam_env.so\n',
        ...dropIn('Environment=V=s'),
      },
      'e',
      '/etc/environment:1',
    ],
    [
      'what environment.d fills in from PAM',
      { '/etc/environment': 'W=e\n', '/etc/pam.d/systemd-user': 'session required pam_env.so\n', '/etc/environment.d/a.conf': 'V=${W}/v\n' },
      'e/v',
      '/etc/environment.d/a.conf:1',
    ],
    [
      'PAM, by the stack in /usr/etc',
      { '/etc/environment': 'V=e\n', '/usr/etc/pam.d/systemd-user': 'session required pam_env.so\n' },
      'e',
      '/etc/environment:1',
    ],
    [
      'PAM, by the stack in /usr/lib before the one in /usr/etc',
      {
        '/etc/environment': 'V=e\n',
        '/usr/lib/pam.d/systemd-user': 'session required pam_unix.so\n',
        '/usr/etc/pam.d/systemd-user': 'session required pam_env.so\n',
      },
      undefined,
    ],
    ['PAM without pam_env', { '/etc/environment': 'V=e\n', '/usr/lib/pam.d/systemd-user': 'session optional pam_systemd.so # pam_env.so\n' }, undefined],
    ['pam_env that reads no file', { '/etc/environment': 'V=e\n', '/etc/pam.d/systemd-user': 'session required pam_env.so readenv=0\n' }, undefined],
    ['pam_env for accounts alone', { '/etc/environment': 'V=e\n', '/etc/pam.d/systemd-user': 'account required pam_env.so\n' }, undefined],
    ['not what shells read', { '/home/edge/.profile': 'export V=1\n', '/etc/profile.d/a.sh': 'export V=1\n' }, undefined],
  ])('%s', (_, files, wanted, at) => {
    const env = seen(manager, { files: { ...userService, ...files } });
    expect(told(env)).toBe(wanted);
    if (at) expect(place(env)).toBe(at);
  });
  test.each<[string, HostSpec['files'], string]>([
    ['PAM without a stack', { '/etc/environment': 'V=e\n' }, 'there is no stack systemd-user'],
    ['a stack that is closed', { '/etc/environment': 'V=e\n', '/etc/pam.d/systemd-user': { blocked: 'denied' } }, 'permission denied: /etc/pam.d/systemd-user'],
    ['a stack that includes itself', { '/etc/environment': 'V=e\n', '/etc/pam.d/systemd-user': 'session include systemd-user\n' }, 'was not followed'],
    ['a closed environment.d', { '/run/environment.d': { type: 'directory', blocked: 'denied' } }, 'permission denied: /run/environment.d, which may set V'],
    ['a closed user.conf', { '/etc/systemd/user.conf': { blocked: 'denied' } }, 'which may set V'],
    ['a closed drop-in of user@.service', { '/etc/systemd/system/user@.service.d/x.conf': { blocked: 'denied' } }, 'which may set V'],
    ['a specifier', { '/etc/systemd/user.conf': '[Manager]\nDefaultEnvironment=V=%H\n' }, 'specifier'],
    [
      'another XDG_CONFIG_HOME, from PAM',
      { '/etc/environment': 'XDG_CONFIG_HOME=/srv/x\n', '/etc/pam.d/systemd-user': 'session required pam_env.so\n' },
      'does not read',
    ],
    ['another XDG_CONFIG_HOME', { '/etc/systemd/user.conf': '[Manager]\nDefaultEnvironment=XDG_CONFIG_HOME=/srv/x\n' }, 'does not read'],
  ])('unknown: %s', (_, files, said) => expect(told(seen(manager, { files: { ...userService, ...files } }))).toContain(said));
  test('a place behind the one that was not seen settles it', () => {
    const files = { '/etc/systemd/user.conf': { blocked: 'denied' as const }, '/etc/environment.d/a.conf': 'V=1\n' };
    expect(told(seen(manager, { files }))).toBe('1');
  });
  test('is worked out once for each account on a recording, whatever names are asked for', () => {
    const answer = answerer({ files: { ...userService, '/etc/environment.d/a.conf': 'V=1\n' } });
    const read: string[] = [];
    const alice = { name: 'alice', uid: 1001, gid: 1001, home: '/home/alice' };
    settle(
      (function* (): Asking<void> {
        for (const as of [edge, alice, edge]) for (const name of ['V', 'W']) yield* environmentOf({ manager: as }, [name]);
        yield* environmentOf({ unit: 'a.service', manager: 'user', as: edge }, ['X']);
      })(),
      (ask) => {
        if (ask.do === 'read') read.push(ask.path);
        return answer(ask);
      },
    );
    expect(read.filter((path) => path === '/etc/environment.d/a.conf')).toHaveLength(2);
    expect(read.filter((path) => path === '/etc/systemd/system.conf')).toHaveLength(1);
  });
  test('of several, the places that lost are told', () => {
    const env = seen(manager, { files: { '/etc/environment.d/1.conf': 'V=1\n', '/etc/environment.d/2.conf': 'V=2\n' } });
    expect(env.variables.get('V')?.where).toEqual([
      { path: '/etc/environment.d/2.conf', line: 1 },
      { path: '/etc/environment.d/1.conf', line: 1, said: 'had set 1' },
    ]);
  });
  test('an image has no runtime directories and no command line, and they are not missed', () => {
    expect(told(seen(manager, { kind: 'image', files: { '/etc/environment.d/a.conf': 'V=1\n' } }))).toBe('1');
    expect(told(seen(manager, { kind: 'image' }))).toBeUndefined();
  });
});

function dropIn(line: string): Readonly<Record<string, string>> {
  return { '/etc/systemd/system/user@.service.d/x.conf': `[Service]\n${line}\n` };
}

describe("the system's manager", () => {
  test.each<[string, HostSpec['files'], string | undefined, string | undefined]>([
    ['DefaultEnvironment= reaches units and generators', { '/etc/systemd/system.conf.d/a.conf': '[Manager]\nDefaultEnvironment=V=1\n' }, '1', '1'],
    ['ManagerEnvironment= generators alone', { '/etc/systemd/system.conf': '[Manager]\nManagerEnvironment=V=1\n' }, undefined, '1'],
    ['what the kernel hands to init, too', { '/proc/cmdline': 'root=/dev/vda V=1\n' }, undefined, '1'],
    ['environment.d neither', { '/etc/environment.d/a.conf': 'V=1\n' }, undefined, undefined],
    [
      'the command line beats system.conf',
      { '/proc/cmdline': 'systemd.setenv=V=k', '/etc/systemd/system.conf': '[Manager]\nDefaultEnvironment=V=1\n' },
      'k',
      'k',
    ],
    ['the wrong section sets nothing', { '/etc/systemd/system.conf': '[Service]\nDefaultEnvironment=V=1\n' }, undefined, undefined],
  ])('%s', (_, files, units, generators) => {
    expect(told(seen({ manager: 'system' }, { files: files ?? {} }))).toBe(units);
    expect(told(seen({ generators: 'system' }, { files: files ?? {} }))).toBe(generators);
  });
});

describe('a unit', () => {
  const inUnit = (files: HostSpec['files'], lines: string, manager: 'system' | 'user' = 'user'): Environment => {
    const spec = { files: { ...files, [`/etc/systemd/${manager}/a.service`]: `[Service]\n${lines}\n` } };
    const as = manager === 'user' ? edge : root;
    return on(spec, environmentOf({ unit: 'a.service', manager, as }, ['V']));
  };
  const d = { '/etc/environment.d/a.conf': 'V=d\n' };
  test.each<[string, HostSpec['files'], string, string | undefined]>([
    ['what its manager hands on', d, 'ExecStart=/bin/a', 'd'],
    ['Environment= beats it', d, 'Environment=V=u', 'u'],
    ['an empty value is a value', d, 'Environment=V=', ''],
    ['EnvironmentFile= beats both', { ...d, '/etc/default/a': 'V=f\n' }, 'EnvironmentFile=-/etc/default/a\nEnvironment=V=u', 'f'],
    ['a file anywhere, by its name', { '/srv/a': 'V=f\n' }, 'EnvironmentFile=/srv/a', 'f'],
    ['UnsetEnvironment= takes all of them away', d, 'UnsetEnvironment=V', undefined],
    ['UnsetEnvironment= of another value does not', d, 'UnsetEnvironment=V=x', 'd'],
    ['env(1) in front', d, 'ExecStart=/usr/bin/env V=c /bin/a', 'c'],
    ['env -u', d, 'ExecStart=/usr/bin/env -u V /bin/a', undefined],
    ['env -i', d, 'ExecStart=env -i W=1 /bin/a', undefined],
    ['an argument of the program', d, 'ExecStart=/usr/bin/env /bin/a', 'd'],
    ['PassEnvironment= does nothing in a user unit', { '/proc/cmdline': 'V=1' }, 'PassEnvironment=V', undefined],
  ])('%s', (_, files, lines, wanted) => expect(told(inUnit(files, lines))).toBe(wanted));
  test('PassEnvironment= hands on what init has itself', () => {
    expect(told(inUnit({ '/proc/cmdline': 'V=1' }, 'PassEnvironment=V', 'system'))).toBe('1');
    expect(told(inUnit({ '/proc/cmdline': 'V=1' }, '', 'system'))).toBeUndefined();
  });
  test.each<[string, HostSpec['files'], string, string]>([
    ['a shell that sets it', {}, "ExecStart=/bin/sh -c 'V=1 exec a'", 'the command itself sets V'],
    ['files that a glob names', {}, 'EnvironmentFile=/etc/default/a*', 'was not read'],
    ['a file whose name stands nowhere', {}, 'EnvironmentFile=/srv/%u', 'was not read'],
    ['a file that is closed', { '/etc/default/a': { blocked: 'denied' } }, 'EnvironmentFile=/etc/default/a', 'permission denied'],
    ['a drop-in that is closed', { '/etc/systemd/user/a.service.d/x.conf': { blocked: 'denied' } }, 'Environment=V=1', 'permission denied'],
  ])('unknown: %s', (_, files, lines, said) => expect(told(inUnit(files, lines))).toContain(said));
});

describe('a login', () => {
  const login = { login: edge } as const;
  test.each<[string, HostSpec, string | undefined]>([
    ['PAM, then shells', { files: { '/etc/environment': 'V=1\n', '/home/edge/.bashrc': 'export V=2\n' } }, '2'],
    ['not environment.d', { files: { '/etc/environment.d/a.conf': 'V=d\n' } }, undefined],
    ['the inspecting process, if it is that account', { env: { HOME: '/home/edge', V: '3' }, files: { '/home/edge/.bashrc': 'export V=2\n' } }, '3'],
    ['whatever the slashes of HOME', { env: { HOME: '//home//edge/', V: '3' } }, '3'],
    ['a process without HOME', { env: { V: '3' } }, '3'],
    ["another account's process", { env: { HOME: '/home/edge2', V: '3' } }, undefined],
    ['an empty variable is none', { env: { HOME: '/home/edge', V: '' }, files: { '/etc/environment': 'V=1\n' } }, '1'],
    ['the files of an image', { kind: 'image', files: { '/etc/environment': 'V=1\n' } }, '1'],
  ])('%s', (_, spec, wanted) => expect(told(seen(login, spec))).toBe(wanted));
  test('whose environment it is may be hidden: then a variable that is set is nobody’s for certain', () => {
    const answer = answerer({ env: { HOME: '/root', V: '3' } });
    const env = settle(environmentOf(login, ['V', 'W']), (ask) =>
      ask.do === 'env' && ask.name === 'HOME' ? { is: 'blocked', why: 'not-recorded' } : answer(ask),
    );
    expect(gapOf(env, 'V')?.said).toContain('env:HOME');
    expect(gapOf(env, 'W')).toBeUndefined();
  });
  test("root's own files count only where root inspects", () => {
    const files = { '/root/.profile': 'export V=1\n' };
    expect(told(seen({ login: root }, { files, env: { HOME: '/root' } }))).toBe('1');
    expect(told(seen({ login: root }, { files: { '/root': { type: 'directory', blocked: 'denied' } }, env: { HOME: '/home/edge' } }))).toBeUndefined();
    expect(told(seen(login, { files: { '/home/edge': { type: 'directory', blocked: 'denied' } }, env: { HOME: '/root' } }))).toContain('permission denied');
  });
});

test.each<[string, string | undefined, string]>([
  ['exactly', '/home/edge', 'own'],
  ['with a slash at the end', '/home/edge/', 'own'],
  ['with doubled slashes', '/home//edge', 'own'],
  ['with dots', '/home/./edge', 'own'],
  ['of a longer name', '/home/edger', 'foreign'],
  ['of a parent', '/home', 'foreign'],
  ['unset', undefined, 'own'],
])('HOME %s', (_, home, wanted) => expect(on({ env: home === undefined ? {} : { HOME: home } }, whose(edge))).toBe(wanted));

test('a session of its own is one without sudo', () => {
  const session = (env: Record<string, string>): unknown => on({ env }, ownSession(['V'], edge));
  expect(session({ HOME: '/home/edge', V: '1' })).toMatchObject({ variables: new Map([['V', { value: '1', where: [{ path: 'env:V' }] }]]) });
  expect(session({ HOME: '/home/edge', SUDO_USER: 'x', V: '1' })).toBeUndefined();
  expect(session({ V: '1' })).toBeUndefined();
});

const assignment = fc.tuple(fc.constantFrom('PT_A', 'PT_B', 'PT_C'), fc.constantFrom('1', '"2 3"', "'4'", '', '5%%', '6\\"', '$PT_A', 'é'));
const conf = fc
  .array(fc.tuple(fc.constantFrom('DefaultEnvironment', 'ManagerEnvironment'), fc.array(assignment, { maxLength: 2 })), { maxLength: 3 })
  .map((lines) => `[Manager]\n${lines.map(([key, all]) => `${key}=${all.map(([name, v]) => `${name}=${v}`).join(' ')}\n`).join('')}`);
const dLines = fc
  .array(fc.tuple(fc.constantFrom('PT_A', 'PT_B', 'PT_C'), fc.constantFrom('7', '$PT_A', '${PT_B:-8}', '${PT_C:+9}')), { maxLength: 3 })
  .map((all) => all.map((a) => `${a.join('=')}\n`).join(''));
const managers = fc.record({
  '/etc/systemd/user.conf': fc.option(conf),
  '/home/edge/.config/systemd/user.conf': fc.option(conf),
  '/etc/systemd/user.conf.d/5.conf': fc.option(conf),
  '/home/edge/.config/systemd/user.conf.d/4.conf': fc.option(conf),
  '/run/systemd/user.conf.d/5.conf': fc.option(conf),
  '/etc/environment.d/1.conf': fc.option(dLines),
  '/home/edge/.config/environment.d/2.conf': fc.option(dLines),
});
const started = fc.dictionary(fc.constantFrom('PT_A', 'PT_B', 'PT_C'), fc.constantFrom('x', 'y z', ''), { maxKeys: 2 });

// Few runs, as each starts systemd.
test('a user manager has the environment that systemd gives it', oracle('mounts', 'systemd'), () => {
  fc.assert(
    fc.property(managers, started, (all, env) => {
      const files = Object.fromEntries(Object.entries(all).flatMap(([path, text]) => (text === null ? [] : [[path, text]])));
      const lines = Object.entries(env).map(([name, v]) => `Environment="${name}=${v}"\n`);
      const mine = seen({ generators: edge }, { files: { ...files, '/etc/systemd/system/user@.service': `[Service]\n${lines.join('')}` } });
      expect(Object.fromEntries([...mine.variables].map(([name, v]) => [name, v.value]))).toEqual(managed(files, { ...env, HOME: '/home/edge' }));
    }),
    { numRuns: 25 },
  );
});
