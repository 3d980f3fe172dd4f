/** registries.conf as Podman, Buildah, Skopeo and CRI-O have it in force (containers/image pkg/sysregistriesv2). */
import { type Account, type Asking, together } from '../ask.ts';
import { accountEnvironments } from '../environment/account-environments.ts';
import { type Fact, FactBuilder, type Json, type Unknown, unparsable, type Where } from '../fact.ts';
import { blockedAt, type DiskDirectory, type DiskFile, readDisk, unreadableBy } from '../host/disk.ts';
import { boolean, list, map, number, record, type Shape, string } from '../shape.ts';
import { inQuestion, source, type Touches } from '../source.ts';
import { agreed } from './agreed.ts';
import { mainFiles, movedTo, outside } from './containers-layers.ts';
import { podmanRelease, type Release } from './podman-release.ts';
import { dependsOnRelease, type RegistriesFile, type Registry, readRegistriesFile } from './registries-file.ts';

const names = ['CONTAINERS_REGISTRIES_CONF'];
const places = (home: string): { etc: string; home: string } => {
  const [, etc, own] = mainFiles(home, 'registries');
  return { etc, home: own };
};

const touches: Touches = [
  accountEnvironments.of(names, inQuestion),
  podmanRelease,
  readDisk.of(
    ['/etc/containers/registries.conf', '~/.config/containers/registries.conf', '/etc/containers/*.conf', '~/.config/containers/*.conf'],
    ['/etc/containers/registries.conf.d', '~/.config/containers/registries.conf.d'],
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

/** A user's main file hides the system's main file and its whole drop-in directory; drop-ins replace entries by prefix. */
export const registriesConf = source(touches, findRegistriesConf);

function* findRegistriesConf(as: Account): Asking<Fact> {
  const starts = yield* accountEnvironments(names, as);
  if ('is' in starts) return starts;
  return agreed(starts, yield* together(starts.map((s) => readRegistriesConf(as, s.values))), as);
}

function* readRegistriesConf(as: Account, set: ReadonlyMap<string, string>): Asking<Fact> {
  const named = set.get('CONTAINERS_REGISTRIES_CONF');
  const moved = named === undefined ? undefined : movedTo(named, as.home);
  if (named !== undefined && moved === undefined) return outside('CONTAINERS_REGISTRIES_CONF', named);
  const { etc, home } = places(as.home);
  const disk = yield* readDisk([etc, home, ...(moved === undefined ? [] : [moved])], [`${etc}.d`, `${home}.d`], /\.conf$/);
  const own = disk.file(home);
  const refused = blockedAt(home, own.text);
  if (refused) return refused;
  const hidden = moved === undefined && own.text.is === 'got';
  const main = disk.file(moved ?? (hidden ? home : etc));
  if (moved !== undefined && main.text.is === 'absent') return unparsable(`CONTAINERS_REGISTRIES_CONF names ${moved}, which is not there`, { path: moved });
  const directories = [...(hidden ? [] : [disk.directory(`${etc}.d`)]), disk.directory(`${home}.d`)];
  const files = filesOf(main, directories, as);
  if ('is' in files) return files;
  const merged = yield* mergedFor(files, main.path);
  if ('is' in merged) return merged;
  const fact = asFact(
    merged,
    files.map((f) => f.path),
  ).consulted({ path: main.path }, ...directories.map(({ path }) => ({ path })));
  if (hidden)
    for (const file of [disk.file(etc), ...disk.directory(`${etc}.d`).files.values()])
      if (file.text.is === 'got') fact.note([], `${file.path} is not read: ${home} hides it`, { path: file.path });
  return fact.build();
}

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

/** Any release, for files that all of them read alike. */
const any: Release = { numbers: [5], said: '5.0' };

/** Merges the files as the Podman there does; where its version cannot be told and decides, that is unknown. */
function* mergedFor(files: readonly DiskFile[], main: string): Asking<Merged | Unknown> {
  if (!files.some(({ text }) => text.is === 'got' && dependsOnRelease(text.value))) return merge(files, main, any);
  const release = yield* podmanRelease();
  const each = release.candidates.map((candidate) => merge(files, main, candidate));
  const refusal = each.find((m): m is Unknown => 'is' in m);
  if (!refusal || !release.unknown || each.every((m) => 'is' in m)) return refusal ?? (each[0] as Merged);
  return { ...refusal, why: 'ambiguous', said: `${refusal.said}, at least under some versions; ${release.unknown.said}` };
}

function merge(files: readonly DiskFile[], main: string, release: Release): Merged | Unknown {
  const merged: Merged = { lists: new Map(), aliases: new Map(), registries: new Map(), unknownKeys: [], mixed: [] };
  for (const { path, text } of files) {
    const read = readRegistriesFile(path, text.is === 'got' ? text.value : '', path !== main, release);
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
