/** The host's file systems, walked once for all who want to know. */
import { type Answer, type Asking, together, walk } from '../ask.ts';
import { type Unknown, unknown, type Where } from '../fact.ts';
import { source, type Touches } from '../source.ts';
import type { Found, LeftOut, Owned, Walk } from '../walk.ts';
import { type MountTable, mountTable } from './mount-table.ts';
import { walkedNames } from './walked-names.ts';

/** What was found on all file systems that were walked. */
export type Walked =
  | {
      readonly is: 'known';
      readonly inodes: number;
      /** By path. */
      readonly found: readonly Found[];
      readonly users: readonly Owned[];
      readonly groups: readonly Owned[];
      /** There may be more: a directory that may not be read, a file system that was not walked, or the limit. */
      readonly incomplete?: Unknown;
      /** Files whose content could not be read: there may be more credentials. */
      readonly unread?: Unknown;
      /** Nobody told which programs have capabilities. */
      readonly untold?: Unknown;
      readonly consulted: readonly Where[];
    }
  | Unknown;

/** Where file systems of their own are walked, too: where distributions put them, and where SUSE's subvolumes are. */
const tops = [
  '/boot',
  '/boot/efi',
  '/efi',
  '/etc',
  '/home',
  '/opt',
  '/root',
  '/srv',
  '/usr',
  '/usr/local',
  '/var',
  '/var/lib',
  '/var/lib/containers',
  '/var/lib/rancher',
  '/var/log',
];

/** File systems on a disk of the host. Others are the kernel's, in memory, or of another host. */
const onDisk = /^(?:ext[234]|xfs|btrfs|f2fs|vfat|squashfs|erofs|jfs|bcachefs|zfs|ubifs)$/;

const touches: Touches = [
  mountTable,
  { do: 'walk', top: '/', names: walkedNames },
  ...tops.map((top) => ({ do: 'walk', top, names: walkedNames, unasked: 'one file system that is mounted is walked for all of them' }) as const),
];

export const walkedHost = source(touches, walkHost);

function* walkHost(): Asking<Walked> {
  const [root, mounts] = yield* together([walk('/', walkedNames), mountTable()]);
  if (root.is !== 'got') return root.is === 'absent' ? unknown({ is: 'blocked', why: 'failed' }, '/') : unknown(root, '/');
  const apart = mountsIn(root.value, mounts);
  const further = apart.filter(({ path }) => tops.includes(path));
  const more = yield* together(further.map(({ path }) => walk(path, walkedNames)));
  return merged(root.value, further, more, apart);
}

/** The file systems on disks that were left out. Where nobody knows what is mounted, all that was left out. */
function mountsIn({ leftOut }: Walk, mounts: MountTable): readonly LeftOut[] {
  const left = leftOut.filter(({ why }) => why === 'mount');
  if (mounts.is === 'unknown' || !mounts.live) return left;
  return left.filter(({ path }) => mounts.each.some((m) => m.point === path && onDisk.test(m.type)));
}

function merged(root: Walk, further: readonly LeftOut[], more: readonly Answer<Walk>[], apart: readonly LeftOut[]): Walked {
  const walks = [root, ...more.flatMap((answer) => (answer.is === 'got' ? [answer.value] : []))];
  const seen = new Set(further.filter((_, at) => more[at]?.is === 'got').map(({ path }) => path));
  const unseen = apart.find(({ path }) => !seen.has(path));
  const consulted = [{ path: '/' }, ...further.map(({ path }) => ({ path }))];
  const incomplete = walks.map(gapIn).find((gap) => gap !== undefined) ?? (unseen && notWalked(unseen));
  const unread = walks.find((w) => w.unread.count > 0)?.unread;
  const silent = walks.find((w) => w.capabilities !== 'told');
  return {
    is: 'known',
    inodes: walks.reduce((sum, w) => sum + w.inodes, 0),
    found: walks.flatMap((w) => w.found),
    users: joined(walks.map((w) => w.users)),
    groups: joined(walks.map((w) => w.groups)),
    ...(incomplete ? { incomplete } : {}),
    ...(unread ? { unread: denied(`${unread.first[0]}${others(unread.count)} may not be read`, unread.first[0] ?? '/') } : {}),
    ...(silent ? { untold: untoldBy(silent) } : {}),
    consulted,
  };
}

/** Extended attributes are read by getcap alone. */
const untoldBy = ({ capabilities }: Walk): Unknown => ({
  is: 'unknown',
  why: capabilities === undefined ? 'not-recorded' : 'failed',
  said: `${capabilities === 'none' ? 'getcap is not installed' : capabilities === 'failed' ? 'getcap failed' : 'getcap was not asked'}, so nobody told which programs have capabilities`,
  where: [{ path: '/' }],
});

function gapIn({ leftOut, leftOutInAll }: Walk): Unknown | undefined {
  const closed = leftOut.find(({ why }) => why === 'denied');
  if (closed) return denied(`${closed.path}${others(leftOutInAll.denied ?? 1)} may not be looked into`, closed.path);
  const unnamed = leftOut.find(({ why }) => why === 'name');
  if (unnamed)
    return {
      is: 'unknown',
      why: 'not-text',
      said: `in ${unnamed.path}${others(leftOutInAll.name ?? 1)} stand names that cannot be written down`,
      where: [{ path: unnamed.path }],
    };
  const over = leftOut.find(({ why }) => why === 'limit');
  return over && { is: 'unknown', why: 'too-large', said: `there are more files than one walk takes; ${over.path} was left out`, where: [{ path: over.path }] };
}

const denied = (said: string, path: string): Unknown => ({ is: 'unknown', why: 'denied', said, where: [{ path }] });
const notWalked = ({ path }: LeftOut): Unknown => ({
  is: 'unknown',
  why: 'unsupported',
  said: `${path} is a file system of its own, and was not walked`,
  where: [{ path }],
});
const others = (count: number): string => (count > 1 ? ` and ${count - 1} more` : '');

/** The same ids of several file systems put together. */
function joined(lists: readonly (readonly Owned[])[]): Owned[] {
  const byId = new Map<number, Owned>();
  for (const one of lists.flat()) {
    const known = byId.get(one.id);
    byId.set(one.id, known ? { id: one.id, count: known.count + one.count, first: [...known.first, ...one.first].sort().slice(0, 3) } : one);
  }
  return [...byId.values()].sort((a, b) => a.id - b.id);
}
