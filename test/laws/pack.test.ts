/** What holds of the pack as a whole, and without which some law would speak of nothing. */
import { expect, test } from 'vitest';
import { everyRule, problems } from './every-rule.ts';
import { readings } from './unusable-files.ts';

test('the shipped rules hold no mistakes', () => {
  expect(problems).toEqual([]);
  expect(everyRule.length).toBeGreaterThan(80);
});

const readers = ['podman.api.service-timeout', 'podman.config.seccomp', 'podman.storage.driver', 'podman.registries.insecure', 'podman.policy.default'];
test.each(readers)('%s reads configuration that can be bad', (id) => {
  const subject = everyRule.find(({ rule }) => rule.id === id);
  expect(subject && readings(subject).length).toBeGreaterThan(0);
});
