/**
 * Values that Podman took or refused, each put to `podman create --rootfs`, `podman volume create` and `podman network create`
 * as root (Debian's Podman 5.4.2 and 5.8.6), those of --tmpfs, and of --volume with `/`, to `podman run`. What failed for the want of something on that host is left out.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type Release, releaseOf } from '../../../src/facts/containers/podman-release.ts';
import { csvRecord } from '../../../src/facts/podman/mount-option.ts';
import { checkOf, isSlice } from '../../../src/facts/quadlet/value-table.ts';

interface Recorded {
  readonly taken: readonly string[];
  readonly refused: readonly string[];
}
const recorded = JSON.parse(readFileSync(new URL('values-by-release.json', import.meta.url), 'utf8')) as Readonly<
  Record<string, Readonly<Record<string, Recorded>>>
>;

function refuses(command: string, flag: string, value: string, release: string): boolean {
  const parts = isSlice(flag) ? (csvRecord(value) ?? [value]) : [value];
  const asked = { release: releaseOf(release) as Release, user: false };
  return parts.some((part) => checkOf(command, flag)?.(part, asked) !== undefined);
}

describe.each(Object.entries(recorded))('as Podman %s', (release, flags) => {
  it.each(Object.entries(flags))('%s', (name, { taken, refused }) => {
    const [command = '', flag = ''] = name.split(' --');
    expect(taken.filter((v) => refuses(command, flag, v, release))).toEqual([]);
    expect(refused.filter((v) => !refuses(command, flag, v, release))).toEqual([]);
  });
});
