/** Kind `container-data`: on which file systems K3s, CRI-O and Podman keep images and containers. */
import { type Account, type Asking, read, together } from '../../facts/ask.ts';
import { storageConf } from '../../facts/containers/storage-conf.ts';
import { type Fact, FactBuilder, type Json, missing, type Unknown, unknown, type Where } from '../../facts/fact.ts';
import { leadsTo, type MountTable, mountOf, mountTable } from '../../facts/host/mount-table.ts';
import { seeTool } from '../../facts/host/tool-version.ts';
import { goBool } from '../../facts/k3s/go.ts';
import { type K3sModel, k3sModel, rootlessModel } from '../../facts/k3s/k3s-model.ts';
import { defineKind } from '../../facts/kind.ts';
import { boolean, list, record, string } from '../../facts/shape.ts';

const zfsVersion = '/sys/module/zfs/version';
const usualPaths = ['/var/lib/rancher/k3s', '/var/lib/containers/storage', '~/.local/share/containers/storage', '~/.rancher/k3s'];
const above = [
  ...new Set(usualPaths.flatMap((path) => path.split('/').flatMap((part, at, all) => (part === '' || part === '~' ? [] : [all.slice(0, at + 1).join('/')])))),
];

/** Types that overlay does not take for its upper layer (Linux fs/overlayfs; containers/storage:drivers/overlay/overlay.go). */
const remote = /^(?:nfs\d?|cifs|smb\d?|9p|ceph|glusterfs|fuse\.(?:sshfs|glusterfs|ceph.*)|afs|lustre|gpfs|beegfs)$/;
const refused = /^(?:aufs|overlay|ecryptfs|vfat|msdos|exfat|ntfs3?|fuseblk|iso9660|squashfs|erofs)$/;
/** Of containerd: those that mount overlay. */
const overlaying = new Set(['overlayfs', 'stargz']);

export const containerData = defineKind({
  name: 'container-data',
  noun: 'the place of containers',
  absent: 'neither K3s nor Podman nor CRI-O is set up for {who}',
  describe:
    'The directories in which K3s, CRI-O and Podman of an account keep images and containers, and the mount that each lies on. Absent where none of them is set up.',
  fields: {},
  shape: record({
    places: list(
      record({
        of: string('K3s, CRI-O or Podman'),
        path: string('the directory'),
        type: string('the type of the file system'),
        point: string('where that is mounted'),
        obstacle: string('why overlay, which is used there, cannot write to it: another machine, or the type; unset where it can', [
          'remote',
          'type',
          'old ZFS',
        ]),
        remote: boolean('it lies on another machine'),
        volatile: boolean('it is lost with the next boot'),
        noexec: boolean('no program can be run from it directly'),
        stopped: boolean('the program runs programs of its own from there, and cannot: K3s'),
        lacksDevices: boolean('device files of root’s containers in it do not work'),
      }),
      'one for each program that is set up',
    ),
  }),
  touches: () => [
    k3sModel,
    rootlessModel,
    storageConf,
    mountTable,
    seeTool.of('podman'),
    seeTool.of('crio'),
    { do: 'read', path: zfsVersion },
    ...above.map((path) => ({ do: 'stat', path }) as const),
    { do: 'stat', named: 'what lies above the directory that is configured' },
  ],
  *learn(_q, as): Asking<Fact> {
    const [table, k3s, store, zfs] = yield* together([mountTable(), placeOfK3s(as), placesOfStore(as), read(zfsVersion)]);
    const places = [...k3s, ...store];
    const open = places.find((p): p is Unknown => 'is' in p);
    if (open) return open;
    const sure = places.filter((p): p is Place => 'path' in p);
    if (sure.length === 0) return missing(...(table.is === 'known' ? table.consulted : table.where));
    if (table.is === 'unknown') return table;
    const ends = yield* together(sure.map((p) => leadsTo(p.path)));
    const fact = new FactBuilder().consulted(...table.consulted).set(
      'places',
      sure.map(({ of, path }) => ({ of, path })),
    );
    for (const [at, place] of sure.entries()) putPlace(fact, at, place, ends[at] ?? place.path, table, zfs);
    return fact.build();
  },
});

interface Place {
  readonly of: 'K3s' | 'CRI-O' | 'Podman';
  readonly path: string;
  readonly where: readonly Where[];
  readonly overlay: boolean;
  readonly root: boolean;
}

function* placeOfK3s(as: Account): Asking<(Place | Unknown)[]> {
  const model = yield* as.uid === 0 ? k3sModel() : rootlessModel(as);
  if (model.is !== 'model') return model.is === 'unknown' ? [model] : [];
  return [{ of: 'K3s', path: model.dataDir.value, where: [model.dataDir.where ?? model.where], overlay: mountsOverlay(model), root: as.uid === 0 }];
}

/** The runtime that K3s brings mounts overlay, unless another snapshotter or another runtime is named. */
function mountsOverlay({ flags }: K3sModel): boolean {
  const docker = flags.one('docker');
  if (docker && goBool(docker.value) === true) return false;
  if (flags.one('container-runtime-endpoint')?.value) return false;
  return overlaying.has(flags.one('snapshotter')?.value || 'overlayfs');
}

function* placesOfStore(as: Account): Asking<(Place | Unknown)[]> {
  const [podman, crio] = yield* together([seeTool('podman'), seeTool('crio')]);
  const used = [['Podman', podman] as const, ...(as.uid === 0 ? [['CRI-O', crio] as const] : [])];
  if (used.every(([, tool]) => tool.is === 'absent')) return [];
  const conf = yield* storageConf(as);
  if (conf.is === 'unknown') return [conf];
  const gap = conf.gaps.get('') ?? conf.gaps.get('graphRoot') ?? conf.gaps.get('storage');
  if (gap) return [gap];
  const path = String(conf.value.graphRoot);
  const storage = (conf.value.storage ?? {}) as { readonly [key: string]: Json };
  const options = (storage.options ?? {}) as { readonly [key: string]: Json };
  const own = (options.overlay ?? {}) as { readonly [key: string]: Json };
  const overlay = ['overlay', 'overlay2', '', undefined].includes(storage.driver as string | undefined) && !own.mount_program && !options.mount_program;
  const where = conf.where.get('graphRoot') ?? conf.consulted;
  return used.flatMap(([of, tool]): (Place | Unknown)[] => {
    if (tool.is === 'unknown') return [tool];
    return tool.is === 'absent' ? [] : [{ of, path, where, overlay, root: as.uid === 0 }];
  });
}

type Zfs = { readonly is: string; readonly value?: string };

function putPlace(fact: FactBuilder, at: number, place: Place, end: string | Unknown, table: MountTable & { is: 'known' }, zfs: Zfs): void {
  const on = (field: string): string[] => ['places', String(at), field];
  const fields = ['type', 'point', 'obstacle', 'remote', 'volatile', 'noexec', 'stopped', 'lacksDevices'];
  fact.at(['places', String(at)], ...place.where);
  const mount = typeof end === 'string' ? mountOf(table.each, end) : undefined;
  const unseen = typeof end !== 'string' ? end : mount ? undefined : notTold(place.path, table);
  const element: Record<string, Json> = { of: place.of, path: place.path };
  setElement(fact, at, element);
  if (!mount) {
    if (unseen) for (const field of fields) fact.gap(on(field), unseen);
    return;
  }
  const where = { ...mount.at, said: `${place.path} lies on ${mount.point}, ${mount.type}` };
  const far = remote.test(mount.type);
  const obstacle = place.overlay ? obstacleOf(mount.type, zfs) : undefined;
  Object.assign(element, {
    type: mount.type,
    point: mount.point,
    remote: far,
    volatile: ['tmpfs', 'ramfs'].includes(mount.type),
    noexec: mount.options.includes('noexec'),
    stopped: place.of === 'K3s' && mount.options.includes('noexec'),
    lacksDevices: place.root && mount.options.includes('nodev'),
    ...(typeof obstacle === 'string' ? { obstacle } : {}),
  });
  setElement(fact, at, element);
  for (const field of fields) fact.at(on(field), where, ...place.where);
  if (typeof obstacle === 'object') fact.gap(on('obstacle'), obstacle);
}

/** The list is made with its elements; each is filled in where it stands. */
function setElement(fact: FactBuilder, at: number, element: Record<string, Json>): void {
  for (const [field, value] of Object.entries(element)) fact.set(['places', String(at), field], value);
}

const notTold = (path: string, table: MountTable & { is: 'known' }): Unknown => ({
  is: 'unknown',
  why: 'unsupported',
  said: `/etc/fstab names no file system for ${path}, and a running host alone shows what is mounted`,
  where: [...table.consulted],
});

/** OpenZFS is an upper layer for overlay from 2.2 on. */
function obstacleOf(type: string, zfs: Zfs): string | Unknown | undefined {
  if (remote.test(type)) return 'remote';
  if (refused.test(type)) return 'type';
  if (type !== 'zfs') return undefined;
  const version = zfs.is === 'got' ? /^(\d+)\.(\d+)/.exec(zfs.value ?? '') : null;
  if (!version)
    return zfs.is === 'blocked'
      ? unknown({ is: 'blocked', why: 'failed' }, zfsVersion)
      : { is: 'unknown', why: 'ambiguous', said: 'overlay works on ZFS from OpenZFS 2.2 on, and its version is not known', where: [{ path: zfsVersion }] };
  return Number(version[1]) * 100 + Number(version[2]) >= 202 ? undefined : 'old ZFS';
}
