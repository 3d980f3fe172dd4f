/** A directory below the data directory of K3s: its own inode, and that of each thing in it. */
import { type Asking, type Inode, list, stat, together } from '../ask.ts';
import { type Unknown, unknown } from '../fact.ts';
import { endOf } from '../host/disk.ts';
import { source, type Touches } from '../source.ts';
import { usualDataDir } from './node-settings.ts';
import { walked } from './walk.ts';

export interface StateEntry {
  readonly name: string;
  readonly path: string;
  /** What it leads to; undefined for a link that leads nowhere. */
  readonly end?: Inode;
}

export type StateDirectory =
  | { readonly is: 'directory'; readonly path: string; readonly own: Inode; readonly entries: readonly StateEntry[] }
  | { readonly is: 'absent'; readonly path: string }
  | Unknown;

const moved = { later: true, unasked: 'only where data-dir moves it' } as const;

/** `dataDir` is where K3s keeps its state, `below` a path in it: agent/pod-manifests. */
export const stateDirectory = source(
  (_: string, below: string): Touches => [
    { do: 'stat', path: `${usualDataDir}/${below}` },
    { do: 'list', path: `${usualDataDir}/${below}` },
    { do: 'stat', path: `${usualDataDir}/${below}/*` },
    { do: 'stat', named: 'the data directory of K3s, and what lies in it', ...moved },
    { do: 'list', named: 'the data directory of K3s, and what lies in it', ...moved },
  ],
  learnDirectory,
);

function* learnDirectory(dataDir: string, below: string): Asking<StateDirectory> {
  const path = `${dataDir}/${below}`;
  if (dataDir !== usualDataDir) {
    const reached = yield* walked(dataDir, below.split('/'));
    if (reached.is === 'blocked') return unknown(reached, path);
    if (reached.is === 'absent') return { is: 'absent', path };
  }
  const [own, names] = yield* together([stat(path), list(path)]);
  if (own.is === 'absent') return { is: 'absent', path };
  const end = endOf(own);
  if (own.is === 'blocked') return unknown(own, path);
  if (!end) return { is: 'absent', path };
  if (names.is === 'blocked') return unknown(names, path);
  const wanted = names.is === 'got' ? names.value : [];
  const answers = yield* together(wanted.map((name) => stat(`${path}/${name}`)));
  const entries: StateEntry[] = [];
  for (const [at, answer] of answers.entries()) {
    const name = wanted[at] as string;
    if (answer.is === 'blocked') return unknown(answer, `${path}/${name}`);
    const inode = endOf(answer);
    if (answer.is === 'got') entries.push({ name, path: `${path}/${name}`, ...(inode ? { end: inode } : {}) });
  }
  return { is: 'directory', path, own: end, entries };
}
