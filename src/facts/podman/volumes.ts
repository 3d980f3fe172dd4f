/** Volumes that an account's Podman keeps by name, and the directories of the host that some of them bind (podman-volume-create(1) --opt). */

import type { Account, Asking } from '../ask.ts';
import { commandPlace } from '../asks.ts';
import { type Json, type Unknown, unknown, type Where } from '../fact.ts';
import { source, type Touches } from '../source.ts';
import { parseJson } from '../text/json.ts';
import { plain } from '../text/node.ts';
import { boundDevice, mountOption, type VolumeOptions, volumeOption } from './mount-option.ts';
import type { Flag } from './podman-flags.ts';
import { askPodman, database, unasked } from './store.ts';

const argv = ['podman', 'volume', 'ls', '--format', 'json'];
const where: Where = { path: commandPlace(argv) };

/** The directory by the name of the volume; other volumes are left out. */
export type BoundVolumes = ReadonlyMap<string, string>;

const touches: Touches = [database, askPodman.of(argv)];

/** Asked only where somebody mounts a volume by name. An account without a store has none yet, and what is made on the way binds nothing. */
export const boundVolumes = source(touches, askVolumes);

function* askVolumes(as: Account): Asking<BoundVolumes | Unknown> {
  const told = yield* askPodman(argv, as);
  if (told.is === 'got') return told.value.exit === 0 ? boundIn(told.value.stdout) : failed(`exited ${told.value.exit}`);
  if (told.is === 'blocked' && told.why !== 'unsupported') return unknown(told, where.path);
  const store = yield* database(as);
  if (store.is === 'unknown') return store;
  if (store.is === 'none') return new Map();
  if (told.is === 'unused') return unasked(as, 'its volumes', told.where);
  return { is: 'unknown', why: 'unsupported', said: 'what volumes hold, only Podman on the running host can tell', where: store.where };
}

const failed = (how: string): Unknown => ({ is: 'unknown', why: 'failed', said: `podman volume ls ${how}`, where: [where] });

function boundIn(text: string): BoundVolumes | Unknown {
  const parsed = parseJson(text);
  const all: Json = parsed.is === 'parsed' ? plain(parsed.root) : null;
  if (!Array.isArray(all)) return failed('printed something else than a list');
  const found = new Map<string, string>();
  for (const one of all as readonly Json[]) {
    const { Name: name, Options: options } = (one ?? {}) as { Name?: Json; Options?: Json };
    if (typeof name !== 'string') return failed('printed a volume without a name');
    const texts = Object.entries((options ?? {}) as Record<string, Json>).flatMap(([key, value]) => (typeof value === 'string' ? [[key, value]] : []));
    const device = boundDevice(Object.fromEntries(texts) as VolumeOptions);
    if (device !== undefined) found.set(name, device);
  }
  return found;
}

/** A volume that a flag mounts, by its name or that of its `.volume` file. */
interface VolumeMount {
  readonly name: string;
  readonly target: string;
  readonly readOnly: boolean;
  readonly propagation?: string;
  readonly where: Where;
}

/** The flags that mount a volume by its name: `--volume NAME:PATH`, `--mount type=volume,source=NAME,…`. */
export const namedVolumes = (flags: readonly Flag[]): VolumeMount[] => volumesIn(flags).filter(({ name }) => !name.endsWith('.volume'));

/** Volumes by their name, or by that of their `.volume` file. */
export function volumesIn(flags: readonly Flag[]): VolumeMount[] {
  return flags.flatMap(({ name: flag, value, where }): VolumeMount[] => {
    const mount = flag === 'mount' ? mountOption(value) : undefined;
    const given = mount?.type === 'volume' ? mount : flag === 'volume' ? (volumeOption(value) ?? alone(value)) : undefined;
    if (!given || !/^[A-Za-z0-9][\w.@-]*$/.test(given.source)) return [];
    const { source: name, target, readOnly, propagation } = given;
    return [{ name, target, readOnly, where, ...(propagation === undefined ? {} : { propagation }) }];
  });
}

/** Only of a `.volume` file the target may be left out. */
const alone = (text: string): { source: string; target: string; readOnly: boolean; propagation?: string } | undefined =>
  text.endsWith('.volume') ? { source: text, target: '', readOnly: false } : undefined;
