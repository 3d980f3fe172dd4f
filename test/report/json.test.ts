import { describe, expect, test } from 'vitest';
import { textOf } from '../../src/report/format.ts';
import * as formats from '../../src/report/formats.ts';
import type { Style } from '../../src/report/style.ts';
import type { Report } from '../../src/verdicts/report.ts';
import { fc } from '../property.ts';
import { everyChoice, everyFormat, rendering } from './every-format.ts';
import { report } from './random.ts';
import { sample, style } from './sample.ts';
import { againstReportSchema } from './validators.ts';

const json = rendering(formats.json);

const everyStyle: readonly Style[] = [
  style,
  { ...style, colour: true, width: 60, failOn: 'never' },
  { ...style, width: 200, show: ['pass', 'fail', 'unknown', 'not-applicable'] },
];

describe('the JSON report', () => {
  test('satisfies its published schema', () => {
    expect(againstReportSchema(JSON.parse(json(sample, style)))).toEqual([]);
    fc.assert(
      fc.property(report, (any) => {
        expect(againstReportSchema(JSON.parse(json(any, style)))).toEqual([]);
      }),
      { numRuns: 50 },
    );
  });

  test.each<[string, (r: Report) => unknown]>([
    ['an outcome of its own', (r) => ({ ...r, verdicts: [{ ...r.verdicts[0], outcome: 'warn' }] })],
    ['a remedy for a pass', (r) => ({ ...r, verdicts: [{ ...r.verdicts[0], outcome: 'pass' }] })],
    ['what to do next for a failure', (r) => ({ ...r, verdicts: [{ ...r.verdicts[0], next: 'x' }] })],
    ['a line 0', (r) => ({ ...r, verdicts: [{ ...r.verdicts[0], evidence: [{ truth: 'no', said: '', where: [{ path: '/', line: 0 }] }] }] })],
    ['a step with two verbs', (r) => ({ ...r, rules: [{ ...r.rules[0], remedy: [{ manual: 'x', remove: '/y' }] }] })],
    ['a time without its zone', (r) => ({ ...r, target: { ...r.target, takenAt: '2026-11-22T09:00:00' } })],
    ['another format', (r) => ({ ...r, format: 'pretrip-report/2' })],
    ['a key nobody knows', (r) => ({ ...r, green: true })],
  ])('the schema refuses %s', (_, change) => {
    expect(againstReportSchema(JSON.parse(JSON.stringify(change(sample))))).not.toEqual([]);
  });

  test('the order of keys does not change a byte', () => {
    expect(json(backwards(sample) as Report, style)).toBe(json(sample, style));
    expect(json(sample, style).endsWith('}\n')).toBe(true);
  });

  test('a key __proto__ stays a key', () => {
    const params = JSON.parse('{"__proto__": {"polluted": 1}}') as Report['params'];
    expect(json({ ...sample, params }, style)).toContain('"__proto__": {');
  });
});

test('reports are functions: the saved report renders as the first did, in every format', () => {
  const renders = (r: Report): string[] =>
    everyFormat.flatMap(([, format]) => everyChoice(format).flatMap((choices) => everyStyle.map((as) => textOf(format, r, as, choices))));
  expect(renders(JSON.parse(json(sample, style)) as Report)).toEqual(renders(sample));
  fc.assert(
    fc.property(report, (any) => {
      expect(renders(JSON.parse(json(any, style)) as Report)).toEqual(renders(any));
    }),
    { numRuns: 40 },
  );
});

function backwards(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(backwards);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toReversed()
      .map(([key, inner]) => [key, backwards(inner)]),
  );
}
