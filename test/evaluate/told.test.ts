/** The sentence of a verdict. */
import { expect, test } from 'vitest';
import { evidenceOf, type Piece, sentences, undecidedFor } from '../../src/evaluate/told.ts';
import type { Unknown } from '../../src/facts/fact.ts';

const closed: Unknown = { is: 'unknown', why: 'denied', said: 'permission denied: /etc/x', where: [] };
const gone: Unknown = { is: 'unknown', why: 'not-recorded', said: 'not in the snapshot: /etc/y', where: [] };
const odd: Unknown = { is: 'unknown', why: 'ambiguous', said: 'which kernel will run is not known', where: [] };

test.each<[string, Unknown[], string]>([
  ['who may not read what', [closed], 'Not decided: driver may not read /etc/x.'],
  ['one reason of several facts', [closed, { ...closed }], 'Not decided: driver may not read /etc/x.'],
  ['two reasons', [closed, gone], 'Not decided: driver may not read /etc/x; the snapshot does not hold /etc/y.'],
  ['more than two', [closed, gone, odd], 'Not decided: driver may not read /etc/x; the snapshot does not hold /etc/y, and 1 more.'],
  [
    'a socket and a command',
    [
      { ...closed, said: 'permission denied: socket:/run/docker.sock' },
      { ...closed, why: 'unsupported', said: 'the version could not be read: cannot be asked of this target: command:podman --version' },
    ],
    'Not decided: driver may not connect to /run/docker.sock; the version could not be read: podman --version cannot be run on this target.',
  ],
  [
    'a path with its reason',
    [{ ...closed, why: 'unsupported', said: 'cannot be asked of this target: /dev/net/tun (only a running host has it)' }],
    'Not decided: /dev/net/tun cannot be looked at on this target: only a running host has it.',
  ],
  ['denied for a reason of its own', [{ ...closed, said: '/proc shows only own processes' }], 'Not decided: /proc shows only own processes.'],
])('undecided: %s', (_, reasons, message) => {
  expect(undecidedFor(reasons, 'driver')).toBe(message);
});

const no = (said: string, told?: string): Piece => ({ truth: 'no', told: () => ({ said, where: [] }), tell: () => told });

test.each<[string, Piece[], string]>([
  ['one', [no('a is 1', 'driver may not linger')], 'driver may not linger.'],
  ['the same of two facts', [no('a is 1', 'the link is gone'), no('b is 1', 'the link is gone')], 'the link is gone.'],
  ['of several things', [no('a', 'a.b does not exist'), no('b', 'a.c does not exist'), no('c', 'a.d does not exist')], 'a.b, a.c and a.d do not exist.'],
  ['two that begin alike', [no('a', 'No log: x is unset'), no('b', 'No log: y is unset'), no('c', 'Z')], 'No log: x is unset; y is unset. Z.'],
  ['two', [no('a', 'One is so'), no('b', 'Two is so')], 'One is so. Two is so.'],
  ['too much for one look', [no('a', 'x '.repeat(80)), no('b', `y ${'z '.repeat(80)}`)], `${'x '.repeat(80)}(and 1 more).`],
  ['nothing is said', [no('a')], 'The title is not so.'],
])('findings: %s', (_, pieces, message) => {
  expect(sentences(pieces, 'The title is not so').replace(/\s+/g, ' ')).toBe(message.replace(/\s+/g, ' '));
  // Nothing is lost: the evidence still names each.
  expect(evidenceOf(pieces, () => true).map((e) => e.said)).toEqual(pieces.map((p) => p.told().said));
});
