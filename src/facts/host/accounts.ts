/** The accounts of a host, and which of them run containers without root. */

import { type Account, type Answer, type Asking, list, read, stat, together } from '../ask.ts';
import { type Unknown, unknown, unparsable, type Where } from '../fact.ts';
import { source, type Touches } from '../source.ts';

/** One line of /etc/passwd (passwd(5)). */
export interface PasswdEntry extends Account {
  readonly shell: string;
  readonly at: Where;
}

export type Passwd = { readonly is: 'known'; readonly entries: readonly PasswdEntry[]; readonly consulted: readonly Where[] } | Unknown;

export const rootAccount: Account = { name: 'root', uid: 0, gid: 0, home: '/root' };

const passwdPath = '/etc/passwd';
const nssPath = '/etc/nsswitch.conf';

/** Reads /etc/passwd. A host without the file has no accounts there (macOS keeps them elsewhere). */
export const passwd = source([{ do: 'read', path: passwdPath }], readPasswd);

function* readPasswd(): Asking<Passwd> {
  const answer = yield* read(passwdPath);
  const consulted = [{ path: passwdPath }];
  if (answer.is === 'absent') return { is: 'known', entries: [], consulted };
  if (answer.is === 'blocked') return unknown(answer, passwdPath);
  return parsePasswd(answer.value);
}

/** Parses passwd(5). A line without seven fields or with a non-numeric id is skipped, as glibc does; the first entry of a name counts. */
export function parsePasswd(text: string): Passwd {
  const entries: PasswdEntry[] = [];
  const names = new Set<string>();
  for (const [index, line] of text.split('\n').entries()) {
    const [name, , uid, gid, , home, shell] = line.replace(/^[ \t]+/, '').split(':');
    if (name === undefined || name === '' || name.startsWith('#') || home === undefined || shell === undefined) continue;
    if (!/^\d+$/.test(uid ?? '') || !/^\d+$/.test(gid ?? '') || names.has(name)) continue;
    names.add(name);
    entries.push({ name, uid: Number(uid), gid: Number(gid), home: home === '' ? '/' : home, shell: shell.trim(), at: { path: passwdPath, line: index + 1 } });
  }
  if (entries.length === 0 && text.trim() !== '') return unparsable('no line of /etc/passwd has seven fields', { path: passwdPath, line: 1 });
  return { is: 'known', entries, consulted: [{ path: passwdPath }] };
}

/** The lowest and highest uid of ordinary users (login.defs(5): /etc first, then SUSE's /usr/etc), with the programs' own defaults. */
function* ordinaryUids(): Asking<{ readonly is: 'known'; readonly min: number; readonly max: number } | Unknown> {
  const paths = ['/etc/login.defs', '/usr/etc/login.defs'];
  const answers = yield* together(paths.map((p) => read(p)));
  const first = answers.findIndex((a) => a.is !== 'absent');
  const answer = answers[first];
  if (answer?.is === 'blocked') return unknown(answer, paths[first] ?? '');
  const text = answer?.is === 'got' ? answer.value : '';
  const value = (name: string, usual: number): number => Number(new RegExp(`^[ \\t]*${name}[ \\t]+(\\d+)`, 'm').exec(text)?.[1] ?? usual);
  return { is: 'known', min: value('UID_MIN', 1000), max: value('UID_MAX', 60000) };
}

/** Paths that only a user who runs containers or K3s without root has. `{uid}` and `~` as in patterns. */
const rootlessTraces = [
  '~/.local/share/containers',
  '~/.config/containers',
  '~/.config/systemd/user/sockets.target.wants/podman.socket',
  '~/.config/systemd/user/k3s-rootless.service',
  '/etc/containers/systemd/users/{uid}',
] as const;

const k3sUnitPaths = [
  '~/.config/systemd/user/k3s-rootless.service',
  '~/.config/systemd/user/default.target.wants/k3s-rootless.service',
  '~/.rancher/k3s',
] as const;

export const lingerPath = '/var/lib/systemd/linger';

/** An account with one of these runs containers without root; a capture script starts programs for no other. */
export const accountTraces: readonly string[] = [...rootlessTraces, '~/.rancher/k3s', `${lingerPath}/{user}`];

/** What is known of one account as a user of rootless containers. A part that could not be seen is an Unknown. */
export interface RootlessUse {
  readonly entry: PasswdEntry;
  readonly linger: boolean | Unknown;
  readonly rootless: boolean | Unknown;
  readonly k3sRootless: boolean | Unknown;
  /** What made it count, or was looked at in vain. */
  readonly where: readonly Where[];
}

/** The account of an entry. */
export const accountOf = ({ entry: { name, uid, gid, home } }: RootlessUse): Account => ({ name, uid, gid, home });

const touches = [
  passwd,
  { do: 'read', path: '/etc/login.defs' },
  { do: 'read', path: '/usr/etc/login.defs' },
  { do: 'list', path: lingerPath },
  { do: 'read', path: nssPath },
  ...[...rootlessTraces, ...k3sUnitPaths].map((path) => ({
    do: 'stat' as const,
    path: path.replace('{uid}', '*').replace(/^~/, '**'),
    ...(path.includes('{uid}') ? { first: [path] } : {}),
  })),
] as const satisfies Touches;

/**
 * Every ordinary account with what tells whether it runs containers without root.
 *
 * An account counts as rootless when it is allowed to linger (loginctl(1)), or when its
 * uid is that of an ordinary user and it owns one of {@link rootlessTraces}, or is the
 * account that inspects. Who may linger, but is in no passwd file, is `elsewhere`. A subordinate id range alone does not count: useradd gives
 * one to everybody.
 */
export const rootlessUse = source(touches, seekRootless);

export interface RootlessAccounts {
  readonly is: 'known';
  readonly each: readonly RootlessUse[];
  readonly elsewhere?: Unknown;
  readonly consulted: readonly Where[];
}

function* seekRootless(audited: Account): Asking<RootlessAccounts | Unknown> {
  const [accounts, uids, lingering] = yield* together([passwd(), ordinaryUids(), list(lingerPath)]);
  if (accounts.is === 'unknown') return accounts;
  if (uids.is === 'unknown') return uids;
  const lingers = lingering.is === 'got' ? lingering.value : [];
  const ordinary = accounts.entries.filter((e) => (e.uid >= uids.min && e.uid <= uids.max) || (e.uid !== 0 && lingers.includes(e.name)));
  if (audited.uid !== 0 && !ordinary.some((e) => e.uid === audited.uid)) {
    ordinary.push({ ...audited, shell: '', at: { path: passwdPath, said: 'the account that inspects' } });
  }
  const each = yield* together(ordinary.map((entry) => useOf(entry, lingering, entry.uid === audited.uid)));
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
  const sources = (/^[ \t]*passwd:(.*)$/m.exec(nss.value)?.[1] ?? '').replace(/#.*|\[[^\]]*\]/g, '').split(/\s+/);
  const directory = sources.find((s) => s !== '' && s !== 'files' && s !== 'altfiles' && s !== 'systemd');
  if (directory === undefined) return undefined;
  const where = [{ path: `${lingerPath}/${name}`, said: 'may linger' }, { path: nssPath }];
  return { is: 'unknown', why: 'unsupported', said: `${name} may linger and is not in ${passwdPath}: the account may come from "${directory}"`, where };
}

function* useOf(entry: PasswdEntry, lingering: Answer<readonly string[]>, inspects: boolean): Asking<RootlessUse> {
  const paths = [...rootlessTraces, ...k3sUnitPaths].map((p) => forAccount(p, entry));
  const answers = yield* together(paths.map((p) => stat(p)));
  const seen = (from: number, to: number): { found: Where[]; blocked?: Unknown } => {
    const found: Where[] = [];
    let blocked: Unknown | undefined;
    for (let at = from; at < to; at++) {
      const answer = answers[at];
      const path = paths[at] as string;
      if (answer?.is === 'got') found.push({ path });
      if (answer?.is === 'blocked') blocked ??= unknown(answer, path);
    }
    return blocked ? { found, blocked } : { found };
  };
  const linger = lingering.is === 'got' ? lingering.value.includes(entry.name) : lingering.is === 'absent' ? false : unknown(lingering, lingerPath);
  const traces = seen(0, rootlessTraces.length);
  const k3s = seen(rootlessTraces.length, paths.length);
  const where: Where[] = [
    ...(linger === true ? [{ path: `${lingerPath}/${entry.name}`, said: 'may linger' }] : []),
    ...traces.found,
    ...(inspects ? [{ ...entry.at, said: 'inspects' }] : []),
  ];
  const undecided = typeof linger === 'object' ? linger : traces.blocked;
  return {
    entry,
    linger,
    rootless: where.length > 0 ? true : (undecided ?? false),
    k3sRootless: k3s.found.length > 0 ? true : (k3s.blocked ?? false),
    where: where.length > 0 ? where : [entry.at],
  };
}

/** A pattern path for one account. */
function forAccount(path: string, account: Account): string {
  return path
    .replace(/^~(?=\/|$)/, account.home)
    .replaceAll('{uid}', String(account.uid))
    .replaceAll('{user}', account.name);
}
