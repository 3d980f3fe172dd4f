import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { composed } from '../../../src/collect/composed/composed.ts';
import { walkDisk } from '../../../src/collect/disk/walk.ts';
import type { Answer } from '../../../src/facts/ask.ts';
import type { Walk } from '../../../src/facts/walk.ts';
import { fc } from '../../property.ts';

const scratch = mkdtempSync(join(tmpdir(), 'pretrip-walk-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));
let made = 0;

interface Made {
  readonly path: string;
  readonly is: 'file' | 'directory' | 'link';
  readonly mode: number;
  readonly text: string;
}

const name = fc.constantFrom('a', 'b', 'a b', 'c\nd', '.e', 'gdb', 'x_key', 'é');
const treeOf: fc.Arbitrary<Made[]> = fc
  .array(
    fc.record({
      path: fc.array(name, { minLength: 1, maxLength: 3 }).map((parts) => `/${parts.join('/')}`),
      is: fc.constantFrom('file' as const, 'directory' as const, 'link' as const),
      mode: fc.constantFrom(0o644, 0o755, 0o4755, 0o2755, 0o666, 0o1777, 0o777, 0o6711, 0o602),
      text: fc.constantFrom('', 'x', 'PRIVATE KEY'),
    }),
    { maxLength: 12 },
  )
  // What stands below must find directories above.
  .map((all) => {
    const kept = new Map<string, Made>();
    for (const one of all.toSorted((a, b) => a.path.length - b.path.length)) {
      const parents = [...one.path.matchAll(/\//g)].map((m) => one.path.slice(0, m.index)).filter((p) => p !== '');
      if (kept.has(one.path) || parents.some((p) => kept.has(p) && kept.get(p)?.is !== 'directory')) continue;
      for (const p of parents) if (!kept.has(p)) kept.set(p, { path: p, is: 'directory', mode: 0o755, text: '' });
      kept.set(one.path, one);
    }
    return [...kept.values()].toSorted((a, b) => a.path.length - b.path.length);
  });

function lay(all: readonly Made[]): string {
  const root = join(scratch, `t${++made}`);
  mkdirSync(root, { mode: 0o755 });
  for (const { path, is, text } of all) {
    if (is === 'directory') mkdirSync(root + path);
    else if (is === 'link') symlinkSync('a', root + path);
    else writeFileSync(root + path, text);
  }
  for (const { path, is, mode } of all) if (is !== 'link') chmodSync(root + path, mode);
  return root;
}

const value = (answer: Answer<Walk>): Walk => {
  if (answer.is !== 'got') throw new Error(JSON.stringify(answer));
  return answer.value;
};

describe('a walk', () => {
  test('finds what find(1) finds', async () => {
    await fc.assert(
      fc.asyncProperty(treeOf, async (all) => {
        const root = lay(all);
        const walked = value(await walkDisk(root, '/', ['gdb', '*_key']));
        const find = (...words: string[]): string[] =>
          execFileSync('find', [root, '-xdev', ...words, '-print0'], { encoding: 'utf8' })
            .split('\0')
            .filter((p) => p !== '')
            .map((p) => p.slice(root.length) || '/')
            .sort();
        expect(walked.inodes).toBe(find().length);
        const wanted = find('(', '!', '-type', 'l', '-perm', '-0002', '-o', '-type', 'f', '-perm', '/6000', '-o', '-name', 'gdb', '-o', '-name', '*_key', ')');
        expect(walked.found.map((f) => f.path).sort()).toEqual(wanted);
      }),
      { numRuns: 60 },
    );
  });

  test('of a composed host is the walk of the same tree on a disk', async () => {
    await fc.assert(
      fc.asyncProperty(treeOf, async (all) => {
        const root = lay(all);
        const files = Object.fromEntries(
          all.map(({ path, is, mode, text }) => [
            path,
            is === 'link' ? { link: 'a' } : { type: is, mode: mode.toString(8), ...(is === 'file' ? { content: text } : {}) },
          ]),
        );
        const [answer] = await composed({ files }).answer([{ do: 'walk', top: '/', names: ['gdb', '*_key'] }]);
        const bare = (walk: Walk): unknown => ({
          ...walk,
          found: walk.found.map(({ path, type, mode, target }) => ({ path, type, mode, target })),
          // Where no getcap is, the disk tells nothing of them.
          capabilities: undefined,
          users: walk.users.map((u) => u.count),
          groups: 0,
        });
        expect(bare(value(answer as Answer<Walk>))).toEqual(bare(value(await walkDisk(root, '/', ['gdb', '*_key']))));
      }),
      { numRuns: 40 },
    );
  });

  test('names where it ended, and what it left out', async () => {
    const root = lay([
      { path: '/a', is: 'directory', mode: 0o755, text: '' },
      { path: '/a/b', is: 'directory', mode: 0o755, text: '' },
    ]);
    mkdirSync(join(root, 'var/lib/containers/storage/overlay/x/diff'), { recursive: true });
    const walked = value(await walkDisk(root, '/', []));
    expect(walked.leftOut).toEqual([{ path: '/var/lib/containers/storage/overlay', why: 'store' }]);
    const short = value(await walkDisk(root, '/', [], { inodes: 1, seconds: 60 }));
    expect(short.leftOut.map(({ why }) => why)).toContain('limit');
    expect(await walkDisk(root, '/none', [])).toEqual({ is: 'absent' });
    writeFileSync(join(root, 'f'), '');
    expect(await walkDisk(root, '/f', [])).toMatchObject({ is: 'blocked', said: 'is a file' });
  });

  test('does not end for links in a ring, sockets and FIFOs', async () => {
    const root = lay([]);
    symlinkSync('.', join(root, 'ring'));
    execFileSync('mkfifo', ['-m', '666', join(root, 'fifo')]);
    const walked = value(await walkDisk(root, '/', []));
    expect(walked.found.map(({ path, type }) => [path, type])).toEqual([['/fifo', 'fifo']]);
  });
});
