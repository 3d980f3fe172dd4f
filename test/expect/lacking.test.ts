/** What a list lacks of what it was to hold. */
import { expect, test } from 'vitest';
import { judgeExpectation } from '../../src/expect/expectation.ts';
import { FactBuilder, type Json } from '../../src/facts/fact.ts';
import { list, record, string } from '../../src/facts/shape.ts';
import type { Expectation, Value } from '../../src/rules/rule.ts';

const shape = record({ names: list(string('a name'), 'names') });
const asked: Expectation = {
  path: ['names'],
  tests: [{ operator: 'contains', value: ['cpu', 'cpuset', 'pids'] }],
  at: { path: 'a.yaml', line: 1 },
} as unknown as Expectation;

test.each<[Json | undefined, string | undefined]>([
  [['pids', 'io'], 'cpu and cpuset'],
  [[], 'cpu, cpuset and pids'],
  [undefined, 'cpu, cpuset and pids'],
  [['cpu', 'cpuset', 'pids'], undefined],
])('%j', (names, lacking) => {
  const fact = new FactBuilder().set('names', names, { path: '/a' }).build();
  const judged = judgeExpectation(asked, fact, shape, 'a', (value: Value) => value as Json);
  expect(judged.words?.().lacking).toBe(lacking);
});
