/** Configuration in layers: one main file, the foremost there is, and drop-ins merged by name (libeconf; UAPI.6). */
import { type Answer, type Asking, list, read, together } from '../ask.ts';
import { type Unknown, unknown, type Where } from '../fact.ts';
import type { Pattern } from '../pattern.ts';
import { source, type Touches } from '../source.ts';

/** A file that is in force, in the order of reading: a later one beats an earlier one. */
export interface LayeredFile {
  readonly path: string;
  readonly text: string;
}

export interface Layered {
  readonly is: 'known';
  readonly files: readonly LayeredFile[];
  /** Main files that a more important one hides. */
  readonly hidden: readonly string[];
  readonly consulted: readonly Where[];
}

const touches = (mains: readonly string[], directories: readonly string[]): Touches => [
  ...mains.map((path): Pattern => ({ do: 'read', path })),
  ...directories.flatMap((path): Pattern[] => [
    { do: 'list', path },
    { do: 'read', path: `${path}/*` },
  ]),
];

/** Reads the layers. Takes main files and directories of drop-ins, the most important first, and how the names of drop-ins end. */
export const layered = source(touches, readLayers);

function* readLayers(mains: readonly string[], directories: readonly string[], suffix: string): Asking<Layered | Unknown> {
  const texts = yield* together(mains.map((path) => read(path)));
  const lists = yield* together(directories.map((path) => list(path)));
  const shut = [...texts, ...lists].findIndex((a) => a.is === 'blocked');
  if (shut >= 0) return unknown([...texts, ...lists][shut] as Answer<never> & { is: 'blocked' }, [...mains, ...directories][shut] ?? '');
  const there = mains.flatMap((path, at) => (texts[at]?.is === 'got' ? [{ path, text: texts[at].value }] : []));
  // The foremost directory decides for a name.
  const dropIns = new Map<string, string>();
  for (const [at, directory] of directories.entries()) {
    const names = lists[at];
    for (const name of names?.is === 'got' ? names.value : []) if (name.endsWith(suffix) && !dropIns.has(name)) dropIns.set(name, `${directory}/${name}`);
  }
  const paths = [...dropIns.keys()].sort().map((name) => dropIns.get(name) ?? '');
  const more = yield* together(paths.map((path) => read(path)));
  const refused = more.findIndex((a) => a.is === 'blocked');
  const why = more[refused];
  if (why?.is === 'blocked') return unknown(why, paths[refused] ?? '');
  const files = [...there.slice(0, 1), ...paths.flatMap((path, at) => (more[at]?.is === 'got' ? [{ path, text: more[at].value }] : []))];
  const consulted = [...mains, ...directories].map((path) => ({ path }));
  return { is: 'known', files, hidden: there.slice(1).map((f) => f.path), consulted };
}
