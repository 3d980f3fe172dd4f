/** Snapshots that somebody wrote, with a digest that fits: what is in them is not believed to have its shape. */
import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { readSnapshot } from '../../src/collect/snapshot/snapshot.ts';

const user = { name: 'root', uid: 0, gid: 0, home: '/root' };
const header = { pretrip: 'snapshot/1', kind: 'local', name: 'edge01', takenAt: '2026-05-01T00:00:00Z', user, tool: '1' };
const honest = { ask: { do: 'read', path: '/etc/os-release' }, answer: { is: 'got', value: { text: 'ID=debian\n' } } };

function forged(records: readonly unknown[], first: unknown = header, end?: unknown): Uint8Array {
  const lines = records.map((r) => JSON.stringify(r));
  const hash = createHash('sha256');
  for (const line of [JSON.stringify(first), ...lines]) hash.update(`${line}\n`);
  const last = end ?? { end: { answers: lines.length, digest: `sha256:${hash.digest('hex')}` } };
  return Buffer.from(`${[JSON.stringify(first), ...lines, JSON.stringify(last)].join('\n')}\n`);
}

test('what pretrip writes is read', () => {
  expect(readSnapshot(forged([honest]), 'x').truncated).toBe(false);
});

describe('an answer that is none', () => {
  const { ask } = honest;
  test.each<[string, unknown]>([
    ['no value', { ask, answer: { is: 'got' } }],
    ['a number', { ask, answer: { is: 'got', value: 7 } }],
    ['null', { ask, answer: { is: 'got', value: null } }],
    ['the value of another question', { ask, answer: { is: 'got', value: ['os-release'] } }],
    ['another word than got, absent, blocked', { ask, answer: { is: 'fine' } }],
    ['blocked for no reason', { ask, answer: { is: 'blocked' } }],
    ['blocked for a reason that JavaScript knows', { ask, answer: { is: 'blocked', why: 'constructor' } }],
    ['a question that does not exist', { ask: { do: 'write', path: '/etc/passwd' }, answer: { is: 'absent' } }],
    ['a question without its path', { ask: { do: 'read' }, answer: { is: 'absent' } }],
    ['a program without words', { ask: { do: 'run', argv: 'podman info' }, answer: { is: 'absent' } }],
    ['a listing of numbers', { ask: { do: 'list', path: '/' }, answer: { is: 'got', value: [1] } }],
    [
      'an inode of a strange type',
      { ask: { do: 'stat', path: '/' }, answer: { is: 'got', value: { type: 'constructor', mode: 1, uid: 0, gid: 0, size: 0, mtime: 0 } } },
    ],
    [
      'a link that ends in nothing known',
      { ask: { do: 'stat', path: '/' }, answer: { is: 'got', value: { type: 'link', mode: 511, uid: 0, gid: 0, size: 0, mtime: 0, target: 'x', real: {} } } },
    ],
    [
      'headers that are no text',
      { ask: { do: 'get', socket: '/s', path: '/' }, answer: { is: 'got', value: { status: 200, headers: { server: {} }, body: '' } } },
    ],
    ['a list instead of a record', [ask, { is: 'absent' }]],
  ])('%s', (_, record) => {
    expect(() => readSnapshot(forged([honest, record]), 'x')).toThrow(/x:3: this line holds no question with an answer/);
  });
});

describe('a header that is none', () => {
  test.each<[string, unknown]>([
    ['no name', { ...header, name: undefined }],
    ['a kind that is a number', { ...header, kind: 5 }],
    ['a time that is none', { ...header, takenAt: 'yesterday' }],
    ['a user without a uid', { ...header, user: { home: '/root' } }],
    ['a uid that is text', { ...header, user: { ...user, uid: '0' } }],
    ['a uid below 0', { ...header, user: { ...user, uid: -1 } }],
  ])('%s', (_, first) => {
    expect(() => readSnapshot(forged([honest], first), 'x')).toThrow(/x:1: not a pretrip snapshot/);
  });
});

test('an end record that says nothing is no end', () => {
  expect(() => readSnapshot(forged([honest], header, { end: null }), 'x')).toThrow(/x:3/);
});
