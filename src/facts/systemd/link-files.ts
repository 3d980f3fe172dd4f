/**
 * The .link files of udev and their drop-ins, and which of them a network device gets: the first by name that matches
 * (systemd.link(5); systemd/systemd:src/udev/net/link-config.c, src/shared/net-condition.c; tried with
 * `udevadm test-builtin net_setup_link` of systemd 252 in a network namespace).
 */
import { type Answer, type Asking, list, read, stat, together } from '../ask.ts';
import { type Unknown, unknown, type Where } from '../fact.ts';
import { globMatches } from '../glob.ts';
import type { Pattern } from '../pattern.ts';
import { source } from '../source.ts';
import { type Release, since } from '../text/version.ts';
import { type Assignment, parseUnitText, sinceReset } from './syntax.ts';
import { splitWords } from './words.ts';

/** Most important first. The last one is the one before it, unless /usr is not merged. */
const directories = ['/etc', '/run', '/usr/local/lib', '/usr/lib', '/lib'].map((d) => `${d}/systemd/network`);
const sections = new Set(['Match', 'Link']);

/** One file with its drop-ins, in the order in which they count. */
export interface LinkFile {
  readonly path: string;
  readonly assignments: readonly Assignment[];
  /** Of its drop-ins, which udev reads from systemd 248 or 249 on (systemd/systemd#18873). */
  readonly dropIns: readonly Assignment[];
}

/** All that count, by name. */
export interface LinkFiles {
  readonly is: 'known';
  readonly files: readonly LinkFile[];
  readonly looked: readonly Where[];
}

/** A device, by what is known of it before it is there. */
export interface LinkDevice {
  readonly name: string;
  /** DEVTYPE of the kernel. */
  readonly type: string;
  readonly driver: string;
  readonly kind: string;
}

const touches = directories.flatMap((d): Pattern[] => [
  { do: 'list', path: d },
  { do: 'stat', path: `${d}/*.link` },
  { do: 'read', path: `${d}/*.link` },
  { do: 'list', path: `${d}/*.link.d` },
  { do: 'stat', path: `${d}/*.link.d/*.conf` },
  { do: 'read', path: `${d}/*.link.d/*.conf` },
]);

/** Reads all of them; unknown where one, or a directory, may not be seen. */
export const linkFiles = source(touches, readLinkFiles);

function* readLinkFiles(): Asking<LinkFiles | Unknown> {
  const found = yield* namesIn(directories);
  if (found.is === 'unknown') return found;
  const files: LinkFile[] = [];
  for (const [name, path] of inOrder(found.names, '.link')) {
    const extra = directories.filter((d) => found.dropIns.has(`${d}/${name}.d`)).map((d) => `${d}/${name}.d`);
    const inside = yield* namesIn(extra);
    if (inside.is === 'unknown') return inside;
    const paths = [path, ...inOrder(inside.names, '.conf').map(([, p]) => p)];
    const texts = yield* together(paths.map(readUnmasked));
    const shut = texts.findIndex((t) => t.is === 'blocked');
    const refused = texts[shut];
    if (refused?.is === 'blocked') return unknown(refused, paths[shut] ?? path);
    const [main] = texts;
    // An empty file masks: its drop-ins do not count either.
    if (main?.is !== 'got' || main.value === '') continue;
    const parsed = texts.map((t, at) => (t.is === 'got' ? parseUnitText(t.value, paths[at] ?? path, sections).assignments : []));
    files.push({ path, assignments: parsed[0] ?? [], dropIns: parsed.slice(1).flat() });
  }
  return { is: 'known', files, looked: files.length > 0 ? files.map(({ path }) => ({ path })) : directories.map((path) => ({ path })) };
}

interface Names {
  readonly is: 'known';
  /** By name, the place that counts. */
  readonly names: ReadonlyMap<string, string>;
  readonly dropIns: ReadonlySet<string>;
}

function* namesIn(places: readonly string[]): Asking<Names | Unknown> {
  const lists = yield* together(places.map((d) => list(d)));
  const names = new Map<string, string>();
  const dropIns = new Set<string>();
  for (const [at, answer] of lists.entries()) {
    const place = places[at] ?? '';
    // Below /run an image has nothing.
    if (answer.is === 'blocked' && !(answer.why === 'unsupported' && place.startsWith('/run/'))) return unknown(answer, place);
    for (const name of answer.is === 'got' ? answer.value : []) {
      if (name.endsWith('.link.d')) dropIns.add(`${place}/${name}`);
      if (!names.has(name)) names.set(name, `${place}/${name}`);
    }
  }
  return { is: 'known', names, dropIns };
}

const inOrder = (names: ReadonlyMap<string, string>, ending: string): [string, string][] =>
  [...names].filter(([name]) => name.endsWith(ending) && !name.startsWith('.')).sort(([a], [b]) => (a < b ? -1 : 1));

function* readUnmasked(path: string): Asking<Answer<string>> {
  const inode = yield* stat(path);
  if (inode.is === 'got' && inode.value.target === '/dev/null') return { is: 'got', value: '' };
  return yield* read(path);
}

/** Keys of which no file tells whether they hold for a device that is made later. */
const open = ['Property', 'Host', 'Virtualization', 'KernelCommandLine', 'KernelVersion', 'Version', 'Credential', 'Architecture', 'Firmware'];
/** Addresses: the kernel draws that of a virtual device, and it has no permanent one. */
const addresses = ['MACAddress', 'PermanentMACAddress'];

/** What changed from release to release. */
export interface LinkReading {
  /** A file without any condition is for all devices: up to systemd 244. */
  readonly emptyMatchesAll: boolean;
  readonly dropIns: boolean;
}

/** The ways to read the files that a release of systemd may have: one, where it is known well enough. */
export function readingsOf(release: Release | undefined): LinkReading[] {
  const either = [true, false];
  const empty = release ? [!since(release, '245')] : either;
  const withDropIns = release && since(release, '249') ? [true] : release && !since(release, '248') ? [false] : either;
  return empty.flatMap((emptyMatchesAll) => withDropIns.map((dropIns) => ({ emptyMatchesAll, dropIns })));
}

/** What a device gets: the file, and the line by which its address is changed; `undecided` is a file that may be for it instead. */
export interface LinkChoice {
  readonly file?: LinkFile;
  readonly changes?: Assignment;
  readonly undecided?: LinkFile;
}

/** The first file that is for the device counts; one of which that is not known matters where it would do otherwise. */
export function linkFor(files: readonly LinkFile[], device: LinkDevice, reading: LinkReading): LinkChoice {
  const maybe: LinkFile[] = [];
  let file: LinkFile | undefined;
  for (const each of files) {
    const fits = isFor(linesOf(each, reading), device, reading.emptyMatchesAll);
    if (fits === undefined) maybe.push(each);
    if (fits === true) {
      file = each;
      break;
    }
  }
  const changes = file && changesAddress(linesOf(file, reading));
  const undecided = maybe.find((each) => (changesAddress(linesOf(each, reading)) === undefined) !== (changes === undefined));
  return { ...(file ? { file } : {}), ...(changes ? { changes } : {}), ...(undecided ? { undecided } : {}) };
}

const linesOf = ({ assignments, dropIns }: LinkFile, reading: LinkReading): readonly Assignment[] =>
  reading.dropIns ? [...assignments, ...dropIns] : assignments;

/** Whether a file is for a device; undefined where its conditions are not to be decided. */
function isFor(lines: readonly Assignment[], device: LinkDevice, emptyMatchesAll: boolean): boolean | undefined {
  const of = (key: string): readonly string[] => sinceReset(lines.filter((a) => a.section === 'Match' && a.key === key)).map(({ value }) => value);
  const words: [string, string | undefined][] = [
    ['OriginalName', device.name],
    ['Type', device.type],
    ['Driver', device.driver],
    ['Kind', device.kind],
    ['Path', undefined],
  ];
  const undecided = open.some((key) => of(key).length > 0);
  const byAddress = addresses.some((key) => of(key).length > 0);
  if (!undecided && !byAddress && words.every(([key]) => of(key).length === 0)) return emptyMatchesAll;
  if (byAddress || words.some(([key, value]) => !holds(of(key), value))) return false;
  return undecided ? undefined : true;
}

/** A list of globs; `!` in front of a line takes all of its words away. With such words alone, all else matches. */
function holds(lines: readonly string[], value: string | undefined): boolean {
  const patterns = lines.flatMap((line) => {
    const not = line.startsWith('!');
    return splitWords(not ? line.slice(1) : line).words.map((glob) => ({ not, glob }));
  });
  const fits = ({ glob }: { glob: string }): boolean => value !== undefined && globMatches(glob, value);
  if (patterns.some((p) => p.not && fits(p))) return false;
  return patterns.every(({ not }) => not) || patterns.some((p) => !p.not && fits(p));
}

const policies = new Set(['persistent', 'random', 'none']);

/** The line that has udev change an address that the kernel has drawn, if any: `random` leaves it as it is. */
function changesAddress(lines: readonly Assignment[]): Assignment | undefined {
  const link = lines.filter(({ section }) => section === 'Link');
  const policy = link.findLast(({ key, value }) => key === 'MACAddressPolicy' && policies.has(value));
  if (policy?.value === 'persistent') return policy;
  if (policy?.value === 'random') return undefined;
  const fixed = link.findLast(({ key }) => key === 'MACAddress');
  return fixed?.value ? fixed : undefined;
}
