import { expect, test } from 'vitest';
import { admits, controlsLeft, numberingOf, valuesOf } from '../../src/rules/narrowing.ts';
import type { GivenParam } from '../../src/rules/pack.ts';
import type { Profile } from '../../src/rules/profile.ts';

const narrows = { benchmark: { controls: 'CIS K3s', describe: 'd' } };
const profile: Profile = { id: 'p', title: 't', describe: 'd', about: 'engine', present: [], because: 'b', params: {}, narrows, at: { path: 'p' } };
const rules = [
  { profiles: ['p'], controls: ['CIS K3s 2.1 1.2.1', 'CIS K3s 1.12 1.2.1', 'CIS K3s 1.9 1.2.2', 'AC-3'] },
  { profiles: ['p'], controls: ['CIS K3s 1.9 5.2.9', 'CIS K3s-other 7 1'] },
  { profiles: ['q'], controls: ['CIS K3s 0.1 1'] },
];
const [both, old] = rules as [(typeof rules)[0], (typeof rules)[0]];
const given = (value: string): GivenParam[] => [{ profile: 'p', name: 'benchmark', value }];

test('the values are those of the controls of its rules, the highest first', () => {
  expect(valuesOf(narrows.benchmark, 'p', rules)).toEqual(['2.1', '1.12', '1.9']);
});

test.each([
  ['2.1', [true, false]],
  ['1.12', [true, false]],
  ['1.9', [true, true]],
  // No control begins with `CIS K3s 2 `.
  ['2', [false, false]],
])('%s leaves the rules that have a control of it', (value, left) => {
  expect([both, old].map((rule) => admits(profile, rule, given(value)))).toEqual(left);
});

test('nothing given narrows nothing, nor does a parameter of another profile or of a rule', () => {
  for (const others of [[], [{ profile: 'q', name: 'benchmark', value: '2.1' }], [{ name: 'benchmark', value: '2.1' }]]) {
    expect(admits(profile, old, others)).toBe(true);
    expect(numberingOf([profile], others)).toBeUndefined();
  }
});

test('the controls are those of the chosen release, and of other frameworks', () => {
  expect(controlsLeft(both, [profile], given('1.9'))).toEqual(['CIS K3s 1.9 1.2.2', 'AC-3']);
  expect(controlsLeft(both, [profile], [])).toEqual(both.controls);
  expect(numberingOf([profile], given('1.9'))).toBe('CIS K3s 1.9');
});
