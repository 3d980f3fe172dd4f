/** The sysctl settings that systemd-sysctl applies at boot: sysctl.d(5), systemd/systemd:src/sysctl/sysctl.c. */
import { type Answer, type Asking, list, read, type Stat, stat, together } from '../ask.ts';
import { type Unknown, unknown, type Where } from '../fact.ts';
import { globMatches } from '../glob.ts';
import { type Pattern, unasked } from '../pattern.ts';
import { source, type Touches } from '../source.ts';
import type { Search } from '../systemd/find.ts';
import { initOf, withoutUnits } from '../systemd/init.ts';
import { maskedUnit } from '../systemd/masked.ts';
import { type Started, startedUnits } from '../systemd/started.ts';

/** Most important first. /lib is the same directory as /usr/lib where the two are merged. */
const merged = '/lib/sysctl.d';
const sysctlDirectories: readonly string[] = ['/etc/sysctl.d', '/run/sysctl.d', '/usr/local/lib/sysctl.d', '/usr/lib/sysctl.d', merged];

/** One assignment. `key` is in slash form without leading slash; `value` is undefined for `-key` alone, which only excludes. */
export interface Assignment {
  readonly key: string;
  readonly value?: string;
  readonly at: Where;
}

export interface SysctlFiles {
  readonly is: 'known';
  /** In the order in which systemd-sysctl reads them. */
  readonly assignments: readonly Assignment[];
  /** Files that take part, in order. */
  readonly files: readonly Where[];
  /** What links among them lead to. */
  readonly leads: ReadonlySet<string>;
  /** Files that a file of the same name in a more important directory hides. */
  readonly shadowed: readonly { readonly path: string; readonly by: string }[];
  /** A directory or file that could not be seen: any setting may be otherwise. */
  readonly incomplete?: Unknown;
  /** Init scripts apply them, for there is no systemd. */
  readonly byScripts?: true;
  /** Nothing applies them at boot: no assignment counts then. Unknown where that could not be seen. */
  readonly idle?: Where | Unknown;
}

const plainFile = '/etc/sysctl.conf';
const unit = 'systemd-sysctl.service';
/** Init scripts that do it: of OpenRC and OpenWrt, of procps (Debian, Yocto), of Buildroot. */
const scripts = ['sysctl.service', 'procps.service'];

/** Turns `net.ipv4.ip_forward` or `net/ipv4/ip_forward` into the slash form: when the first separator is a dot, dots and slashes swap. */
export function normalKey(key: string): string {
  const first = /[./]/.exec(key)?.[0];
  const swapped = first === '.' ? key.replace(/[./]/g, (c) => (c === '.' ? '/' : '.')) : key;
  return swapped
    .replace(/\/{2,}/g, '/')
    .replace(/^\//, '')
    .replace(/\/$/, '');
}

/** The assignments of one file. Lines that are no assignment are ignored, as systemd-sysctl does; nothing follows a value but the line's end. */
export function parseSysctl(text: string, path: string): Assignment[] {
  return text.split('\n').flatMap((raw, index): Assignment[] => {
    const line = trim(raw);
    if (line === '' || line.startsWith('#') || line.startsWith(';')) return [];
    const eq = line.indexOf('=');
    const excludes = line.startsWith('-');
    if (eq < 0 && !excludes) return [];
    const key = normalKey(trim(line.slice(excludes ? 1 : 0, eq < 0 ? undefined : eq)));
    const at = { path, line: index + 1 };
    return key === '' ? [] : [eq < 0 ? { key, at } : { key, value: trim(line.slice(eq + 1)), at }];
  });
}

const trim = (s: string): string => s.replace(/^[ \t\r]+/, '').replace(/[ \t\r]+$/, '');

/** What takes effect for a key. `losing` are the other assignments of the same key, the last one first. */
export interface Effective {
  readonly value?: string;
  readonly winner?: Assignment;
  readonly losing: readonly Assignment[];
}

/**
 * The setting of one key (slash form). An explicit assignment, also `-key` alone, beats every
 * glob wherever it stands; among several the last counts.
 */
export function effective(assignments: readonly Assignment[], key: string): Effective {
  const explicit = assignments.filter((a) => a.key === key);
  const globs = assignments.filter((a) => isGlob(a.key) && globMatches(a.key, key));
  const winner = explicit.length > 0 ? explicit.at(-1) : inForce(globs);
  const losing = [...globs, ...explicit].filter((a) => a !== winner).reverse();
  return winner ? { ...(winner.value !== undefined ? { value: winner.value } : {}), winner, losing } : { losing };
}

/** What takes effect for each key that is asked about, without what loses: for many keys of one list. */
export function winners(assignments: readonly Assignment[]): (key: string) => Assignment | undefined {
  const explicit = new Map(assignments.map((a) => [a.key, a]));
  const globs = assignments.filter((a) => isGlob(a.key));
  return (key) => explicit.get(key) ?? inForce(globs.filter((a) => globMatches(a.key, key)));
}

/** A glob that is written again with the same value keeps its first place; with another value it moves to the end. */
function inForce(globs: readonly Assignment[]): Assignment | undefined {
  const table = new Map<string, Assignment>();
  for (const glob of globs) {
    if (table.get(glob.key)?.value === glob.value && table.has(glob.key)) continue;
    table.delete(glob.key);
    table.set(glob.key, glob);
  }
  return [...table.values()].filter((g) => g.value !== undefined).at(-1);
}

const isGlob = (key: string): boolean => /[*?[]/.test(key);

const touches: Touches = sysctlDirectories.flatMap((directory): Pattern[] => {
  const inside = (['stat', 'read'] as const).map((ask): Pattern => ({ do: ask, path: `${directory}/*` }));
  return [{ do: 'list', path: directory }, ...(directory === merged ? unasked('/lib is the same directory as /usr/lib on every case', inside) : inside)];
});

/** All that systemd-sysctl would read; where systemd is not there, what init scripts give to sysctl(8): /etc/sysctl.conf as well, last. */
export const sysctlFiles = source([...touches, initOf, startedUnits, maskedUnit.of(unit), { do: 'read', path: plainFile }], readSysctlFiles);

function* readSysctlFiles(): Asking<SysctlFiles> {
  const [files, init] = yield* together([readDirectories(), initOf()]);
  if (init.is === 'unknown') return { ...files, idle: init };
  const { each, search, unseen } = yield* startedUnits();
  if (!withoutUnits(init)) {
    const idle = yield* idleUnit(each, search, unseen);
    if (!idle) return files;
    return 'is' in idle ? { ...files, idle } : { ...files, assignments: [], idle };
  }
  const by = each.find((s) => scripts.includes(s.name));
  const plain = yield* read(plainFile);
  const own = plain.is === 'got' ? parseSysctl(plain.value, plainFile) : [];
  const shut = plain.is === 'blocked' ? unknown(plain, plainFile) : undefined;
  const all: SysctlFiles = {
    ...files,
    byScripts: true,
    assignments: [...files.assignments, ...own],
    files: [...files.files, ...(plain.is === 'got' ? [{ path: plainFile }] : [])],
    ...(shut && !files.incomplete ? { incomplete: shut } : {}),
  };
  if (by) return all;
  if (unseen) return { ...all, idle: unseen };
  const known = init.kind === 'procd' || each.some((s) => s.at.path.startsWith('/etc/runlevels/'));
  const said = 'no init script is known here that gives it to sysctl(8)';
  if (!known) return { ...all, idle: { is: 'unknown', why: 'unsupported', said, where: [{ path: plainFile }] } };
  return { ...all, assignments: [], idle: { path: init.kind === 'procd' ? '/etc/rc.d' : '/etc/runlevels/boot', said: 'holds no link to the script sysctl' } };
}

/** Why systemd-sysctl does not start; nothing where it does, or where systemd's own file is not there to be told from. */
function* idleUnit(each: readonly Started[], search: Search, unseen: Unknown | undefined): Asking<Where | Unknown | undefined> {
  if (unseen) return unseen;
  const first = search.dirs.find((d) => d.entries.has(unit))?.path;
  if (first === undefined) return undefined;
  if (!each.some((s) => s.name === unit)) return { path: `${first}/${unit}`, said: 'nothing starts it' };
  return yield* maskedUnit(unit);
}

function* readDirectories(): Asking<SysctlFiles> {
  const listings = yield* together(sysctlDirectories.map((d) => list(d)));
  const chosen = new Map<string, string>();
  const shadowed: { path: string; by: string }[] = [];
  let incomplete: Unknown | undefined;
  for (const [at, listing] of listings.entries()) {
    const directory = sysctlDirectories[at] as string;
    if (listing.is === 'blocked') incomplete ??= unknown(listing, directory);
    for (const name of listing.is === 'got' ? listing.value : []) {
      if (!name.endsWith('.conf') || name.startsWith('.')) continue;
      const by = chosen.get(name);
      if (by === undefined) chosen.set(name, `${directory}/${name}`);
      else if (directory !== merged) shadowed.push({ path: `${directory}/${name}`, by });
    }
  }
  const paths = [...chosen].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, path]) => path);
  const leads = new Set<string>();
  const contents = yield* together(paths.map((path) => contentOf(path, leads)));
  const assignments: Assignment[] = [];
  for (const [at, content] of contents.entries()) {
    const path = paths[at] as string;
    if (content.is === 'blocked') incomplete ??= unknown(content, path);
    if (content.is === 'got') assignments.push(...parseSysctl(content.value, path));
  }
  return { is: 'known', assignments, files: paths.map((path) => ({ path })), leads, shadowed, ...(incomplete ? { incomplete } : {}) };
}

/** A link to /dev/null holds nothing and hides the files of its name; so does a link that leads nowhere. */
function* contentOf(path: string, leads: Set<string>): Asking<Answer<string>> {
  const at: Answer<Stat> = yield* stat(path);
  if (at.is === 'got' && at.value.real?.is === 'got') leads.add(at.value.real.value.path);
  if (at.is === 'got' && at.value.target === '/dev/null') return { is: 'absent' };
  return yield* read(path);
}

/** Why it cannot be told whether anything applies the files at boot. */
export const idleUnknown = ({ idle }: SysctlFiles): Unknown | undefined => (idle && 'is' in idle ? idle : undefined);
/** What shows that nothing applies the files at boot. */
export const idleAt = ({ idle }: SysctlFiles): Where | undefined => (idle && !('is' in idle) ? idle : undefined);
