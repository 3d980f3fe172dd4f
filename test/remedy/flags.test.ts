import { expect, test } from 'vitest';
import { setFlag, unsetFlag } from '../../src/remedy/edit.ts';

const key = 'kubelet-arg';
const set = (text: string, value = '0') => setFlag(text, 'yaml', key, 'read-only-port', value);
const unset = (text: string) => unsetFlag(text, 'yaml', key, 'read-only-port');

test.each([
  ['an empty file', '', 'kubelet-arg:\n  - read-only-port=0\n'],
  ['a file without the list', '# mine\nnode-name: one\n', '# mine\nnode-name: one\nkubelet-arg:\n  - read-only-port=0\n'],
  ['a list with others', 'kubelet-arg:\n- max-pods=9\n', 'kubelet-arg:\n  - max-pods=9\n  - read-only-port=0\n'],
  ['a list with the flag', 'kubelet-arg:\n- read-only-port=1\n- max-pods=9\n', 'kubelet-arg:\n  - read-only-port=0\n  - max-pods=9\n'],
  ['the flag given twice, with dashes', 'kubelet-arg:\n- --read-only-port=1\n- read-only-port=2\n', 'kubelet-arg:\n  - read-only-port=0\n'],
  ['a value alone', 'kubelet-arg: max-pods=9\n', 'kubelet-arg:\n  - max-pods=9\n  - read-only-port=0\n'],
  ['a list that adds to others', 'kubelet-arg+:\n- max-pods=9\n', 'kubelet-arg+:\n  - max-pods=9\n  - read-only-port=0\n'],
])('%s', (_, before, after) => {
  expect(set(before)).toBe(after);
  expect(set(set(before))).toBe(after);
});

test.each([
  ['leaves others', 'kubelet-arg:\n- read-only-port=1\n- max-pods=9\n', 'kubelet-arg:\n  - max-pods=9\n'],
  ['takes an empty list along', 'node-name: one\nkubelet-arg:\n- read-only-port=1\n', 'node-name: one\n'],
  ['leaves what only begins alike', 'kubelet-arg:\n- read-only-ports=1\n', 'kubelet-arg:\n- read-only-ports=1\n'],
])('taken out, it %s', (_, before, after) => {
  expect(unset(before).replace(/^ +- /gm, '- ')).toBe(after.replace(/^ +- /gm, '- '));
});

test('a text that is no YAML is left to people', () => {
  expect(set('a: [\n')).toBe('a: [\n');
});
