/** registries.conf as Podman, Buildah, Skopeo and CRI-O have it in force (containers/image:pkg/sysregistriesv2). */
import { type Account, type Asking, together } from '../ask.ts';
import { accountEnvironments } from '../environment/account-environments.ts';
import { type Fact, FactBuilder, type Json, type Unknown, unparsable, type Where } from '../fact.ts';
import { blockedAt, type Disk, type DiskDirectory, type DiskFile, readDisk, unreadableBy } from '../host/disk.ts';
import { boolean, list, map, number, record, type Shape, string } from '../shape.ts';
import { inQuestion, source, type Touches } from '../source.ts';
import { acrossReleases, agreed } from './agreed.ts';
import { dropInDirectories, firstMain, mainFiles, movedTo, movesHome, outside } from './containers-layers.ts';
import { type ImageLibraries, imageLibraries } from './image-library.ts';
import { type Release, since } from './podman-release.ts';
import { type RegistriesFile, type Registry, readRegistriesFile } from './registries-file.ts';

const names = ['CONTAINERS_REGISTRIES_CONF', 'CONTAINERS_REGISTRIES_CONF_OVERRIDE', 'XDG_CONFIG_HOME'];
/** Those that the library heeds: the others from 5.40 (Podman 6) on. */
const heeded = ({ candidates }: ImageLibraries): readonly string[] => (candidates.some((library) => since(library, '5.40')) ? names : names.slice(0, 1));

const touches: Touches = [
  accountEnvironments.of(names, inQuestion),
  imageLibraries,
  readDisk.of(
    [...mainFiles('~', 'registries'), '/etc/containers/*.conf', '/usr/share/containers/*.conf', '~/.config/containers/*.conf'],
    dropInDirectories('~', '{uid}', 'registries'),
  ),
];

const endpoint: Readonly<Record<string, Shape>> = { location: string('host, port and path'), insecure: boolean('plain HTTP and unverified TLS are accepted') };

export const registriesShape: Readonly<Record<string, Shape>> = {
  'unqualified-search-registries': list(string('a registry'), 'the registries that are tried for short names'),
  'short-name-mode': string('how a short name is resolved', ['enforcing', 'permissive', 'disabled']),
  'credential-helpers': list(string('a helper'), 'where credentials are looked for'),
  aliases: map(string('the full name'), 'short names that resolve whatever the search list says'),
  insecure: list(string('HOST[:PORT][/PATH], or a prefix'), 'registries and mirrors from which is pulled without TLS, or without verifying it'),
  format: number('format of the main file: 1 or 2; unset without a main file'),
  mixed: list(string('a path'), 'files that mix both formats and are accepted, as Podman before 4.4 does when the lists of one are empty'),
  registry: list(
    record(
      {
        ...endpoint,
        prefix: string('what it applies to'),
        blocked: boolean('pulling is refused'),
        'mirror-by-digest-only': boolean(''),
        mirror: list(record({ ...endpoint, 'pull-from-mirror': string('') }, 'a mirror'), 'tried first, in order'),
      },
      'a registry',
    ),
    'the registries with settings of their own, one a prefix, sorted by prefix',
  ),
};

/**
 * Before 5.40 (Podman 6) a user's main file hides the system's main file and its whole drop-in directory; from then on the
 * files are found as those of containers.conf are. Drop-ins replace entries by prefix.
 */
export const registriesConf = source(touches, findRegistriesConf);

function* findRegistriesConf(as: Account): Asking<Fact> {
  const libraries = yield* imageLibraries();
  const starts = yield* accountEnvironments(heeded(libraries), as);
  if ('is' in starts) return starts;
  return agreed(starts, yield* together(starts.map((s) => readRegistriesConf(as, s.values, libraries))), as);
}

function* readRegistriesConf(as: Account, set: ReadonlyMap<string, string>, libraries: ImageLibraries): Asking<Fact> {
  const moved = movedBy(set, as);
  if ('is' in moved) return moved;
  const disk = yield* readDisk(
    [...mainFiles(as.home, 'registries'), ...Object.values(moved)],
    dropInDirectories(as.home, String(as.uid), 'registries'),
    /\.conf$/,
  );
  const facts = libraries.candidates.map((library): Fact => {
    const home = set.get('XDG_CONFIG_HOME');
    if (since(library, '5.40') && movesHome(home, as.home)) return outside('XDG_CONFIG_HOME', home);
    const layers = since(library, '5.40') ? newLayers(moved, disk, as) : oldLayers(moved, disk, as);
    if ('is' in layers) return layers;
    const merged = merge(layers.files, layers.main, library);
    if ('is' in merged) return merged;
    const fact = asFact(
      merged,
      layers.files.map((f) => f.path),
    ).consulted(...layers.consulted);
    for (const path of layers.hidden) fact.note([], `${path} is not read: ${layers.main} hides it`, { path });
    return fact.build();
  });
  return libraries.unknown ? acrossReleases(facts, libraries.unknown) : (facts[0] as Fact);
}

/** The files that variables name: `only` instead of the main file, `last` after all others. */
interface Moved {
  readonly only?: string;
  readonly last?: string;
}

function movedBy(set: ReadonlyMap<string, string>, as: Account): Moved | Unknown {
  const moved: { only?: string; last?: string } = {};
  for (const [name, part] of [
    ['CONTAINERS_REGISTRIES_CONF', 'only'],
    ['CONTAINERS_REGISTRIES_CONF_OVERRIDE', 'last'],
  ] as const) {
    const value = set.get(name);
    if (value === undefined || value === '') continue;
    const path = movedTo(value, as.home);
    if (path === undefined) return outside(name, value);
    moved[part] = path;
  }
  return moved;
}

interface Layers {
  /** The main file, there or not. */
  readonly main: string;
  /** The files that are there, in the order in which they are applied. */
  readonly files: readonly DiskFile[];
  readonly consulted: readonly Where[];
  readonly hidden: readonly string[];
}

function oldLayers({ only }: Moved, disk: Disk, as: Account): Layers | Unknown {
  const [, etc, home] = mainFiles(as.home, 'registries');
  const own = disk.file(home);
  const refused = blockedAt(home, own.text);
  if (refused) return refused;
  const hides = only === undefined && own.text.is === 'got';
  const main = disk.file(only ?? (hides ? home : etc));
  if (only !== undefined && main.text.is === 'absent') return notThere('CONTAINERS_REGISTRIES_CONF', only);
  const directories = [...(hides ? [] : [disk.directory(`${etc}.d`)]), disk.directory(`${home}.d`)];
  const files = filesOf(main, directories, as);
  if ('is' in files) return files;
  const hidden = hides ? [disk.file(etc), ...disk.directory(`${etc}.d`).files.values()].filter((f) => f.text.is === 'got').map((f) => f.path) : [];
  return { main: main.path, files, consulted: [main, ...directories].map(({ path }) => ({ path })), hidden };
}

/** From 5.40 on: a main file that a variable names stands alone, but for the one that overrides. */
function newLayers({ only, last }: Moved, disk: Disk, as: Account): Layers | Unknown {
  const base = only === undefined ? firstMain('registries', as, disk) : { files: [disk.file(only)], consulted: [{ path: only }], passed: [] };
  if ('is' in base) return base;
  const files = [...base.files, ...(last === undefined ? [] : [disk.file(last)])];
  for (const file of files) {
    const refused = unreadableBy(as, file.path, file.stat) ?? blockedAt(file.path, file.text);
    if (refused) return refused;
    if (file.text.is === 'absent') return notThere(file.path === last ? 'CONTAINERS_REGISTRIES_CONF_OVERRIDE' : 'CONTAINERS_REGISTRIES_CONF', file.path);
  }
  const mains = mainFiles(as.home, 'registries').toReversed();
  const main = only ?? mains.find((path) => files.some((f) => f.path === path)) ?? mains[1] ?? '';
  return { main, files, consulted: base.consulted, hidden: base.passed.filter(({ file }) => file.text.is === 'got').map(({ file }) => file.path) };
}

const notThere = (variable: string, path: string): Unknown => unparsable(`${variable} names ${path}, which is not there`, { path });

function filesOf(main: DiskFile, directories: readonly DiskDirectory[], as: Account): readonly DiskFile[] | Unknown {
  const files: DiskFile[] = [];
  for (const directory of directories) {
    const { stat, path, names: listed } = directory;
    // filepath.WalkDir does not enter a directory that is a link.
    if (stat.is === 'absent' || (stat.is === 'got' && stat.value.type === 'link')) continue;
    const refused = unreadableBy(as, path, stat) ?? blockedAt(path, stat, listed);
    if (refused) return refused;
    files.push(...[...directory.files.values()].filter((f) => !(f.stat.is === 'got' && f.stat.value.type === 'directory')));
  }
  for (const file of [main, ...files]) {
    const refused = unreadableBy(as, file.path, file.stat) ?? blockedAt(file.path, file.text);
    if (refused) return refused;
  }
  return [main, ...files].filter((f) => f.text.is === 'got');
}

interface Merged {
  readonly lists: Map<string, { value: Json; where: Where[] }>;
  readonly aliases: Map<string, { value: string; where: Where[] }>;
  readonly registries: Map<string, Registry>;
  readonly unknownKeys: RegistriesFile['unknownKeys'][number][];
  readonly mixed: Where[];
  format?: { value: 1 | 2; where: Where };
}

function merge(files: readonly DiskFile[], main: string, library: Release): Merged | Unknown {
  const merged: Merged = { lists: new Map(), aliases: new Map(), registries: new Map(), unknownKeys: [], mixed: [] };
  for (const { path, text } of files) {
    const read = readRegistriesFile(path, text.is === 'got' ? text.value : '', path !== main, library);
    if ('is' in read) return read;
    if (read.mixed) merged.mixed.push(read.mixed);
    if (path === main) merged.format = { value: read.format, where: read.formatAt };
    for (const registry of read.registries) {
      const before = merged.registries.get(registry.prefix);
      merged.registries.set(
        registry.prefix,
        before
          ? { ...registry, where: [...registry.where, ...before.where.map((w) => ({ ...w, said: `shadowed by ${path}:${registry.where[0]?.line}` }))] }
          : registry,
      );
    }
    for (const [key, { value, where }] of read.lists)
      merged.lists.set(key, {
        value,
        where: [where, ...(merged.lists.get(key)?.where ?? []).map((w) => ({ ...w, said: `shadowed by ${path}:${where.line}` }))],
      });
    for (const [key, { value, where }] of read.aliases) merged.aliases.set(key, { value, where: [where, ...(merged.aliases.get(key)?.where ?? [])] });
    merged.unknownKeys.push(...read.unknownKeys);
  }
  return merged;
}

function asFact(merged: Merged, layers: readonly string[]): FactBuilder {
  const fact = new FactBuilder().set('layers', layers, ...layers.map((path) => ({ path })));
  if (merged.format) fact.set('format', merged.format.value, merged.format.where);
  fact.set(
    'mixed',
    merged.mixed.map((where) => where.path),
    ...(merged.mixed.length > 0 ? merged.mixed : layers.map((path) => ({ path }))),
  );
  for (const [key, { value, where }] of merged.lists) fact.set(key, value, ...where);
  // An alias with an empty value takes the alias away.
  for (const [key, { value, where }] of merged.aliases) if (value !== '') fact.set(['aliases', key], value, ...where);
  const sorted = [...merged.registries.values()].sort((a, b) => (a.prefix < b.prefix ? -1 : 1));
  fact.set(
    'registry',
    sorted.map((r) => r.value),
    ...sorted.flatMap((r) => r.where.slice(0, 1)),
  );
  for (const [at, registry] of sorted.entries()) {
    fact.at(['registry', String(at)], ...registry.where);
    for (const [key, where] of registry.places) fact.at(['registry', String(at), key], where);
    for (const [index, where] of registry.mirrors.entries()) fact.at(['registry', String(at), 'mirror', String(index)], where);
  }
  const insecure = sorted.flatMap(insecurePlaces);
  const seen = sorted.length > 0 ? sorted.flatMap((r) => r.where.slice(0, 1)) : layers.map((path) => ({ path }));
  fact.set(
    'insecure',
    insecure.map((i) => i.name),
    ...(insecure.length > 0 ? insecure.map((i) => i.where) : seen),
  );
  for (const [at, { where }] of insecure.entries()) fact.at(['insecure', String(at)], where);
  fact.set(
    'unknownKeys',
    merged.unknownKeys.map((k) => k.name),
    ...merged.unknownKeys.map((k) => k.where),
  );
  return fact;
}

/** A registry and each of its mirrors carry their own flag. */
function insecurePlaces(registry: Registry): { readonly name: string; readonly where: Where }[] {
  const at = registry.where[0] as Where;
  const mirrors = Array.isArray(registry.value.mirror) ? (registry.value.mirror as { readonly location?: string; readonly insecure?: boolean }[]) : [];
  const found = [
    ...(registry.value.insecure === true ? [{ name: String(registry.value.location || registry.prefix), where: registry.places.get('insecure') ?? at }] : []),
    ...mirrors.flatMap((m, index) => (m.insecure === true ? [{ name: String(m.location), where: registry.mirrors[index] ?? at }] : [])),
  ];
  return found.map(({ name, where }) => ({ name, where: { ...where, said: name } }));
}
