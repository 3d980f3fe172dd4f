/** What a person meets after scanning the broken host on an ordinary terminal. */
import { beforeAll, describe, expect, test } from 'vitest';
import { table } from '../../src/report/formats.ts';
import { columns } from '../../src/report/width.ts';
import type { Report } from '../../src/verdicts/report.ts';
import { judged } from '../fixtures/hosts.ts';
import { rendering } from './every-format.ts';
import { style } from './sample.ts';

const page = rendering(table);
let broken: Report;
let healthy: Report;
beforeAll(async () => {
  broken = (await judged('k3d-rootless-broken')).report;
  healthy = (await judged('k3d-rootless-healthy')).report;
});
const lines = (text: string): string[] => text.trimEnd().split('\n');

describe('the broken host at 80 columns', () => {
  test('fits in 120 lines, none wider than the terminal', () => {
    const shown = lines(page(broken, style));
    expect(shown.length).toBeLessThanOrEqual(120);
    for (const line of shown) expect(columns(line)).toBeLessThanOrEqual(80);
  });

  test('the first 24 lines say whether it passes, what is wrong and what to type first', () => {
    const first = lines(page(broken, style)).slice(0, 24);
    const text = first.join('\n');
    expect(first[1]).toMatch(/^NOT READY for .*k3d-rootless/);
    expect(text).toMatch(/^\d+ checks fail: \d+ critical, \d+ high/m);
    expect(text).toMatch(/^ {2}1 {2}root +\S.* closes \d+$/m);
    expect(text).toMatch(/^ *\d+ .* decides \d+$/m);
    expect(text).toMatch(/^── critical ─+\n\S/m);
  });

  test('every failure is named, once', () => {
    const text = page(broken, style);
    for (const { rule } of broken.verdicts.filter((v) => v.outcome === 'fail'))
      expect([rule, text.match(new RegExp(`(?<![\\w.-])${rule.replaceAll('.', '\\.')}(?![\\w.-])`, 'g'))?.length]).toEqual([rule, 1]);
  });

  test('the counts of the summary add up to the last line', () => {
    const counts = lines(page(broken, { ...style, width: 200 })).find((line) => / checks fail: /.test(line)) ?? '';
    const parts = [...counts.matchAll(/(\d+) (?:critical|high|medium|low|info)/g)].map(([, n]) => Number(n));
    expect(parts.reduce((a, b) => a + b, 0)).toBe(broken.summary.fail);
    expect(counts).toMatch(new RegExp(`^${broken.summary.fail} checks fail`));
  });
});

test('a healthy host is ready, and asks for nothing', () => {
  const text = page(healthy, style);
  expect(lines(text)[1]).toMatch(/^READY for .*k3d-rootless/);
  expect(text).not.toContain('What makes the gate pass');
  expect(lines(text).at(-1)).toMatch(/Gate: passed \(0\)$/);
});
