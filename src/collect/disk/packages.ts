/** Lists the packages of a database, from whatever answers about files and programs of the host. */
import type { Answer, Asking } from '../../facts/ask.ts';
import { list, read, run, stat } from '../../facts/ask.ts';
import { versionText } from '../../facts/package-name.ts';
import type { Package, Packages } from '../../facts/packages.ts';
import { packagesInStatus } from '../../facts/text/dpkg-status.ts';
import { byBytes } from './limits.ts';

export const dpkgStatus = '/var/lib/dpkg/status';
/** Distroless images keep one file a package here instead (GoogleContainerTools/distroless). */
const dpkgStatusDirectory = '/var/lib/dpkg/status.d';
/** Every place an RPM database has had: SQLite, ndb and Berkeley DB; rpm 4.x and SUSE's /usr/lib/sysimage. */
export const rpmDatabases = ['/usr/lib/sysimage/rpm', '/var/lib/rpm'].flatMap((d) => ['rpmdb.sqlite', 'Packages.db', 'Packages'].map((f) => `${d}/${f}`));
const rpmQuery = ['rpm', '-qa', '--qf', '%{NAME}\\t%|EPOCH?{%{EPOCH}}:{}|\\t%{VERSION}\\t%{RELEASE}\\t%{ARCH}\\n'];

/** All packages of a database, `absent` where there is none. */
export function* listPackages(database: string): Asking<Answer<Packages>> {
  return yield* database === 'dpkg' ? dpkgPackages() : database === 'rpm' ? rpmPackages() : unheardOf();
}

// biome-ignore lint/correctness/useYield: nobody need be asked.
function* unheardOf(): Asking<Answer<Packages>> {
  return { is: 'blocked', why: 'unsupported', said: 'no such package database is known' };
}

function* dpkgPackages(): Asking<Answer<Packages>> {
  const status = yield* read(dpkgStatus);
  if (status.is === 'blocked') return status;
  if (status.is === 'got') return listed(packagesInStatus(status.value));
  const names = yield* list(dpkgStatusDirectory);
  if (names.is !== 'got') return names;
  const found: Package[] = [];
  for (const name of names.value.filter((n) => !n.endsWith('.md5sums'))) {
    const one = yield* read(`${dpkgStatusDirectory}/${name}`);
    if (one.is === 'blocked') return one;
    if (one.is === 'got') found.push(...packagesInStatus(one.value));
  }
  return listed(found);
}

function* rpmPackages(): Asking<Answer<Packages>> {
  let there = false;
  for (const path of rpmDatabases) {
    const answer = yield* stat(path);
    if (answer.is === 'blocked') return answer;
    there ||= answer.is === 'got';
  }
  if (!there) return { is: 'absent' };
  const output = yield* run(rpmQuery);
  if (output.is !== 'got') return { is: 'blocked', why: 'unsupported', said: 'the rpm database cannot be read offline yet' };
  if (output.value.exit !== 0) return { is: 'blocked', why: 'failed', said: output.value.stderr.split('\n')[0] ?? '' };
  const rows = output.value.stdout.split('\n').flatMap((line) => (line === '' ? [] : [line.split('\t')]));
  return listed(rows.map(([name = '', epoch = '', version = '', release = '', arch = '']) => ({ name, epoch, version, release, arch })));
}

const listed = (packages: readonly Package[]): Answer<Packages> => ({ is: 'got', value: { packages: inOrder(packages) } });

/** By name, then by version, by bytes. */
export const inOrder = (packages: readonly Package[]): Package[] =>
  packages.toSorted((a, b) => byBytes(a.name, b.name) || byBytes(versionText(a), versionText(b)));
