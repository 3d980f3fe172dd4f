/** Every Quadlet file of a host, as each release of Podman that it may have sees them. */

import { type Account, type Asking, together } from '../ask.ts';
import { podmanRelease, type Release, releaseOf, since } from '../containers/podman-release.ts';
import type { Hidden, Unknown } from '../fact.ts';
import { rootAccount, rootlessUse } from '../host/accounts.ts';
import { passwd } from '../host/passwd.ts';
import { source, type Touches } from '../source.ts';
import { isMask, looksLikeQuadlet, type QuadletDisk, type QuadletFile, quadletDisk, userRoots } from './quadlet-disk.ts';
import { type Instance, instanceOf } from './quadlet-instances.ts';
import { movedSearch } from './quadlet-moved.ts';

const touches: Touches = [podmanRelease, rootlessUse, passwd, quadletDisk, movedSearch];

/** The host's Quadlet files as one release of Podman sees them. */
export interface QuadletHost {
  readonly release: Release;
  readonly disk: QuadletDisk;
  readonly system: Instance;
  /** Root's own user manager first, then the accounts that run containers without root. */
  readonly users: readonly Instance[];
  readonly accounts: readonly Account[];
  /** Whether there are more users whose generators read files. */
  readonly unsure?: Unknown;
  /** Whether the system's generator looks elsewhere. */
  readonly systemMoved?: Unknown;
  /** Of users whose generator does, or may, by uid. */
  readonly usersMoved: ReadonlyMap<number, Unknown>;
}

export interface QuadletHosts {
  readonly is: 'known';
  /** One for each release that it may be; the one to report stands last. */
  readonly each: readonly QuadletHost[];
  /** Set when the release is not known. */
  readonly release?: Unknown;
  readonly incomplete?: Unknown;
  /** The same, by whose files there may be more. */
  readonly hidden: readonly Hidden[];
}

/** Why an account's generator may read more files than are known. */
export const hiddenFrom = ({ hidden }: QuadletHosts, as: Account): Unknown | undefined => hidden.find(({ of }) => of === 'everyone' || of === as.uid)?.why;

const first = releaseOf('4.4') as Release;

/** Looks at all Quadlet files. With Podman older than 4.4, which has no generator, they are judged as 4.4 would. */
export const quadletHosts = source(touches, readQuadletHosts);

function* readQuadletHosts(): Asking<QuadletHosts | Unknown> {
  const [uses, release, entries] = yield* together([rootlessUse(rootAccount), podmanRelease(), passwd()]);
  if (uses.is === 'unknown') return uses;
  const unsure = uses.each.map((u) => u.rootless).find((r): r is Unknown => typeof r === 'object') ?? uses.elsewhere;
  const users = uses.each.filter((u) => u.rootless === true).map(({ entry: { name, uid, gid, home } }) => ({ name, uid, gid, home }));
  const disk = yield* quadletDisk([rootAccount, ...users]);
  const [systemMoved, ...moved] = yield* together([movedSearch(), ...[rootAccount, ...users].map((u) => movedSearch(u))]);
  const usersMoved = new Map([rootAccount, ...users].flatMap(({ uid }, at): [number, Unknown][] => (moved[at] ? [[uid, moved[at]]] : [])));
  const accounts = entries.is === 'known' ? entries.entries : users;
  const candidates = [...new Map(release.candidates.map((c) => (since(c, '4.4') ? c : first)).map((c) => [c.said, c])).values()];
  const each = candidates.map((candidate) => ({
    release: candidate,
    disk,
    accounts,
    system: instanceOf(candidate, disk),
    users: [rootAccount, ...users].map((u) => instanceOf(candidate, disk, u)),
    ...(unsure ? { unsure } : {}),
    ...(systemMoved ? { systemMoved } : {}),
    usersMoved,
  }));
  const hidden: Hidden[] = [
    ...disk.unseen.map((why) => ({ of: ownerOf(why.where[0]?.path ?? '/', [rootAccount, ...users]), why })),
    ...uses.each.flatMap(({ entry, rootless: why }) => (typeof why === 'object' ? [{ of: entry.uid, why }] : [])),
    ...(uses.elsewhere ? [{ of: 'others' as const, why: uses.elsewhere }] : []),
    ...(systemMoved ? [{ of: 0, why: systemMoved }] : []),
    ...[...usersMoved].map(([of, why]) => ({ of, why })),
  ];
  const incomplete = hidden[0]?.why;
  return { is: 'known', each, hidden, ...(release.unknown ? { release: release.unknown } : {}), ...(incomplete ? { incomplete } : {}) };
}

/** Whose generator would read what lies at a path that nobody could look at; that of a directory above several is everyone's. */
function ownerOf(path: string, accounts: readonly Account[]): Hidden['of'] {
  const about = (root: string): boolean => path === root || path.startsWith(`${root}/`) || root.startsWith(`${path}/`);
  if (['/etc/containers/systemd/users', '/usr/share/containers/systemd/users'].some(about)) return 'everyone';
  const owners = accounts.filter((a) => userRoots(a).some(about));
  return owners.length > 1 ? 'everyone' : (owners[0]?.uid ?? 0);
}

/** All files that are Quadlet files or look like one. A link to /dev/null is a mask and no file of its own. */
export function quadletFiles({ disk }: QuadletHost): QuadletFile[] {
  return [...disk.files.values()].filter((f) => looksLikeQuadlet.test(f.name) && !isMask(f.stat)).sort((a, b) => (a.path < b.path ? -1 : 1));
}
