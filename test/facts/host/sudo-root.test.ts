import { expect, test } from 'vitest';
import { everybodysRoot, freeRoot } from '../../../src/facts/host/sudo-root.ts';
import { whoIs } from '../../../src/facts/host/sudoers.ts';
import { statementsIn } from '../../../src/facts/host/sudoers-text.ts';

const ops = whoIs({ name: 'ops', uid: 1008, gid: 1008, home: '/home/ops' }, 'sudo:x:27:ops\n');

test.each([
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
])('%j', (text, line) => {
  expect(freeRoot(statementsIn(text, '/etc/sudoers'), ops)?.line).toBe(line);
});

test.each([
  ['ALL ALL=(ALL) ALL', 1],
  ['Defaults targetpw\nALL ALL=(ALL) ALL', undefined],
  ['Defaults targetpw\nALL ALL=(ALL) NOPASSWD: ALL', 2],
  ['root ALL=(ALL) ALL', undefined],
])('for everybody: %j', (text, line) => {
  expect(everybodysRoot(statementsIn(text, '/etc/sudoers'))?.line).toBe(line);
});
