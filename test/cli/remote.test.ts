/** Other hosts: over SSH, through any command, and from what a capture script printed. */
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Report } from '../../src/verdicts/report.ts';
import { type Sshd, startSshd } from '../collect/ssh/own-sshd.ts';
import { oracle } from '../oracles.ts';
import { pretrip } from './run.ts';

let dir = '';
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'pretrip-remote-'));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** A few rules whose questions are files, so that both ways see the same. */
const some = ['--select', 'rootless.subuid,rootless.subgid,podman.api.service-timeout,cgroup.mode.v2', '--now', '2026-06-01T00:00:00Z'];

/** The counts and the gate, which every run tells. */
const nothingElse = /^\d+ rules, \d+ verdicts: .*\ngate: .*$/;

const essence = (text: string): unknown => (JSON.parse(text) as Report).verdicts.map((v) => [v.rule, v.subject, v.outcome, v.message]);

test('a script, its output, and the host itself give equal verdicts', async () => {
  const script = (await pretrip(['capture', '--script', '--select', 'rootless.subuid,rootless.subgid,podman.api.service-timeout,cgroup.mode.v2'])).out;
  expect(script).toMatch(/^#!\/bin\/sh\n# pretrip .*: a capture script/);
  const raw = join(dir, 'host.raw');
  writeFileSync(raw, spawnSync('sh', [], { input: script, maxBuffer: 64 * 1024 * 1024 }).stdout);
  const [captured, local] = await Promise.all([pretrip(['scan', raw, ...some, '-o', 'json']), pretrip(['scan', ...some, '-o', 'json'])]);
  expect(captured.err).toMatch(nothingElse);
  expect(essence(captured.out)).toEqual(essence(local.out));
  expect(captured.status).toBe(local.status);
  const { target } = JSON.parse(captured.out) as Report;
  expect(target).toMatchObject({ kind: 'script', takenAt: '2026-06-01T00:00:00Z' });

  // Cut off: what was not seen is unknown, and never a pass.
  const whole = readFileSync(raw);
  const cut = join(dir, 'cut.raw');
  writeFileSync(cut, whole.subarray(0, Math.floor(whole.length / 2)));
  const half = await pretrip(['scan', cut, ...some, '-o', 'json']);
  const report = JSON.parse(half.out) as Report & { target: { truncated?: boolean } };
  expect(report.target.truncated).toBe(true);
  const before = new Map((JSON.parse(captured.out) as Report).verdicts.map((v) => [`${v.rule} ${v.subject}`, v.outcome]));
  for (const v of report.verdicts) expect([before.get(`${v.rule} ${v.subject}`), 'unknown']).toContain(v.outcome);
  expect(report.verdicts.some((v) => v.outcome === 'unknown')).toBe(true);

  // A clock that was never set decides nothing.
  const past = join(dir, 'past.raw');
  const undigested = whole.toString('latin1').replace(/digest sha256 [0-9a-f]+ 0/, 'digest none 0');
  writeFileSync(past, Buffer.from(undigested.replace(/(host \d+\n(?:.|\n)*?time=)\d{10}/, '$10000000007'), 'latin1'));
  const refused = await pretrip(['scan', past, '--select', 'cgroup.mode.v2']);
  expect(refused.status).toBe(4);
  expect(refused.err).toMatch(/1970-01-01T00:00:07Z, which cannot be/);
}, 60_000);

test('through a command', async () => {
  const { out, err, status } = await pretrip(['scan', '--via', 'env -i PATH=/usr/bin:/bin sh', ...some, '-o', 'json']);
  expect(err).toMatch(nothingElse);
  expect(JSON.parse(out)).toMatchObject({ target: { kind: 'via' } });
  expect(status).not.toBe(4);
}, 30_000);

test.each([
  ['no-such-program -x', /no such program/],
  ['false', /ended with exit status 1/],
  ['true', /ended with exit status 0/],
  ["sh -c 'echo hello; cat >/dev/null' x sh", /took longer than 6 s|said nothing/],
  ["sh -c 'head -c 2000000 /dev/zero; cat >/dev/null' x sh", /no capture script answers/],
  ["sh -c 'sh | head -c 3000' x sh", /cut off/],
  ["sh -c 'sh | sed s/read/raed/' x sh", /makes no sense|broken/],
])(
  'a command that does not lead to a shell: %s',
  async (command, said) => {
    const { status, err, out } = await pretrip(['scan', '--via', command, '--timeout', '6', ...some]);
    expect(out).toBe('');
    expect(err).toMatch(said);
    expect(status).toBe(4);
  },
  30_000,
);

test('a command that only a shell could run is refused', async () => {
  const { status, err } = await pretrip(['scan', '--via', 'podman exec | sh']);
  expect(status).toBe(2);
  expect(err).toMatch(/would need a shell/);
});

test('an address that ssh must not see is refused', async () => {
  const { status, err } = await pretrip(['scan', 'ssh://-oProxyCommand=touch']);
  expect(status).toBe(2);
  expect(err).toMatch(/may hold only letters/);
});

describe('over SSH', oracle('sshd'), () => {
  let sshd: Sshd;
  beforeAll(async () => {
    sshd = await startSshd();
  });
  afterAll(() => sshd?.stop());
  const scan = (config: string, ...more: string[]): ReturnType<typeof pretrip> =>
    pretrip(['scan', `ssh://127.0.0.1:${sshd.port}`, '--ssh-config', config, ...some, ...more]);

  test('one connection, and the verdicts of the host itself', async () => {
    const before = sshd.connections();
    const [far, near] = [await scan(sshd.config(), '-o', 'json'), await pretrip(['scan', ...some, '-o', 'json'])];
    expect(far.err).toMatch(nothingElse);
    expect(essence(far.out)).toEqual(essence(near.out));
    expect(sshd.connections() - before).toBe(1);
    expect(JSON.parse(far.out)).toMatchObject({ target: { kind: 'ssh', name: `127.0.0.1:${sshd.port}` } });
  }, 60_000);

  test('several targets, one of them out of reach', async () => {
    const good = `ssh://127.0.0.1:${sshd.port}`;
    const { status, err, out } = await pretrip([
      'scan',
      good,
      'ssh://127.0.0.1:1',
      '--ssh-config',
      sshd.config(),
      '--jobs',
      '2',
      ...some,
      '-o',
      `json=${dir}/{target}.json`,
    ]);
    expect(status).toBe(4);
    expect(err).toMatch(/ssh:\/\/127\.0\.0\.1:1: cannot be reached/);
    expect(out).toBe('');
    expect(JSON.parse(readFileSync(join(dir, `127.0.0.1_${sshd.port}.json`), 'utf8'))).toMatchObject({ target: { kind: 'ssh' } });
  }, 60_000);

  test.each([
    ['an unknown host key', () => sshd.config({ knownHosts: join(dir, 'nobody') }), /host key is not known/],
    [
      'another host key',
      () => {
        const other = join(dir, 'other-known');
        writeFileSync(other, readFileSync(join(sshd.dir, 'known'), 'utf8').replace(/ssh-ed25519 .*/s, readFileSync(join(sshd.dir, 'stranger.pub'), 'utf8')));
        return sshd.config({ knownHosts: other });
      },
      /host key is not the one that is known|host key is not known/,
    ],
    ['a wrong key', () => sshd.config({ key: join(sshd.dir, 'stranger') }), /does not let you in/],
    [
      'StrictHostKeyChecking no in the configuration',
      () => sshd.config({ knownHosts: join(dir, 'nobody2'), extra: 'StrictHostKeyChecking no' }),
      /host key is not known/,
    ],
  ])(
    '%s is refused with a clear message',
    async (_, config, said) => {
      const { status, err, out } = await scan(config());
      expect(err).toMatch(said);
      expect(out).toBe('');
      expect(status).toBe(4);
    },
    30_000,
  );

  test.each([
    ['noise at login', 'echo Welcome; printf "no newline"; exec sh', 0],
    ['a login that prints a start mark of its own', 'printf "\\npretrip-raw/1 0123456789abcdef\\n0123456789abcdef end 0 0\\n\\n"; exec sh', 0],
    ['sudo that asks for a password', 'echo "sudo: a password is required" >&2; exit 1', /sudo is refused.*\n.*NOPASSWD/],
    ['a connection that breaks', 'sh | head -c 20000', /cut off/],
    ['frames of a forger', 'printf "\\npretrip-raw/1 aaaaaaaaaaaa\\naaaaaaaaaaaa end 0 0\\n\\n"; cat >/dev/null', /nothing was judged/],
    ['endless output', 'yes | head -c 3000000', /no capture script answers/],
  ])(
    '%s',
    async (_, text, said) => {
      const command = join(dir, `command-${Math.random().toString(36).slice(2)}`);
      writeFileSync(command, `#!/bin/sh\n${text}\n`);
      chmodSync(command, 0o755);
      const forced = await startSshd(command);
      try {
        const { status, err, out } = await pretrip([
          'scan',
          `ssh://127.0.0.1:${forced.port}`,
          '--ssh-config',
          forced.config(),
          '--timeout',
          '8',
          ...some,
          '-o',
          'json',
        ]);
        if (said === 0) {
          expect(err).toMatch(nothingElse);
          expect(JSON.parse(out)).toMatchObject({ target: { kind: 'ssh' } });
        } else {
          expect(err).toMatch(said as RegExp);
          expect(out).toBe('');
          expect(status).toBe(4);
        }
      } finally {
        forced.stop();
      }
    },
    30_000,
  );
});
