/** What was found at the places a program reads its configuration from. */

import { type Account, type Answer, type Ask, type Asking, type Content, type Inode, type Stat, textOf } from '../ask.ts';
import { type Unknown, unknown } from '../fact.ts';
import type { Pattern } from '../pattern.ts';
import { source, type Touches } from '../source.ts';

/** A file as the program would open it. */
export interface DiskFile {
  readonly path: string;
  readonly stat: Answer<Stat>;
  readonly text: Answer<string>;
}

/** A directory with those of its files that could be configuration. */
export interface DiskDirectory {
  readonly path: string;
  readonly stat: Answer<Stat>;
  readonly names: Answer<readonly string[]>;
  readonly files: ReadonlyMap<string, DiskFile>;
}

export interface Disk {
  file(path: string): DiskFile;
  directory(path: string): DiskDirectory;
}

const touches = (files: readonly string[], directories: readonly string[]): Touches => [
  ...[...files, ...directories].map((path): Pattern => ({ do: 'stat', path })),
  ...files.map((path): Pattern => ({ do: 'read', path })),
  ...directories.flatMap((path): Pattern[] => [
    { do: 'list', path },
    { do: 'stat', path: `${path}/*` },
    { do: 'read', path: `${path}/*` },
  ]),
];

/** Stats and reads files and directories in two rounds; of a directory only the files whose name fits `wanted`. */
export const readDisk = source(touches, statAndRead);

function* statAndRead(files: readonly string[], directories: readonly string[], wanted: RegExp): Asking<Disk> {
  const first: Ask[] = [
    ...directories.flatMap((path): Ask[] => [
      { do: 'stat', path },
      { do: 'list', path },
    ]),
    ...fileAsks(files),
  ];
  const answers = yield first;
  const lists = new Map(
    directories.map((path, at) => [path, { stat: answers[at * 2] as Answer<Stat>, names: answers[at * 2 + 1] as Answer<readonly string[]> }]),
  );
  const found = takeFiles(files, answers.slice(directories.length * 2));
  const inside = directories.flatMap((path) => {
    const names = lists.get(path)?.names;
    return names?.is === 'got' ? names.value.filter((n) => wanted.test(n)).map((n) => `${path}/${n}`) : [];
  });
  const more = takeFiles(inside, inside.length > 0 ? yield fileAsks(inside) : []);
  for (const [path, file] of more) found.set(path, file);
  const absent = { is: 'absent' } as const;
  return {
    file: (path) => found.get(path) ?? { path, stat: absent, text: absent },
    directory: (path) => {
      const { stat, names } = lists.get(path) ?? { stat: absent, names: absent };
      return {
        path,
        stat,
        names,
        files: new Map(
          [...more].filter(([p]) => p.startsWith(`${path}/`) && !p.slice(path.length + 1).includes('/')).map(([p, f]) => [p.slice(path.length + 1), f]),
        ),
      };
    },
  };
}

const fileAsks = (paths: readonly string[]): Ask[] =>
  paths.flatMap((path): Ask[] => [
    { do: 'stat', path },
    { do: 'read', path },
  ]);

function takeFiles(paths: readonly string[], answers: readonly unknown[]): Map<string, DiskFile> {
  return new Map(paths.map((path, at) => [path, { path, stat: answers[at * 2] as Answer<Stat>, text: textOf(answers[at * 2 + 1] as Answer<Content>) }]));
}

/** The inode a path finally leads to, or undefined when it is not known. */
export function endOf(stat: Answer<Stat>): Inode | undefined {
  if (stat.is !== 'got') return undefined;
  if (stat.value.real === undefined) return stat.value;
  return stat.value.real.is === 'got' ? stat.value.real.value : undefined;
}

/** Why an account may not read a file or list a directory, by its permission bits; undefined when it may, or nothing tells. */
export function unreadableBy(as: Account, path: string, stat: Answer<Stat>): Unknown | undefined {
  // Whoever inspects may read more than the account does.
  const hidden = stat.is === 'blocked' ? stat : stat.is === 'got' && stat.value.real?.is === 'blocked' ? stat.value.real : undefined;
  if (hidden && as.uid !== 0) return unknown(hidden, path);
  const inode = endOf(stat);
  if (!inode || as.uid === 0 || inode.uid === as.uid) return undefined;
  const need = inode.type === 'directory' ? 0o5 : 0o4;
  const group = inode.gid === as.gid;
  const bits = group ? (inode.mode >> 3) & 7 : inode.mode & 7;
  if ((bits & need) === need) return undefined;
  const mode = `mode ${inode.mode.toString(8).padStart(4, '0')}, owner ${inode.uid}:${inode.gid}`;
  // Membership in further groups is not known here.
  const perhaps = !group && ((inode.mode >> 3) & need) === need;
  const said = perhaps
    ? `whether ${as.name} may read ${path} depends on its groups (${mode})`
    : `${as.name} may not read ${path} (${mode}), so every Podman command of ${as.name} fails`;
  return { is: 'unknown', why: perhaps ? 'ambiguous' : 'unparsable', said, where: [{ path, said: mode }] };
}

/** The refusal, if a file or directory could not be seen. */
export function blockedAt(path: string, ...answers: readonly Answer<unknown>[]): Unknown | undefined {
  for (const answer of answers) if (answer.is === 'blocked') return unknown(answer, path);
  return undefined;
}
