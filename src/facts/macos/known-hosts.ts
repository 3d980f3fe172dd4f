/** known_hosts (sshd(8), SSH_KNOWN_HOSTS FILE FORMAT), as far as it tells the keys of one host. Pure. */
import { matchesList } from '../ssh/host-patterns.ts';

export interface KnownKey {
  readonly type: string;
  readonly key: string;
  readonly line: number;
  readonly revoked: boolean;
}

export interface KnownHosts {
  readonly keys: readonly KnownKey[];
  /** Lines whose host is hashed: they may be the host's. */
  readonly hashed: number;
}

/** The name under which ssh looks a host up: the port is part of it unless it is 22. */
export const lookupName = (host: string, port: number): string => (port === 22 ? host : `[${host}]:${port}`);

export function keysOf(text: string, name: string): KnownHosts {
  const keys: KnownKey[] = [];
  let hashed = 0;
  for (const [index, raw] of text.split('\n').entries()) {
    const words = raw.trim().split(/[ \t]+/);
    const marker = words[0]?.startsWith('@') ? words.shift() : undefined;
    const [hosts = '', type, key] = words;
    if (hosts.startsWith('#') || type === undefined || key === undefined || marker === '@cert-authority') continue;
    if (hosts.startsWith('|')) hashed += 1;
    else if (matchesList(hosts.split(','), name)) keys.push({ type, key, line: index + 1, revoked: marker === '@revoked' });
  }
  return { keys, hashed };
}
