/** What a run compiled is kept for the next one, and nobody else's code is run. */
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { pretrip } from './run.ts';

const uid = process.getuid?.() ?? 0;
const temporary = (): string => realpathSync(mkdtempSync(join(tmpdir(), 'pretrip-')));
const directoryIn = (at: string): string => join(at, `pretrip-code-${uid}`);
const list = (at: string) => pretrip(['rules', 'list'], { env: { TMPDIR: at } });

/** The first line of the only file there. */
function head(at: string): { runs: number } {
  const [name, ...others] = readdirSync(directoryIn(at));
  expect(others).toEqual([]);
  const text = readFileSync(join(directoryIn(at), name ?? ''), 'latin1');
  return JSON.parse(text.slice(0, text.indexOf('\n'))) as { runs: number };
}

test('the first runs of a command add to what is kept, and all say the same', async () => {
  const at = temporary();
  const ran = [];
  for (let run = 0; run < 6; run++) ran.push(await list(at));
  expect(new Set(ran.map(({ status, out }) => `${status} ${out}`)).size).toBe(1);
  expect(head(at).runs).toBe(4);
});

test('a word that is no command leaves nothing behind', async () => {
  const at = temporary();
  expect(await pretrip(['scna'], { env: { TMPDIR: at } })).toMatchObject({ status: 2 });
  expect(readdirSync(directoryIn(at))).toEqual([]);
});

test('what was damaged is made anew', async () => {
  const at = temporary();
  const { out } = await list(at);
  const [name = ''] = readdirSync(directoryIn(at));
  const file = join(directoryIn(at), name);
  writeFileSync(file, readFileSync(file).subarray(0, 5000));
  expect(await list(at)).toMatchObject({ status: 0, out });
  expect(head(at).runs).toBe(1);
});

test('a directory in which others may write is left alone', async () => {
  const at = temporary();
  mkdirSync(directoryIn(at));
  chmodSync(directoryIn(at), 0o777);
  expect(await list(at)).toMatchObject({ status: 0 });
  expect(readdirSync(directoryIn(at))).toEqual([]);
});

test('nothing is kept where Node is told to keep no code, or nothing can be', async () => {
  const at = temporary();
  await pretrip(['rules', 'list'], { env: { TMPDIR: at, NODE_DISABLE_COMPILE_CACHE: '1' } });
  expect(readdirSync(at)).toEqual([]);
  expect(await list(join(at, 'not-there'))).toMatchObject({ status: 0 });
});
