/** Files that change while they are read, hostile known_hosts, and snapshots that unpack to more than they say: a judged host, or unknown. */
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseRaw } from '../../src/collect/script/raw.ts';
import { captureScript } from '../../src/collect/script/render.ts';
import { readSnapshot } from '../../src/collect/snapshot/snapshot.ts';
import { local } from '../../src/collect/targets/local.ts';
import { rootDirectory } from '../../src/collect/targets/root-directory.ts';
import type { Ask, Target } from '../../src/facts/ask.ts';
import { describePattern, type Pattern } from '../../src/facts/pattern.ts';
import { kindsByName } from '../../src/kinds/kinds.ts';
import { plan } from '../../src/plan/plan.ts';
import { judgeOn } from '../../src/try.ts';
import { everyRule, pack } from '../laws/every-rule.ts';
import { type OracleName, oracle } from '../oracles.ts';

const nonce = 'changing12345678';
const shells: readonly (readonly [OracleName, ...string[]])[] = [['dash'], ['busybox', 'sh']];
let dir = '';
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'pretrip-changing-'));
  mkdirSync(join(dir, 'etc'));
  writeFileSync(join(dir, 'etc/changing'), 'a');
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** Somebody who rewrites a file, replaces it, takes it away and puts a directory in its place, until stopped. */
const writer = (path: string): (() => void) => {
  const program = `
    const { writeFileSync, truncateSync, rmSync, mkdirSync, renameSync } = require('node:fs');
    const path = ${JSON.stringify(path)};
    for (const end = Date.now() + 20_000; Date.now() < end; ) {
      for (const step of [
        () => writeFileSync(path, 'x'.repeat(300_000)),
        () => truncateSync(path, 3),
        () => { writeFileSync(path + '.new', 'new\\n'); renameSync(path + '.new', path); },
        () => rmSync(path),
        () => { mkdirSync(path); rmSync(path, { recursive: true }); },
      ]) try { step(); } catch {}
    }`;
  const child = spawn(process.execPath, ['-e', program], { stdio: 'ignore' });
  return () => void child.kill();
};

describe.each<[string, () => readonly [Target, string]]>([
  ['this host', () => [local(), dir]],
  ['a root directory', () => [rootDirectory(dir), '']],
])('%s', (_, at) => {
  test('a file that changes while it is read is read, absent or unknown, and nothing breaks', async () => {
    const [target, prefix] = at();
    const stop = writer(join(dir, 'etc/changing'));
    const seen = new Set<string>();
    const asks: Ask[] = (['stat', 'read', 'list'] as const).map((verb) => ({ do: verb, path: `${prefix}/etc/changing` }));
    for (const end = Date.now() + 1500; Date.now() < end; ) {
      const answers = await target.answer(asks);
      expect(answers).toHaveLength(asks.length);
      for (const answer of answers) seen.add(answer.is === 'blocked' ? answer.why : answer.is);
    }
    stop();
    expect(['got', 'absent', 'failed', 'too-large', 'not-text', 'denied']).toEqual(expect.arrayContaining([...seen]));
    expect(seen).toContain('got');
  });
});

for (const shell of shells)
  test(`frames of a capture script under ${shell.join(' ')} are as long as they say while a file, and what a program prints, change`, {
    timeout: 60_000,
    ...oracle(shell[0]),
  }, () => {
    const path = join(dir, 'etc/changing');
    const asks: readonly Pattern[] = [
      { do: 'stat', path },
      { do: 'list', path: join(dir, 'etc') },
      { do: 'read', path },
      { do: 'run', argv: ['cat', path] },
    ];
    const stop = writer(path);
    for (let times = 0; times < 4; times++) {
      const script = captureScript(asks, { nonce, tool: '0', files: [], traces: [] });
      const { stdout } = spawnSync(shell[0], shell.slice(1), { input: script, maxBuffer: 64 * 1024 * 1024 });
      expect(parseRaw(stdout, nonce).problem).toBeUndefined();
      expect(parseRaw(stdout, nonce)).toMatchObject({ complete: true });
    }
    stop();
  });

test('a snapshot that unpacks to hundreds of megabytes is refused, whatever its first line says', () => {
  const header = `${JSON.stringify({ pretrip: 'snapshot', version: 1 })}\n`;
  // Members of gzip that stand one after another are one stream.
  const member = gzipSync(Buffer.alloc(64 * 1024 * 1024, 0x20));
  const bomb = Buffer.concat([gzipSync(header), ...Array.from({ length: 12 }, () => member)]);
  expect(bomb.length).toBeLessThan(2 * 1024 * 1024);
  expect(() => readSnapshot(bomb, 'bomb.gz')).toThrow(/cannot be decompressed/);
});

test('no rule may look into the environment of a process', () => {
  const touches = plan(pack.rules, kindsByName, (rule, name) => rule.params[name]?.default ?? null);
  const environs = touches.map(({ pattern }) => describePattern(pattern)).filter((line) => /\/environ\b|\/proc\/\*\/?\*|\/proc\/\*\*/.test(line));
  expect(environs).toEqual([]);
});

describe('known_hosts', () => {
  const subject = everyRule.find(({ rule }) => rule.id === 'macos.ssh.known-hosts');
  const tried = subject?.tried.find(({ trial }) => trial.gives[''] === 'pass' || trial.gives['*'] === 'pass');
  test.each([
    ['100,000 lines', '|1|c2FsdA==|aGFzaA== ssh-ed25519 AAAA\n'.repeat(100_000)],
    ['one long line', `${'h,'.repeat(400_000)} ssh-ed25519 AAAA\n`],
    ['patterns without end', `${'*'.repeat(2000)}${'?'.repeat(2000)}!* ssh-rsa AAAA\n`.repeat(50)],
    ['bytes that are no text', '\0\u001b[31m\ufffd\n@revoked\n@cert-authority\n# \n,,, x y\n'],
  ])(
    '%s are judged or unknown, in time',
    (_, content) => {
      expect(tried).toBeDefined();
      if (!subject || !tried) return;
      const home = tried.host.user?.home ?? '/root';
      const host = { ...tried.host, files: { ...tried.host.files, [`${home}/.ssh/known_hosts`]: { content, mode: '0600' } } };
      const { verdicts, defects } = judgeOn(subject.rule, host, tried.trial.params);
      expect(defects).toEqual([]);
      expect(['pass', 'fail', 'unknown']).toContain(verdicts[0]?.outcome);
    },
    20_000,
  );
});
