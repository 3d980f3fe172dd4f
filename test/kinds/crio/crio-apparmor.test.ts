import { expect, test } from 'vitest';
import { crioApparmor } from '../../../src/kinds/crio/crio-apparmor.ts';
import { onCrio } from './on-crio.ts';

const running = { '/proc/sys/kernel': { type: 'directory' as const }, '/sys/module/apparmor/parameters/enabled': 'Y\n' };
const loaded = { '/sys/kernel/security/apparmor/profiles': 'crio-default (enforce)\na b (complain)\n' };

test.each([
  ['', { on: true, profile: 'crio-default', kind: 'own' }],
  ['crio-default', { on: true, kind: 'own' }],
  ['unconfined', { on: true, kind: 'unconfined' }],
  ['a b', { on: true, kind: 'custom', loaded: true }],
  ['a', { on: true, kind: 'custom', loaded: false }],
])('%s', (profile, of) => {
  expect(onCrio(crioApparmor, `[crio.runtime]\napparmor_profile = "${profile}"\n`, { ...running, ...loaded })).toMatchObject({ value: of });
});

test('off, and on an image', () => {
  expect(onCrio(crioApparmor, '', { '/proc/sys/kernel': { type: 'directory' } })).toMatchObject({ value: { on: false } });
  expect(onCrio(crioApparmor, '', { '/etc/apparmor.d': { type: 'directory' } }, '1.34.2', { kind: 'image' })).toMatchObject({ value: { on: true } });
});
