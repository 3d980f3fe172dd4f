/** A target may cost only so much in all: what is beyond is unknown, and says so. */
import { closeSync, ftruncateSync, mkdirSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { within } from '../../src/collect/budget.ts';
import { local } from '../../src/collect/targets/local.ts';
import { rootDirectory } from '../../src/collect/targets/root-directory.ts';
import type { AnyAnswer, Ask, Target } from '../../src/facts/ask.ts';

let dir = '';
const sparse = (path: string, size: number): void => {
  const file = openSync(path, 'w');
  ftruncateSync(file, size);
  closeSync(file);
};
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'pretrip-budget-'));
  mkdirSync(join(dir, 'etc'));
  for (let n = 0; n < 40; n++) sparse(join(dir, `etc/sparse${n}`), 8 * 1024 * 1024);
  for (let n = 0; n < 40; n++) writeFileSync(join(dir, `etc/text${n}`), 'x'.repeat(100_000));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const reads = (prefix: string, name: string): Ask[] => Array.from({ length: 40 }, (_, n) => ({ do: 'read', path: `${prefix}/etc/${name}${n}` }));
const reasons = (answers: readonly AnyAnswer[]): string[] => answers.flatMap((a) => (a.is === 'blocked' ? [`${a.why}: ${a.said}`] : []));

describe.each<[string, () => readonly [Target, string]]>([
  ['this host', () => [local(), dir]],
  ['a root directory', () => [rootDirectory(dir), '']],
])('%s', (_, at) => {
  test('files of zero bytes are binary after their first kilobytes', async () => {
    const [target, prefix] = at();
    const before = process.memoryUsage().arrayBuffers;
    const answers = await within(target, { bytes: 1e9, names: 1e6, seconds: 60 }, false).answer(reads(prefix, 'sparse'));
    expect(new Set(reasons(answers))).toEqual(new Set(['not-text: a binary file']));
    expect(answers).toHaveLength(40);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(64 * 1024 * 1024);
  });

  test('a small file with a zero byte is read', async () => {
    writeFileSync(join(dir, 'etc/small'), 'a\0b');
    const [target, prefix] = at();
    expect(await target.answer([{ do: 'read', path: `${prefix}/etc/small` }])).toEqual([{ is: 'got', value: { text: 'a\0b' } }]);
  });

  test('bytes in all', async () => {
    const [target, prefix] = at();
    const answers = await within(target, { bytes: 1_000_000, names: 1e6, seconds: 60 }, false).answer(reads(prefix, 'text'));
    expect(answers.filter((a) => a.is === 'got').length).toBeLessThan(33);
    expect(answers.filter((a) => a.is === 'got').length).toBeGreaterThan(9);
    expect([...new Set(reasons(answers))]).toEqual(['too-large: all answers together have 1000000 bytes already, the most that is taken from one target']);
  });

  test('names in all', async () => {
    const [target, prefix] = at();
    const budgeted = within(target, { bytes: 1e9, names: 50, seconds: 60 }, false);
    const list: Ask = { do: 'list', path: `${prefix}/etc` };
    expect((await budgeted.answer([list]))[0]?.is).toBe('got');
    expect((await budgeted.answer([list]))[0]).toMatchObject({ is: 'blocked', why: 'too-large', said: expect.stringMatching(/50 names already/) });
  });

  test('time in all', async () => {
    const [target, prefix] = at();
    const budgeted = within(target, { bytes: 1e9, names: 1e9, seconds: -1 }, false);
    expect(reasons(await budgeted.answer([{ do: 'list', path: `${prefix}/etc` }]))[0]).toMatch(/has taken -1 s already/);
  });
});

test('a hundred thousand names are too many for one directory, and told', async () => {
  const many = join(dir, 'many');
  mkdirSync(many);
  for (let n = 0; n < 21_000; n++) closeSync(openSync(join(many, `n${n}`), 'w'));
  for (const target of [local(), rootDirectory('/')])
    expect(await target.answer([{ do: 'list', path: many }])).toMatchObject([{ is: 'blocked', why: 'too-large' }]);
}, 60_000);
