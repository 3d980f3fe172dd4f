/**
 * One package in an rpm database: index and store, as rpm keeps them (rpm-software-management/rpm:lib/header.c and
 * docs/manual/hregions.md). Pure.
 */
import type { Package } from '../../facts/packages.ts';

/** Limits of rpm itself (hdrchkTags, hdrchkData). */
const mostEntries = 0xffff;
const mostBytes = 256 * 1024 * 1024;
const entrySize = 16;

/** include/rpm/rpmtag.h */
const tags: Readonly<Record<number, keyof Package>> = { 1000: 'name', 1001: 'version', 1002: 'release', 1003: 'epoch', 1022: 'arch' };
const int32 = 4;
const text = 6;

/** The package in the bytes of a header; undefined: these bytes are none. What it lacks is empty, as a key's architecture is. */
export function packageInHeader(bytes: Buffer): Package | undefined {
  if (bytes.length < 8) return undefined;
  const [count, size] = [bytes.readUInt32BE(0), bytes.readUInt32BE(4)];
  const start = 8 + count * entrySize;
  if (count === 0 || count > mostEntries || size > mostBytes || start + size > bytes.length) return undefined;
  const store = bytes.subarray(start, start + size);
  const found = { name: '', epoch: '', version: '', release: '', arch: '' };
  for (let at = 8; at < start; at += entrySize) {
    const field = tags[bytes.readUInt32BE(at)];
    if (field === undefined) continue;
    const value = valueIn(store, bytes.readUInt32BE(at + 4), bytes.readUInt32BE(at + 8));
    if (value === undefined) return undefined;
    found[field] = value;
  }
  return found.name === '' || found.version === '' ? undefined : found;
}

function valueIn(store: Buffer, type: number, offset: number): string | undefined {
  if (type === int32) return offset + 4 <= store.length ? String(store.readUInt32BE(offset)) : undefined;
  const end = type === text ? store.indexOf(0, offset) : -1;
  return end < 0 ? undefined : store.toString('utf8', offset, end);
}
