/**
 * storage.conf as Podman has it in force. Before 6.0 one file replaces the others
 * (containers/storage:types/options.go), from 6.0 on they merge as containers.conf does.
 */
import { type Account, type Asking, together } from '../ask.ts';
import { accountEnvironments } from '../environment/account-environments.ts';
import { type Fact, type FactBuilder, type Unknown, unparsable } from '../fact.ts';
import { blockedAt, type Disk, readDisk, unreadableBy } from '../host/disk.ts';
import { boolean, type Shape, string } from '../shape.ts';
import { inQuestion, source, type Touches } from '../source.ts';
import { agreed } from './agreed.ts';
import { assemble } from './assemble.ts';
import { dropInDirectories, firstMain, mainFiles, movedTo, movesHome, outside } from './containers-layers.ts';
import { type Keys, type Merged, mergeToml, shapeOfKeys } from './merge.ts';
import { dependsOnVersion, podmanRelease, type Release, since } from './podman-release.ts';
import { storageRefusal } from './storage-values.ts';

/** The fields that a release decides, in words. */
const aboutFields = {
  storage: 'what storage.conf comes to',
  graphRoot: 'where the store lies',
  runRoot: 'where the state of what runs lies',
  usable: 'whether Podman accepts storage.conf',
  refused: 'which value of storage.conf Podman refuses',
  layers: 'which files of storage.conf count',
  unknownKeys: 'which keys of storage.conf Podman knows',
} as const;

const names = ['CONTAINERS_STORAGE_CONF', 'XDG_CONFIG_HOME'];

const keys: Keys = {
  storage: {
    driver: 'string',
    driver_priority: 'strings',
    runroot: 'string',
    graphroot: 'string',
    imagestore: 'string',
    rootless_storage_path: 'string',
    transient_store: 'boolean',
    options: {
      additionalimagestores: 'strings',
      imagestore: 'string',
      additionallayerstores: 'strings',
      size: 'string',
      ignore_chown_errors: 'string',
      use_composefs: 'string',
      force_mask: 'uint32',
      'remap-uids': 'string',
      'remap-gids': 'string',
      'remap-user': 'string',
      'remap-group': 'string',
      'root-auto-userns-user': 'string',
      'auto-userns-min-size': 'uint32',
      'auto-userns-max-size': 'uint32',
      skip_mount_home: 'string',
      mount_program: 'string',
      mountopt: 'string',
      pull_options: 'map',
      'disable-volatile': 'boolean',
      aufs: { mountopt: 'string' },
      btrfs: { min_space: 'string', size: 'string' },
      thinpool: {},
      overlay: {
        ignore_chown_errors: 'string',
        mountopt: 'string',
        mount_program: 'string',
        size: 'string',
        inodes: 'string',
        skip_mount_home: 'string',
        use_composefs: 'string',
        force_mask: 'string',
        sync: 'string',
      },
      vfs: { ignore_chown_errors: 'string', sync: 'string' },
      zfs: { mountopt: 'string', fsname: 'string', size: 'string' },
    },
  },
};

/** Of devicemapper, which went with Podman 5.1 (containers/storage:pkg/config/config.go at v1.24 to v1.53). */
const thinpool: Keys = Object.fromEntries(
  (
    'autoextend_percent autoextend_threshold basesize blocksize directlvm_device directlvm_device_force fs log_level metadatasize ' +
    'min_free_space mkfsarg mountopt size use_deferred_deletion use_deferred_removal xfs_nospace_max_retries'
  )
    .split(' ')
    .map((name) => [name, 'string'] as const),
);
const storageKeys = keys.storage as { readonly options: Keys } & Keys;
const olderKeys: Keys = { storage: { ...storageKeys, options: { ...storageKeys.options, thinpool } } };
const keysOf = (release: Release): Keys => (since(release, '5.1') ? keys : olderKeys);

/** Drivers that an account takes from a system-wide file; with another one Podman chooses for itself (options.go: isRootlessDriver). */
const rootlessDrivers = ['btrfs', 'overlay', 'overlay2', 'vfs'];

/** What a rootless user takes from a system-wide file before 6.0 (options.go: getRootlessStorageOpts). */
const inherited = new Set([
  'storage.driver',
  'storage.driver_priority',
  'storage.rootless_storage_path',
  'storage.options.ignore_chown_errors',
  'storage.options.overlay.ignore_chown_errors',
  'storage.options.vfs.ignore_chown_errors',
]);

const touches: Touches = [
  podmanRelease,
  accountEnvironments.of(names, inQuestion),
  readDisk.of(
    [...mainFiles('~', 'storage'), '/etc/containers/*.conf', '/usr/share/containers/*.conf', '~/.config/containers/*.conf'],
    dropInDirectories('~', '{uid}', 'storage'),
  ),
];

export const storageShape: Readonly<Record<string, Shape>> = {
  storage: shapeOfKeys(keys.storage as Keys, 'storage.conf [storage]'),
  graphRoot: string('where images and layers are kept, defaults filled in'),
  runRoot: string('where the state of running containers is kept, defaults filled in'),
  refused: string('the key whose value no command gets past'),
  usable: boolean('false: Podman refuses every command, since the file leaves runroot or graphroot out, or holds a value that its driver does not take'),
};

export const storageConf = source(touches, findStorageConf);

function* findStorageConf(as: Account): Asking<Fact> {
  const starts = yield* accountEnvironments(names, as);
  if ('is' in starts) return starts;
  return agreed(starts, yield* together(starts.map((s) => readStorageConf(as, s.values))), as);
}

function* readStorageConf(as: Account, set: ReadonlyMap<string, string>): Asking<Fact> {
  const moved = set.get('CONTAINERS_STORAGE_CONF');
  const only = moved === undefined ? undefined : movedTo(moved, as.home);
  if (moved !== undefined && only === undefined) return outside('CONTAINERS_STORAGE_CONF', moved);
  const xdg = set.get('XDG_CONFIG_HOME');
  if (movesHome(xdg, as.home)) return outside('XDG_CONFIG_HOME', xdg);
  const release = yield* podmanRelease();
  const disk = yield* readDisk(
    [...mainFiles(as.home, 'storage'), ...(only === undefined ? [] : [only])],
    dropInDirectories(as.home, String(as.uid), 'storage'),
    /\.conf$/,
  );
  const each = release.candidates.map((candidate) => ({ candidate, seen: storageFor(candidate, as, disk, only, xdg !== undefined) }));
  const last = each.at(-1)?.seen as Fact | FactBuilder;
  const first = each[0]?.seen as Fact | FactBuilder;
  const refusals = [first, last].filter((seen) => 'is' in seen) as Unknown[];
  // What could not be looked at is no refusal of Podman's.
  const refusal = refusals.find((r) => r.why !== 'unparsable') ?? refusals[0];
  if (refusal)
    return release.unknown && each.some((e) => !('is' in e.seen))
      ? { ...refusal, why: 'ambiguous', said: `${refusal.said}, at least under some versions; ${release.unknown.said}` }
      : refusal;
  const fact = (last as FactBuilder).consulted(...mainFiles(as.home, 'storage').map((path) => ({ path })));
  if (release.where) fact.set('version', release.candidates[0].said, release.where);
  if (release.unknown) {
    const built = each.map(({ seen }) => ('is' in seen ? seen : seen.build()));
    const depends = (field: keyof typeof aboutFields): Unknown => ({
      ...(release.unknown as Unknown),
      why: 'ambiguous',
      said: dependsOnVersion(aboutFields[field], release.unknown),
    });
    const seen = (field: string): Set<string> => new Set(built.map((b) => JSON.stringify(b.is === 'known' ? (b.value[field] ?? null) : b.said)));
    for (const field of Object.keys(aboutFields) as (keyof typeof aboutFields)[]) if (seen(field).size > 1) fact.gap(field, depends(field));
    fact.gap('version', release.unknown);
  }
  return fact.build();
}

function storageFor(release: Release, as: Account, disk: Disk, only: string | undefined, xdg: boolean): FactBuilder | Unknown {
  if (since(release, '6.0') && only === undefined) {
    const layers = firstMain('storage', as, disk);
    if ('is' in layers) return layers;
    const merged = mergeToml(
      keysOf(release),
      layers.files.map((f) => ({ path: f.path, text: f.text.is === 'got' ? f.text.value : '' })),
      'every Podman command',
      release,
    );
    if ('is' in merged) return merged;
    return described(
      merged,
      layers.files.map((f) => f.path),
      as,
      release,
      true,
    );
  }
  const [usr, etc, home] = mainFiles(as.home, 'storage');
  // Root's own file counts only where XDG_CONFIG_HOME is set (options.go: loadDefaultStoreOptions).
  const order = only === undefined ? [...(as.uid !== 0 || xdg ? [home] : []), etc, usr] : [only];
  for (const path of order) {
    const file = disk.file(path);
    const refused = unreadableBy(as, path, file.stat) ?? blockedAt(path, file.text);
    if (refused) return refused;
    if (file.text.is !== 'got') continue;
    const merged = mergeToml(keysOf(release), [{ path, text: file.text.value }], 'every Podman command', release);
    if ('is' in merged) return merged;
    const own = as.uid === 0 || path === home || path === only;
    const isTaken = (key: string, value: unknown): boolean => inherited.has(key) && (key !== 'storage.driver' || rootlessDrivers.includes(String(value)));
    if (!own) for (const [key, { value }] of merged.settings) if (!isTaken(key, value)) merged.settings.delete(key);
    return described(merged, [path], as, release, own);
  }
  if (only !== undefined) return unparsable(`CONTAINERS_STORAGE_CONF names ${only}, which is not there, so every Podman command fails`, { path: only });
  return described({ settings: new Map(), unknownKeys: [] }, [], as, release, false);
}

function described(merged: Merged, layers: readonly string[], as: Account, release: Release, own: boolean): FactBuilder {
  const fact = assemble(merged, layers);
  const refused = storageRefusal(merged, release);
  const [file] = layers;
  const needs = as.uid === 0 && file !== undefined && since(release, '4.0') && !since(release, '6.0');
  const left = needs ? ['runroot', 'graphroot'].filter((k) => !merged.settings.has(`storage.${k}`)) : [];
  const where = file === undefined ? [] : [{ path: file, ...(left.length > 0 ? { said: `leaves ${left.join(' and ')} out` } : {}) }];
  if (refused) fact.set('refused', refused.key, refused.where);
  fact.set('usable', left.length === 0 && !refused, ...(refused ? [{ ...refused.where, said: refused.said }] : where));
  place(fact, merged, 'graphRoot', 'storage.graphroot', as.uid === 0 ? '/var/lib/containers/storage' : `${as.home}/.local/share/containers/storage`, as, own);
  place(fact, merged, 'runRoot', 'storage.runroot', as.uid === 0 ? '/run/containers/storage' : `/run/user/${as.uid}/containers`, as, own);
  return fact;
}

/** A root with its default; `$HOME`, `$USER` and `$UID` are expanded as expandEnvPath does. */
function place(fact: FactBuilder, merged: Merged, field: 'graphRoot' | 'runRoot', key: string, otherwise: string, as: Account, own: boolean): void {
  const rootless = field === 'graphRoot' && as.uid !== 0 ? merged.settings.get('storage.rootless_storage_path') : undefined;
  const set = (own ? merged.settings.get(key) : undefined) ?? rootless;
  const value = set ? String(set.value).replaceAll('$HOME', as.home).replaceAll('$USER', as.name).replaceAll('$UID', String(as.uid)) : otherwise;
  fact.set(field, value, ...(set?.where ?? []));
}
