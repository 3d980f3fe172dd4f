/** How the remedies of the shipped rules are shown to heal: fewer and fewer may be left to a person. */
import { expect, test } from 'vitest';
import { checkPack } from '../../src/cli/check-pack.ts';
import { shippedRules } from '../../src/cli/paths.ts';
import { everyRule } from './every-rule.ts';

const proofs = checkPack(shippedRules, []).proofs();
/** Families that came last: more of their remedies are still left to a person than shall be. */
const younger = /^(?:cis|crio|host|k3s|lsm|suse|vehicle)\./;
const manual = [...proofs].flatMap(([rule, proof]) => (proof === 'manual' ? [rule] : []));
const left = manual.filter((rule) => !younger.test(rule));

test('every rule has a remedy', () => {
  expect([...proofs].filter(([, proof]) => proof === 'none')).toEqual([]);
});

// These numbers may only fall.
test('remedies that are left to a person', () => {
  expect(left.length).toBeLessThanOrEqual(7);
  const grave = everyRule.filter(({ rule }) => left.includes(rule.id) && (rule.severity === 'critical' || rule.severity === 'high'));
  expect(grave.length).toBeLessThanOrEqual(1);
  expect(manual.length).toBeLessThanOrEqual(58);
});

test('remedies that heal a failing case by their files alone', () => {
  expect([...proofs.values()].filter((proof) => proof === 'overlay').length).toBeGreaterThanOrEqual(325);
});
