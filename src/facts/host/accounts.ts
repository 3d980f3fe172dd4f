/** The accounts of a host, and which of them run containers without root. */

import { type Account, type Answer, type Asking, env, list, read, together } from '../ask.ts';
import { envPlace } from '../asks.ts';
import { type Unknown, unknown, type Where } from '../fact.ts';
import { source, type Touches } from '../source.ts';
import { type Elsewhere, filesOf, processUsers, rootlessTraces, type Traces, unitUsers } from './container-traces.ts';
import { directoryIn, nssPath, type PasswdEntry, passwd, passwdPath, passwdSources } from './passwd.ts';

export const rootAccount: Account = { name: 'root', uid: 0, gid: 0, home: '/root' };

export const lingerPath = '/var/lib/systemd/linger';

/** An account with one of these runs containers without root; a capture script starts programs for no other. */
export const accountTraces: readonly string[] = [...rootlessTraces, '~/.rancher/k3s', `${lingerPath}/{user}`];

/** The account from which sudo was called, in the environment of the inspection. */
const sudoUser = 'SUDO_USER';

/** What is known of one account as a user of rootless containers. A part that could not be seen is an Unknown. */
export interface RootlessUse {
  readonly entry: PasswdEntry;
  readonly linger: boolean | Unknown;
  /** Containers run as this account, or will. */
  readonly rootless: boolean | Unknown;
  readonly k3sRootless: boolean | Unknown;
  /** What made it count, or was looked at in vain. */
  readonly where: readonly Where[];
}

/** The account of an entry. */
export const accountOf = ({ entry: { name, uid, gid, home } }: Pick<RootlessUse, 'entry'>): Account => ({ name, uid, gid, home });

/**
 * Every account but root with what tells whether it runs containers without root.
 *
 * An account counts as rootless when it is allowed to linger (loginctl(1)), when it owns what only users of containers
 * have (container-traces.ts), or is the account that inspects, itself or through sudo. Who may linger, but is in no
 * passwd file, is `elsewhere`. A subordinate id range alone does not count: useradd gives one to everybody.
 */
export const rootlessUse = source((): Touches => [passwd, surroundings, filesOf, { do: 'read', path: nssPath }], seekRootless);

export interface RootlessAccounts {
  readonly is: 'known';
  readonly each: readonly RootlessUse[];
  readonly elsewhere?: Unknown;
  readonly consulted: readonly Where[];
}

/** What is known beside the files of each account. */
interface Surroundings {
  readonly lingering: Answer<readonly string[]>;
  readonly units: Elsewhere;
  readonly processes: Elsewhere;
  readonly sudo: Answer<string>;
  readonly audited: Account;
}

const surroundings = source([unitUsers, processUsers, { do: 'list', path: lingerPath }, { do: 'env', name: sudoUser }], lookAround);

function* lookAround(audited: Account): Asking<Surroundings> {
  const [lingering, units, processes, sudo] = yield* together([list(lingerPath), unitUsers(), processUsers(), env(sudoUser)]);
  return { lingering, units, processes, sudo, audited };
}

function* seekRootless(audited: Account): Asking<RootlessAccounts | Unknown> {
  const [accounts, around] = yield* together([passwd(), surroundings(audited)]);
  if (accounts.is === 'unknown') return accounts;
  const { lingering } = around;
  const entries = accounts.entries.filter((e) => e.name !== rootAccount.name);
  if (audited.uid !== 0 && !entries.some((e) => e.uid === audited.uid))
    entries.push({ ...audited, shell: '', at: { path: passwdPath, said: 'the account that inspects' } });
  const each = yield* together(entries.map((entry) => useOf(entry, around)));
  const lingers = lingering.is === 'got' ? lingering.value : [];
  const elsewhere =
    lingering.is === 'blocked'
      ? unknown(lingering, lingerPath)
      : yield* fromDirectory(lingers.filter((name) => !accounts.entries.some((e) => e.name === name)));
  return { is: 'known', each, consulted: [...accounts.consulted, { path: lingerPath }], ...(elsewhere ? { elsewhere } : {}) };
}

/** Names without a line in /etc/passwd: left over, or accounts of a directory service (nsswitch.conf(5)), which no file shows. */
function* fromDirectory(names: readonly string[]): Asking<Unknown | undefined> {
  const [name] = names;
  if (name === undefined) return undefined;
  const nss = yield* read(nssPath);
  if (nss.is === 'absent') return undefined;
  if (nss.is === 'blocked') return unknown(nss, nssPath);
  const directory = directoryIn(passwdSources(nss.value));
  if (directory === undefined) return undefined;
  const where = [{ path: `${lingerPath}/${name}`, said: 'may linger' }, { path: nssPath }];
  return { is: 'unknown', why: 'unsupported', said: `${name} may linger and is not in ${passwdPath}: the account may come from "${directory}"`, where };
}

/** One account, wherever its entry is from. */
export const useOfEntry = source([surroundings, filesOf], findUse);

function* findUse(entry: PasswdEntry): Asking<RootlessUse> {
  return yield* useOf(entry, yield* surroundings(rootAccount));
}

function* useOf(entry: PasswdEntry, { lingering, units, processes, sudo, audited }: Surroundings): Asking<RootlessUse> {
  const { rootless, k3s } = yield* filesOf(entry);
  const linger = lingering.is === 'got' ? lingering.value.includes(entry.name) : lingering.is === 'absent' ? false : unknown(lingering, lingerPath);
  const where: Where[] = [
    ...(linger === true ? [{ path: `${lingerPath}/${entry.name}`, said: 'may linger' }] : []),
    ...rootless.found,
    ...(units.by.get(entry.name) ?? units.by.get(String(entry.uid)) ?? []),
    ...(processes.by.get(String(entry.uid)) ?? []),
    ...(entry.uid === audited.uid ? [{ ...entry.at, said: 'inspects' }] : []),
    ...(sudo.is === 'got' && sudo.value === entry.name ? [{ path: envPlace(sudoUser), said: `is ${entry.name}` }] : []),
  ];
  const unseenSudo = sudo.is === 'blocked' && sudo.why !== 'unsupported' ? unknown(sudo, envPlace(sudoUser)) : undefined;
  const undecided = typeof linger === 'object' ? linger : (rootless.blocked ?? units.blocked ?? processes.blocked ?? unseenSudo);
  return {
    entry,
    linger,
    // Another name of root's is root.
    rootless: entry.uid === 0 ? false : where.length > 0 ? true : (undecided ?? false),
    k3sRootless: decided(k3s),
    where: where.length > 0 ? where : [entry.at],
  };
}

const decided = ({ found, blocked }: Traces): boolean | Unknown => (found.length > 0 ? true : (blocked ?? false));
