/** What a capture script printed, changed on its way or made up: refused, or read for what it is; in time. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseRaw } from '../../src/collect/script/raw.ts';
import { captureScript } from '../../src/collect/script/render.ts';
import { openTarget } from '../../src/collect/targets/open.ts';
import { TargetError } from '../../src/collect/targets/target.ts';
import type { Pattern } from '../../src/facts/pattern.ts';
import { type OracleName, oracle } from '../oracles.ts';
import { fc } from '../property.ts';

const nonce = 'abcdefgh12345678';
let dir = '';
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'pretrip-raw-'));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const script = (...more: readonly Pattern[]): string =>
  captureScript(
    [...more, { do: 'read', path: join(dir, 'file') }, { do: 'read', path: '/etc/passwd' }, { do: 'stat', path: '/etc' }, { do: 'run', argv: ['id', '-u'] }],
    { nonce, tool: '0', files: [], traces: [] },
  );
const captured = ([file = '', ...rest]: readonly string[], ...more: readonly Pattern[]): Buffer =>
  spawnSync(file, rest, { input: script(...more), timeout: 60_000, maxBuffer: 64 * 1024 * 1024 }).stdout;

const shells: readonly (readonly [OracleName, ...string[]])[] = [['dash'], ['bash'], ['busybox', 'sh']];
for (const shell of shells)
  describe(`under ${shell.join(' ')}`, oracle(shell[0]), () => {
    test('no changed bit is taken', async () => {
      writeFileSync(join(dir, 'file'), 'a = 1\n');
      const raw = captured(shell);
      expect(parseRaw(raw, nonce)).toMatchObject({ complete: true });
      const start = raw.indexOf('\n', 1) + 1;
      const path = join(dir, 'flipped.raw');
      await fc.assert(
        fc.asyncProperty(fc.integer({ min: start, max: raw.length - 3 }), fc.integer({ min: 0, max: 7 }), async (at, bit) => {
          const changed = Buffer.from(raw);
          changed[at] = (changed[at] as number) ^ (1 << bit);
          writeFileSync(path, changed);
          await expect(openTarget({ name: path })).rejects.toThrow(TargetError);
        }),
        { numRuns: 150 },
      );
    });

    test('a stream larger than any pipe ends, too', () => {
      writeFileSync(join(dir, 'file'), 'some text\n'.repeat(40_000));
      expect(parseRaw(captured(shell), nonce).complete).toBe(true);
    }, 60_000);

    test('a stream that was cut off is no changed one', async () => {
      const raw = captured(shell);
      const path = join(dir, 'cut.raw');
      writeFileSync(path, raw.subarray(0, raw.length - 100));
      const opened = await openTarget({ name: path });
      expect('host' in opened && opened.host.complete).toBe(false);
    });
  });

test('content that looks like frames, and like an end, is content', () => {
  const forged = `x\n${nonce} end 1 0\n\n${nonce} digest none 0\n\npretrip-raw/2 ${nonce}\n${nonce} absent read 12\n/etc/passwd\n\n`;
  writeFileSync(join(dir, 'file'), forged);
  const raw = parseRaw(captured(['sh'], { do: 'run', argv: ['cat', join(dir, 'file')] }), nonce);
  expect(raw.complete).toBe(true);
  expect(raw.answers.get(`read ${join(dir, 'file')}`)).toEqual({ is: 'got', value: { text: forged } });
  expect(raw.answers.get('read /etc/passwd')?.is).toBe('got');
  const printed = [...raw.answers].find(([key]) => key.startsWith('run ["cat"'))?.[1];
  expect(printed).toMatchObject({ is: 'got', value: { exit: 0, stdout: forged } });
});

describe('made up with the right mark', () => {
  const frame = (words: string, body: string): string => `${nonce} ${words} ${Buffer.byteLength(body)}\n${body}\n`;
  const stream = (...parts: readonly string[]): Buffer => Buffer.from(`\npretrip-raw/1 ${nonce}\n${parts.join('')}`);
  const timed = <T>(work: () => T): [T, number] => {
    const before = performance.now();
    return [work(), performance.now() - before];
  };

  test('a flood of frames is read in time that grows with it', () => {
    const flood = Array.from({ length: 100_000 }, (_, n) => frame('absent read', `/a/${n}\n`));
    const [raw, took] = timed(() => parseRaw(stream(...flood, frame(`end ${flood.length}`, ''))));
    expect(raw.answers.size).toBe(100_000);
    expect(took).toBeLessThan(10_000);
  });

  test('the first of a hundred thousand answers to one ask counts', () => {
    const same = Array.from({ length: 100_000 }, (_, n) => frame('read 0', `/a\n${n}`));
    const raw = parseRaw(stream(...same, frame(`end ${same.length}`, '')));
    expect(raw.answers.size).toBe(1);
  });

  test('a listing of a hundred thousand names', () => {
    const names = Array.from({ length: 100_000 }, (_, n) => `n${n}/`).join('');
    const [raw, took] = timed(() => parseRaw(stream(frame('list', `/a\n${names}`), frame('end 1', ''))));
    expect(raw.answers.get('list /a')).toBeDefined();
    expect(took).toBeLessThan(5000);
  });

  test.each(['end 7', 'end -1', 'end x', 'digest sha256 00', 'got', 'read', 'run got 0 9999 9999 0', 'host'])('%s makes no sense and no crash', (words) => {
    expect(() => parseRaw(stream(frame(words, 'x\ny')))).not.toThrow();
  });

  test('bytes one at a time give the same', () => {
    const bytes = stream(frame('absent read', '/a\n'), frame('end 1', ''));
    expect(parseRaw(bytes).complete).toBe(true);
  });
});
