/** Evidence that somebody dressed up: refused by name. */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { doubledKey } from '../../src/cli/doubled-key.ts';
import { sha256 } from '../../src/cli/evidence.ts';
import { packageRoot } from '../../src/cli/paths.ts';
import { checkEvidence } from '../../src/cli/verify/evidence-directory.ts';
import { openTarget } from '../../src/collect/targets/open.ts';
import type { Report } from '../../src/verdicts/report.ts';
import { pretrip } from '../cli/run.ts';

const snapshot = join(packageRoot, 'fixtures/hosts/debian-12.pretrip.jsonl');
let dir = '';
let evidence = '';
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'pretrip-forged-'));
  evidence = join(dir, 'evidence');
  await pretrip(['scan', snapshot, '--evidence', evidence, '--fail-on', 'never', '--allow-incomplete', '-o', `json=${join(dir, 'run.json')}`]);
}, 60_000);
afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** A copy with another report, and a manifest that fits it. */
function forged(name: string, change: (text: string) => string, file = 'report.json'): string {
  const copy = join(dir, name);
  cpSync(evidence, copy, { recursive: true });
  const text = change(readFileSync(join(copy, file), 'utf8'));
  writeFileSync(join(copy, file), text);
  const manifest = JSON.parse(readFileSync(join(copy, 'manifest.json'), 'utf8')) as { files: Record<string, object> };
  manifest.files[file] = { bytes: Buffer.byteLength(text), sha256: sha256(text) };
  if (file !== 'manifest.json') writeFileSync(join(copy, 'manifest.json'), JSON.stringify(manifest));
  return copy;
}
const badIn = async (path: string): Promise<string[]> => (await checkEvidence(path, {})).filter((f) => f.is === 'bad').map((f) => `${f.about}: ${f.said}`);

test('untouched, it holds', async () => {
  expect(await badIn(evidence)).toEqual([]);
}, 30_000);

test('failures that were all marked as waived', async () => {
  const waived = { by: 'me', until: '2099-01-01', because: 'x' };
  const copy = forged('waived', (text) => {
    const report = JSON.parse(text) as Report;
    const verdicts = report.verdicts.map((v) => (v.outcome === 'fail' ? { ...v, waived } : v));
    return JSON.stringify({ ...report, verdicts, summary: { ...report.summary, waived: verdicts.filter((v) => 'waived' in v).length } });
  });
  const [first = ''] = (JSON.parse(readFileSync(join(copy, 'report.json'), 'utf8')) as Report).verdicts.filter((v) => v.waived).map((v) => v.rule);
  const found = await badIn(copy);
  expect(found.some((f) => f.startsWith(`verdicts: ${first}`) && f.includes('is marked as waived (fail)'))).toBe(true);
}, 30_000);

describe('a doubled key', () => {
  test.each<[string, (text: string) => string, string]>([
    ['of the report', (t) => t.replace('"summary"', '"summary": {}, "summary"'), 'summary'],
    ['of the target', (t) => t.replace('"name": "debian-12"', '"name": "other", "name": "debian-12"'), 'target.name'],
    ['of a verdict, spelt with an escape', (t) => t.replace('"outcome": "', '"\\u006futcome": "pass", "outcome": "'), 'verdicts.0.outcome'],
  ])(
    '%s',
    async (name, change, key) => {
      const copy = forged(`twice ${name}`, change);
      expect(await badIn(copy)).toContain(`report.json: the key ${JSON.stringify(key)} stands twice`);
      const alone = await pretrip(['verify', join(copy, 'report.json'), '--snapshot', snapshot]);
      expect(alone.status).toBe(4);
      expect(alone.err).toContain(`the key ${JSON.stringify(key)} stands twice`);
    },
    30_000,
  );

  test('of the manifest', async () => {
    const copy = forged('manifest twice', (t) => t.replace('"tool"', '"tool": {}, "tool"'), 'manifest.json');
    expect(await badIn(copy)).toContain('manifest.json: the key "tool" stands twice');
  }, 30_000);

  test('is told from an equal key elsewhere, and from text', () => {
    expect(doubledKey('{"a": {"b": 1}, "c": {"b": [{"b": 1}, {"b": 2}]}, "d": "a\\": 1, \\"a"}')).toBeUndefined();
    expect(doubledKey('[{"a": 1}, {"a": ["x", "x", {"y": 1, "y": 2}]}]')).toBe('1.a.2.y');
  });
});

describe('what a login printed before the script', () => {
  const raw = 'pretrip-raw/1 abcdefgh12345678\nabcdefgh12345678 end 0 0\n\n';
  test.each([
    ['as it is', (t: string) => Buffer.from(t)],
    ['with gzip', (t: string) => gzipSync(t)],
    ['with zstd', (t: string) => zstdCompressSync(t)],
  ])('of a megabyte is looked past: %s', async (name, pack) => {
    const path = join(dir, `noise ${name}`);
    writeFileSync(path, pack(`${'Welcome to this host!\n'.repeat(46_000)}${raw}`));
    await expect(openTarget({ name: path })).rejects.toThrow(/does not say where it was captured|no capture script/);
    await expect(openTarget({ name: path })).rejects.not.toThrow(/cannot tell what/);
  });

  test('a bomb of gzip is recognised as nothing, in time', async () => {
    const path = join(dir, 'bomb.gz');
    writeFileSync(path, gzipSync(Buffer.alloc(256 * 1024 * 1024)));
    await expect(openTarget({ name: path })).rejects.toThrow(/cannot tell what/);
  }, 30_000);
});
