/** The accounts that an inspection is about: those named with --account, or those that show that they run containers. */
import { type Account, type Answer, type Asking, list, type Output, read, run, stat, together } from '../ask.ts';
import { commandPlace } from '../asks.ts';
import { type Unknown, unknown, type Where } from '../fact.ts';
import { source, type Touches } from '../source.ts';
import { type RootlessAccounts, type RootlessUse, rootlessUse, useOfEntry } from './accounts.ts';
import { directoryIn, nssPath, type PasswdEntry, parsePasswd, passwd, passwdPath, passwdSources } from './passwd.ts';
import { kernelPath, runs } from './running.ts';

const altPath = '/usr/lib/passwd';
const sysusers = ['/etc/sysusers.d', '/usr/lib/sysusers.d'] as const;

const touches: Touches = [
  passwd,
  { do: 'read', path: nssPath },
  { do: 'read', path: altPath },
  { do: 'stat', path: kernelPath },
  { do: 'run', argv: ['getent', 'passwd', '*'], later: true },
  ...sysusers.flatMap(
    (path): Touches => [
      { do: 'list', path, later: true },
      { do: 'read', path: `${path}/*.conf`, later: true },
    ],
  ),
  ...['/etc/userdb/*.user', '/var/lib/systemd/home/*.identity'].map((path) => ({ do: 'stat', path, later: true }) as const),
];

/** An account; undefined: there is none of that name; unknown where its absence cannot be shown. */
export type NamedAccount = { readonly is: 'known'; readonly entry?: PasswdEntry; readonly consulted: readonly Where[] } | Unknown;

/** Looks an account up by name, as getent does, and says what a host that is not running leaves open. */
export const namedAccount = source(touches, lookUp);

function* lookUp(name: string): Asking<NamedAccount> {
  const [known, nss, kernel] = yield* together([passwd(), read(nssPath), stat(kernelPath)]);
  if (known.is === 'unknown') return known;
  const entry = known.entries.find((e) => e.name === name);
  if (entry) return { is: 'known', entry, consulted: known.consulted };
  if (nss.is === 'blocked') return unknown(nss, nssPath);
  const sources = nss.is === 'got' ? passwdSources(nss.value) : [];
  const alternative = sources.includes('altfiles') ? yield* read(altPath) : undefined;
  if (alternative?.is === 'blocked') return unknown(alternative, altPath);
  const other = alternative?.is === 'got' ? parsePasswd(alternative.value, altPath) : undefined;
  const there = other?.is === 'known' ? other.entries.find((e) => e.name === name) : undefined;
  if (there) return { is: 'known', entry: there, consulted: [{ path: altPath }] };
  return (yield* fromService(name, directoryIn(sources), runs(kernel))) ?? (yield* yetToBeMade(name)) ?? { is: 'known', consulted: known.consulted };
}

/** What a directory service says, which only a running host can ask. */
function* fromService(name: string, directory: string | undefined, running: boolean): Asking<NamedAccount | undefined> {
  if (directory === undefined) return undefined;
  const argv = ['getent', 'passwd', name];
  const answer: Answer<Output> = running ? yield* run(argv) : { is: 'blocked', why: 'unsupported' };
  const at = { path: commandPlace(argv) };
  const found = answer.is === 'got' && answer.value.exit === 0 ? parsePasswd(answer.value.stdout, at.path) : undefined;
  const entry = found?.is === 'known' ? found.entries.find((e) => e.name === name) : undefined;
  if (entry) return { is: 'known', entry: { ...entry, at }, consulted: [at] };
  // The status of getent(1) for a name that no source has.
  if (answer.is === 'got' && answer.value.exit === 2) return { is: 'known', consulted: [at, { path: nssPath }] };
  const said = `${name} is not in ${passwdPath}: the account may come from "${directory}" (${nssPath})`;
  return { is: 'unknown', why: answer.is === 'blocked' ? answer.why : 'unsupported', said, where: [{ path: nssPath }] };
}

/** Accounts of systemd: those that sysusers.d(5) makes at the next boot, and those of userdb and systemd-homed. */
function* yetToBeMade(name: string): Asking<Unknown | undefined> {
  const records = [`/etc/userdb/${name}.user`, `/var/lib/systemd/home/${name}.identity`];
  const [listings, stats] = [yield* together(sysusers.map((d) => list(d))), yield* together(records.map((p) => stat(p)))];
  const paths = listings.flatMap((l, at) =>
    l.is === 'got' ? l.value.filter((n) => n.endsWith('.conf') && !n.startsWith('.')).map((n) => `${sysusers[at]}/${n}`) : [],
  );
  const texts = yield* together(paths.map((p) => read(p)));
  const line = new RegExp(`^[ \\t]*u!?[ \\t]+"?${name.replace(/[^\w-]/g, '\\$&')}"?(?:[ \\t]|$)`, 'm');
  const made = texts.findIndex((t) => t.is === 'got' && line.test(t.value));
  const path = made >= 0 ? paths[made] : records[stats.findIndex((s) => s.is === 'got')];
  if (path === undefined) return undefined;
  const said = `${name} is not in ${passwdPath}, and ${path} makes that account: what it has then cannot be seen yet`;
  return { is: 'unknown', why: 'unsupported', said, where: [{ path }] };
}

/**
 * The accounts that run, or will run, containers without root: of those named, each; without names, those that show it.
 * `audited` is the account that inspects. Whom of those named nobody can find is `elsewhere`.
 */
export const meantAccounts = source([rootlessUse, namedAccount, useOfEntry], seekMeant);

function* seekMeant(audited: Account, names: readonly string[]): Asking<RootlessAccounts | Unknown> {
  const uses = yield* rootlessUse(audited);
  if (uses.is === 'unknown' || names.length === 0) return uses;
  const found = yield* together(names.map((name) => namedAccount(name)));
  const each = new Map(uses.each.map((use): [string, RootlessUse] => [use.entry.name, { ...use, rootless: false }]));
  let elsewhere: Unknown | undefined;
  for (const [at, named] of found.entries()) {
    const name = names[at] as string;
    if (named.is === 'unknown') elsewhere ??= named;
    else if (!named.entry) elsewhere ??= { is: 'unknown', why: 'ambiguous', said: `there is no account ${name} here`, where: named.consulted };
    else if (named.entry.uid !== 0) each.set(name, meant(each.get(name) ?? (yield* useOfEntry(named.entry))));
  }
  const { elsewhere: _, ...known } = uses;
  return { ...known, each: [...each.values()], ...(elsewhere ? { elsewhere } : {}) };
}

const meant = (use: RootlessUse): RootlessUse => ({ ...use, rootless: true, where: [{ ...use.entry.at, said: 'named with --account' }] });
