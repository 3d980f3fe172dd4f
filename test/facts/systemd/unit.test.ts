/** Kind `unit` and `unit-live`: values, the lines behind them, near misses, and what could not be seen. */
import { describe, expect, test } from 'vitest';
import { answerer, type HostSpec } from '../../../src/collect/composed/composed.ts';
import type { Fact, Known } from '../../../src/facts/fact.ts';
import type { Query } from '../../../src/facts/kind.ts';
import { settle } from '../../../src/facts/settle.ts';
import { unit } from '../../../src/kinds/systemd/unit.ts';
import { unitLive } from '../../../src/kinds/systemd/unit-live.ts';

const driver = { name: 'driver', uid: 1000, gid: 1000, home: '/home/driver' };
const etc = '/etc/systemd/system';
const usr = '/usr/lib/systemd/system';

function learn(files: HostSpec['files'], query: Query): Fact {
  return settle(unit.learn(query, driver), answerer({ files: files ?? {} }));
}

function known(files: HostSpec['files'], query: Query = { name: 'a.service' }): Known {
  const fact = learn(files, query);
  if (fact.is !== 'known') throw new Error(fact.said);
  return fact;
}

const service = (text: string): HostSpec['files'] => ({ [`${usr}/a.service`]: `[Service]\nExecStart=/bin/true\n${text}` });
const saidAt = (fact: Known, key: string): (string | undefined)[] => (fact.where.get(key) ?? []).map((w) => `${w.line}: ${w.said}`);

describe('values', () => {
  test.each<[string, string, string, unknown]>([
    ['last text wins', 'User=a\nUser=b\n', 'User', 'b'],
    ['empty takes a text back', 'User=a\nUser=\n', 'User', undefined],
    ['a boolean', 'NoNewPrivileges=yes\n', 'NoNewPrivileges', true],
    ['an invalid boolean is passed over', 'NoNewPrivileges=on\nNoNewPrivileges=maybe\n', 'NoNewPrivileges', true],
    ['a mode', 'UMask=0027\n', 'UMask', 0o027],
    ['an invalid mode is passed over', 'UMask=0027\nUMask=u=rwx\n', 'UMask', 0o027],
    ['an enumeration', 'Type=notify\nType=nonsense\n', 'Type', 'notify'],
    ['words add up', 'SupplementaryGroups=a b\nSupplementaryGroups=c\n', 'SupplementaryGroups', ['a', 'b', 'c']],
    ['an empty assignment clears words', 'SupplementaryGroups=a b\nSupplementaryGroups=\nSupplementaryGroups=c\n', 'SupplementaryGroups', ['c']],
    ['commands', 'ExecStart=\nExecStart=/bin/x --a %n\n', 'ExecStart', ['/bin/x --a a.service']],
    ['dependencies cannot be cleared', '[Unit]\nAfter=x.service\nAfter=\nAfter=y.service\n', 'After', ['x.service', 'y.service']],
    ['every controller', 'Delegate=yes\n', 'Delegate', ['cpu', 'cpuset', 'io', 'memory', 'pids']],
    ['conditions share one list', '[Unit]\nConditionPathExists=/a\nConditionHost=\n', 'ConditionPathExists', undefined],
  ])('%s', (_, text, key, value) => {
    expect(known(service(text)).value[key]).toEqual(value);
  });

  test('variables, with quotes, several on a line, and a reset', () => {
    const fact = known(service('Environment=A=1 "B=x y"\nEnvironment=\nEnvironment=\'C=a b\' D=%H A=2\nUnsetEnvironment=D\n'));
    expect(fact.value.Environment).toEqual({ A: '2', C: 'a b' });
    expect(fact.notes.get('Environment.B')?.[0]?.said).toContain('reset');
  });

  test('files of EnvironmentFile= win, if they may be read', () => {
    const files = {
      ...service('Environment=A=1\nEnvironmentFile=-/etc/a.env\nEnvironmentFile=-/etc/none.env\n'),
      '/etc/a.env': '# c\nA="2 3"\nexport X=1\nB=4 # not a comment\n',
    };
    const read = known(files, { name: 'a.service', environmentFiles: true });
    expect(read.value.Environment).toEqual({ A: '2 3', B: '4 # not a comment' });
    expect(read.where.get('Environment.A')?.map((w) => `${w.path}:${w.line}`)).toEqual(['/etc/a.env:2', `${usr}/a.service:3`]);
    expect(known(files).gaps.get('Environment')?.said).toContain('/etc/a.env');
    expect(known({ ...files, '/etc/a.env': { blocked: 'denied' } }, { name: 'a.service', environmentFiles: true }).gaps.get('Environment')?.why).toBe('denied');
  });

  test('a file is read wherever it lies, but not one whose name stands in no file', () => {
    const of = (line: string): ReturnType<typeof known> =>
      known({ ...service(`${line}\n`), '/srv/a.env': 'A=1\n' }, { name: 'a.service', environmentFiles: true });
    expect(of('EnvironmentFile=/srv/a.env').value.Environment).toEqual({ A: '1' });
    expect(of('EnvironmentFile=/srv/%p.env').gaps.has('Environment')).toBe(true);
  });

  test('a socket: an empty ListenStream= clears datagrams too', () => {
    const fact = known(
      { [`${usr}/a.socket`]: '[Socket]\nListenStream=/run/a\nListenDatagram=/run/b\nListenStream=\nListenStream=%t/c\nSocketMode=0660\n' },
      { name: 'a.socket' },
    );
    expect([fact.value.ListenStream, fact.value.ListenDatagram, fact.value.SocketMode]).toEqual([['/run/c'], undefined, 0o660]);
  });
});

test('every line that took part is named, the deciding one first', () => {
  const fact = known({ ...service('Delegate=memory pids\n'), [`${etc}/a.service.d/z.conf`]: '[Service]\nDelegate=\nDelegate=cpu\n' });
  expect(saidAt(fact, 'Delegate')).toEqual(['3: adds cpu', '2: resets the list: on, with no controller', '3: adds memory pids']);
});

test.each<[string, string, string, string]>([
  ['a wrong case', 'user=x\n', 'User', 'it is written User'],
  ['a wrong section', '[Unit]\nUser=x\n', 'User', 'it belongs in [Service]'],
  ['a directive of another type', 'ListenStream=1\n', 'ListenStream', 'a service has no such directive'],
  ['an unknown section', '[service]\nUser=x\n', 'User', 'not a section of this unit type'],
])('a near miss is told: %s', (_, text, key, said) => {
  expect(known(service(text)).notes.get(key)?.[0]?.said).toContain(said);
});

describe('what is there', () => {
  test('no unit', () => {
    expect(known({ [`${etc}/a.service.d/x.conf`]: '[Service]\n' }).exists).toBe(false);
  });
  test('a masked unit exists and is not enabled', () => {
    const fact = known({
      ...service('[Install]\nWantedBy=x.target\n'),
      [`${etc}/a.service`]: { link: '/dev/null' },
      [`${etc}/x.target.wants/a.service`]: { link: `${usr}/a.service` },
    });
    expect([fact.exists, fact.value.masked, fact.value.enabled, fact.value.state]).toEqual([true, true, false, 'masked']);
  });
  test.each<[string, HostSpec['files'], boolean, string]>([
    ['linked from /etc', { [`${etc}/m.target.wants/a.service`]: { link: `${usr}/a.service` } }, true, 'enabled'],
    ['required from /etc', { [`${etc}/m.target.requires/a.service`]: { link: `${usr}/a.service` } }, true, 'enabled'],
    ['linked by the vendor', { [`${usr}/m.target.wants/a.service`]: { link: '../a.service' } }, true, 'disabled'],
    [
      'a vendor link that /etc takes away',
      { [`${usr}/m.target.wants/a.service`]: { link: '../a.service' }, [`${etc}/m.target.wants/a.service`]: { link: '/dev/null' } },
      false,
      'disabled',
    ],
    ['a copy instead of a link', { [`${etc}/m.target.wants/a.service`]: '[Service]\n' }, false, 'disabled'],
    ['an alias of [Install], which nothing pulls in', { [`${etc}/b.service`]: { link: `${usr}/a.service` } }, false, 'enabled'],
    ['nothing', {}, false, 'disabled'],
  ])('enabled: %s', (_, links, enabled, state) => {
    const fact = known({ ...service('[Install]\nWantedBy=m.target\nAlias=b.service\n'), ...links });
    expect([fact.value.enabled, fact.value.state]).toEqual([enabled, state]);
  });
  test('a link without a unit enables nothing', () => {
    expect(known({ [`${etc}/m.target.wants/a.service`]: { link: `${usr}/a.service` } }).exists).toBe(false);
  });
  test('without [Install] it is static', () => {
    expect(known(service('')).value.state).toBe('static');
  });
});

describe('user manager', () => {
  const name = { name: 'p.socket', manager: 'user' };
  test('the home beats /etc, and enabling may be global', () => {
    const fact = known(
      {
        '/usr/lib/systemd/user/p.socket': '[Socket]\nListenStream=1\n',
        '/home/driver/.config/systemd/user/p.socket': '[Socket]\nListenStream=%t/p\n',
        '/etc/systemd/user/sockets.target.wants/p.socket': { link: '/usr/lib/systemd/user/p.socket' },
      },
      name,
    );
    expect([fact.value.ListenStream, fact.value.enabled]).toEqual([['/run/user/1000/p'], true]);
  });
  test('{uid} in a name is that of the account', () => {
    expect(known({ [`${usr}/user@.service`]: '[Service]\nUser=%i\n' }, { name: 'user@{uid}.service' }).value.User).toBe('1000');
  });
  test('a closed home is unknown, not absent', () => {
    expect(learn({ '/home/driver/.config': { type: 'directory', blocked: 'denied' } }, name).is).toBe('unknown');
  });
  test('a closed home leaves every directive unknown even if /usr has the unit', () => {
    const fact = known(
      { '/usr/lib/systemd/user/p.socket': '[Socket]\nListenStream=1\n', '/home/driver/.config': { type: 'directory', blocked: 'denied' } },
      name,
    );
    expect([fact.exists, fact.gaps.get('ListenStream')?.why, fact.gaps.get('masked')?.why]).toEqual([true, 'denied', 'denied']);
  });
});

test.each<[string, HostSpec['files']]>([
  ['the fragment', { [`${etc}/a.service`]: { blocked: 'denied' } }],
  ['a drop-in', { ...service(''), [`${etc}/a.service.d/x.conf`]: { blocked: 'denied' } }],
  ['a drop-in directory', { ...service(''), [`${etc}/a.service.d`]: { type: 'directory', blocked: 'denied' } }],
  ['a search directory', { ...service(''), '/run/systemd/system': { type: 'directory', blocked: 'timeout' } }],
])('a closed door leaves the directives unknown: %s', (_, files) => {
  const fact = known(files);
  expect([fact.exists, fact.gaps.has('Delegate'), fact.gaps.has('User')]).toEqual([true, true, true]);
});

describe('unit-live', () => {
  const argv =
    'env TZ=UTC systemctl show a.service -p LoadState,ActiveState,SubState,UnitFileState,FragmentPath,DropInPaths,NeedDaemonReload,Delegate,DelegateControllers,ControlGroup,MainPID,ExecMainStartTimestamp,ActiveEnterTimestamp,Result,NRestarts';
  const ask = (command: NonNullable<HostSpec['commands']>[string]): Fact =>
    settle(unitLive.learn({ name: 'a.service' }, driver), answerer({ commands: { [argv]: command } }));
  test('tells what systemctl says', () => {
    const fact = ask({
      stdout:
        'LoadState=loaded\nActiveState=active\nNeedDaemonReload=no\nDropInPaths=/a /b\nDelegateControllers=\nMainPID=12\nExecMainStartTimestamp=Sun 2026-11-22 22:20:42 UTC\n',
    });
    expect(fact.is === 'known' && fact.value).toEqual({
      LoadState: 'loaded',
      ActiveState: 'active',
      NeedDaemonReload: false,
      DropInPaths: ['/a', '/b'],
      MainPID: 12,
      ExecMainStartTimestamp: 1_795_386_042,
    });
  });
  test('not-found is knowledge', () => {
    const fact = ask({ stdout: 'LoadState=not-found\nActiveState=inactive\n' });
    expect(fact.is === 'known' && fact.exists).toBe(false);
  });
  test.each([
    [{ exit: 1, stderr: 'System has not been booted with systemd as init system (PID 1).' }],
    [{ stdout: 'nonsense' }],
    [{ blocked: 'timeout' as const }],
    [null],
  ])('anything else is unknown: %j', (command) => {
    expect(ask(command).is).toBe('unknown');
  });
});
