/** The table of asks: how each sort is told apart, told of and checked. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import glob from 'fast-glob';
import { describe, expect, test } from 'vitest';
import { packageRoot } from '../../src/cli/paths.ts';
import { fileTypes, whys } from '../../src/facts/answer.ts';
import { type Ask, asks, bareAsk, isAnswerTo, isAsk, isOfDisk, keyOf, lineOf, placeOf, type Sort, saidOf, sorts, wordsOf } from '../../src/facts/asks.ts';
import { fc } from '../property.ts';

const driver = { name: 'driver', uid: 1000, gid: 1000, home: '/home/driver' };

describe('each sort', () => {
  const table: [Ask, { key: string; place: string; line: string; said: string; words: readonly string[] }][] = [
    [
      { do: 'stat', path: '/etc' },
      { key: 'stat /etc', place: '/etc', line: '/etc', said: 'stat /etc', words: ['/etc'] },
    ],
    [
      { do: 'read', path: '/a b' },
      { key: 'read /a b', place: '/a b', line: '/a b', said: 'read /a b', words: ['/a b'] },
    ],
    [
      { do: 'list', path: '/' },
      { key: 'list /', place: '/', line: '/', said: 'list /', words: ['/'] },
    ],
    [
      { do: 'walk', top: '/', names: ['gdb', '*_key'] },
      { key: 'walk / ["gdb","*_key"]', place: '/', line: '/, contents included, file capabilities by getcap', said: 'walk /', words: ['/', 'gdb', '*_key'] },
    ],
    [
      { do: 'packages', of: 'dpkg' },
      { key: 'packages dpkg', place: 'packages:dpkg', line: 'dpkg', said: 'packages of dpkg', words: ['dpkg'] },
    ],
    [
      { do: 'run', argv: ['podman', 'info', 'a b'], user: driver },
      {
        key: 'run driver@["podman","info","a b"]',
        place: 'command:podman info a b',
        line: 'as driver: podman info "a b"',
        said: 'run podman info "a b"',
        words: ['podman', 'info', 'a b'],
      },
    ],
    [
      { do: 'run', argv: ['podman', '--version'] },
      {
        key: 'run ["podman","--version"]',
        place: 'command:podman --version',
        line: 'podman --version',
        said: 'run podman --version',
        words: ['podman', '--version'],
      },
    ],
    [
      { do: 'get', socket: '/run/x.sock', path: '/_ping' },
      {
        key: 'get /run/x.sock /_ping',
        place: 'socket:/run/x.sock',
        line: '/run/x.sock /_ping',
        said: 'get /_ping from /run/x.sock',
        words: ['/run/x.sock', '/_ping'],
      },
    ],
    [
      { do: 'env', name: 'HOME' },
      { key: 'env HOME', place: 'env:HOME', line: 'HOME', said: 'env HOME', words: ['HOME'] },
    ],
  ];
  test.each(table)('%j', (ask, told) => {
    expect({ key: keyOf(ask), place: placeOf(ask), line: lineOf(ask), said: saidOf(ask), words: wordsOf(ask) }).toEqual(told);
  });

  test('is in the table above', () => {
    expect(new Set(table.map(([ask]) => ask.do))).toEqual(new Set(sorts));
  });
});

const path = fc.string({ unit: fc.constantFrom('/', 'a', 'b', ' ', '\n', '"'), minLength: 1, maxLength: 6 });
const user = fc.record({ name: path, uid: fc.nat(), gid: fc.nat(), home: path });
const ask: fc.Arbitrary<Ask> = fc.oneof(
  fc.record({ do: fc.constantFrom('stat' as const, 'read' as const, 'list' as const), path }),
  fc.record({ do: fc.constant('run' as const), argv: fc.array(path, { maxLength: 3 }), user }, { requiredKeys: ['do', 'argv'] }),
  fc.record({ do: fc.constant('walk' as const), top: path, names: fc.array(path, { maxLength: 2 }) }),
  fc.record({ do: fc.constant('packages' as const), of: path }),
  fc.record({ do: fc.constant('get' as const), socket: path, path }),
  fc.record({ do: fc.constant('env' as const), name: path }),
);

test('an ask with a field missing or of another type is none', () => {
  fc.assert(
    fc.property(ask, fc.constantFrom<unknown>(undefined, null, 7, {}, [7]), (own, other) => {
      expect(isAsk(own)).toBe(true);
      expect(isAsk(JSON.parse(JSON.stringify(own)))).toBe(true);
      for (const field of ['do', ...Object.keys(asks[own.do].fields)]) {
        const optional = field === 'user' && other === undefined;
        expect(isAsk({ ...own, [field]: other }), field).toBe(optional);
      }
    }),
  );
  for (const no of [undefined, null, 'stat', [], { do: 'write', path: '/' }, { do: '__proto__', path: '/' }, { do: 'constructor' }])
    expect(isAsk(no)).toBe(false);
});

test('equal keys are equal asks, but for what else an account of that name has', () => {
  const named = (a: Ask): unknown => (a.do === 'run' && a.user ? { ...a, user: a.user.name } : a);
  // A space in a socket's path is the one thing that keys do not tell apart; no host has it.
  const plain = ask.filter((a) => a.do !== 'get' || !a.socket.includes(' '));
  fc.assert(
    fc.property(plain, plain, (a, b) => {
      if (keyOf(a) === keyOf(b)) expect(named(a)).toEqual(named(b));
      else expect(named(a)).not.toEqual(named(b));
    }),
    { numRuns: 2000 },
  );
});

test('the bare ask is the ask', () => {
  fc.assert(
    fc.property(ask, (own) => {
      const more: Ask & { privilege: string; because: string } = { ...own, privilege: 'root', because: 'x' };
      expect(bareAsk(more)).toEqual(own);
    }),
  );
});

test('an answer has the value of its sort of ask', () => {
  const inode = { type: 'file', mode: 0o644, uid: 0, gid: 0, size: 1, mtime: 0 };
  const values: Record<Sort, unknown> = {
    stat: { ...inode, type: 'link', target: 'x', real: { is: 'got', value: { ...inode, path: '/x' } } },
    read: { text: 'x' },
    list: ['a', 'b'],
    walk: {
      inodes: 2,
      found: [{ ...inode, path: '/x', holds: [{ is: 'private-key', form: 'pem', encrypted: true, line: 1 }] }],
      users: [{ id: 0, count: 2, first: ['/'] }],
      groups: [],
      leftOut: [{ path: '/proc', why: 'mount' }],
      leftOutInAll: { mount: 1 },
      unread: { count: 0, first: [] },
    },
    packages: { packages: [{ name: 'a', epoch: '', version: '1', release: '', arch: 'all' }] },
    run: { exit: 1, stdout: '', stderr: '' },
    get: { status: 200, headers: { a: 'b' }, body: '' },
    env: 'x',
  };
  for (const sort of sorts) {
    for (const other of sorts) expect(isAnswerTo(sort, { is: 'got', value: values[other] }), `${sort} ${other}`).toBe(sort === other);
    expect(isAnswerTo(sort, { is: 'absent' })).toBe(true);
    for (const why of whys) expect(isAnswerTo(sort, { is: 'blocked', why })).toBe(true);
    for (const no of [undefined, { is: 'got' }, { is: 'blocked', why: 'tired' }, { is: 'blocked', why: 'denied', said: 7 }, { is: 'lost' }])
      expect(isAnswerTo(sort, no)).toBe(false);
  }
  for (const type of fileTypes) expect(isAnswerTo('stat', { is: 'got', value: { ...inode, type } })).toBe(true);
  for (const wrong of [{ type: 'door' }, { size: -1 }, { uid: 0.5 }, { real: { is: 'got', value: inode } }, { real: { is: 'blocked', why: 'x' } }])
    expect(isAnswerTo('stat', { is: 'got', value: { ...inode, ...wrong } }), JSON.stringify(wrong)).toBe(false);
});

test('a file system answers about its files and packages; only a host that runs answers the others', () => {
  expect(sorts.filter((sort) => isOfDisk({ do: sort }))).toEqual(['stat', 'read', 'list', 'walk', 'packages']);
});

test('places of commands, sockets and variables are spelt in the table alone', () => {
  const files = glob.sync('src/{facts,kinds,plan,expect,evaluate}/**/*.ts', { cwd: packageRoot }).filter((f) => f !== 'src/facts/asks.ts');
  expect(files.length).toBeGreaterThan(200);
  const spelt = files.filter((f) => /['"`](?:command|socket|env):/.test(readFileSync(join(packageRoot, f), 'utf8').replace(/^ *(?:\/\*\*|\*|\/\/).*$/gm, '')));
  expect(spelt).toEqual([]);
});
