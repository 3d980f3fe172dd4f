/** What the shipped rules say on their cases is English for people (docs/sentences.md is the page of it). */
import { expect, test } from 'vitest';
import { faultsOf, type Said, sentencesOf, usualLetters } from '../../src/build/sentences.ts';
import { everyRule } from './every-rule.ts';

const all = sentencesOf();
const fails = all.filter(({ outcome }) => outcome === 'fail');

test('sentences hold no name of our own, no bare value, and are not too long', () => {
  expect(all.length).toBeGreaterThan(1000);
  expect(all.flatMap((said) => faultsOf(said).map((fault) => `${said.at}: ${fault}: ${said.message}`))).toEqual([]);
});

test(`nine of ten failures are at most ${usualLetters} letters`, () => {
  const long = fails.filter(({ message }) => message.length > usualLetters);
  expect(long.length / fails.length).toBeLessThanOrEqual(0.1);
});

test('every rule says what is so when it fails', () => {
  expect(everyRule.filter(({ rule }) => rule.failing === undefined).map(({ rule }) => rule.id)).toEqual([]);
});

test.each<[string, string]>([
  ['docker.sock serves is nobody, wanted podman.', '"wanted"'],
  ['delegation effective is {cpu, memory}.', 'braces'],
  ['user-units enabledBy is podman.', '"enabledBy" is a name of our own'],
  ['lingering granted is false.', 'a bare yes or no'],
  ['the link is gone.', 'it opens without a capital'],
])('a fault is found: %s', (message, fault) => {
  const said: Said = { rule: 'a.b', outcome: 'fail', message, at: '', host: '{}' };
  expect(faultsOf(said)).toContain(fault);
});
