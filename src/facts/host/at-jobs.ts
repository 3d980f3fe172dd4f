/**
 * Jobs of root that wait in the spool of at(1). atd takes files whose names are a queue, a number and a minute in hexadecimal
 * digits, that their owner may execute, and runs each as its owner (at 3.2:atd.c). They are not read: a job holds the whole
 * environment of whoever gave it.
 */
import { type Answer, type Asking, list, stat, together } from '../ask.ts';
import { type Unknown, unknown } from '../fact.ts';
import { source, type Touches } from '../source.ts';

/** Of Debian, of Fedora and its kin, of SUSE, of Gentoo, of Alpine. */
const spools = ['/var/spool/cron/atjobs', '/var/spool/at', '/var/spool/atjobs', '/var/spool/at/atjobs', '/var/spool/atd'] as const;

export interface AtJobs {
  readonly paths: readonly string[];
  /** A spool or a job that could not be seen: there may be more. */
  readonly more?: Unknown;
}

const touches: Touches = spools.flatMap(
  (path): Touches => [
    { do: 'list', path },
    { do: 'stat', path: `${path}/*` },
  ],
);

export const atJobs = source(touches, learnJobs);

const job = /^[A-Za-z][0-9a-f]{13}$/;

function* learnJobs(): Asking<AtJobs> {
  const lists: readonly Answer<readonly string[]>[] = yield* together(spools.map((path) => list(path)));
  const paths = lists.flatMap((names, at) => (names.is === 'got' ? names.value.filter((n) => job.test(n)).map((n) => `${spools[at]}/${n}`) : []));
  const stats = yield* together(paths.map((path) => stat(path)));
  const answers = [...lists.map((answer, at) => ({ answer, path: spools[at] ?? '' })), ...stats.map((answer, at) => ({ answer, path: paths[at] ?? '' }))];
  const more = answers.flatMap(({ answer, path }) => (answer.is === 'blocked' ? [unknown(answer, path)] : []))[0];
  const ofRoot = paths.filter((_, at) => {
    const inode = stats[at];
    return inode?.is === 'got' && inode.value.type === 'file' && inode.value.uid === 0 && (inode.value.mode & 0o100) !== 0;
  });
  return { paths: ofRoot, ...(more ? { more } : {}) };
}
