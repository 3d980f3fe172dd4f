/** Every command of docs/outputs.md is run: the ten questions for jq on a run, the snippets on a small root directory. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { packageRoot } from '../../src/cli/paths.ts';
import { pretrip } from '../cli/run.ts';
import { oracle } from '../oracles.ts';

const page = readFileSync(join(packageRoot, 'docs/outputs.md'), 'utf8');
const fences = [...page.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].map(([, language = '', text = '']) => ({ language, text }));
const questions = [...page.matchAll(/^(.+\?)\n\n```sh\n(jq .+)\n```$/gm)].map(([, asked = '', line = '']) => [asked, line] as const);
const commands = fences.flatMap(({ text }) => [...text.matchAll(/npx pretrip ([^'"\n]+)/g)].map(([, args = '']) => args.trim()));

let dir = '';

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'pretrip-outputs-'));
  const host = (name: string): string => join(packageRoot, 'fixtures/hosts', `${name}.yaml`);
  await pretrip(['scan', host('k3d-rootless-broken'), '-o', 'json=run.json'], { cwd: dir });
  await pretrip(['scan', host('k3d-rootless-healthy'), '--name', 'k3d-rootless-broken', '-o', 'json=old.json'], { cwd: dir });
  mkdirSync(join(dir, 'rootfs/etc/containers/containers.conf.d'), { recursive: true });
  writeFileSync(join(dir, 'rootfs/etc/os-release'), 'ID=debian\nVERSION_ID="12"\n');
  writeFileSync(join(dir, 'rootfs/etc/containers/containers.conf.d/t.conf'), 'service_timeout=0\n');
}, 60_000);

afterAll(() => rmSync(dir, { recursive: true, force: true }));

describe('ten questions for jq', () => {
  test('are ten', () => expect(questions).toHaveLength(10));

  test.each(questions)('%s', oracle('jq'), (asked, line) => {
    const { status, stdout, stderr } = spawnSync('sh', ['-c', line], { cwd: dir, encoding: 'utf8' });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const lines = stdout.split('\n').slice(0, -1);
    expect(lines.length, asked).toBeGreaterThan(0);
    expect(lines, asked).toEqual(expect.arrayContaining([answers[asked] ?? lines[0]]));
  });

  /** A line that must be among the answers. */
  const answers: Readonly<Record<string, string>> = {
    'Did the gate pass?': 'failed',
    'Which files decided what failed?': '/etc/containers/containers.conf.d/timeout.conf:1\tservice_timeout=0',
    'What is to be run to fix it?': 'root\tmodprobe tun',
    'What failed for one user?': 'critical\tk3d.rootless.cpuset',
    'What failed since the last run?': 'k3d.rootless.cpuset\tuser:driver',
  };
});

describe('snippets', () => {
  test('in YAML are YAML', () => {
    for (const { text } of fences.filter(({ language }) => language === 'yaml')) expect(parse(text)).toBeTypeOf('object');
  });

  test.each(commands)('pretrip %s', async (args) => {
    const { status, err } = await pretrip(args.split(' '), { cwd: dir });
    expect([0, 1, 3], err).toContain(status);
    for (const [, file = ''] of args.matchAll(/-o \w+=(\S+)/g)) expect(err).toContain(`wrote ${file}`);
  });

  test('the fingerprint is the digest that the page gives', () => {
    const { verdicts } = JSON.parse(readFileSync(join(dir, 'run.json'), 'utf8')) as { verdicts: { rule: string; subject?: string; fingerprint: string }[] };
    const one = verdicts.find((v) => v.rule === 'k3d.rootless.cpuset');
    const digest = createHash('sha256').update('v1|k3d.rootless.cpuset|k3d-rootless-broken|user:driver').digest('hex');
    expect(one).toMatchObject({ subject: 'user:driver', fingerprint: digest.slice(0, 16) });
  });
});
