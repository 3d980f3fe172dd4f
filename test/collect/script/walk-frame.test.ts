/** What a walk of a capture script may claim: read, or refused as a whole. */

import { expect, test } from 'vitest';
import { answersIn } from '../../../src/collect/script/answers.ts';
import { isAnswerTo } from '../../../src/facts/asks.ts';
import { fc } from '../../property.ts';

const answer = (state: string, text: string): unknown => answersIn(['walk', state], Buffer.from(text))?.[0]?.[1];
const head = '/\n["gdb"]\n';

test('rows are read', () => {
  expect(
    answer(
      'got',
      `${head}i 3\nu 0 3\np /\np /a b\ng 0 3\np /\nf 89ed 0 0 5 1700000000 /a b\nf a1ff 0 0 1 1 /gdb\nl /gdb\nt x\nx mount /proc\no mount 1\nr 0\nc /a b\nh 1 token k3s -\n`,
    ),
  ).toEqual({
    is: 'got',
    value: {
      inodes: 3,
      found: [
        { path: '/a b', type: 'file', mode: 0o4755, uid: 0, gid: 0, size: 5, mtime: 1_700_000_000, holds: [{ is: 'token', form: 'k3s', line: 1 }] },
        { path: '/gdb', type: 'link', mode: 0o777, uid: 0, gid: 0, size: 1, mtime: 1, target: 'x' },
      ],
      users: [{ id: 0, count: 3, first: ['/', '/a b'] }],
      groups: [{ id: 0, count: 3, first: ['/'] }],
      leftOut: [{ path: '/proc', why: 'mount' }],
      leftOutInAll: { mount: 1 },
      unread: { count: 0, first: [] },
    },
  });
});

test.each<[string, string]>([
  ['got', head],
  ['got', `${head}i x\n`],
  ['got', `${head}i 1\nq 1\n`],
  ['got', `${head}i 1\nf zz 0 0 1 1 /a\n`],
  ['got', `${head}i 1\nf 81a4 0 0 1 1 a\n`],
  ['got', `${head}i 1\nc /a\nh 1 secret k3s -\n`],
  ['got', `${head}i 1\nx why /a\n`],
  ['got', `${head}i 1`],
  ['got', '/\n{"a": 1}\ni 1\n'],
  ['got', 'relative\n[]\ni 1\n'],
  ['absent', `${head}i 1\n`],
])('%s %j makes no sense', (state, text) => expect(answer(state, text)).toBeUndefined());

test('a refusal says why', () => {
  expect(answer('denied', head)).toMatchObject({ is: 'blocked', why: 'denied' });
  expect(answer('timeout', head)).toMatchObject({ is: 'blocked', why: 'timeout' });
  expect(answer('absent', head)).toEqual({ is: 'absent' });
});

test('whatever is claimed is an answer, or none', () => {
  const row = fc.oneof(
    fc.constantFrom(
      'i 3',
      'f 81a4 0 0 1 1 /a',
      'f 81a4 0 0 1 1 /a\ufffd',
      'u 0 1',
      'p /a',
      'l /a',
      't x',
      'c /a',
      'h 1 token k3s -',
      'x limit /a',
      'o limit 1',
      'r 1',
      'R /a',
      '',
    ),
    fc.string({ maxLength: 12 }),
  );
  fc.assert(
    fc.property(fc.array(row, { maxLength: 8 }), (rows) => {
      const found = answer('got', `${head}${rows.map((r) => `${r}\n`).join('')}`);
      expect(found === undefined || isAnswerTo('walk', found)).toBe(true);
    }),
  );
});
