/** Unknown verdicts that share what is to be done are told once; none is lost. */
import { expect, it } from 'vitest';
import { alike, obstacleBlock } from '../../src/report/table/alike.ts';
import { palette } from '../../src/report/table/palette.ts';
import type { Verdict } from '../../src/verdicts/report.ts';

const verdict = (rule: string, next: string, severity: Verdict['severity'] = 'low'): Verdict => ({
  rule,
  outcome: 'unknown',
  severity,
  message: `${rule} is not known`,
  evidence: [{ truth: 'unknown', said: 'x', where: [{ path: `/root/${rule}` }] }],
  next,
});
const denied = ['a', 'b', 'c', 'd'].map((r) => verdict(r, `inspect as root or as the owner: /root/${r} may not be read by this account`));

it('groups by what is to be done, whatever the place', () => {
  const { obstacles, rest } = alike([...denied, verdict('e', 'name what is meant'), verdict('f', 'inspect as root or as the owner: /x', 'critical')]);
  expect(obstacles.map((o) => [o.step, o.verdicts.length, o.severity])).toEqual([['inspect as root or as the owner', 5, 'critical']]);
  expect(rest.map((v) => v.rule)).toEqual(['e']);
});

it('leaves a few as they are', () => {
  const three = denied.slice(0, 3);
  expect(alike(three)).toEqual({ obstacles: [], rest: three });
});

it('names every rule, within the width', () => {
  const [obstacle] = alike(denied).obstacles;
  const lines = obstacle ? obstacleBlock(obstacle, { width: 40, paint: palette(false) }) : [];
  expect(lines.join('\n')).toContain('a, b, c, d');
  expect(lines.slice(0, 2)).toEqual(['UNKNOWN  low  4 verdicts of 4 rules, for', '              one reason']);
  for (const line of lines) expect(line.length).toBeLessThanOrEqual(40);
});
