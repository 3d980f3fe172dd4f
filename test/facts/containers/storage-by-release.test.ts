/**
 * storage.conf beside Podman: each file was given to `podman info` of three releases (Debian's 4.3.1, 5.4.2 and 5.8.6) as
 * root, by CONTAINERS_STORAGE_CONF. `refused` are the releases in which that command failed.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { answerer } from '../../../src/collect/composed/composed.ts';
import { storageConf } from '../../../src/facts/containers/storage-conf.ts';
import { rootAccount } from '../../../src/facts/host/accounts.ts';
import { settle } from '../../../src/facts/settle.ts';

interface Recorded {
  readonly text: string;
  readonly refused: readonly string[];
}
const recorded = JSON.parse(readFileSync(new URL('storage-by-release.json', import.meta.url), 'utf8')) as Readonly<Record<string, Recorded>>;

/** What the file does not decide, or no release that matters any more does. */
const explained: Readonly<Record<string, string>> = {
  'transient-type': '4.3.1 does not know the key',
  'remap-user': '4.3.1 looks the name up in /etc/subuid; later releases know the key no more',
  'ov-force-word': '4.3.1 wants a mount_program beside it; later ones refuse the container instead',
  gr: 'a relative graphroot: 4.3.1 refuses it, later ones take it from where they are started',
};

const takes = (text: string, version: string): boolean => {
  const spec = {
    files: { '/usr/bin/podman': { mode: '0755' }, '/etc/containers/storage.conf': text },
    commands: { 'podman --version': { stdout: `podman version ${version}\n` } },
  };
  const fact = settle(storageConf(rootAccount), answerer(spec));
  return fact.is === 'known' && fact.value.usable === true;
};

describe.each(['4.3.1', '5.4.2', '5.8.6'])('as Podman %s', (version) => {
  it.each(Object.entries(recorded).filter(([name]) => !Object.hasOwn(explained, name)))('%s', (_, { text, refused }) => {
    expect(takes(text, version)).toBe(!refused.includes(version));
  });
});

it.each(Object.entries(explained))('%s is seen otherwise: %s', (name) => {
  const { text, refused } = recorded[name] as Recorded;
  expect(['4.3.1', '5.4.2', '5.8.6'].filter((version) => takes(text, version) === refused.includes(version))).not.toEqual([]);
});
