/** What stands for a password in passwd(5) and shadow(5), by its class: never the hash, which arrives masked. */
import { type Answer, type Asking, read, together } from '../ask.ts';
import { type Unknown, unknown, unparsable, type Where } from '../fact.ts';
import { source } from '../source.ts';
import { parsePasswd, passwdPath } from './passwd.ts';

const shadowPath = '/etc/shadow';

/** How an account may prove itself by a password. */
export interface Password {
  readonly name: string;
  readonly uid: number;
  readonly shell: string;
  /** The shell lets somebody in. */
  readonly opens: boolean;
  /** `locked`: no password fits; `unread`: the shadow file may not be read. */
  readonly is: 'empty' | 'locked' | 'set' | 'unread';
  /** Of one that is set: what crypt(5) calls the method. */
  readonly method?: string;
  /** DES, MD5 and their like: guessed in hours. */
  readonly weak: boolean;
  readonly at: Where;
}

export type Passwords = { readonly is: 'known'; readonly each: readonly Password[]; readonly unread?: Unknown; readonly consulted: readonly Where[] } | Unknown;

/** The accounts of /etc/passwd, each with what the field says that counts: an `x` there sends to /etc/shadow (passwd(5)). */
export const passwords = source(
  [
    { do: 'read', path: passwdPath },
    { do: 'read', path: shadowPath },
  ],
  readPasswords,
);

function* readPasswords(): Asking<Passwords> {
  const [passwd, shadow] = yield* together([read(passwdPath), read(shadowPath)]);
  const consulted = [{ path: passwdPath }, { path: shadowPath }];
  if (passwd.is === 'blocked') return unknown(passwd, passwdPath);
  const accounts = passwd.is === 'absent' ? undefined : parsePasswd(passwd.value);
  if (accounts?.is === 'unknown') return accounts;
  // Every host has root at least: where no account is seen, it has not been looked at.
  if (passwd.is === 'absent' || !accounts || accounts.entries.length === 0)
    return { is: 'unknown', why: 'ambiguous', said: `${passwdPath} names no account`, where: [{ path: passwdPath }] };
  const lines = passwd.value.split('\n');
  const hidden = shadowFields(shadow);
  // A crash leaves files full of zeros behind: that is no file in which nobody has a password.
  const spoilt = shadow.is === 'got' && shadow.value.trim() !== '' && hidden?.size === 0;
  if (spoilt) return unparsable(`${shadowPath} holds no line of an account`, { path: shadowPath, line: 1 });
  const each = accounts.entries.map(({ name, uid, shell, at }): Password => {
    const field = lines[(at.line ?? 1) - 1]?.replace(/^[ \t]+/, '').split(':')[1] ?? '';
    const own = { name, uid, shell, opens: opensSession(shell) };
    if (field !== 'x') return { ...own, ...classOf(field), at };
    if (!hidden) return { ...own, is: 'unread', weak: false, at: { path: shadowPath } };
    const found = hidden.get(name);
    // Without a line there is no password that fits (tried: pam_unix of Debian 12).
    return { ...own, ...(found ? classOf(found.field) : { is: 'locked', weak: false }), at: found?.at ?? at };
  });
  const unread = shadow.is === 'blocked' && each.some((p) => p.is === 'unread') ? unknown(shadow, shadowPath) : undefined;
  return { is: 'known', each, consulted, ...(unread ? { unread } : {}) };
}

/** The second fields by name, the first line of a name; undefined where the file may not be read. */
function shadowFields(shadow: Answer<string>): ReadonlyMap<string, { readonly field: string; readonly at: Where }> | undefined {
  if (shadow.is === 'blocked') return undefined;
  const fields = new Map<string, { field: string; at: Where }>();
  for (const [index, line] of (shadow.is === 'got' ? shadow.value : '').split('\n').entries()) {
    const [name = '', field, ...rest] = line.split(':');
    if (name !== '' && field !== undefined && rest.length > 0 && !fields.has(name)) fields.set(name, { field, at: { path: shadowPath, line: index + 1 } });
  }
  return fields;
}

/** Methods by their prefix (crypt(5)). What has none is DES, BSDi's or bigcrypt. */
const methods: Readonly<Record<string, { readonly method: string; readonly weak?: true }>> = {
  y: { method: 'yescrypt' },
  gy: { method: 'gost-yescrypt' },
  '7': { method: 'scrypt' },
  '6': { method: 'SHA-512' },
  '5': { method: 'SHA-256' },
  '2a': { method: 'bcrypt' },
  '2b': { method: 'bcrypt' },
  '2y': { method: 'bcrypt' },
  '2x': { method: 'bcrypt' },
  sha1: { method: 'SHA-1', weak: true },
  md5: { method: 'MD5', weak: true },
  '3': { method: 'MD4, as Windows has it', weak: true },
  '1': { method: 'MD5', weak: true },
};

/** The class of a second field. Whatever begins with `!` or `*` fits no password; neither does an `x` in the shadow file. */
export function classOf(field: string): Pick<Password, 'is' | 'weak' | 'method'> {
  if (field === '') return { is: 'empty', weak: false };
  if (/^[!*]/.test(field) || field === 'x') return { is: 'locked', weak: false };
  const prefix = /^\$([A-Za-z0-9]+)[$,]/.exec(field)?.[1];
  const known = prefix === undefined ? { method: 'DES', weak: true } : Object.hasOwn(methods, prefix) ? methods[prefix] : undefined;
  return { is: 'set', method: known?.method ?? `$${prefix}$`, weak: known?.weak === true };
}

/** Whether a shell lets its account in: an empty one is /bin/sh (passwd(5)). */
export const opensSession = (shell: string): boolean => !/\/(?:nologin|false|sync|shutdown|halt|true)$/.test(shell);
