import { expect, test } from 'vitest';
import { crioRelease } from '../../../src/kinds/crio/crio-release.ts';
import { onCrio } from './on-crio.ts';

const k3s = (version: string) => ({ commands: { 'k3s --version': { stdout: `k3s version ${version} (0123abcd)\n` } } });
const files = { '/usr/local/bin/k3s': { mode: '0755' } };

test.each([
  ['1.34.2', 'v1.34.5+k3s1', 0],
  ['1.33.2', 'v1.34.5+k3s1', 1],
  ['1.36.0', 'v1.34.5+k3s1', 2],
])('CRI-O %s beside K3s %s', (release, version, apart) => {
  expect(onCrio(crioRelease, '', files, release, k3s(version))).toMatchObject({ value: { apart } });
});

test('without K3s it is not there; a version that is none leaves the distance open', () => {
  expect(onCrio(crioRelease, '')).toMatchObject({ exists: false });
  const fact = onCrio(crioRelease, '', files, '2.0.0', k3s('v1.34.5+k3s1'));
  expect(fact.is === 'known' && fact.gaps.has('apart')).toBe(true);
});
