/** Lists the packages of a database, from whatever answers about files and programs of the host. */
import type { Answer, Asking } from '../../facts/ask.ts';
import { list, read, run, stat } from '../../facts/ask.ts';
import { versionText } from '../../facts/package-name.ts';
import type { Database, Package, Packages } from '../../facts/packages.ts';
import { damageOf, packagesInStatus } from '../../facts/text/dpkg-status.ts';
import { byBytes } from './limits.ts';
import { packagesInFile } from './rpm-database.ts';

export const dpkgStatus = '/var/lib/dpkg/status';
/** Distroless images keep one file a package here instead (GoogleContainerTools/distroless). */
export const dpkgStatusDirectory = '/var/lib/dpkg/status.d';
/** Every place an RPM database has had: SQLite, ndb and Berkeley DB; rpm 4.x and SUSE's /usr/lib/sysimage. */
export const rpmDatabases = ['/usr/lib/sysimage/rpm', '/var/lib/rpm'].flatMap((d) => ['rpmdb.sqlite', 'Packages.db', 'Packages'].map((f) => `${d}/${f}`));
export const rpmQuery = ['rpm', '-qa', '--qf', '%{NAME}\\t%|EPOCH?{%{EPOCH}}:{}|\\t%{VERSION}\\t%{RELEASE}\\t%|ARCH?{%{ARCH}}:{}|\\n'];

/** Where the file at this path of the host lies, links followed, in terms of this machine; or why that cannot be said. */
export type FileOf = (path: string) => string | Answer<never>;

/** All packages of a database, `absent` where there is none. `file`: the host's files lie here, so that rpm is not needed. */
export function* listPackages(database: string, file?: FileOf): Asking<Answer<Packages>> {
  return yield* database === 'dpkg' ? dpkgPackages() : database === 'rpm' ? rpmPackages(file) : unheardOf();
}

// biome-ignore lint/correctness/useYield: nobody need be asked.
function* unheardOf(): Asking<Answer<Packages>> {
  return { is: 'blocked', why: 'unsupported', said: 'no such package database is known' };
}

function* dpkgPackages(): Asking<Answer<Packages>> {
  const status = yield* read(dpkgStatus);
  if (status.is === 'blocked') return status;
  if (status.is === 'got') {
    const damage = damageOf(status.value);
    return damage ? damaged(damage) : listed(packagesInStatus(status.value));
  }
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

const damaged = (how: string): Answer<Packages> => ({ is: 'blocked', why: 'failed', said: `dpkg's status file is damaged: ${how}` });

function* rpmPackages(file: FileOf | undefined): Asking<Answer<Packages>> {
  const there: string[] = [];
  for (const path of rpmDatabases) {
    const answer = yield* stat(path);
    if (answer.is === 'blocked') return answer;
    if (answer.is === 'got') there.push(path);
  }
  if (there.length === 0) return { is: 'absent' };
  const output = yield* run(rpmQuery);
  if (output.is !== 'got') return offline(there, file);
  if (output.value.exit !== 0) return { is: 'blocked', why: 'failed', said: output.value.stderr.split('\n')[0] ?? '' };
  return listed(packagesInQuery(output.value.stdout));
}

/** The packages of what dpkg's status file says, or `rpmQuery` printed. */
export function packagesIn(database: Database, text: string): Answer<Packages> {
  const damage = database === 'dpkg' ? damageOf(text) : undefined;
  return damage ? damaged(damage) : listed(database === 'dpkg' ? packagesInStatus(text) : packagesInQuery(text));
}

/** What `rpmQuery` printed. */
export const packagesInQuery = (text: string): Package[] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.split('\t'))
    .map(([name = '', epoch = '', version = '', release = '', arch = '']) => ({ name, epoch, version, release, arch }));

/** Where rpm does not answer. What is left of Berkeley DB beside another database is what that was made from. */
function offline(there: readonly string[], file: FileOf | undefined): Answer<Packages> {
  if (!file) return { is: 'blocked', why: 'unsupported', said: 'rpm does not answer, and nobody else reads its database here' };
  const files = new Map<string, string>();
  for (const path of there) {
    const found = file(path);
    if (typeof found !== 'string') return found;
    files.set(found, path);
  }
  const current = [...files.keys()].filter((path) => !path.endsWith('/Packages'));
  const [only, ...others] = current.length > 0 ? current : files.keys();
  if (only === undefined || others.length > 0) return { is: 'blocked', why: 'failed', said: `there are several rpm databases: ${there.join(', ')}` };
  const found = packagesInFile(only);
  return found.is === 'got' ? listed(found.value) : found;
}

const listed = (packages: readonly Package[]): Answer<Packages> => ({ is: 'got', value: { packages: inOrder(packages) } });

/** By name, then by version, by bytes. */
export const inOrder = (packages: readonly Package[]): Package[] =>
  packages.toSorted((a, b) => byBytes(a.name, b.name) || byBytes(versionText(a), versionText(b)));
