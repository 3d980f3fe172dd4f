/** The disks beneath a path: the mount, its device, and what that is made of (sysfs(5), Documentation/ABI/stable/sysfs-block). */
import { type Asking, list, read, stat, together } from '../ask.ts';
import { type Unknown, unknown, type Where } from '../fact.ts';
import { source, type Touches } from '../source.ts';
import { leadsTo, mountOf, mountTable } from './mount-table.ts';

const mountInfo = '/proc/self/mountinfo';
/** On the way to what K3s keeps. */
const above = ['/var', '/var/lib', '/var/lib/rancher', '/var/lib/rancher/k3s', '/var/lib/rancher/k3s/server', '/var/lib/rancher/k3s/server/db'];

export interface Disk {
  readonly name: string;
  /** `sd` a card, `emmc` soldered memory of that kind, `rotating` a disk that says so of itself. */
  readonly media: 'sd' | 'emmc' | 'rotating' | 'other';
  readonly at: Where;
}

const touches: Touches = [
  mountTable,
  { do: 'read', path: mountInfo },
  ...above.map((path) => ({ do: 'stat', path }) as const),
  { do: 'stat', named: 'the directories above the data directory of K3s', later: true, unasked: 'only where data-dir moves it' },
  { do: 'stat', path: '/dev/*' },
  { do: 'stat', path: '/dev/*/*', later: true },
  { do: 'stat', path: '/sys/dev/block/*' },
  { do: 'stat', path: '/sys/class/block/*' },
  { do: 'list', path: '/sys/block/*/slaves' },
  { do: 'read', path: '/sys/block/*/queue/rotational' },
  { do: 'read', path: '/sys/block/*/device/type' },
];

/** Links are followed as far as `path` goes, and not in `rest`, which is below it. */
export const disksBeneath = source(touches, learnDisks);

const open = (said: string, ...where: Where[]): Unknown => ({ is: 'unknown', why: 'unsupported', said: `${said}: lsblk -o NAME,ROTA,TYPE tells`, where });

function* learnDisks(path: string, rest: string): Asking<readonly Disk[] | Unknown> {
  const [end, table, info] = yield* together([leadsTo(path), mountTable(), read(mountInfo)]);
  if (typeof end !== 'string') return end;
  if (table.is === 'unknown') return table;
  const mount = mountOf(table.each, `${end}${rest}`);
  if (!mount || info.is !== 'got') return open(`what ${path}${rest} lies on is not known`, { path: mountInfo });
  const line = info.value.split('\n')[(mount.at.line ?? 0) - 1] ?? '';
  const number = line.split(' ')[2] ?? '';
  // Btrfs and the like have a number of their own; then the source names the device.
  const node = number.startsWith('0:') ? yield* nodeOf(mount.source) : `/sys/dev/block/${number}`;
  if (node === undefined) return open(`${path}${rest} lies on ${mount.source} (${mount.type}), which is no disk of this host`, mount.at);
  if (typeof node !== 'string') return node;
  return yield* disksOf(node, mount.at, 0);
}

/** `/dev/mapper/vg-root` leads to `/dev/dm-0`. */
function* nodeOf(device: string): Asking<string | Unknown | undefined> {
  if (!/^\/dev\/[\w.+:@/-]+$/.test(device) || device.split('/').length > 4) return undefined;
  const seen = yield* stat(device);
  if (seen.is === 'blocked') return unknown(seen, device);
  if (seen.is === 'absent') return undefined;
  const real = seen.value.real;
  if (real?.is === 'blocked') return unknown(real, device);
  const path = real?.is === 'got' ? real.value.path : device;
  return `/sys/class/block/${path.slice(path.lastIndexOf('/') + 1)}`;
}

/** A device of the mapper or of md is made of others; at most five deep. */
function* disksOf(node: string, at: Where, depth: number): Asking<readonly Disk[] | Unknown> {
  const seen = yield* stat(node);
  if (seen.is === 'blocked') return unknown(seen, node);
  const real = seen.is === 'got' ? seen.value.real : undefined;
  if (real?.is === 'blocked') return unknown(real, node);
  const name = /\/block\/([^/]+)(?:\/[^/]+)?$/.exec(real?.is === 'got' ? real.value.path : '')?.[1];
  if (name === undefined || depth > 5) return open(`the disk behind ${node} is not known`, { path: node }, at);
  if (!/^(?:dm-|md)\d/.test(name)) return yield* diskOf(name, at);
  const slaves = `/sys/block/${name}/slaves`;
  const names = yield* list(slaves);
  if (names.is === 'blocked') return unknown(names, slaves);
  if (names.is === 'absent' || names.value.length === 0) return open(`what ${name} is made of is not known`, { path: slaves }, at);
  const each = yield* together(names.value.map((n) => disksOf(`/sys/class/block/${n}`, at, depth + 1)));
  return each.find((e): e is Unknown => 'is' in e) ?? each.flatMap((e) => e as readonly Disk[]);
}

function* diskOf(name: string, at: Where): Asking<readonly Disk[] | Unknown> {
  if (/^mmcblk\d/.test(name)) {
    const path = `/sys/block/${name}/device/type`;
    const type = yield* read(path);
    if (type.is === 'blocked') return unknown(type, path);
    return [{ name, media: type.is === 'got' && type.value.trim() === 'SD' ? 'sd' : 'emmc', at: { path } }];
  }
  const path = `/sys/block/${name}/queue/rotational`;
  const rotates = yield* read(path);
  if (rotates.is === 'blocked') return unknown(rotates, path);
  if (rotates.is === 'absent' || /^(?:loop|ram|nbd)\d/.test(name)) return open(`what ${name} lies on is not known`, { path }, at);
  return [{ name, media: rotates.value.trim() === '1' ? 'rotating' : 'other', at: { path } }];
}
