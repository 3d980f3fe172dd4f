/**
 * Whether Podman may be asked. Nearly every command of it, even `podman info`, makes the store, freezes the network
 * back end, starts a new boot in the database, and for a user leaves a pause process behind (seen on 4.3.1). Only where
 * the account's Podman already ran since the boot does asking it leave nothing new.
 */

import { type Account, type Answer, type Asking, type Output, run, type Stat, stat, together } from '../ask.ts';
import { storageConf } from '../containers/storage-conf.ts';
import { type Unknown, unknown, type Where } from '../fact.ts';
import type { Pattern } from '../pattern.ts';
import { source, type Touches } from '../source.ts';
import { graphRoot } from './settings.ts';

/** Where containers are recorded below the graph root: BoltDB, or SQLite since 4.8 (containers/podman:libpod/runtime.go). */
const databaseNames = ['libpod/bolt_state.db', 'db.sql'] as const;

/** What a Podman that ran since the boot leaves (libpod/runtime.go makeRuntime; pkg/rootless for the pause process). */
const rootMark = '/run/libpod/alive';
const userMarks = ['/run/user/{uid}/libpod/tmp/alive', '/run/user/{uid}/libpod/tmp/pause.pid'];
const runtimeMarks = (as: Account): readonly string[] => (as.uid === 0 ? [rootMark] : userMarks.map((mark) => mark.replace('{uid}', String(as.uid))));

/** The database of an account's containers. */
export type Database =
  | { readonly is: 'found'; readonly where: readonly Where[] /** It is BoltDB, which is used as long as it is there. */; readonly bolt: boolean | Unknown }
  | { readonly is: 'none'; readonly where: readonly Where[] }
  | Unknown;

/** Looks at both files of a database below a graph root, wherever that is: BoltDB's, then SQLite's. */
export const databasesBelow = source(
  databaseNames.flatMap((n): Pattern[] => [
    { do: 'stat', path: `/var/lib/containers/storage/${n}` },
    { do: 'stat', path: `~/.local/share/containers/storage/${n}` },
    { do: 'stat', path: `/**/${n}`, later: true },
  ]),
  statDatabases,
);

function* statDatabases(root: string): Asking<readonly [bolt: Answer<Stat>, sqlite: Answer<Stat>]> {
  const [bolt, sqlite] = databaseNames;
  return yield* together([stat(`${root}/${bolt}`), stat(`${root}/${sqlite}`)]);
}

const touches: Touches = [storageConf, databasesBelow];

/** Looks below the graph root that storage.conf names, which is the usual one where it names none: what lies elsewhere is left from before. */
export const database = source(touches, seekDatabase);

function* seekDatabase(as: Account): Asking<Database> {
  const [conf, usual] = yield* together([storageConf(as), databaseBelow(graphRoot(as))]);
  if (conf.is === 'unknown') return conf;
  const gap = conf.gaps.get('') ?? conf.gaps.get('graphRoot');
  if (gap) return gap;
  const root = String(conf.value.graphRoot).replace(/\/+$/, '');
  if (root === graphRoot(as) || !root.startsWith('/')) return usual;
  const own = yield* databaseBelow(root);
  return own.is === 'none' ? { is: 'none', where: [...own.where, ...(conf.where.get('graphRoot') ?? [])] } : own;
}

/** Why files below an account's graph root are not where they usually are; undefined: they are. */
export function* movedStore(as: Account): Asking<Unknown | undefined> {
  const conf = yield* storageConf(as);
  if (conf.is === 'unknown') return conf;
  const gap = conf.gaps.get('') ?? conf.gaps.get('graphRoot');
  const root = String(conf.value.graphRoot).replace(/\/+$/, '');
  if (gap || root === graphRoot(as)) return gap;
  return { is: 'unknown', why: 'unsupported', said: `the store is ${root}, outside the places that are looked at`, where: conf.where.get('graphRoot') ?? [] };
}

function* databaseBelow(root: string): Asking<Database> {
  const paths = databaseNames.map((n) => `${root}/${n}`);
  const stats = yield* databasesBelow(root);
  const found = stats.findIndex((s) => s.is === 'got');
  const [first] = stats;
  const bolt = first?.is === 'blocked' ? unknown(first, paths[0] ?? root) : found === 0;
  if (found >= 0) return { is: 'found', bolt, where: [{ path: paths[found] ?? root }] };
  const shut = stats.findIndex((s) => s.is === 'blocked');
  const answer = stats[shut];
  if (answer?.is === 'blocked') return unknown(answer, paths[shut] ?? root);
  return { is: 'none', where: paths.map((path) => ({ path, said: 'no store yet' })) };
}

/** What Podman answered, or why it was not asked. */
export type Told = Answer<Output> | { readonly is: 'unused'; readonly never?: true; readonly where: readonly Where[] };

/** What is not known since Podman is not asked: only a running host shows that nobody used it since the boot. */
export const unasked = (as: Account, what: string, where: readonly Where[]): Unknown => ({
  is: 'unknown',
  why: 'unsupported',
  said: `${as.name} has not used Podman since the host was booted, and asking it for ${what} would change its files`,
  where,
  next: `run podman ps as ${as.name}, then scan again`,
});

/** What has to be there before a command makes nothing new: a mark that Podman ran since the boot, and a database. */
export const ranBefore = (user: boolean): readonly (readonly string[])[] => [
  ...(user ? userMarks.map((mark) => [mark]) : [[rootMark]]),
  databaseNames.map((n) => `${user ? '~/.local/share' : '/var/lib'}/containers/storage/${n}`),
];

/** Runs a Podman command as the account (`asAccount`; else as whoever inspects) if that makes nothing new; else `unused`. */
export const askPodman = source(
  (argv: readonly string[], _as: Account, asAccount?: boolean): Touches => [
    database,
    ...[rootMark, ...userMarks].map((path): Pattern => ({ do: 'stat', path })),
    { do: 'run', argv, ifThere: ranBefore(false) },
    ...(asAccount === false ? [] : [{ do: 'run', argv, asUser: true, ifThere: ranBefore(true) } as const]),
  ],
  tellPodman,
);

function* tellPodman(argv: readonly string[], as: Account, asAccount = true): Asking<Told> {
  const marks = runtimeMarks(as);
  const stats = (yield* together(marks.map((p) => stat(p)))) as Answer<Stat>[];
  for (const [at, path] of marks.entries()) {
    const answer = stats[at] as Answer<Stat>;
    if (answer.is === 'absent') return { is: 'unused', where: [{ path, said: 'Podman was not used since the boot, so it is not asked' }] };
    if (answer.is === 'blocked') return { ...answer, said: `${path}${answer.said ? `: ${answer.said}` : ''}` };
  }
  const store = yield* database(as);
  if (store.is === 'none') return { is: 'unused', never: true, where: store.where };
  if (store.is === 'unknown')
    return {
      is: 'blocked',
      why: store.why === 'unparsable' || store.why === 'ambiguous' || store.why === 'question' || store.why === 'unasked' ? 'failed' : store.why,
      said: store.said,
    };
  return yield* run(argv, asAccount && as.uid !== 0 ? as : undefined);
}
