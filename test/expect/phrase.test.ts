/** Sentences with slots. */
import { expect, test } from 'vitest';
import { asSentence, capital, fillPhrase, listed, phraseOf, type Slot, slotValue, valueText } from '../../src/expect/phrase.ts';
import { list, map, mode, string } from '../../src/facts/shape.ts';

test('slots are read, and what is none is named', () => {
  expect(phraseOf('{who} has {subgid.count} of {param.ids} for {each.name}: {podman-version: version}, {*}').phrase).toEqual([
    { is: 'word', word: 'who' },
    ' has ',
    { is: 'field', path: ['subgid', 'count'] },
    ' of ',
    { is: 'param', name: 'ids' },
    ' for ',
    { is: 'each', name: 'name' },
    ': ',
    { is: 'field', kind: 'podman-version', path: ['version'] },
    ', ',
    { is: 'word', word: '*' },
  ]);
  expect(phraseOf('a {} and a { that stays open').wrong).toEqual(['{}', ' and a { that stays open']);
});

test('a sentence whose slot has no value is not said', () => {
  expect(fillPhrase('{who} may not linger', () => 'driver')).toBe('driver may not linger');
  expect(fillPhrase('{who} may not linger', () => undefined)).toBeUndefined();
});

test.each([
  ['text', 'crun', string(''), 'crun'],
  ['many lines', 'a\n  b', string(''), 'a b'],
  ['bits', 0o644, mode(''), '0644'],
  ['nothing', '', string(''), undefined],
  ['an empty list', [], list(string(''), ''), undefined],
  ['one', ['cpu'], list(string(''), ''), 'cpu'],
  ['three', ['cpu', 'memory', 'pids'], list(string(''), ''), 'cpu, memory and pids'],
  ['five', ['1', '2', '3', '4', '5'], list(string(''), ''), '1, 2, 3, 4 and 5'],
  ['six', ['1', '2', '3', '4', '5', '6'], list(string(''), ''), '1, 2, 3, 4 and 2 more'],
  ['long ones', ['a', 'b', 'c'].map((x) => x.repeat(60)), list(string(''), ''), `${'a'.repeat(60)}, ${'b'.repeat(60)} and 1 more`],
  ['the keys of a map', { a: '1', b: '2' }, map(string(''), ''), 'a and b'],
])('%s', (_, value, shape, text) => {
  expect(valueText(value, shape)).toBe(text);
});

test('long text keeps its beginning and its end', () => {
  const text = valueText(`/home/${'x'.repeat(300)}/containers.conf`) ?? '';
  expect(text).toMatch(/^\/home\/x+…x+\/containers\.conf$/);
  expect(text.length).toBe(160);
});

test('a plain word opens with a capital; names and paths stay as they are', () => {
  expect(capital('the link is gone', 'the link is gone')).toBe('The link is gone');
  expect(capital('/etc/subgid is empty', '/etc/subgid is empty')).toBe('/etc/subgid is empty');
  expect(capital('podman.socket is masked', 'podman.socket is masked')).toBe('podman.socket is masked');
  expect(capital('{who} may not linger', 'driver may not linger')).toBe('driver may not linger');
  expect(asSentence('The link is gone')).toBe('The link is gone.');
  expect(listed([])).toBe('');
});

test('a slot may ask for a unit, or for the word that goes with a number', () => {
  const slot = (text: string): Slot => phraseOf(text).phrase[0] as Slot;
  expect(slotValue(slot('{memory as bytes}'), 2_040_109_466)).toBe('1.9 GiB');
  expect(slotValue(slot('{memory as bytes}'), 536_870_912)).toBe('512 MiB');
  expect(slotValue(slot('{memory as bytes}'), 12)).toBe('12 bytes');
  expect(slotValue(slot('{cpus ? processor | processors}'), 1)).toBe('processor');
  expect(slotValue(slot('{cpus ? processor | processors}'), 4)).toBe('processors');
  expect(slotValue(slot('{set ? is | are}'), ['a'])).toBe('is');
  expect(slotValue(slot('{set ? is | are}'), ['a', 'b'])).toBe('are');
  expect(slotValue(slot('{set ? is | are}'), undefined)).toBeUndefined();
});
