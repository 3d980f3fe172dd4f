/** Walks of trees that were made to mislead, to hang or to exhaust: by the disk, and by the capture script. */
import { execFileSync, spawnSync } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, mkdtempSync, openSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { walkDisk } from '../../src/collect/disk/walk.ts';
import { answerFrom, parseRaw } from '../../src/collect/script/raw.ts';
import { captureScript } from '../../src/collect/script/render.ts';
import type { Answer, Ask } from '../../src/facts/ask.ts';
import type { Walk } from '../../src/facts/walk.ts';
import { isThere, type OracleName, oracle } from '../oracles.ts';

const nonce = 'testnonce0123456';
let base = '';
beforeAll(() => {
  base = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'pretrip-wa-'));
});
afterAll(() => rmSync(base, { recursive: true, force: true }));

/** Made once. */
function many(): string {
  const root = join(base, 'many');
  if (existsSync(root)) return root;
  mkdirSync(root);
  for (let n = 0; n < 100_000; n++) closeSync(openSync(join(root, `f${n}`), 'w', 0o600));
  writeFileSync(join(root, 'gdb'), '');
  return root;
}

const byDisk = (top: string): Promise<Answer<Walk>> => walkDisk('', top, ['gdb']);
const byScript = async (argv: readonly string[], top: string): Promise<Answer<Walk>> => {
  const ask: Ask = { do: 'walk', top, names: ['gdb'] };
  const [file, ...rest] = argv as [string, ...string[]];
  const ran = spawnSync(file, rest, { input: captureScript([], { nonce, tool: '0', files: [], traces: [], asks: [ask] }), maxBuffer: 64 * 1024 * 1024 });
  const raw = parseRaw(ran.stdout, nonce);
  expect(raw.problem).toBeUndefined();
  return answerFrom(raw.answers, ask) as Answer<Walk>;
};
const ways: readonly (readonly [string, readonly OracleName[], (top: string) => Promise<Answer<Walk>>])[] = [
  ['the disk', [], byDisk],
  ['dash', ['dash'], (top) => byScript(['dash'], top)],
  ['BusyBox', ['busybox'], (top) => byScript(['busybox', 'ash'], top)],
];

describe.each(ways)('by %s', (name, needs, walk) => {
  const top = (what: string): string => {
    const made = join(base, `${what}-${name.replace(' ', '-')}`);
    mkdirSync(made);
    return made;
  };

  test('links in rings, sockets, FIFOs and devices', oracle(...needs), async () => {
    const root = top('kinds');
    symlinkSync('.', join(root, 'gdb'));
    symlinkSync('b', join(root, 'a'));
    symlinkSync('a', join(root, 'b'));
    symlinkSync('/', join(root, 'out'));
    execFileSync('mkfifo', ['-m', '666', join(root, 'fifo')]);
    if (isThere('root')) execFileSync('mknod', ['-m', '666', join(root, 'zero'), 'c', '1', '5']);
    const server = createServer().listen(join(root, 'sock'));
    await new Promise((listening) => server.once('listening', listening));
    const answer = await walk(root);
    server.close();
    expect(answer).toMatchObject({ is: 'got', value: { inodes: isThere('root') ? 8 : 7, leftOut: [], unread: { count: 0 } } });
    expect(answer.is === 'got' && answer.value.found.map((f) => [f.path.slice(root.length), f.type, f.target])).toEqual([
      ['/fifo', 'fifo', undefined],
      ['/gdb', 'link', '.'],
      ...(isThere('root') ? [['/zero', 'char', undefined]] : []),
    ]);
  });

  test('100,000 files in one directory', { ...oracle(...needs), timeout: 240_000 }, async () => {
    const root = many();
    const answer = await walk(root);
    expect(answer).toMatchObject({ is: 'got', value: { inodes: 100_002, found: [{ path: join(root, 'gdb') }], leftOut: [] } });
  });

  test('names that would be options, patterns, colours or lines', oracle(...needs), async () => {
    const root = top('names');
    const names = [
      '-delete',
      '--',
      '*',
      '$(touch x)',
      '`x`',
      "a'b",
      'a"b',
      '\u001b[2J',
      '\u001b]0;x\u0007',
      '%s%n',
      'x\\ny',
      ' lead',
      'trail ',
      '\r',
      '=~',
      'ä',
      '日本',
    ];
    for (const name of names) writeFileSync(join(root, name), 'x', { mode: 0o600 });
    execFileSync('chmod', ['602', ...names.map((n) => join(root, n))]);
    const answer = await walk(root);
    expect(answer.is === 'got' && answer.value.found.map((f) => f.path.slice(root.length + 1)).sort()).toEqual(names.toSorted());
  });

  test('a name that is no text leaves nothing out in silence', oracle(...needs), async () => {
    const root = top('bytes');
    writeFileSync(Buffer.concat([Buffer.from(`${root}/a`), Buffer.from([0xff])]), 'x');
    execFileSync('chmod', ['-R', '777', root]);
    const answer = await walk(root);
    expect(answer).toMatchObject({ is: 'got', value: { leftOutInAll: { name: 1 } } });
    expect(answer.is === 'got' && answer.value.found.map((f) => f.path)).toEqual([root]);
  });
});
