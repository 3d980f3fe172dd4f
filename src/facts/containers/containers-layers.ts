/**
 * Which files make up containers.conf, in the order in which they are applied.
 *
 * Before 6.0 every existing file is merged over the ones before it (containers/common
 * pkg/config/new.go, before 5.0 config.go: systemConfigs). From 6.0 on only the first
 * main file counts and drop-ins of one name replace each other over all directories
 * (containers/container-libs:storage/pkg/configfile/parse.go).
 */

import type { Account } from '../ask.ts';
import { envPlace } from '../asks.ts';
import { plainPath, sameDirectory } from '../environment/environment.ts';
import { type Note, type Unknown, unknown, type Where } from '../fact.ts';
import { blockedAt, type Disk, type DiskDirectory, type DiskFile, unreadableBy } from '../host/disk.ts';
import { type Release, since } from './podman-release.ts';

/** The places that any release reads for an account, and the variables that move them. */
export interface Places {
  readonly as: Account;
  /** `CONTAINERS_CONF`: replaces every file. */
  readonly only?: string;
  /** `CONTAINERS_CONF_OVERRIDE`: applied last. */
  readonly last?: string;
}

/** A file that is not applied, and why: a clause that can follow its name. */
export interface Passed {
  readonly file: DiskFile;
  readonly because: string;
}

export interface Layers {
  readonly files: readonly DiskFile[];
  readonly passed: readonly Passed[];
  readonly notes: readonly Note[];
  readonly consulted: readonly Where[];
}

const etc = '/etc/containers/containers.conf';

/** The main files of NAME.conf: of the vendor, the administrator, the user. */
export const mainFiles = (home: string, name = 'containers'): readonly [string, string, string] => [
  `/usr/share/containers/${name}.conf`,
  `/etc/containers/${name}.conf`,
  `${home}/.config/containers/${name}.conf`,
];

/** Every drop-in directory that any release knows. */
export function dropInDirectories(home: string, uid: string, name = 'containers'): readonly string[] {
  const [usrMain, etcMain, homeFile] = mainFiles(home, name);
  const special = [usrMain, etcMain].flatMap((main) => ['rootful', 'rootless'].map((who) => `${main.replace(/\.conf$/, '')}.${who}.conf.d`));
  return [`${usrMain}.d`, `${etcMain}.d`, `${homeFile}.d`, ...special, ...special.filter((d) => d.includes('rootless')).map((d) => `${d}/${uid}`)];
}

/** The files that a release applies, later ones winning, or why it would refuse to start or cannot be judged. */
export function layersFor(release: Release, places: Places, disk: Disk): Layers | Unknown {
  const base =
    places.only === undefined
      ? since(release, '6.0')
        ? firstMain('containers', places.as, disk)
        : merged(release, places.as, disk)
      : one(disk.file(places.only), 'CONTAINERS_CONF', places.as);
  if ('is' in base || places.last === undefined) return base;
  if (!since(release, '4.5')) {
    const where = [{ path: envPlace('CONTAINERS_CONF_OVERRIDE') }];
    return { ...base, notes: [...base.notes, { said: `Podman ${release.said} does not know CONTAINERS_CONF_OVERRIDE`, where }] };
  }
  const over = one(disk.file(places.last), 'CONTAINERS_CONF_OVERRIDE', places.as);
  if ('is' in over) return over;
  return { ...base, files: [...base.files, ...over.files], consulted: [...base.consulted, ...over.consulted] };
}

function one(file: DiskFile, variable: string, as: Account): Layers | Unknown {
  const { path } = file;
  if (path === '/dev/null')
    return { files: [], passed: [], notes: [{ said: `${variable}=/dev/null hides every file`, where: [{ path: envPlace(variable) }] }], consulted: [{ path }] };
  const refused = cannotOpen(file, as);
  if (refused) return refused;
  if (file.text.is === 'absent')
    return { is: 'unknown', why: 'unparsable', said: `${variable} names ${path}, which is not there, so every Podman command fails`, where: [{ path }] };
  return { files: [file], passed: [], notes: [], consulted: [{ path }] };
}

/** The file cannot be opened by Podman, or could not be read by us. */
function cannotOpen(file: DiskFile, as: Account): Unknown | undefined {
  return unreadableBy(as, file.path, file.stat) ?? blockedAt(file.path, file.text);
}

function merged(release: Release, as: Account, disk: Disk): Layers | Unknown {
  const [usrMain, etcMain, home] = mainFiles(as.home).map((path) => disk.file(path)) as [DiskFile, DiskFile, DiskFile];
  const homeCounts = as.uid !== 0 || since(release, '5.0');
  const dropInsCount = since(release, '3.3');
  const etcDirectory = disk.directory(`${etc}.d`);
  const homeDirectory = disk.directory(`${home.path}.d`);
  const groups: readonly (DiskFile | DiskDirectory)[] = [
    usrMain,
    etcMain,
    ...(dropInsCount ? [etcDirectory] : []),
    ...(homeCounts ? [home, ...(dropInsCount ? [homeDirectory] : [])] : []),
  ];
  const files: DiskFile[] = [];
  const passed: Passed[] = [];
  const consulted: Where[] = [];
  for (const group of groups) {
    consulted.push({ path: group.path });
    if ('text' in group) {
      const refused = cannotOpen(group, as);
      if (refused) return refused;
      if (group.text.is === 'got') files.push(group);
      continue;
    }
    const inside = walked(release, group, as);
    if ('is' in inside) return inside;
    files.push(...inside.files);
    passed.push(...inside.passed);
  }
  if (!homeCounts) passed.push(...ignored([home, homeDirectory], `Podman ${release.said} does not read root's home file`));
  if (!dropInsCount) passed.push(...ignored([etcDirectory, ...(homeCounts ? [homeDirectory] : [])], `Podman ${release.said} reads no containers.conf.d`));
  const unread = dropInDirectories(as.home, String(as.uid)).filter((d) => d !== etcDirectory.path && d !== homeDirectory.path);
  passed.push(
    ...ignored(
      unread.map((d) => disk.directory(d)),
      `Podman ${release.said} does not read that directory`,
    ),
  );
  return { files, passed, notes: [], consulted };
}

/** What filepath.WalkDir yields: a link to a directory is not entered, links to files count, names end in ".conf". */
function walked(release: Release, directory: DiskDirectory, as: Account): Pick<Layers, 'files' | 'passed'> | Unknown {
  const { stat, names, path } = directory;
  if (stat.is === 'absent') return { files: [], passed: [] };
  if (stat.is === 'got' && stat.value.type === 'link')
    return { files: [], passed: ignored([directory], `Podman ${release.said} does not follow the link ${path}`) };
  const refused = unreadableBy(as, path, stat) ?? blockedAt(path, stat, names);
  if (refused) return refused;
  const files: DiskFile[] = [];
  const passed: Passed[] = [];
  for (const [name, file] of directory.files) {
    if (!name.endsWith('.conf')) {
      passed.push(...ignored([file], 'Podman reads only files named *.conf'));
      continue;
    }
    if (file.stat.is === 'got' && file.stat.value.type === 'directory') continue;
    const closed = cannotOpen(file, as);
    if (closed) return closed;
    if (file.text.is === 'got') files.push(file);
    else if (!since(release, '5.0'))
      return {
        is: 'unknown',
        why: 'unparsable',
        said: `${file.path} is a dangling link, so every command of Podman ${release.said} fails`,
        where: [{ path: file.path }],
      };
  }
  return { files, passed };
}

/** How 6.0 finds the files of NAME.conf: the first main file, then drop-ins keyed by their name. */
export function firstMain(name: string, as: Account, disk: Disk): Layers | Unknown {
  const [usrMain, etcMain, home] = mainFiles(as.home, name).map((path) => disk.file(path)) as [DiskFile, DiskFile, DiskFile];
  const files: DiskFile[] = [];
  const passed: Passed[] = [];
  const consulted: Where[] = [];
  for (const file of [home, etcMain, usrMain]) {
    if (files[0]) {
      passed.push(...ignored([file], `Podman 6 reads only the first main file, ${files[0].path}`));
      continue;
    }
    consulted.push({ path: file.path });
    const refused = cannotOpen(file, as);
    if (refused) return refused;
    if (file.text.is === 'got') files.push(file);
  }
  const byName = new Map<string, DiskFile>();
  for (const directory of directoriesOfSix(name, as).map((path) => disk.directory(path))) {
    consulted.push({ path: directory.path });
    if (directory.stat.is === 'absent') continue;
    const refused = unreadableBy(as, directory.path, directory.stat) ?? blockedAt(directory.path, directory.stat, directory.names);
    if (refused) return refused;
    for (const [name, file] of directory.files) {
      if (file.stat.is === 'got' && file.stat.value.type === 'directory') continue;
      if (!name.endsWith('.conf')) passed.push(...ignored([file], 'Podman reads only files named *.conf'));
      else {
        const hidden = byName.get(name);
        if (hidden) passed.push(...ignored([hidden], `${file.path} replaces it`));
        byName.set(name, file);
      }
    }
  }
  for (const name of [...byName.keys()].sort(byCodePoints)) {
    const file = byName.get(name) as DiskFile;
    const refused = cannotOpen(file, as);
    if (refused) return refused;
    if (file.text.is === 'got') files.push(file);
  }
  return { files, passed, notes: [], consulted };
}

function directoriesOfSix(name: string, as: Account): readonly string[] {
  const [usrMain, etcMain, home] = mainFiles(as.home, name);
  const special = (main: string): string[] => {
    const stem = main.replace(/\.conf$/, '');
    return as.uid === 0 ? [`${main}.d`, `${stem}.rootful.conf.d`] : [`${main}.d`, `${stem}.rootless.conf.d`, `${stem}.rootless.conf.d/${as.uid}`];
  };
  return [...special(usrMain), ...special(etcMain), `${home}.d`];
}

/** Orders as Go's sort.Strings does: UTF-8 bytes, which is the order of code points. */
function byCodePoints(a: string, b: string): number {
  const [left, right] = [[...a], [...b]];
  for (const [at, char] of left.entries()) {
    const other = right[at];
    if (other === undefined) return 1;
    if (char !== other) return (char.codePointAt(0) as number) - (other.codePointAt(0) as number);
  }
  return left.length - right.length;
}

/** The files among what is not applied. Whether one can be read changes nothing; what could not be seen to be there is kept, too. */
function ignored(places: readonly (DiskFile | DiskDirectory)[], because: string): Passed[] {
  const unseen = (place: DiskDirectory): DiskFile[] =>
    place.names.is === 'blocked' && place.stat.is !== 'absent' && !isFile(place.stat) ? [{ path: place.path, stat: place.names, text: place.names }] : [];
  return places
    .flatMap((place) => ('text' in place ? [place] : [...place.files.values(), ...unseen(place)]))
    .filter((f) => f.stat.is !== 'absent' && !(f.stat.is === 'got' && f.stat.value.type === 'directory') && f.text.is !== 'absent')
    .map((file) => ({ file, because }));
}

const isFile = (stat: DiskFile['stat']): boolean => stat.is === 'got' && stat.value.type === 'file';

/**
 * The file that a variable names, slashes put right; undefined where it lies outside the directories of configuration:
 * the printed plan must not promise "any file".
 */
export function movedTo(value: string, home: string): string | undefined {
  const path = plainPath(value);
  const directories = ['/etc/containers', '/usr/share/containers', `${plainPath(home)}/.config/containers`];
  return directories.some((d) => path.startsWith(`${d}/`) && /^[^/]+\.conf$/.test(path.slice(d.length + 1))) ? path : undefined;
}

/** Whether XDG_CONFIG_HOME leads away from where an account's configuration usually lies. */
export const movesHome = (value: string | undefined, home: string): value is string => value !== undefined && !sameDirectory(value, `${home}/.config`);

/** For variables that name a file outside the places that are looked at. */
export const outside = (variable: string, path: string): Unknown =>
  unknown({ is: 'blocked', why: 'unsupported', said: `${variable} moves the configuration there, outside the files that pretrip reads` }, path);
