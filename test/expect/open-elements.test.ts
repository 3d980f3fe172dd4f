/** What is unknown of one element leaves what is known of the others, and is never taken for unset. */
import { expect, test } from 'vitest';
import { judgeExpectation } from '../../src/expect/expectation.ts';
import { FactBuilder, type Json, type Unknown } from '../../src/facts/fact.ts';
import { boolean, list, record, string } from '../../src/facts/shape.ts';
import type { Expectation, Value } from '../../src/rules/rule.ts';

const shape = record({ files: list(record({ open: boolean('others read it'), keys: string('keys') }), 'files') });
const asked: Expectation = {
  path: ['files', '*', 'open'],
  tests: [{ operator: 'equals', value: false }],
  at: { path: 'a.yaml', line: 1 },
} as unknown as Expectation;
const why: Unknown = { is: 'unknown', why: 'denied', said: 'permission denied: /b', where: [{ path: '/b' }] };

test.each<[string, Json, readonly string[], string]>([
  ['another part of it is unknown', [{ open: false }, { open: false }], ['files', '1', 'keys'], 'yes'],
  ['this part of one is unknown', [{ open: false }, {}], ['files', '1', 'open'], 'unknown'],
  ['one of them fails whatever the other is', [{ open: true }, {}], ['files', '1', 'open'], 'no'],
  ['an element is unknown as a whole', [{ open: false }], ['files', '1'], 'unknown'],
  ['all of them are', [{ open: false }], ['files'], 'unknown'],
])('%s', (_, files, gap, truth) => {
  const fact = new FactBuilder().set('files', files, { path: '/a' }).gap(gap, why).build();
  expect(judgeExpectation(asked, fact, shape, 'a', (value: Value) => value as Json).truth).toBe(truth);
});
