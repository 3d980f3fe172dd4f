/** Who reads a Quadlet file that lies where it does, and whether that can be meant. */
import type { Account } from '../ask.ts';
import type { Unknown, Where } from '../fact.ts';
import { type QuadletFile, searched, userRoots } from './quadlet-disk.ts';
import { type Instance, type LoadError, supported } from './quadlet-instances.ts';
import { endingSince } from './quadlet-keys.ts';
import type { QuadletHost } from './quadlet-units.ts';

export interface Placement {
  /** The instance whose directory it lies in. */
  readonly place: 'system' | 'user' | 'none';
  /** Readers: `root`, user names, or `every user`. */
  readonly readBy: readonly string[];
  /** Why no generator reads it. */
  readonly inert?: string;
  /** Why it becomes root's although it is meant for a user. */
  readonly escalates?: string;
  /** Why it reaches others than it seems meant for. */
  readonly misplaced?: string;
  readonly shadowedBy?: string;
  /** Where it would have to lie, where that can be told. */
  readonly moveTo?: string;
  /** Errors of the file, or of its directory, for which the generator cannot load it. */
  readonly loadErrors: readonly LoadError[];
  /** The file whose error loses this one, too. */
  readonly lostWith?: string;
  /** The instance that judges the content. */
  readonly instance?: Instance;
}

const shared = '/etc/containers/systemd/users';
const vendorUsers = '/usr/share/containers/systemd/users';

export function placementOf(host: QuadletHost, file: QuadletFile): Placement {
  const { directory, name, path } = file;
  const readers = [host.system, ...host.users].filter((i) => i.directories.includes(directory));
  const place = readers.includes(host.system) ? 'system' : readers.length > 0 ? 'user' : 'none';
  const none = { place, readBy: [], loadErrors: [] } as const;
  const ending = endingSince(name.slice(name.lastIndexOf('.') + 1));
  if (!supported(host.release, name)) {
    const lower = `${directory}/${name.slice(0, name.lastIndexOf('.'))}${name.slice(name.lastIndexOf('.')).toLowerCase()}`;
    return {
      ...none,
      ...(ending === undefined && supported(host.release, lower.slice(lower.lastIndexOf('/') + 1)) ? { moveTo: lower } : {}),
      inert:
        ending === undefined
          ? `no generator takes the ending of ${name}, since endings are lower case`
          : `Podman ${host.release.said} passes over ${name.slice(name.lastIndexOf('.'))} files, which came with ${ending}`,
    };
  }
  if (place === 'none') {
    const read = readInstead(directory);
    return { ...none, inert: inertBecause(host, directory), ...(read === directory ? {} : { moveTo: `${read}/${name}` }) };
  }
  const taking = readers.filter((i) => i.taken.get(name)?.path === path);
  const shadowing = readers.map((i) => i.shadowed.get(path)).filter((p) => p !== undefined);
  const errors = readers.flatMap((i) => i.loadErrors.get(directory) ?? []);
  const own = errors.filter((e) => e.path === path || e.path === directory);
  const instance = taking[0] ?? readers[0];
  const other = readers.find((i) => i.endless)?.endless ?? (taking.length === 0 && shadowing.length === 0 ? errors[0] : undefined);
  return {
    place,
    readBy: readerNames(host, taking, directory),
    loadErrors: [...new Map(own.map((e) => [`${e.path} ${e.said}`, e])).values()],
    ...(own.length === 0 && other ? { lostWith: other.path } : {}),
    ...(taking.length === 0 && shadowing[0] !== undefined ? { shadowedBy: shadowing[0] } : {}),
    ...(instance ? { instance } : {}),
    ...meant(host, place, directory, name),
  };
}

/** What could not be seen and may change who reads a file or what becomes of it. */
export function unseenFor(host: QuadletHost, { place, instance }: Placement): Unknown | undefined {
  // What an account's own generator takes rests on its own directories and on those for all users.
  const own = place === 'user' && instance?.account && instance.account.uid !== 0 ? instance.account : undefined;
  if (place !== 'system' && !own && host.unsure) return host.unsure;
  const users = own ? userRoots(own) : host.users.flatMap((u) => (u.account ? userRoots(u.account) : []));
  const roots = place === 'system' ? searched : [shared, vendorUsers, ...users];
  const hidden = [...host.disk.unseen, ...host.disk.unread].find(({ where }) => {
    const path = where[0]?.path ?? '/';
    const near = roots.some((r) => path === r || path.startsWith(`${r}/`) || r.startsWith(`${path}/`));
    return near && !(place === 'system' && path.startsWith(`${shared}/`));
  });
  if (hidden && place !== 'none') return hidden;
  const uid = place === 'user' ? instance?.account?.uid : undefined;
  const moved = uid === undefined ? [...host.usersMoved.values()][0] : host.usersMoved.get(uid);
  return (place === 'user' ? undefined : host.systemMoved) ?? (place === 'system' ? undefined : moved);
}

function readerNames(host: QuadletHost, taking: readonly Instance[], directory: string): string[] {
  if (taking.includes(host.system)) return ['root'];
  if ((directory === shared || directory.startsWith(`${shared}/`)) && !/^\d/.test(directory.slice(shared.length + 1)))
    return taking.length > 0 ? ['every user'] : [];
  return taking.map((i) => i.account?.name ?? 'root');
}

/** The directory that was meant, of one that no generator reads: that of a drop-in directory, or of Podman instead of systemd. */
const readInstead = (directory: string): string =>
  directory
    .replace(/\/[^/]*\.d(?:\/.*)?$/, '')
    .replace(/^\/(?:etc|run)\/systemd\/system$/, '/etc/containers/systemd')
    .replace(/^\/(?:usr\/)?lib\/(?:systemd\/system|containers\/systemd)$/, '/usr/share/containers/systemd')
    .replace(/^\/etc\/systemd\/user$/, shared)
    .replace(/\/\.config\/systemd\/user$/, '/.config/containers/systemd')
    .replace(/\/\.local\/share\/(?:containers\/systemd|systemd\/user)$/, '/.config/containers/systemd');

function inertBecause(host: QuadletHost, directory: string): string {
  if (/\.d(\/|$)/.test(directory)) return 'a directory that ends in .d is for drop-ins, no generator looks for units there';
  const uid = new RegExp(`^${shared}/(\\d+)(/|$)`).exec(directory)?.[1];
  if (uid !== undefined)
    return host.accounts.some((a) => String(a.uid) === uid)
      ? `only the generator of uid ${uid} reads it, and that account runs no containers`
      : `no account has the uid ${uid}`;
  return `no generator of Podman ${host.release.said} reads ${directory}`;
}

/** Directories that are named for a user but read by somebody else. */
function meant(host: QuadletHost, place: string, directory: string, name: string): Pick<Placement, 'escalates' | 'misplaced' | 'moveTo'> {
  const ofUser = (word: string): { moveTo?: string } => {
    const account = host.accounts.find((a) => a.uid !== 0 && (a.name === word || String(a.uid) === word));
    return account ? { moveTo: `${shared}/${account.uid}/${name}` } : {};
  };
  const ofHome = (uid: string): { moveTo?: string } => {
    const account = host.accounts.find((a) => String(a.uid) === uid);
    return account ? { moveTo: `${account.home}/.config/containers/systemd/${name}` } : {};
  };
  const stray = /^\/(run|usr\/share)\/containers\/systemd\/users(\/|$)/.exec(directory);
  if (place === 'system' && stray)
    return {
      escalates: 'this users/ directory is not kept from the system generator',
      moveTo: `${shared}${directory.slice(stray[0].replace(/\/$/, '').length)}/${name}`,
    };
  if (place === 'system' && directory.startsWith(`${shared}/`))
    return {
      escalates: `${shared} lies below a link, and Podman ${host.release.said} then gives its units to root as well`,
      ...ofHome(directory.slice(shared.length + 1)),
    };
  const top = /^\/(?:run|etc|usr\/share)\/containers\/systemd\/([^/]+)/.exec(directory)?.[1];
  if (place === 'system' && top !== undefined && (top === 'user' || namesUser(host.accounts, top)))
    return { escalates: `the directory ${top}/ reads like a user's, but the system generator takes it`, ...ofUser(top) };
  const team = new RegExp(`^${shared}/([^/]+)`).exec(directory)?.[1];
  if (place === 'user' && team !== undefined && host.accounts.some((a) => a.name === team && a.uid !== 0))
    return { misplaced: `only numeric directories belong to one user: users/${team}/ reaches every user`, ...ofUser(team) };
  if (place === 'user' && directory.startsWith('/root/'))
    return { misplaced: "only root's own user manager reads it, not the system's", moveTo: `/etc/containers/systemd/${name}` };
  return {};
}

const namesUser = (accounts: readonly Account[], word: string): boolean => accounts.some((a) => a.uid !== 0 && (a.name === word || String(a.uid) === word));

/** Where a load error is. */
export const errorAt = (error: LoadError): Where => ({ path: error.path, ...(error.line === undefined ? {} : { line: error.line }), said: error.said });
