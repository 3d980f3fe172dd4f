/** How a TARGET is told: by its address, or by what stands at the path, whatever it is called. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { snapshotOf, writeSnapshot } from '../../../src/collect/snapshot/snapshot.ts';
import { openTarget } from '../../../src/collect/targets/open.ts';
import { type Asked, MisuseError, type Opened, TargetError } from '../../../src/collect/targets/target.ts';
import { rootAccount } from '../../../src/facts/host/accounts.ts';

let dir = '';
const header = { pretrip: 'snapshot/1', kind: 'local', name: 'recorded', takenAt: '2026-01-01T00:00:00Z', user: rootAccount, tool: '0' } as const;
const snapshot = writeSnapshot(snapshotOf(header, []));
const frame = (words: string, body: string): string => `0123456789 ${words} ${Buffer.byteLength(body)}\n${body}\n`;
const raw = `Welcome\npretrip-raw/1 0123456789\n${frame('host', 'user=root\nuid=0\ngid=0\nhome=/root\nname=printed\ntime=1767225600\n')}${frame('end 1', '')}`;
const files: Readonly<Record<string, string | Uint8Array>> = {
  a: snapshot,
  'b.yaml.gz': gzipSync(snapshot),
  'c.raw': zstdCompressSync(snapshot),
  d: raw,
  'e.jsonl.gz': gzipSync(raw),
  'live.yaml': 'files: {}\n',
  'image.yml': 'kind: image\nfiles: {}\n',
  'wrong.yaml': 'files: { x: 1 }\n',
  'values.yaml': 'image: x\n',
  'notes.txt': 'files: {}\n',
  'both.yaml': snapshot,
  'bomb.gz': gzipSync(Buffer.alloc(64 * 1024 * 1024)),
  'broken.gz': Buffer.from([0x1f, 0x8b, 0xff, 0xff]),
  empty: '',
};

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'pretrip-open-'));
  for (const [name, content] of Object.entries(files)) writeFileSync(join(dir, name), content);
  for (const name of ['rootfs/usr', 'project/src']) mkdirSync(join(dir, name), { recursive: true });
  execFileSync('mkfifo', [join(dir, 'pipe')]);
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const open = (name: string, more: Partial<Asked> = {}): Promise<Opened> => openTarget({ name: join(dir, name), ...more });
const said = (opened: Opened): unknown =>
  'host' in opened ? [opened.host.kind, opened.host.name, opened.host.running] : ['snapshot', opened.snapshot.header.name];
const reach = { sudo: false, timeout: 5, interactive: false, questions: () => ({ patterns: [], tool: '0', files: [], traces: [] }) };

test.each([
  ['a', ['snapshot', 'recorded']],
  ['b.yaml.gz', ['snapshot', 'recorded']],
  ['c.raw', ['snapshot', 'recorded']],
  ['d', ['script', 'printed', true]],
  ['e.jsonl.gz', ['script', 'printed', true]],
  ['live.yaml', ['composed', 'live', true]],
  ['image.yml', ['composed', 'image', false]],
  ['rootfs', ['root-directory', 'rootfs', false]],
])('%s is what it holds', async (name, is) => {
  expect(said(await open(name))).toEqual(is);
});

describe('what cannot be told, or is not what it is said to be, is refused with a hint', () => {
  test.each<[string, Partial<Asked>, RegExp, RegExp]>([
    ['project', {}, /cannot tell what this directory is/, /holds one of etc, .*--as root-directory$/],
    ['notes.txt', {}, /cannot tell what this file is/, /--as composed, --as script or --as snapshot$/],
    ['empty', {}, /empty: is empty$/, /a target is .*a snapshot/],
    ['bomb.gz', {}, /cannot tell what this file is/, /a snapshot begins with/],
    ['broken.gz', {}, /cannot be decompressed/, /^$/],
    ['pipe', {}, /pipe: is neither a file nor a directory$/, /a target is .*a snapshot/],
    ['values.yaml', {}, /is not a composed host/, /fixtures\/hosts/],
    ['both.yaml', {}, /may be a composed host or a snapshot/, /say which: --as composed or --as snapshot$/],
    ['rootfs', { as: 'snapshot' }, /is a directory, and a snapshot is a file/, /^$/],
    ['a', { as: 'root-directory' }, /is a file, and a root file system directory is a directory/, /^$/],
    ['nothing-there', {}, /there is no such file or directory/, /a target is .*ssh:\/\/.*a snapshot/],
    ['rootfs', { user: 'nobody-there' }, /there is no account "nobody-there"/, /passwd/],
  ])('%s %o', async (name, more, message, hint) => {
    const error = await open(name, more).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(TargetError);
    expect((error as TargetError).message).toMatch(message);
    expect((error as TargetError).hint ?? '').toMatch(hint);
  });

  test.each<[Asked, RegExp]>([
    [{ name: 'tape://attic' }, /unsupported target type/],
    [{ name: 'ssh://edge01' }, /no other host is asked here/],
    [{ name: 'ssh://-oProxyCommand=x', reach }, /may hold only letters/],
    [{ name: 'ssh://edge01', reach: { ...reach, via: 'sh' } }, /ssh and via are two targets/],
    [{ name: '/', reach: { ...reach, via: 'sh' } }, /--via is a target of its own/],
    [{ name: 'local', as: 'composed', reach: { ...reach, via: 'sh' } }, /--via is a target of its own/],
    [{ name: 'local', reach: { ...reach, via: 'a | b' } }, /would need a shell/],
    [{ name: 'local', user: 'somebody-else' }, /--user chooses an account/],
    [{ name: '/', as: 'tape' }, /--as tape does not fit/],
  ])('%o', async (asked, message) => {
    const error = await openTarget(asked).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(MisuseError);
    expect((error as MisuseError).message).toMatch(message);
  });

  test('mistakes in a composed host are told one by one', async () => {
    const error = await open('wrong.yaml').catch((e: unknown) => e);
    expect((error as MisuseError).problems.length).toBeGreaterThan(0);
  });

  test('--as decides between two', async () => {
    expect(said(await open('both.yaml', { as: 'snapshot' }))).toEqual(['snapshot', 'recorded']);
  });
});
