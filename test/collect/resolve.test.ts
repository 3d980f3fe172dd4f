/** Nothing leaves the scanned root, whatever its links say. The kernel's chroot is the oracle where this runs as root. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { rootDirectory } from '../../src/collect/targets/root-directory.ts';
import type { Answer, Content, Stat } from '../../src/facts/ask.ts';
import { oracle } from '../oracles.ts';
import { fc } from '../property.ts';

const busybox = '/usr/bin/busybox';
let root = '';
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'pretrip-root-'));
  const put = (path: string, text: string): void => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  };
  const link = (path: string, to: string): void => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    symlinkSync(to, join(root, path));
  };
  put('etc/os-release', 'inside');
  put('usr/lib/deep/file', 'deep');
  link('etc/absolute', '/usr/lib/deep/file');
  link('etc/relative', '../usr/lib/deep/file');
  link('etc/escape', '../../../../../../etc/hostname');
  link('etc/escape-absolute', '/etc/hostname');
  link('etc/loop', 'loop');
  link('etc/loop-a', 'loop-b');
  link('etc/loop-b', 'loop-a');
  link('lib', 'usr/lib');
  link('etc/through', '/lib/deep/../deep/file');
  link('etc/up', '..');
  link('etc/dangling', '/nowhere');
  link('etc/file-as-directory', '/etc/os-release/x');
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

async function read(path: string): Promise<Answer<Content>> {
  const [answer] = await rootDirectory(root).answer([{ do: 'read', path }]);
  return answer as Answer<Content>;
}

describe('a root directory', () => {
  const table: [string, string][] = [
    ['/etc/os-release', 'inside'],
    ['/etc/absolute', 'deep'],
    ['/etc/relative', 'deep'],
    ['/lib/deep/file', 'deep'],
    ['/etc/through', 'deep'],
    ['/etc/up/etc/up/etc/os-release', 'inside'],
    ['/../../etc/os-release', 'inside'],
  ];
  test.each(table)('%s', async (path, text) => {
    expect(await read(path)).toEqual({ is: 'got', value: { text } });
  });

  test.each(['/etc/escape', '/etc/escape-absolute', '/etc/dangling', '/etc/file-as-directory', '/etc/os-release/x'])('%s is not there', async (path) => {
    expect(await read(path)).toEqual({ is: 'absent' });
  });

  test.each(['/etc/loop', '/etc/loop-a', '/etc/loop/x'])('%s is a loop, not an absence', async (path) => {
    expect(await read(path)).toMatchObject({ is: 'blocked', why: 'failed' });
  });

  test('stat tells the link and its end inside the root', async () => {
    const [answer] = await rootDirectory(root).answer([{ do: 'stat', path: '/etc/absolute' }]);
    expect((answer as Answer<Stat> & { value: Stat }).value).toMatchObject({
      type: 'link',
      target: '/usr/lib/deep/file',
      real: { is: 'got', value: { path: '/usr/lib/deep/file', type: 'file' } },
    });
  });

  test.each(['/proc/cmdline', '/sys/fs/cgroup/cgroup.controllers', '/run/podman/podman.sock', '/var/run/docker.sock', '/dev/net/tun'])(
    '%s cannot be asked of an image',
    async (path) => {
      expect(await read(path)).toMatchObject({ is: 'blocked', why: 'unsupported' });
    },
  );

  test('runtime configuration of an image is known to be absent', async () => {
    expect(await read('/run/systemd/system/x.service.d/y.conf')).toEqual({ is: 'absent' });
  });

  test('a file above the limit is too large, not empty', async () => {
    writeFileSync(join(root, 'etc/big'), Buffer.alloc(10 * 1024 * 1024, 'x'));
    expect(await read('/etc/big')).toMatchObject({ is: 'blocked', why: 'too-large' });
    rmSync(join(root, 'etc/big'));
  });

  test('agrees with the kernel in a chroot on random links', oracle('busybox in a chroot'), async () => {
    const names = ['a', 'b', 'c'];
    const step = fc.constantFrom('a', 'b', 'c', '..', '.');
    const target = fc.tuple(fc.constantFrom('', '/'), fc.array(step, { minLength: 1, maxLength: 4 })).map(([lead, parts]) => lead + parts.join('/'));
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.constantFrom(...names), fc.constantFrom(...names), target), { maxLength: 6 }),
        fc.array(fc.array(step, { minLength: 1, maxLength: 5 }), { minLength: 1, maxLength: 5 }),
        async (links, paths) => {
          const jail = mkdtempSync(join(tmpdir(), 'pretrip-jail-'));
          try {
            execFileSync('cp', [busybox, join(jail, 'busybox')]);
            for (const name of names) {
              mkdirSync(join(jail, name, name), { recursive: true });
              writeFileSync(join(jail, name, 'f'), name);
            }
            for (const [directory, name, to] of links) {
              try {
                symlinkSync(to, join(jail, directory, name));
              } catch {
                // That name is taken already.
              }
            }
            for (const parts of paths) {
              const path = `/${parts.join('/')}/f`;
              let kernel: string | undefined;
              try {
                kernel = execFileSync('chroot', [jail, '/busybox', 'cat', path], { stdio: ['ignore', 'pipe', 'ignore'] }).toString();
              } catch {
                kernel = undefined;
              }
              const [ours] = await rootDirectory(jail).answer([{ do: 'read', path }]);
              if (kernel === undefined) expect(ours?.is, path).not.toBe('got');
              else expect(ours, path).toEqual({ is: 'got', value: { text: kernel } });
            }
          } finally {
            rmSync(jail, { recursive: true, force: true });
          }
        },
      ),
      { numRuns: 40 },
    );
  });
});
