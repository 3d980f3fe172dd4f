/** A private directory that is full: what a frame says and what it holds agree, and nothing arrives cut short as if it were whole. */
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseRaw } from '../../src/collect/script/raw.ts';
import { captureScript } from '../../src/collect/script/render.ts';
import type { AnyAnswer } from '../../src/facts/ask.ts';
import { oracle } from '../oracles.ts';

const nonce = 'fulltest0123456789';
const applets = 'sh tr stat readlink head wc cat mkdir rm id uname date awk timeout ls env true sleep grep dd sha256sum tee mkfifo'.split(' ');
const text = (lines: number, what = ''): string => Array.from({ length: lines }, (_, n) => `line${n} ${what}\n`).join('');
const files: Readonly<Record<string, string>> = {
  ...Object.fromEntries(Array.from({ length: 6 }, (_, n) => [`/etc/many/${n}.conf`, text(40, `password=hunter${n}`)])),
  '/etc/big.conf': text(300, 'password=hunter'),
  '/etc/plain.conf': text(900),
};

let jail = '';
function put(path: string, content: string, mode = 0o644): void {
  const file = join(jail, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
  chmodSync(file, mode);
}

describe('a private directory of few kilobytes', oracle('busybox in a chroot', 'mounts'), () => {
  beforeAll(() => {
    jail = mkdtempSync(join(tmpdir(), 'pretrip-full-'));
    for (const d of ['bin', 'usr/bin', 'tmp', 'dev', 'root', 'etc']) mkdirSync(join(jail, d), { recursive: true });
    copyFileSync('/usr/bin/busybox', join(jail, 'bin/busybox'));
    for (const applet of applets) symlinkSync('busybox', join(jail, 'bin', applet));
    for (const [name, minor] of Object.entries({ null: '3', urandom: '9' })) execFileSync('mknod', ['-m', '666', join(jail, 'dev', name), 'c', '1', minor]);
    for (const [path, content] of Object.entries(files)) put(path, content);
    put('/etc/passwd', 'root:x:0:0::/root:/bin/sh\n');
    put('/usr/bin/podman', '#!/bin/sh\ncat /etc/big.conf\ncat /etc/plain.conf >&2\n', 0o755);
  });
  afterAll(() => {
    if (jail !== '') rmSync(jail, { recursive: true, force: true });
  });

  test.each([8, 20, 28, 44])('%i KiB', (kilobytes) => {
    const script = captureScript(
      [
        { do: 'read', path: '/etc/*.conf' },
        { do: 'read', path: '/etc/many/*.conf' },
        { do: 'run', argv: ['podman', 'info'] },
      ],
      {
        nonce,
        tool: '0',
        files: Object.keys(files),
        traces: [],
      },
    );
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${kilobytes}k`, 'none', join(jail, 'tmp')]);
    try {
      const { stdout } = spawnSync('chroot', [jail, '/bin/sh'], { input: script, maxBuffer: 64 * 1024 * 1024, env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' } });
      const raw = parseRaw(stdout, nonce);
      expect(raw.problem).toBeUndefined();
      for (const [path, content] of Object.entries(files)) {
        const answer = raw.answers.get(`read ${path}`) as AnyAnswer | undefined;
        if (answer?.is === 'got') expect(textIn(answer).split('\n').length, path).toBe(content.split('\n').length);
        else expect(answer?.is ?? 'blocked', path).toBe('blocked');
      }
      const ran = [...raw.answers].find(([key]) => key.startsWith('run '))?.[1] as AnyAnswer | undefined;
      if (ran?.is === 'got') expect(JSON.stringify(ran)).toMatch(/line299.*line899/);
      // What nobody could write down is said so.
      expect([...raw.answers.values()].filter((a) => a.is === 'blocked').length).toBeGreaterThan(0);
    } finally {
      execFileSync('umount', [join(jail, 'tmp')]);
    }
  });
});

const textIn = (answer: AnyAnswer): string => (answer.is === 'got' ? ((answer.value as { text?: string }).text ?? '') : '');
