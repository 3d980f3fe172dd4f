/**
 * A program that takes long: the limit follows what was asked for, it makes its own facts unknown and no others, and the
 * report says which program that was. Podman is one that is slow here; all else of the host is written down.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readPacks } from '../../src/cli/pack-files.ts';
import { shippedRules } from '../../src/cli/paths.ts';
import { answerer } from '../../src/collect/composed/composed.ts';
import { limits } from '../../src/collect/disk/limits.ts';
import type { Host } from '../../src/collect/record.ts';
import { parseRaw } from '../../src/collect/script/raw.ts';
import { captureScript } from '../../src/collect/script/render.ts';
import { secondsFor, usualLimits } from '../../src/collect/script/session.ts';
import { local } from '../../src/collect/targets/local.ts';
import type { Ask } from '../../src/facts/ask.ts';
import { rootAccount } from '../../src/facts/host/accounts.ts';
import { scan } from '../../src/scan.ts';

const sleeps = 4;
const bin = mkdtempSync(join(tmpdir(), 'pretrip-slow-'));
const path = process.env.PATH ?? '';

beforeAll(() => {
  writeFileSync(join(bin, 'podman'), `#!/bin/sh\nsleep ${sleeps}\necho podman version 5.4.2\n`, { mode: 0o755 });
  process.env.PATH = `${bin}:${path}`;
});
afterAll(() => {
  process.env.PATH = path;
  rmSync(bin, { recursive: true });
});

const { pack } = readPacks([shippedRules]);
const own = 'podman.version.min';
const others = ['podman.config.pids-limit', 'rootless.ping', 'host.mount.shared-propagation'];

/** Written down, but for Podman, which is started. */
function hostWith(seconds: number): Host['target'] {
  const started = local({ ...limits, seconds });
  const written = answerer({
    files: {
      '/usr/bin/podman': { mode: '0755' },
      '/etc/os-release': 'ID=debian\nVERSION_ID=13\n',
      '/etc/passwd': 'root:x:0:0:root:/root:/bin/sh\ndriver:x:1000:1000::/home/driver:/bin/sh\n',
      '/var/lib/systemd/linger/driver': '',
      '/proc/self/mountinfo': '22 1 8:2 / / rw shared:1 - ext4 /dev/vda rw\n30 22 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n',
      '/proc/sys/net/ipv4/ping_group_range': '0\t2147483647\n',
    },
  });
  return {
    answer: async (asks) =>
      Promise.all(asks.map(async (ask) => (ask.do === 'run' && ask.argv[0] === 'podman' ? ((await started.answer([ask]))[0] ?? written(ask)) : written(ask)))),
  };
}

async function judged(seconds: number): Promise<Map<string, string>> {
  const selection = { byName: true, wants: (rule: { readonly id: string }) => [own, ...others].includes(rule.id), params: [] };
  const host = { kind: 'local', name: 'h', user: rootAccount, target: hostWith(seconds) } as const;
  const { report } = await scan(host, { pack, selection }, { takenAt: '2026-06-01T00:00:00Z', files: [], tool: { version: '0' } });
  return new Map(report.verdicts.map((v) => [v.rule, `${v.outcome}: ${v.message}`]));
}

test('with a limit below what it takes, what it tells is unknown, and the report names it', async () => {
  const [short, long] = await Promise.all([judged(0.5), judged(30)]);
  expect(short.get(own)).toMatch(/^unknown: .*podman --version did not end in time: 0\.5 s/);
  expect(long.get(own)).toMatch(/^pass: /);
  for (const rule of others) {
    expect(long.get(rule), rule).toMatch(/^(?:pass|fail|not-applicable): /);
    expect(short.get(rule), rule).toEqual(long.get(rule));
  }
});

test('a capture script gives it up as well, and brings all else', () => {
  const nonce = 'slow0program0123';
  const asks: Ask[] = [
    { do: 'run', argv: ['podman', '--version'] },
    { do: 'read', path: join(bin, 'podman') },
    { do: 'run', argv: ['echo', 'x'] },
  ];
  const outcome = (seconds: number): unknown[] => {
    const script = captureScript([], { nonce, tool: '0', files: [], traces: [], seconds, asks }).replace('  PATH=/usr', `  PATH=${bin}:/usr`);
    const raw = parseRaw(spawnSync('sh', [], { input: script }).stdout, nonce);
    expect(raw.problem).toBeUndefined();
    return ['run ["podman","--version"]', `read ${join(bin, 'podman')}`, 'run ["echo","x"]'].map((key) => {
      const answer = raw.answers.get(key);
      return answer?.is === 'blocked' ? answer.why : answer?.is;
    });
  };
  // A busy machine may take a second for what takes none.
  expect(outcome(3)).toEqual(['timeout', 'got', 'got']);
  expect(outcome(30)).toEqual(['got', 'got', 'got']);
});

test('the limit of a program follows --timeout, and is never below the usual one', () => {
  expect([1, 60, usualLimits.seconds, 300, 720].map(secondsFor)).toEqual([limits.seconds, limits.seconds, limits.seconds, 25, 60]);
});
