import { expect, test } from 'vitest';
import { addFlagWord, setFlag, unsetFlag } from '../../src/remedy/edit.ts';

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

const admission = (text: string) => addFlagWord(text, 'yaml', 'kube-apiserver-arg', 'enable-admission-plugins', { word: 'B', beside: 'A' });

test.each([
  ['an empty file gets what holds without it too', '', 'kube-apiserver-arg:\n  - enable-admission-plugins=A,B\n'],
  ['words that are there stay', 'kube-apiserver-arg:\n- enable-admission-plugins=C\n', 'kube-apiserver-arg:\n  - enable-admission-plugins=C,B\n'],
  [
    'what adds to the default goes on doing so',
    'kube-apiserver-arg:\n- enable-admission-plugins+=C\n',
    'kube-apiserver-arg:\n  - enable-admission-plugins+=C,B\n',
  ],
  ['a word that is there is no second time', 'kube-apiserver-arg:\n- enable-admission-plugins=B,C\n', 'kube-apiserver-arg:\n- enable-admission-plugins=B,C\n'],
])('a word of a flag: %s', (_, before, after) => {
  expect(admission(before).replace(/^ +- /gm, '- ')).toBe(after.replace(/^ +- /gm, '- '));
  expect(admission(admission(before))).toBe(admission(before));
});

test.each([
  ['one of several', 'kube-apiserver-arg:\n- x=A,B\n- y=B\n', 'kube-apiserver-arg:\n- x=A\n- y=B\n'],
  ['the only one takes the flag along', 'kube-apiserver-arg:\n- x=B\n- y=B\n', 'kube-apiserver-arg:\n- y=B\n'],
  ['one that is not there changes nothing', 'kube-apiserver-arg:\n- x=AB\n', 'kube-apiserver-arg:\n- x=AB\n'],
])('a word of a flag, taken out: %s', (_, before, after) => {
  expect(unsetFlag(before, 'yaml', 'kube-apiserver-arg', 'x', 'B').replace(/^ +- /gm, '- ')).toBe(after);
});
