import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { operators, same } from '../../src/expect/operators.ts';
import type { Json } from '../../src/facts/fact.ts';

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
    ['noMoreThan', '0600', '0600', false],
  ];
  test.each(table)('%s %j %j', (name, actual, wanted, holds) => {
    expect(operators[name]?.holds(actual, wanted)).toBe(holds);
  });
});

test('equality is reflexive over all JSON', () => {
  fc.assert(fc.property(fc.jsonValue(), (v) => same(v as Json, JSON.parse(JSON.stringify(v)) as Json)));
});
