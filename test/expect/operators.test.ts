import { describe, expect, test } from 'vitest';
import { type Argument, operators, same, standsMasked } from '../../src/expect/operators.ts';
import type { Json } from '../../src/facts/fact.ts';
import { compareReleases } from '../../src/facts/text/version.ts';
import { fc } from '../property.ts';

describe('operators', () => {
  const table: [string, Json, Json, boolean][] = [
    ['equals', 'a', 'a', true],
    ['equals', 1, '1', false],
    ['equals', ['a', 'b'], ['a', 'b'], true],
    ['equals', ['a', 'b'], ['b', 'a'], false],
    ['equals', 0o600, '0600', true],
    ['equals', 600, '0600', false],
    ['oneOf', 'b', ['a', 'b'], true],
    ['oneOf', 'c', ['a', 'b'], false],
    ['contains', ['a', 'b'], ['a'], true],
    ['contains', ['a'], ['a', 'b'], false],
    ['contains', 'haystack', 'hay', true],
    ['contains', 7, '7', false],
    ['excludes', ['a'], ['b'], true],
    ['excludes', ['a'], ['a', 'b'], false],
    ['excludes', 7, '7', false],
    ['only', ['a'], ['a', 'b'], true],
    ['only', [], ['a'], true],
    ['only', ['c'], ['a'], false],
    ['only', 'a', ['a'], false],
    ['matches', 'abc', '^a', true],
    ['matches', 'abc', 'z', false],
    ['matches', 5, '5', false],
    ['atLeast', '10.0', '4', true],
    ['atLeast', '4.9.4-rhel', '4.9', true],
    ['atLeast', 'v1.34.2+k3s1', '1.34', true],
    ['atLeast', '1.30.0-rc1', '1.30', true],
    ['atLeast', 'garbage', '4', false],
    ['atLeast', 65536, 65536, true],
    ['above', 65536, 65536, false],
    ['below', '3.0.1', '4', true],
    ['atMost', ['a', 'b'], 2, true],
    ['noMoreThan', 0o400, '0600', true],
    ['noMoreThan', 0o640, '0600', false],
    ['noMoreThan', 0o4600, '0600', false],
    ['noMoreThan', '0600', '0600', true],
    ['noMoreThan', '0640', '0600', false],
  ];
  test.each(table)('%s %j %j', (name, actual, wanted, holds) => {
    expect(operators[name]?.holds(actual, wanted)).toBe(holds);
  });
});

describe('what stands although an element of a list was masked', () => {
  const item = fc.oneof(fc.constantFrom<Json>('a', 'b', 7, true, '0600', '1.2', ['a']), fc.string({ maxLength: 2 }));
  const list = fc.array(item, { maxLength: 4 });
  const wanted: Readonly<Record<Argument, fc.Arbitrary<Json>>> = {
    any: list,
    choices: fc.array(fc.oneof(list, item), { minLength: 1, maxLength: 3 }),
    list: fc.array(item, { minLength: 1, maxLength: 4 }),
    'scalar-or-list': fc.oneof(item, fc.array(item, { minLength: 1, maxLength: 3 })),
    pattern: fc.constantFrom('a', '.*'),
    ordered: fc.oneof(fc.nat(5), fc.constantFrom<Json>('1', '2.0')),
    mode: fc.constantFrom('0600', '0777'),
    boolean: fc.boolean(),
  };
  test.each(Object.keys(operators))('%s: whatever stood there', (name) => {
    const operator = operators[name]!;
    let stands = 0;
    fc.assert(
      fc.property(list, item, list, wanted[operator.argument], (before, secret, after, w) => {
        const truth = operator.holds([...before, '<redacted>', ...after], w);
        if (!standsMasked(operator, [...before, '<redacted>', ...after], truth)) return;
        stands++;
        expect(operator.holds([...before, secret, ...after], w)).toBe(truth);
      }),
      { numRuns: 300 },
    );
    // The others could come out either way: nothing of them stands.
    expect(stands > 0).toBe(['contains', 'excludes', 'atLeast', 'atMost', 'above', 'below', 'present'].includes(name));
  });

  test('text of one line is compared as a whole; of several, but by equality, as it stands', () => {
    for (const [name, operator] of Object.entries(operators)) {
      expect(standsMasked(operator, 'a <redacted>', true), name).toBe(name === 'present');
      expect(standsMasked(operator, 'a\n<redacted>\n', true), name).toBe(name !== 'equals' && name !== 'oneOf');
      expect(standsMasked(operator, { a: '<redacted>' }, true), name).toBe(name === 'present');
    }
  });
});

test('one operator asks about an unset value; nothing at all is wanted in two ways', () => {
  expect(Object.keys(operators).filter((name) => operators[name]?.ofUnset)).toEqual(['present']);
  const list = { type: 'list', of: { type: 'string', describe: '' }, describe: '' } as const;
  const none = (wanted: Json): string[] => Object.keys(operators).filter((name) => operators[name]?.wantsNone?.(wanted, list));
  expect([none([]), none(0), none(['a']), none(1)]).toEqual([['equals'], ['atMost'], [], []]);
});

test('version order is antisymmetric and ignores suffixes', () => {
  const version = fc.array(fc.nat(40), { minLength: 1, maxLength: 4 }).map((parts) => parts.join('.'));
  fc.assert(
    fc.property(version, version, (a, b) => Math.sign(compareReleases(a, b) ?? 9) === -Math.sign(compareReleases(b, a) ?? 9) || compareReleases(a, b) === 0),
  );
  fc.assert(fc.property(version, (a) => compareReleases(`v${a}+ds1-2`, a) === 0));
});

test('equality is reflexive over all JSON', () => {
  fc.assert(fc.property(fc.jsonValue(), (v) => same(v as Json, JSON.parse(JSON.stringify(v)) as Json)));
});
