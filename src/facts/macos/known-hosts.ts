/** known_hosts (sshd(8), SSH_KNOWN_HOSTS FILE FORMAT), as far as it tells the keys of one host. Pure. */
import { holdsPlaceholder } from '../redacted.ts';
import { matchesList } from '../ssh/host-patterns.ts';
import { shortened } from '../text/shortened.ts';

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

/** A line for which a reader takes nothing of the file. */
export interface RefusedLine {
  readonly line: number;
  readonly said: string;
}

/**
 * The first line over which Podman's own ssh client refuses the whole file, where ssh passes over the line
 * (golang.org/x/crypto ssh/knownhosts: Read). Of a key only its letters are looked at.
 */
export function refusedLine(text: string): RefusedLine | undefined {
  for (const [index, raw] of text.split('\n').entries()) {
    const line = raw.trim();
    if (line === '' || line.startsWith('#')) continue;
    const said = wrongLine(line);
    if (said !== undefined) return { line: index + 1, said };
  }
  return undefined;
}

function wrongLine(line: string): string | undefined {
  const words = line.split(/[ \t]+/);
  if (words[0] === '@cert-authority' || words[0] === '@revoked') words.shift();
  const [hosts = '', type, key] = words;
  if (type === undefined || key === undefined) return 'a line must be HOSTS TYPE KEY';
  if (!/^[A-Za-z0-9+/]+=*$/.test(key) && !holdsPlaceholder(key)) return `what stands for the key of ${shortened(hosts, 40)} is no base64`;
  if (hosts.startsWith('|')) return /^\|1\|[^|]*\|[^|]*$/.test(hosts) ? undefined : `${hosts} is no hashed name that it knows`;
  for (const host of hosts.split(',').filter((h) => h !== '')) {
    const name = host.replace(/^!/, '');
    if (name === '') return 'a ! is not followed by a name';
    if (name.startsWith('[') && !/^\[[^[\]]*\]:[^:[\]]*$/.test(name)) return `the address ${name} must be written [HOST]:PORT, or without brackets`;
  }
  return undefined;
}
