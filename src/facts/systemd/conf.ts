/**
 * Configuration of systemd's own programs, such as coredump.conf or journald.conf: the first main file, then the drop-ins of
 * all directories by name (systemd/systemd:src/shared/conf-parser.c config_parse_many(); tried with `systemd-analyze cat-config`).
 * A drop-in of any directory beats the main file of any directory.
 */
import { type Answer, type Asking, list, read, stat, together } from '../ask.ts';
import { type Unknown, unknown, type Where } from '../fact.ts';
import type { Pattern } from '../pattern.ts';
import { source, type Touches } from '../source.ts';
import { parseUnitText } from './syntax.ts';

/** Most important first. */
const directories = ['/etc/systemd', '/run/systemd', '/usr/local/lib/systemd', '/usr/lib/systemd'] as const;

/** A value that a file assigns; what an earlier file had set follows it among the places. */
export interface ConfValue {
  readonly value: string;
  readonly where: readonly Where[];
}

export interface SystemdConf {
  /** By `Section.Key`; an empty assignment is unset again. */
  readonly values: ReadonlyMap<string, ConfValue>;
  /** The files that take part, or, where there is none, the main files that were looked for. */
  readonly looked: readonly Where[];
  /** A file or directory that could not be seen: any value may be otherwise. */
  readonly unseen?: Unknown;
}

const touches = (name: string): Touches =>
  directories.flatMap((d): Pattern[] => [
    { do: 'stat', path: `${d}/${name}` },
    { do: 'read', path: `${d}/${name}` },
    { do: 'list', path: `${d}/${name}.d` },
    { do: 'read', path: `${d}/${name}.d/*.conf` },
  ]);

/** Reads the configuration of that name. */
export const systemdConf = source(touches, readConf);

function* readConf(name: string): Asking<SystemdConf> {
  const mains = directories.map((d) => `${d}/${name}`);
  const [texts, listings] = yield* together([together(mains.map(readMain)), together(mains.map((p) => list(`${p}.d`)))]);
  const main = texts.findIndex((t) => t.is !== 'absent');
  const chosen = new Map<string, string>();
  for (const [at, listing] of listings.entries())
    for (const file of listing.is === 'got' ? listing.value : [])
      if (file.endsWith('.conf') && !file.startsWith('.') && !chosen.has(file)) chosen.set(file, `${mains[at]}.d/${file}`);
  const paths = [...chosen].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, path]) => path);
  const inside = yield* together(paths.map((p) => read(p)));
  const files = [...(main < 0 ? [] : [[mains[main], texts[main]]]), ...paths.map((p, at) => [p, inside[at]])] as [string, Answer<string>][];
  const folders = mains.map((p, at): [string, Answer<unknown>] => [`${p}.d`, listings[at] ?? { is: 'absent' }]);
  const unseen = [...files, ...folders].map(refused).find((u) => u !== undefined);
  const looked = (files.length > 0 ? files.map(([path]) => path) : mains).map((path) => ({ path }));
  return { values: valuesOf(files), looked, ...(unseen ? { unseen } : {}) };
}

/** A link to /dev/null is an empty main file: those further down do not count. */
function* readMain(path: string): Asking<Answer<string>> {
  const inode = yield* stat(path);
  if (inode.is === 'got' && inode.value.target === '/dev/null') return { is: 'got', value: '' };
  return yield* read(path);
}

function valuesOf(files: readonly [string, Answer<string>][]): Map<string, ConfValue> {
  const values = new Map<string, ConfValue>();
  for (const [path, text] of files)
    for (const { section, key, value, where } of text.is === 'got' ? parseUnitText(text.value, path).assignments : []) {
      const name = `${section}.${key}`;
      const old = values.get(name);
      if (value === '') values.delete(name);
      else values.set(name, { value, where: [where, ...(old?.where.map((w) => ({ ...w, said: `had set ${old.value}` })) ?? [])] });
    }
  return values;
}

/** Below /run an image has nothing. */
const refused = ([path, answer]: [string, Answer<unknown>]): Unknown | undefined =>
  answer.is === 'blocked' && !(answer.why === 'unsupported' && path.startsWith('/run/')) ? unknown(answer, path) : undefined;
