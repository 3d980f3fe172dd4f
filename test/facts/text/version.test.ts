import { expect, test } from 'vitest';
import { compareReleases, releaseOf, since } from '../../../src/facts/text/version.ts';
import { fc } from '../../property.ts';

test.each<[string, string, number | undefined]>([
  ['10', '9.4', 1],
  ['10.0', '4', 1],
  ['4.9.4-rhel', '4.9.4', 0],
  ['v1.34.2+k3s1', '1.34.2', 0],
  ['6.1.0-28-amd64', '6.1', 0],
  ['5.4.2+ds1-2', '5.4.10', -1],
  ['1.30.0-rc1', '1.30.0', 0],
  ['1.30.0-rc1', '1.29.9', 1],
  ['1.2', '1.2.0', 0],
  [' 5.4 ', '5.4', 0],
  ['garbage', '4', undefined],
  ['4', '', undefined],
])('%j against %j', (a, b, sign) => {
  const found = compareReleases(a, b);
  expect(found === undefined ? undefined : Math.sign(found)).toBe(sign);
});

test.each([
  ['5.13.0-rc1', '5.13', true],
  ['5.12.19', '5.13', false],
  ['v5', '5.0', true],
  ['5.4.2', '5.4', true],
  ['5.4', '5.4.2', false],
])('%s since %s is %s', (version, than, expected) => expect(since(releaseOf(version) ?? { numbers: [], said: '' }, than)).toBe(expected));

test('the order is one, and what comes after the numbers does not count', () => {
  const version = fc.array(fc.nat(40), { minLength: 1, maxLength: 4 }).map((parts) => parts.join('.'));
  fc.assert(
    fc.property(version, version, version, (a, b, c) => {
      const sign = (x: string, y: string): number => Math.sign(compareReleases(x, y) ?? Number.NaN);
      expect(sign(a, b)).toBe(0 - sign(b, a));
      if (sign(a, b) >= 0 && sign(b, c) >= 0) expect(sign(a, c)).toBeGreaterThanOrEqual(0);
    }),
  );
  fc.assert(fc.property(version, (a) => compareReleases(`v${a}+ds1-2`, a) === 0));
});
