import { expect, test } from 'vitest';
import { inWords } from '../../src/expect/words.ts';
import { list, mode, record, string } from '../../src/facts/shape.ts';

const file = record({ path: string('the file'), mode: mode('its bits') });
const files = list(file, 'files');

test.each([
  ['one element is said alone', ['cpu'], undefined, 'cpu'],
  ['several are listed', ['cpu', 'memory', 'pids'], undefined, 'cpu, memory and pids'],
  ['an element with a comma is quoted', ['a,b', 'c'], undefined, '"a,b" and c'],
  ['an empty list', [], undefined, 'empty'],
  ['a record', { path: '/etc/x', mode: 0o644 }, file, 'path /etc/x, mode 0644'],
  [
    'records in a list stand in parentheses',
    [
      { path: '/a', mode: 0o600 },
      { path: '/b', mode: 0o644 },
    ],
    files,
    '(path /a, mode 0600) and (path /b, mode 0644)',
  ],
  ['a list in a record, too', { names: ['a', 'b'] }, undefined, 'names (a and b)'],
  ['an empty record', {}, undefined, 'empty'],
])('%s', (_, value, shape, words) => {
  expect(inWords(value as never, shape)).toBe(words);
});

test('no braces', () => {
  expect(inWords([['a', { b: [{ c: 1 }] }]] as never)).not.toMatch(/[{}]/);
});
