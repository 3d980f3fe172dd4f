import { expect, test } from 'vitest';
import { advice } from '../../src/evaluate/advice.ts';
import type { Unknown } from '../../src/facts/fact.ts';

const open = (why: Unknown['why'], path = '/etc/x', next?: string): Unknown => ({
  is: 'unknown',
  why,
  said: 'it is so',
  where: [{ path }],
  ...(next === undefined ? {} : { next }),
});

test.each<readonly [readonly Unknown[], boolean, string]>([
  [[open('failed')], true, 'find out why /etc/x cannot be read, then scan again'],
  [[open('failed', 'command:uname -m')], true, 'find out why uname -m fails, then scan again'],
  [[open('unparsable')], true, 'fix /etc/x, then scan again'],
  [[open('unparsable', 'command:df -Pkl')], true, 'look at what df -Pkl prints, then scan again'],
  [[open('ambiguous')], true, 'settle by hand what the evidence leaves open'],
  [[open('ambiguous')], false, 'settle by hand what the evidence leaves open, or scan the running host'],
  [[open('unsupported', '/run/x', 'run podman ps as ann, then scan again')], true, 'run podman ps as ann, then scan again'],
  [
    [open('failed'), open('failed', '/etc/y'), open('ambiguous')],
    true,
    'find out why /etc/x cannot be read, then scan again; settle by hand what the evidence leaves open',
  ],
])('%#', (reasons, running, said) => {
  expect(advice(reasons, running)).toBe(said);
});
