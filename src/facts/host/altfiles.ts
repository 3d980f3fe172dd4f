/**
 * Accounts and groups that libnss-altfiles adds from /usr/lib/passwd and /usr/lib/group, as rpm-ostree keeps those of packages
 * (aperezdc/nss-altfiles:README.md; nsswitch.conf(5)). Only where nsswitch.conf names it do the files count.
 */
import { type Asking, read, together } from '../ask.ts';
import { type Unknown, unknown } from '../fact.ts';
import { source } from '../source.ts';
import { nssPath, type PasswdEntry, parsePasswd } from './passwd.ts';

const passwdPath = '/usr/lib/passwd';
export const altGroups = '/usr/lib/group';

export interface AltFiles {
  readonly is: 'known';
  readonly accounts: readonly PasswdEntry[];
  /** The text of /usr/lib/group; empty where it does not count. */
  readonly groups: string;
}

export const altFiles = source(
  [nssPath, passwdPath, altGroups].map((path) => ({ do: 'read', path }) as const),
  readAltFiles,
);

function* readAltFiles(): Asking<AltFiles | Unknown> {
  const nss = yield* read(nssPath);
  if (nss.is === 'blocked') return unknown(nss, nssPath);
  const text = nss.is === 'got' ? nss.value : '';
  const names = (database: string): boolean => new RegExp(`^[ \\t]*${database}:(?:[^#\\n]*[ \\t\\]])?altfiles\\b`, 'm').test(text);
  if (!names('passwd') && !names('group')) return { is: 'known', accounts: [], groups: '' };
  const [accounts, groups] = yield* together([read(passwdPath), read(altGroups)]);
  if (accounts.is === 'blocked') return unknown(accounts, passwdPath);
  if (groups.is === 'blocked') return unknown(groups, altGroups);
  const parsed = parsePasswd(accounts.is === 'got' && names('passwd') ? accounts.value : '', passwdPath);
  if (parsed.is === 'unknown') return parsed;
  return { is: 'known', accounts: parsed.entries, groups: groups.is === 'got' && names('group') ? groups.value : '' };
}

/** The accounts of /etc/passwd, and those of other names that altfiles adds. */
export const withAltFiles = (own: readonly PasswdEntry[], { accounts }: AltFiles): readonly PasswdEntry[] => {
  const known = new Set(own.map(({ name }) => name));
  return [...own, ...accounts.filter(({ name }) => !known.has(name))];
};
