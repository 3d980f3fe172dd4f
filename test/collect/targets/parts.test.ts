import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTarget } from '../../../src/collect/targets/open.ts';
import type { Ask } from '../../../src/facts/ask.ts';

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'pretrip-parts-'));
});
afterAll(() => rmSync(dir, { recursive: true }));

/** A file with bytes at an offset. */
function file(name: string, offset: number, bytes: string): string {
  const path = join(dir, name);
  const content = Buffer.alloc(offset + 512);
  content.write(bytes, offset, 'latin1');
  writeFileSync(path, content);
  return path;
}

test.each<[string, number, string, RegExp]>([
  ['a.tar', 257, 'ustar', /is a tar archive, which pretrip cannot judge yet/],
  ['a.zip', 0, 'PK\x03\x04', /is a zip archive/],
  ['a.qcow2', 0, 'QFI\xfb', /is a qcow2 image/],
  ['a.squashfs', 0, 'hsqs', /is a squashfs image/],
  ['a.ext4', 1080, '\x53\xef', /is an ext file system/],
  ['a.img', 512, 'EFI PART', /is a disk image/],
])('%s is told by its content, and refused', async (name, offset, bytes, message) => {
  await expect(openTarget({ name: file(name, offset, bytes) })).rejects.toThrow(message);
});

test.each([
  ['sos', ['etc', 'usr', 'sos_commands'], /is a sosreport/],
  ['scc', ['basic-environment.txt', 'basic-health-check.txt'], /is a supportconfig/],
])('the unpacked capture %s is refused', async (name, entries, message) => {
  for (const entry of entries) mkdirSync(join(dir, name, entry), { recursive: true });
  await expect(openTarget({ name: join(dir, name) })).rejects.toThrow(message);
});

async function answers(entries: readonly string[], asks: readonly Ask[]): Promise<string[]> {
  const path = mkdtempSync(join(dir, 'root-'));
  for (const entry of entries) mkdirSync(join(path, entry), { recursive: true });
  const opened = await openTarget({ name: path });
  if (!('host' in opened)) throw new Error('a snapshot');
  return [...(await opened.host.target.answer(asks)).map((a) => a.is), (opened.host.lacks ?? []).join()];
}

const asks: Ask[] = [
  { do: 'stat', path: '/etc/x' },
  { do: 'stat', path: '/usr/bin/podman' },
  { do: 'stat', path: '/var/lib/x' },
];

test('outside of the top directories of a part nothing is known', async () => {
  expect(await answers(['etc'], asks)).toEqual(['absent', 'blocked', 'blocked', 'usr']);
  expect(await answers(['usr', 'var'], asks)).toEqual(['blocked', 'absent', 'absent', 'etc']);
});

test('a tree with both is whole', async () => {
  expect(await answers(['etc', 'usr'], asks)).toEqual(['absent', 'absent', 'absent', '']);
});
