/** The files of tmpfiles.d that systemd-tmpfiles reads at boot (tmpfiles.d(5)). */

import { type Answer, type Asking, list, read, stat, together } from '../ask.ts';
import { type Unknown, unknown } from '../fact.ts';
import { addTo } from '../grouped.ts';
import { source, type Touches } from '../source.ts';

/**
 * Foremost directory first: a file hides those of the same name in the directories after it.
 * Without /run/tmpfiles.d: what lies there, and what it hides, is another thing after a boot (tried on systemd 252).
 */
export const tmpfilesDirectories = ['/etc/tmpfiles.d', '/usr/local/lib/tmpfiles.d', '/usr/lib/tmpfiles.d'];

interface Text {
  readonly path: string;
  readonly text: Answer<string>;
}

export interface TmpfilesFile extends Text {
  /** Files of the same name that this one hides. */
  readonly hidden: readonly Text[];
}

export type TmpfilesFiles = { readonly is: 'files'; readonly files: readonly TmpfilesFile[] } | Unknown;

const touches: Touches = tmpfilesDirectories.flatMap(
  (d): Touches => [
    { do: 'list', path: d },
    { do: 'stat', path: `${d}/*.conf` },
    { do: 'read', path: `${d}/*.conf` },
  ],
);

/** All files in the order in which they are read: by name, wherever they lie. */
export const tmpfilesFiles = source(touches, readTmpfiles);

function* readTmpfiles(): Asking<TmpfilesFiles> {
  const lists = yield* together(tmpfilesDirectories.map((d) => list(d)));
  const byName = new Map<string, string[]>();
  for (const [at, directory] of tmpfilesDirectories.entries()) {
    const names = lists[at] as Answer<readonly string[]>;
    if (names.is === 'blocked') return unknown(names, directory);
    for (const name of names.is === 'got' ? names.value : []) {
      if (name.endsWith('.conf') && !name.startsWith('.')) addTo(byName, name, `${directory}/${name}`);
    }
  }
  const paths = [...byName].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, same]) => same);
  const texts = yield* together(paths.flat().map((path) => textAt(path)));
  const all = paths.flat().map((path, at): Text => ({ path, text: texts[at] as Answer<string> }));
  const of = new Map(all.map((t) => [t.path, t]));
  return {
    is: 'files',
    files: paths.map((same) => {
      const [first, ...hidden] = same.map((path) => of.get(path) as Text);
      return { ...(first as Text), hidden };
    }),
  };
}

/** A link to /dev/null is an empty file: the usual way to switch a packaged file off. */
function* textAt(path: string): Asking<Answer<string>> {
  const inode = yield* stat(path);
  if (inode.is === 'got' && (inode.value.target === '/dev/null' || (inode.value.real?.is === 'got' && inode.value.real.value.path === '/dev/null')))
    return { is: 'got', value: '' };
  return yield* read(path);
}
