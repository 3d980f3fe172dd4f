/** What a package database says about one package: the next-best witness when a program cannot be asked. */

import { type Asking, packages, read, run, stat } from '../ask.ts';
import { commandPlace, packagesPlace } from '../asks.ts';
import { type Unknown, unknown, type Where } from '../fact.ts';
import { type Pattern, unasked } from '../pattern.ts';
import { source, type Touches } from '../source.ts';
import { damageOf } from '../text/dpkg-status.ts';
import { compareRpm } from '../text/version-order.ts';

export type PackageVersion =
  | { readonly is: 'known'; readonly name: string; readonly version: string; readonly database: 'dpkg' | 'rpm'; readonly where: Where }
  | { readonly is: 'absent'; readonly consulted: readonly Where[] }
  | Unknown;

const dpkgStatus = '/var/lib/dpkg/status';
/** Distroless images keep one file a package here instead (GoogleContainerTools/distroless). */
const dpkgStatusDirectory = '/var/lib/dpkg/status.d';
/** Every place an RPM database has had: Berkeley DB, ndb and SQLite; rpm 4.x and SUSE's /usr/lib/sysimage. */
const rpmDatabases = ['/usr/lib/sysimage/rpm', '/var/lib/rpm'].flatMap((d) => ['rpmdb.sqlite', 'Packages.db', 'Packages'].map((f) => `${d}/${f}`));
const rpmQuery = ['rpm', '-q', '--qf', '%{VERSION}\\n'];

function touches(deb: readonly string[], rpm: readonly string[]): Touches {
  return [
    // Megabytes, for what the program itself usually tells.
    { do: 'read', path: dpkgStatus, later: true },
    ...unasked(
      'some packages are tried for all of them',
      deb.map((p) => ({ do: 'read', path: `${dpkgStatusDirectory}/${p}` })),
    ),
    ...rpmDatabases.map((path): Pattern => ({ do: 'stat', path })),
    ...unasked(
      'some packages are tried for all of them',
      rpm.map((p) => ({ do: 'run', argv: [...rpmQuery, p] })),
    ),
    { do: 'packages', of: 'rpm' },
  ];
}

/**
 * The installed version of the first of several packages, without epoch and distribution revision.
 * `absent`: a database was read and holds none of them, or there is no database at all.
 */
export const packageVersion = source(touches, readPackageVersion);

function* readPackageVersion(deb: readonly string[], rpm: readonly string[]): Asking<PackageVersion> {
  const status = yield* read(dpkgStatus);
  if (status.is === 'blocked') return unknown(status, dpkgStatus);
  if (status.is === 'got') {
    for (const name of deb) {
      const found = inDpkgStatus(status.value, name);
      if (found) return { is: 'known', name, version: upstreamVersion(found.version), database: 'dpkg', where: { path: dpkgStatus, line: found.line } };
    }
  }
  const consulted: Where[] = [{ path: dpkgStatus }];
  for (const name of deb) {
    const path = `${dpkgStatusDirectory}/${name}`;
    const single = yield* read(path);
    if (single.is === 'blocked') return unknown(single, path);
    const found = single.is === 'got' ? inDpkgStatus(single.value, name) : undefined;
    if (found) return { is: 'known', name, version: upstreamVersion(found.version), database: 'dpkg', where: { path, line: found.line } };
  }
  if (status.is === 'got') {
    const damage = damageOf(status.value);
    return damage ? { is: 'unknown', why: 'failed', said: `${dpkgStatus} is damaged: ${damage}`, where: consulted } : { is: 'absent', consulted };
  }
  return yield* inRpm(rpm, consulted);
}

function* inRpm(names: readonly string[], consulted: readonly Where[]): Asking<PackageVersion> {
  let database: string | undefined;
  for (const path of rpmDatabases) {
    const answer = yield* stat(path);
    if (answer.is === 'blocked') return unknown(answer, path);
    if (answer.is === 'got') database = path;
    if (database) break;
  }
  if (!database) return { is: 'absent', consulted: [...consulted, ...rpmDatabases.map((path) => ({ path }))] };
  for (const name of names) {
    const argv = [...rpmQuery, name];
    const answer = yield* run(argv);
    const where = { path: commandPlace(argv) };
    if (answer.is !== 'got') return yield* inRpmList(names, [...consulted, { path: database }]);
    const version = answer.value.stdout.trim().split('\n')[0] ?? '';
    if (answer.value.exit === 0 && /^\d\S*$/.test(version)) return { is: 'known', name, version, database: 'rpm', where };
    // rpm(8): a package that is not there exits 1 and says so; anything else is no answer.
    if (answer.value.exit !== 1 || !/is not installed\s*$/.test(version))
      return { is: 'unknown', why: 'failed', said: `rpm did not answer as expected about ${name}`, where: [where] };
  }
  return { is: 'absent', consulted: [...consulted, { path: database }] };
}

/** Where the program rpm does not answer, as on an image. Of several versions the highest counts. */
function* inRpmList(names: readonly string[], consulted: readonly Where[]): Asking<PackageVersion> {
  const place = packagesPlace('rpm');
  const all = yield* packages('rpm');
  if (all.is === 'blocked') return unknown(all, place);
  for (const name of all.is === 'got' ? names : []) {
    const [found] = all.is === 'got' ? all.value.packages.filter((p) => p.name === name).sort((a, b) => compareRpm(b, a)) : [];
    if (found) return { is: 'known', name, version: found.version, database: 'rpm', where: { path: place } };
  }
  return { is: 'absent', consulted };
}

/** The installed version of a package in dpkg's status text (dpkg-query(1)), with its line. */
export function inDpkgStatus(text: string, name: string): { version: string; line: number } | undefined {
  let here: string | undefined;
  let installed = true;
  let version: { version: string; line: number } | undefined;
  const done = (): boolean => here === name && installed && version !== undefined;
  for (const [at, line] of text.split('\n').entries()) {
    if (line === '' || line === '\r') {
      if (done()) return version;
      here = undefined;
      installed = true;
      version = undefined;
    } else if (line.startsWith('Package: ')) here = line.slice(9).trim();
    else if (line.startsWith('Status: ')) installed = line.trim().endsWith(' installed');
    else if (line.startsWith('Version: ')) version = { version: line.slice(9).trim(), line: at + 1 };
  }
  return done() ? version : undefined;
}

/** A distribution's version without its epoch and revision (deb-version(7)): `5:20.10.24+dfsg1-1+b9` is `20.10.24+dfsg1`. */
export function upstreamVersion(version: string): string {
  const noEpoch = version.replace(/^\d+:/, '');
  const cut = noEpoch.lastIndexOf('-');
  return cut > 0 ? noEpoch.slice(0, cut) : noEpoch;
}
