/** The sentence of a verdict. */
import { expect, test } from 'vitest';
import { type Piece, told } from '../../src/evaluate/told.ts';
import type { Unknown } from '../../src/facts/fact.ts';

const closed: Unknown = { is: 'unknown', why: 'denied', said: 'permission denied: /etc/x', where: [] };
const gone: Unknown = { is: 'unknown', why: 'not-recorded', said: 'not in the snapshot: /etc/y', where: [] };
const open = (name: string, why: Unknown = closed): Piece => ({ truth: 'unknown', said: `${name}: ${why.said}`, where: [], unknown: why });
const no = (said: string, say?: string): Piece => ({ truth: 'no', said, where: [], ...(say ? { say } : {}) });

test.each<[string, Piece[], string]>([
  ['one', [open('the policy default')], 'the policy default: permission denied: /etc/x.'],
  ['two of one thing', [open('the policy default'), open('the policy docker')], 'the policy default and docker: permission denied: /etc/x.'],
  [
    'three, and one for another reason between them',
    [open('the log driver'), open('podman.socket enabled', gone), open('the log size'), open('the log age')],
    'the log driver, size and age: permission denied: /etc/x; podman.socket enabled: not in the snapshot: /etc/y.',
  ],
  ['nothing in common', [open('a'), open('b c')], 'a and b c: permission denied: /etc/x.'],
  ['the same twice', [open('a b'), open('a b')], 'a b: permission denied: /etc/x.'],
  ['one name that begins another', [open('the file'), open('the file mode')], 'the file and file mode: permission denied: /etc/x.'],
  ['other words than the reason', [{ ...open('x'), said: 'a secret was masked' }], 'a secret was masked.'],
  ['findings stand each for itself', [no('a b is 1', 'wish'), no('a c is 2', 'wish')], 'wish: a b is 1; a c is 2.'],
  ['more than three', [no('1'), no('2'), no('3'), no('4')], '1; 2; 3 (and 1 more).'],
])('%s', (_, pieces, message) => {
  const result = told('', pieces, () => true);
  expect(result.message).toBe(message);
  // Nothing is lost: the evidence still names each.
  expect(result.evidence.map((e) => e.said)).toEqual([...new Set(pieces.map((p) => p.said))]);
});
