/** What cron and anacron start as root: tables of the system, tables of accounts with uid 0, and scripts by the hour, day, week and month. */
import { type Answer, type Asking, list, read, stat, together } from '../ask.ts';
import { type Unknown, unknown } from '../fact.ts';
import { source, type Touches } from '../source.ts';
import { isTaken, type Job, jobsIn, type Table } from './crontab.ts';
import { endOf } from './disk.ts';
import { osRelease, osReleasePaths } from './os-release.ts';
import { type Passwd, passwd } from './passwd.ts';

export interface RootsJob extends Job {
  readonly path: string;
  readonly table: Table;
}

export interface CronFiles {
  readonly jobs: readonly RootsJob[];
  /** Scripts that are run; `astray`: a link to where no package puts a program. */
  readonly scripts: readonly { readonly path: string; readonly astray: boolean }[];
  /** What could not be seen: there may be more. */
  readonly more?: Unknown;
}

const tables = '/etc/cron.d';
/** Alpine's, whose run-parts is that of BusyBox. */
const periodic = '/etc/periodic/';
const scriptDirs = [
  ...['hourly', 'daily', 'weekly', 'monthly', 'yearly'].map((often) => `/etc/cron.${often}`),
  ...['15min', 'hourly', 'daily', 'weekly', 'monthly'].map((often) => `${periodic}${often}`),
];
/** Of Debian and BusyBox, of SUSE, and of Fedora; where Alpine and OpenWrt, and Yocto, tell BusyBox' crond to look. */
const spools = ['/var/spool/cron/crontabs', '/var/spool/cron/tabs', '/var/spool/cron', '/etc/crontabs', '/etc/cron/crontabs'];
const single: readonly (readonly [string, Table])[] = [
  ['/etc/crontab', 'system'],
  ['/etc/anacrontab', 'anacron'],
];

const touches: Touches = [
  passwd,
  ...[...osReleasePaths, ...single.map(([path]) => path), `${tables}/*`].map((path) => ({ do: 'read', path }) as const),
  ...spools.map((dir) => ({ do: 'read', path: `${dir}/*`, first: [`${dir}/root`] }) as const),
  ...[tables, ...scriptDirs, ...spools].map((path) => ({ do: 'list', path }) as const),
  ...scriptDirs.map((dir) => ({ do: 'stat', path: `${dir}/*` }) as const),
];

export const cronFiles = source(touches, learnCron);

function* learnCron(): Asking<CronFiles> {
  const [system, accounts, ...lists] = yield* together([osRelease(), passwd(), ...[tables, ...scriptDirs, ...spools].map((dir) => list(dir))]);
  const names = lists as readonly Answer<readonly string[]>[];
  const shut = [tables, ...scriptDirs, ...spools].flatMap((dir, at) => {
    const answer = names[at];
    return answer?.is === 'blocked' ? [unknown(answer, dir)] : [];
  });
  const inDir = (at: number): readonly string[] => {
    const answer = names[at];
    return answer?.is === 'got' ? answer.value : [];
  };
  const id = system && !('is' in system) ? `${system.values.get('ID')?.value ?? ''} ${system.values.get('ID_LIKE')?.value ?? ''}` : '';
  const debian = /\b(?:debian|ubuntu)\b/.test(id);
  const taken = (name: string): boolean => isTaken(name, debian);
  const roots = rootNames(accounts);
  const files = [
    ...single.map(([path, table]) => ({ path, table })),
    ...inDir(0)
      .filter(taken)
      .map((name) => ({ path: `${tables}/${name}`, table: 'system' as const })),
    ...spools.flatMap((dir, at) =>
      inDir(1 + scriptDirs.length + at)
        .filter((name) => roots.has(name))
        .map((name) => ({ path: `${dir}/${name}`, table: 'account' as const })),
    ),
  ];
  const scripts = scriptDirs.flatMap((dir, at) =>
    inDir(1 + at)
      .filter((name) => isTaken(name, debian || dir.startsWith(periodic)))
      .map((name) => `${dir}/${name}`),
  );
  const [texts, stats] = yield* together([together(files.map(({ path }) => read(path))), together(scripts.map((path) => stat(path)))]);
  const jobs: RootsJob[] = [];
  for (const [at, text] of texts.entries()) {
    const file = files[at] as (typeof files)[number];
    if (text.is === 'blocked') shut.push(unknown(text, file.path));
    if (text.is === 'got')
      jobs.push(
        ...jobsIn(text.value, file.table)
          .filter(({ user }) => user === undefined || roots.has(user))
          .map((job) => ({ ...job, ...file })),
      );
  }
  const run = scripts.flatMap((path, at) => {
    const answer = stats[at];
    if (answer?.is === 'blocked') shut.push(unknown(answer, path));
    const end = answer && endOf(answer);
    const target = answer?.is === 'got' ? (answer.value.target ?? '') : '';
    return end?.type === 'file' && (end.mode & 0o111) !== 0 ? [{ path, astray: target !== '' && !packaged.test(target) }] : [];
  });
  // Which names are taken, and which accounts are root, is not known then.
  const open = [...shut, ...[system, accounts].filter((one): one is Unknown => one !== undefined && 'is' in one && one.is === 'unknown')][0];
  return { jobs, scripts: run, ...(open ? { more: open } : {}) };
}

/** Where packages put programs; a link within /etc may be relative. */
const packaged = /^(?!.*\/\.\.(?:\/|$))\/(?:usr\/(?!local\/)|s?bin\/|lib\w*\/|etc\/)|^(?:\.\.\/)*(?!\.\.)(?:usr|lib|s?bin|etc)\/|^[^/]+$/;

const rootNames = (accounts: Passwd): ReadonlySet<string> =>
  new Set(['root', ...(accounts.is === 'known' ? accounts.entries.filter(({ uid }) => uid === 0).map(({ name }) => name) : [])]);
