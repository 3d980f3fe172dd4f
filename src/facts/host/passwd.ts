/** The accounts that /etc/passwd names, and where else the host looks for accounts. */
import { type Account, type Asking, read } from '../ask.ts';
import { type Unknown, unknown, unparsable, type Where } from '../fact.ts';
import { source } from '../source.ts';
import { remembered } from '../text/remembered.ts';

/** One line of /etc/passwd (passwd(5)). */
export interface PasswdEntry extends Account {
  readonly shell: string;
  readonly at: Where;
}

export type Passwd = { readonly is: 'known'; readonly entries: readonly PasswdEntry[]; readonly consulted: readonly Where[] } | Unknown;

export const passwdPath = '/etc/passwd';
export const nssPath = '/etc/nsswitch.conf';

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
export function parsePasswd(text: string, path = passwdPath): Passwd {
  return path === passwdPath ? parseUsual(text) : parsed(text, path);
}

// Whoever asks for an account asks for all of them.
const parseUsual = remembered((text) => parsed(text, passwdPath));

function parsed(text: string, path: string): Passwd {
  const entries: PasswdEntry[] = [];
  const names = new Set<string>();
  for (const [index, line] of text.split('\n').entries()) {
    const [name, , uid, gid, , home, shell] = line.replace(/^[ \t]+/, '').split(':');
    if (name === undefined || name === '' || name.startsWith('#') || home === undefined || shell === undefined) continue;
    if (!/^\d+$/.test(uid ?? '') || !/^\d+$/.test(gid ?? '') || names.has(name)) continue;
    names.add(name);
    entries.push({ name, uid: Number(uid), gid: Number(gid), home: home === '' ? '/' : home, shell: shell.trim(), at: { path, line: index + 1 } });
  }
  if (entries.length === 0 && text.trim() !== '') return unparsable(`no line of ${path} has seven fields`, { path, line: 1 });
  return { is: 'known', entries, consulted: [{ path }] };
}

/** Where a host looks accounts up (nsswitch.conf(5), the line `passwd:`), without actions; none where the file does not say. */
export function passwdSources(nsswitch: string): string[] {
  const line = /^[ \t]*passwd:(.*)$/m.exec(nsswitch)?.[1] ?? '';
  return line
    .replace(/#.*|\[[^\]]*\]/g, '')
    .split(/\s+/)
    .filter((s) => s !== '');
}

/** The first source that no file of the host shows: a directory service, or one that pretrip does not know. */
export const directoryIn = (sources: readonly string[]): string | undefined => sources.find((s) => !['files', 'compat', 'altfiles', 'systemd'].includes(s));
