/** The sockets on which a running host waits: the kernel's tables of TCP and UDP (proc_net(5)), each line with its place. */
import { type Answer, type Asking, read, together } from '../ask.ts';
import { type Unknown, unknown, unparsable, type Where } from '../fact.ts';
import { source } from '../source.ts';

const tables = [
  { protocol: 'tcp', path: '/proc/net/tcp' },
  { protocol: 'tcp', path: '/proc/net/tcp6' },
  { protocol: 'udp', path: '/proc/net/udp' },
  { protocol: 'udp', path: '/proc/net/udp6' },
] as const;

export interface Socket {
  readonly protocol: 'tcp' | 'udp';
  /** `0.0.0.0` and `::` are every address; one of IPv4 in a socket of IPv6 stands as one of IPv4. */
  readonly address: string;
  readonly port: number;
  /** Of the account that made it. */
  readonly uid: number;
  readonly at: Where;
}

export type Sockets = { readonly is: 'known'; readonly each: readonly Socket[] } | Unknown;

/** Sockets of TCP that listen, and those of UDP that are bound and not connected. */
export const sockets = source(
  tables.map(({ path }) => ({ do: 'read', path }) as const),
  readSockets,
);

function* readSockets(): Asking<Sockets> {
  const answers = (yield* together(tables.map(({ path }) => read(path)))) as Answer<string>[];
  const [first] = answers;
  const shut = answers.findIndex((a) => a.is === 'blocked');
  const refused = answers[shut];
  if (refused?.is === 'blocked') return unknown(refused, tables[shut]?.path ?? '');
  if (first?.is !== 'got') return { is: 'unknown', why: 'failed', said: `${tables[0].path} is not there`, where: [{ path: tables[0].path }] };
  const each: Socket[] = [];
  for (const [at, answer] of answers.entries()) {
    const table = tables[at] as (typeof tables)[number];
    // Without IPv6, or UDP, the kernel has no such table.
    if (answer.is !== 'got') continue;
    if (!/^\s*sl\s+local_address\b/.test(answer.value)) return unparsable(`${table.path} is not a table of sockets`, { path: table.path });
    each.push(...socketsIn(answer.value, table));
  }
  return { is: 'known', each };
}

/** State 0A listens; of UDP, 07 is not connected. */
function socketsIn(text: string, { protocol, path }: (typeof tables)[number]): Socket[] {
  return text.split('\n').flatMap((line, index): Socket[] => {
    const [, local = '', , state = '', , , , uid = ''] = line.trim().split(/\s+/);
    const [, digits, port] = /^([0-9A-F]{8}|[0-9A-F]{32}):([0-9A-F]{4})$/i.exec(local) ?? [];
    if (digits === undefined || port === undefined || !/^\d+$/.test(uid) || state.toUpperCase() !== (protocol === 'tcp' ? '0A' : '07')) return [];
    return [{ protocol, address: addressOf(digits), port: Number.parseInt(port, 16), uid: Number(uid), at: { path, line: index + 1 } }];
  });
}

/** Words of four bytes, the last byte first, as little-endian machines have them. */
function addressOf(digits: string): string {
  const bytes = (digits.match(/.{8}/g) ?? []).flatMap((word) => (word.match(/../g) ?? []).reverse());
  const four = (list: readonly string[]): string => list.map((b) => Number.parseInt(b, 16)).join('.');
  if (bytes.length === 4) return four(bytes);
  if (/^(?:00){10}ffff/i.test(bytes.join(''))) return four(bytes.slice(12));
  const groups = (bytes.join('').match(/.{4}/g) ?? []).map((g) => g.replace(/^0+(?=.)/, '').toLowerCase());
  return groups.every((g) => g === '0') ? '::' : groups.slice(0, 7).every((g) => g === '0') && groups[7] === '1' ? '::1' : groups.join(':');
}
