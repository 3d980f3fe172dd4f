/** Where paths lead: the kernel is the oracle. */
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { local } from '../../../src/collect/targets/local.ts';
import { realPaths } from '../../../src/facts/host/real-paths.ts';
import { settleAsync } from '../../../src/facts/settle.ts';
import { fc } from '../../property.ts';

let base = '';
beforeAll(() => {
  base = realpathSync(mkdtempSync(join(tmpdir(), 'pretrip-real-')));
});
afterAll(() => rmSync(base, { recursive: true, force: true }));

const target = local();
const found = async (path: string): Promise<string> => {
  const end = (await settleAsync(realPaths([path]), (asks) => target.answer(asks))).get(path);
  return typeof end === 'string' ? end : (end?.why ?? 'nothing');
};
const truth = (path: string): string | undefined => {
  try {
    // The other form takes `..` away before it looks.
    return realpathSync.native(path);
  } catch {
    return undefined;
  }
};

const name = fc.constantFrom('a', 'b', 'c', 'd');
const step = fc.oneof({ weight: 6, arbitrary: name }, fc.constantFrom('..', '.', ''));
const path = fc.array(step, { minLength: 1, maxLength: 5 }).map((s) => s.join('/'));
const entry = fc.record({ at: fc.array(name, { minLength: 1, maxLength: 3 }), link: fc.option(fc.record({ to: path, absolute: fc.boolean() })) });

test('agrees with the kernel wherever it arrives', async () => {
  let worlds = 0;
  let through = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(entry, { maxLength: 12 }), fc.array(path, { minLength: 1, maxLength: 6 }), async (entries, paths) => {
      const world = join(base, `w${worlds++}`);
      mkdirSync(world);
      for (const { at, link } of entries) {
        try {
          if (link) symlinkSync(link.absolute ? join(world, link.to) : link.to, join(world, ...at));
          else mkdirSync(join(world, ...at), { recursive: true });
        } catch {
          // It is there already, or something on the way is not.
        }
      }
      for (const p of paths) {
        const asked = `${world}/${p}`;
        const real = truth(asked);
        if (real === undefined) continue;
        if (real !== asked) through++;
        expect(await found(asked)).toBe(real);
      }
    }),
    { numRuns: 600 },
  );
  expect(through).toBeGreaterThan(30);
}, 60_000);

test('what is not there leads to what its names say, a loop nowhere', async () => {
  const world = mkdtempSync(join(base, 'x-'));
  symlinkSync('/run/podman-of-nobody', join(world, 'dangling'));
  symlinkSync('self', join(world, 'self'));
  expect(await found(`${world}/missing/../other`)).toBe(`${world}/other`);
  expect(await found(`${world}/dangling/podman.sock`)).toBe('/run/podman-of-nobody/podman.sock');
  expect(await found(`${world}/self/x`)).toMatch(/^(failed|loop|denied)$/);
  expect(await found('/')).toBe('/');
  expect((await settleAsync(realPaths(['relative', '%h/x']), (asks) => target.answer(asks))).size).toBe(0);
});
