import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { sudoOf } from '../../../src/facts/host/sudoers.ts';
import { statementsIn } from '../../../src/facts/host/sudoers-text.ts';
import { oracle } from '../../oracles.ts';

const who = {
  name: 'edge',
  uid: 1000,
  groups: new Map([
    [1000, 'edge'],
    [900, 'ops'],
  ]),
};
const of = (text: string) => {
  const { allowed, noPassword } = sudoOf({ statements: statementsIn(text, '/etc/sudoers') }, who);
  return `${allowed ? 'allowed' : 'no'}${noPassword ? ' free' : ''}`;
};

const cases: [string, string][] = [
  ['', 'no'],
  ['root ALL=(ALL:ALL) ALL', 'no'],
  ['edge ALL=(ALL) ALL', 'allowed'],
  ['edge ALL=(ALL) NOPASSWD: ALL', 'allowed free'],
  ['driver, edge ALL = NOPASSWD: /usr/bin/systemctl', 'allowed free'],
  ['%ops ALL=(ALL) ALL', 'allowed'],
  ['%#900 ALL=(ALL) NOPASSWD:ALL', 'allowed free'],
  ['#1000 ALL=(ALL) ALL', 'allowed'],
  ['# edge ALL=(ALL) ALL', 'no'],
  ['ALL ALL=(ALL) ALL', 'allowed'],
  ['ALL, !edge ALL=(ALL) ALL', 'no'],
  ['User_Alias OPS = driver, edge : OTHER = x\nOPS ALL=(ALL) ALL', 'allowed'],
  ['Defaults targetpw\nALL ALL=(ALL) ALL', 'no'],
  ['Defaults targetpw\nALL ALL=(ALL) NOPASSWD: ALL', 'allowed free'],
  ['Defaults !authenticate\nedge ALL=(ALL) ALL', 'allowed free'],
  ['edge \\\n  ALL=(ALL) \\\n  NOPASSWD: ALL', 'allowed free'],
  ['Cmnd_Alias X = /bin/a\nDefaults:edge !lecture', 'no'],
  ['edge ALL=(ALL) ALL # NOPASSWD: ALL', 'allowed'],
  ['Defaults:edge !authenticate\nedge ALL=(ALL) ALL', 'allowed free'],
  ['Defaults:driver !authenticate\nedge ALL=(ALL) ALL', 'allowed'],
  ['Defaults !authenticate\nDefaults authenticate\nedge ALL=(ALL) ALL', 'allowed'],
  ['Defaults targetpw\nDefaults !targetpw\nedge ALL=(ALL) ALL', 'allowed'],
];

test.each(cases)('%j is %s', (text, wanted) => expect(of(text)).toBe(wanted));

test.each(cases)('visudo takes %j', oracle('visudo'), (text) => {
  // Some releases warn of an unused alias, which is no error to them.
  const { status, stderr } = spawnSync('visudo', ['-c', '-f', '-'], { input: `${text}\n`, encoding: 'utf8' });
  expect([status, stderr.split('\n').filter((line) => line !== '' && !/^Warning: .*unused/.test(line))]).toEqual([0, []]);
});

test('includes are told, long lines do not take time', () => {
  expect(statementsIn('#includedir /etc/sudoers.d\n@include "/etc/x y"', 'f')).toEqual([
    { is: 'include', path: '/etc/sudoers.d', directory: true, at: { path: 'f', line: 1 } },
    { is: 'include', path: '/etc/x y', directory: false, at: { path: 'f', line: 2 } },
  ]);
  const started = performance.now();
  for (const text of [
    'a \\\n'.repeat(50_000),
    '\\'.repeat(50_000),
    `a ${'"x" '.repeat(30_000)}`,
    `a ALL=${'NOPASSWD: '.repeat(20_000)}`,
    `a${' '.repeat(50_000)}b`,
    `${'a,'.repeat(50_000)} x`,
    `Defaults ${'a,'.repeat(50_000)}`,
    `a${' '.repeat(50_000)}=`,
  ])
    statementsIn(text, '');
  expect(performance.now() - started).toBeLessThan(2000);
});
