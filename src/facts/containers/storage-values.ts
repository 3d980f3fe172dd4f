/**
 * Values of storage.conf for which every Podman command fails, though they have the right type
 * (containers/storage:types/options.go, drivers/{overlay,vfs,driver}.go; 45 values put to `podman info` and `podman create`
 * of 4.3.1, 5.4.2 and 5.8.6).
 */
import type { Where } from '../fact.ts';
import type { Merged } from './merge.ts';
import { type Release, since } from './podman-release.ts';

/** Why nothing can be done with such a store, and where that stands. */
export interface Refusal {
  /** The key with its tables. */
  readonly key: string;
  readonly said: string;
  readonly where: Where;
}

/** Every driver there is or was; whether Podman was built with it, no file tells. */
const drivers = ['aufs', 'btrfs', 'devicemapper', 'overlay', 'overlay2', 'vfs', 'zfs'];

const isBoolean = (text: string): boolean => /^(1|t|T|TRUE|true|True|0|f|F|FALSE|false|False)$/.test(text);
const isSize = (text: string): boolean => /^(?:\d+(?:\.\d*)?|\.\d+) ?(?:[kmgtp]i?b?|b)?$/i.test(text);

const isMap = (text: string): boolean => text.split(',').every((part) => /^\d+:\d+:\d+$/.test(part));

interface Check {
  /** Keys of [storage.options] and of its table for the driver. */
  readonly key: string;
  readonly drivers: readonly string[];
  readonly fits: (text: string) => boolean;
  readonly wanted: string;
  /** The first release that was seen to look at it. */
  readonly from?: string;
  /** The first that was seen not to. */
  readonly before?: string;
}

const boolean = { fits: isBoolean, wanted: 'is no boolean' };
const checks: readonly Check[] = [
  { key: 'ignore_chown_errors', drivers: ['overlay', 'vfs'], ...boolean },
  { key: 'size', drivers: ['overlay'], fits: isSize, wanted: 'is no size' },
  { key: 'inodes', drivers: ['overlay'], fits: (text) => /^\d+$/.test(text), wanted: 'is no number' },
  {
    key: 'force_mask',
    drivers: ['overlay'],
    fits: (text) => /^(?:shared|private|[0-7]+)$/.test(text),
    wanted: 'is none of shared, private and an octal number',
  },
  { key: 'skip_mount_home', drivers: ['overlay'], ...boolean, from: '5.0' },
  { key: 'use_composefs', drivers: ['overlay'], ...boolean, from: '5.0' },
  { key: 'sync', drivers: ['overlay'], fits: (text) => ['none', 'filesystem'].includes(text), wanted: 'is none of none and filesystem', from: '5.8' },
  { key: 'sync', drivers: ['vfs'], fits: (text) => text === '', wanted: 'is an option that the driver vfs does not have', from: '5.8', before: '6.0' },
  { key: 'sync', drivers: ['vfs'], fits: (text) => ['none', 'filesystem'].includes(text), wanted: 'is none of none and filesystem', from: '6.0' },
  { key: 'remap-uids', drivers, fits: isMap, wanted: 'is no map of ids', before: '5.0' },
  { key: 'remap-gids', drivers, fits: isMap, wanted: 'is no map of ids', before: '5.0' },
  ...['size', 'mountopt', 'skip_mount_home', 'additionallayerstores'].map(
    (key): Check => ({ key, drivers: ['vfs'], fits: (text) => text === '', wanted: 'is an option that the driver vfs does not have' }),
  ),
];

/** The first value that no command gets past under this release; undefined: none is known. Where no driver is named, Podman chooses one, and it is not judged. */
export function storageRefusal({ settings }: Merged, release: Release): Refusal | undefined {
  const set = settings.get('storage.driver');
  const named = String(set?.value ?? '');
  if (set && named !== '' && !drivers.includes(named)) return told('storage.driver', set.where, `driver names ${named}, which is none`);
  const images = settings.get('storage.imagestore');
  const root = settings.get('storage.graphroot');
  if (images && root && images.value === root.value && since(release, '5.0'))
    return told('storage.imagestore', images.where, 'imagestore is the same directory as graphroot');
  const driver = named === 'overlay2' ? 'overlay' : named;
  for (const { key, drivers: of, fits, wanted, from, before } of checks) {
    if (!of.includes(driver) || (from !== undefined && !since(release, from)) || (before !== undefined && since(release, before))) continue;
    for (const path of [`storage.options.${key}`, `storage.options.${driver}.${key}`]) {
      const found = settings.get(path);
      const text = Array.isArray(found?.value) ? found.value.join(',') : String(found?.value ?? '');
      if (found && text !== '' && !fits(text)) return told(path, found.where, `${key} ${wanted}`);
    }
  }
  return undefined;
}

const told = (key: string, where: readonly Where[], said: string): Refusal => ({ key, said, where: where[0] ?? { path: 'storage.conf' } });
