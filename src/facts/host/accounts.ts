/** The accounts of a host, and which of them run containers without root. */

import { type Account, type Answer, type Asking, env, list, read, together } from '../ask.ts';
import { envPlace } from '../asks.ts';
import { type Unknown, unknown, type Where } from '../fact.ts';
import { source, type Touches } from '../source.ts';
import {
  type AccountTraces,
  type Elsewhere,
  filesOf,
  listByUid,
  processUsers,
  rootlessTraces,
  type Traces,
  tracesOf,
  traceTouches,
  unitUsers,
} from './container-traces.ts';
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
export const rootlessUse = source((): Touches => [passwd, surroundings, ...traceTouches, { do: 'read', path: nssPath }], seekRootless);

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
  const [accounts, around, listed] = yield* together([passwd(), surroundings(audited), listByUid()]);
  if (accounts.is === 'unknown') return accounts;
  const { lingering } = around;
  const entries = accounts.entries.filter((e) => e.name !== rootAccount.name);
  if (audited.uid !== 0 && !entries.some((e) => e.uid === audited.uid))
    entries.push({ ...audited, shell: '', at: { path: passwdPath, said: 'the account that inspects' } });
  const homes = new Set<string>();
  const traces = entries.map((entry) => tracesOf(entry, listed, homes.has(entry.home) || !homes.add(entry.home)));
  const sought = (yield* together(traces.filter((one) => 'next' in one))).values();
  const found = entries.map((entry, at) => {
    const known = traces[at] as (typeof traces)[number];
    return useOf(entry, around, 'rootless' in known ? known : (sought.next().value as AccountTraces));
  });
  const [each, tooMany] = asManyAsCanBe(found, accounts.consulted);
  const lingers = lingering.is === 'got' ? lingering.value : [];
  const names = new Set(accounts.entries.map(({ name }) => name));
  const elsewhere = tooMany ?? (lingering.is === 'blocked' ? unknown(lingering, lingerPath) : yield* fromDirectory(lingers.filter((name) => !names.has(name))));
  return { is: 'known', each, consulted: [...accounts.consulted, { path: lingerPath }], ...(elsewhere ? { elsewhere } : {}) };
}

/** Accounts with containers that one inspection looks at. Each is asked about by dozens of rules, and people who share a machine can be named. */
const mostRootless = 64;

/** The first of the accounts that run containers, all others, and what is to be done about the rest. */
function asManyAsCanBe(uses: readonly RootlessUse[], where: readonly Where[]): [readonly RootlessUse[], Unknown | undefined] {
  const running = uses.filter((use) => use.rootless === true || use.k3sRootless === true);
  if (running.length <= mostRootless) return [uses, undefined];
  const left = new Set(running.slice(mostRootless));
  const said = `${running.length} accounts show that they run containers, and only the first ${mostRootless} are looked at: name others with --account`;
  return [uses.filter((use) => !left.has(use)), { is: 'unknown', why: 'unsupported', said, where }];
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
  return useOf(entry, yield* surroundings(rootAccount), yield* filesOf(entry));
}

function useOf(entry: PasswdEntry, { lingering, units, processes, sudo, audited }: Surroundings, { rootless, k3s }: AccountTraces): RootlessUse {
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
  if (linger === false && where.length === 0 && undecided === undefined && decided(k3s) === false) return idle(entry);
  return {
    entry,
    linger,
    // Another name of root's is root.
    rootless: entry.uid === 0 ? false : where.length > 0 ? true : (undecided ?? false),
    k3sRootless: decided(k3s),
    where: where.length > 0 ? where : [entry.at],
  };
}

const idlers = new WeakMap<PasswdEntry, RootlessUse>();

/** An account that runs no containers, as most are: it is the same whoever asks. */
function idle(entry: PasswdEntry): RootlessUse {
  const use = idlers.get(entry) ?? { entry, linger: false, rootless: false, k3sRootless: false, where: [entry.at] };
  idlers.set(entry, use);
  return use;
}

const decided = ({ found, blocked }: Traces): boolean | Unknown => (found.length > 0 ? true : (blocked ?? false));
