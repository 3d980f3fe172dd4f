/** What modprobe.d(5) says of modules. Tried with `modprobe -n -v` of kmod 30: `blacklist` stops loading by alias alone; of several `install` lines the first counts. */
import { type Answer, type Asking, list, read, together } from '../ask.ts';
import { type Unknown, unknown, type Where } from '../fact.ts';
import { source, type Touches } from '../source.ts';
import { moduleName } from './module-files.ts';

/** Most important first: a file hides those of the same name further down. */
const directories = ['/etc/modprobe.d', '/run/modprobe.d', '/usr/local/lib/modprobe.d', '/usr/lib/modprobe.d', '/lib/modprobe.d'] as const;

/** How a module is kept away: from nothing, from its aliases, or from modprobe by any name. */
export interface Kept {
  readonly how: 'no' | 'blacklist' | 'install';
  readonly at: readonly Where[];
}

export interface ModprobeD {
  readonly kept: ReadonlyMap<string, Kept>;
  readonly unseen?: Unknown;
  readonly looked: readonly Where[];
}

export const modprobeD = source(
  directories.flatMap(
    (path): Touches => [
      { do: 'list', path },
      { do: 'read', path: `${path}/*.conf` },
    ],
  ),
  readModprobeD,
);

function* readModprobeD(): Asking<ModprobeD> {
  const lists = yield* together(directories.map((d) => list(d)));
  let unseen: Unknown | undefined;
  const chosen = new Map<string, string>();
  for (const [at, names] of lists.entries()) {
    if (names.is === 'blocked') unseen ??= unknown(names, directories[at] as string);
    for (const n of names.is === 'got' ? names.value : []) if (n.endsWith('.conf') && !chosen.has(n)) chosen.set(n, `${directories[at]}/${n}`);
  }
  const paths = [...chosen].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, path]) => path);
  const texts = yield* together(paths.map((p) => read(p)));
  for (const [at, text] of texts.entries()) if (text.is === 'blocked') unseen ??= unknown(text, paths[at] as string);
  const kept = keptBy(paths.map((path, at) => [path, texts[at] as Answer<string>]));
  return { kept, looked: [...directories.slice(0, 1), ...paths].map((path) => ({ path })), ...(unseen ? { unseen } : {}) };
}

function keptBy(files: readonly [string, Answer<string>][]): Map<string, Kept> {
  const kept = new Map<string, Kept>();
  const decided = new Set<string>();
  for (const [path, text] of files)
    for (const [index, raw] of (text.is === 'got' ? text.value.replace(/\\\n/g, ' \n') : '').split('\n').entries()) {
      const [word, module, ...command] = raw.trim().split(/\s+/);
      if (module === undefined || (word !== 'blacklist' && word !== 'install')) continue;
      const name = moduleName(module);
      const at = { path, line: index + 1, said: raw.trim() };
      if (word === 'blacklist' && kept.get(name)?.how !== 'install') kept.set(name, { how: 'blacklist', at: [...(kept.get(name)?.at ?? []), at] });
      if (word !== 'install' || decided.has(name)) continue;
      decided.add(name);
      if (/(?:^|\/)(?:true|false)$/.test(command[0] ?? '')) kept.set(name, { how: 'install', at: [at] });
    }
  return kept;
}
