import { hostname } from 'node:os';
import { expect, test } from 'vitest';
import { everybodysRoot, freeRoot } from '../../../src/facts/host/sudo-root.ts';
import { whoIs } from '../../../src/facts/host/sudoers.ts';
import { statementsIn } from '../../../src/facts/host/sudoers-text.ts';
import { oracle } from '../../oracles.ts';
import { sudoTells } from './sudo.ts';

const ops = whoIs({ name: 'ops', uid: 1008, gid: 1008, home: '/home/ops' }, 'sudo:x:27:ops\n');

/** The line by which ops, a member of sudo with the uid 1008, becomes root without a password. */
const table: [string, number | undefined][] = [
  ['ops ALL=(ALL) NOPASSWD:ALL', 1],
  ['ops ALL=(ALL:ALL) NOPASSWD: SETENV: ALL', 1],
  ['#1008 ALL=NOPASSWD: ALL', 1],
  ['%sudo ALL=(ALL) NOPASSWD: ALL', 1],
  ['ops ALL=(ALL) NOPASSWD: ALL\nops ALL=(ALL) PASSWD: ALL', undefined],
  ['ops ALL=(ALL) NOPASSWD: ALL\nops ALL=(ALL) ALL', undefined],
  ['ops ALL=(ALL) ALL\nDefaults:ops !authenticate', 2],
  ['ops ALL=(ALL) NOPASSWD: /usr/bin/id', undefined],
  ['ops ALL=(www-data) NOPASSWD: ALL', undefined],
  ['ops other=(ALL) NOPASSWD: ALL', undefined],
  [`ops ${hostname()}=(ALL) NOPASSWD: ALL`, 1],
  [`ops ALL, !${hostname()}=(ALL) NOPASSWD: ALL`, undefined],
  [`Host_Alias HERE = ${hostname()}\nops HERE=(ALL) NOPASSWD: ALL`, 2],
  ['Cmnd_Alias EVERYTHING = ALL\nops ALL=(ALL) NOPASSWD: EVERYTHING', 2],
  ['Runas_Alias ADM = root\nops ALL=(ADM) NOPASSWD: ALL', 2],
  ['ops ALL=(ALL, !root) NOPASSWD: ALL', undefined],
  ['ops ALL=() NOPASSWD: ALL', undefined],
  ['ops ALL=(:sudo) NOPASSWD: ALL', undefined],
  ['ops ALL=(ALL) /usr/bin/id, NOPASSWD: ALL', 1],
  ['ops ALL=(ALL) NOPASSWD: /usr/bin/id, ALL', 1],
  ['ops ALL=(ALL) NOPASSWD: /usr/bin/id, PASSWD: ALL', undefined],
  ['ops other=/usr/bin/id : ALL=(ALL) NOPASSWD: ALL', 1],
  ['ops ALL=(ALL) NOPASSWD: ALL\nops ALL=(ALL) !ALL', undefined],
  ['ops ALL=(ALL) NOPASSWD: ALL, !/usr/bin/su', 1],
  ['ops ALL=(ALL) CWD=/ TIMEOUT=1h NOPASSWD: ALL', 1],
  ['Ops ALL=(ALL) NOPASSWD: ALL', 1],
  ['! x, ops ALL=(ALL) NOPASSWD: ALL', 1],
  ['ops ALL=(ALL) NOPASSWD: ALL#x', 1],
  ['ops ALL=(ALL) NOPASSWD: ALL #5', undefined],
  ['ops ALL=(ALL) NOPASSWD: id, ALL', undefined],
  ['# a comment does not go on \\\nops ALL=(ALL) NOPASSWD: ALL', 2],
  ['User_Alias STAFF = ALL, !ops\n!STAFF ALL=(ALL) NOPASSWD: ALL', 2],
  ['Defaults>root !authenticate\nops ALL=(ALL) ALL', 1],
  [`Defaults@${hostname()} !authenticate\nops ALL=(ALL) ALL`, 1],
  ['Defaults!ALL !authenticate\nops ALL=(ALL) ALL', 1],
  ['Defaults!/usr/bin/id !authenticate\nops ALL=(ALL) ALL', undefined],
  ['Defaults:x, ops !authenticate\nops ALL=(ALL) ALL', 1],
  ['Defaults exempt_group=sudo\nops ALL=(ALL) PASSWD: ALL', 1],
  ['Defaults !authenticate nonsense\nops ALL=(ALL) ALL', undefined],
];

test.each(table)('sudo agrees: %j', oracle('mounts', 'setpriv', 'visudo'), (text, line) => {
  expect(sudoTells({ sudoers: `${text}\n` }, 'ops').free).toBe(line !== undefined);
});

test.each(table)('%j', (text, line) => {
  expect(freeRoot(statementsIn(text, '/etc/sudoers'), ops, { host: hostname() })?.line).toBe(line);
});

test.each([
  ['ALL ALL=(ALL) ALL', 1],
  ['Defaults targetpw\nALL ALL=(ALL) ALL', undefined],
  ['Defaults targetpw\nALL ALL=(ALL) NOPASSWD: ALL', 2],
  ['root ALL=(ALL) ALL', undefined],
  ['ALL, !root ALL=(ALL) ALL', 1],
  ['ALL ALL=(ALL) ALL\nALL ALL=(ALL) !ALL', undefined],
  ['User_Alias PEOPLE = ALL\nPEOPLE ALL=(ALL) ALL', 2],
  ['+admins ALL=(ALL) ALL', undefined],
])('for everybody: %j', (text, line) => {
  expect(everybodysRoot(statementsIn(text, '/etc/sudoers'))?.line).toBe(line);
});

test('a host that the files cannot tell may be meant', () => {
  const text = statementsIn('ops 10.0.0.0/8=(ALL) NOPASSWD: ALL\n+admins ALL=(ALL) NOPASSWD: ALL', '/etc/sudoers');
  expect(freeRoot(text, ops, { host: 'here' })).toBeUndefined();
  expect(freeRoot(text, ops, { host: 'here', perhaps: true })?.line).toBe(2);
  expect(everybodysRoot(text, { host: 'here', perhaps: true })).toBeUndefined();
});
