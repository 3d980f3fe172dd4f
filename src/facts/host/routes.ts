/** The routes of the main table, of both families: proc(5) /proc/net/route, and net/ipv6/route.c for /proc/net/ipv6_route. */
import { type Asking, read, together } from '../ask.ts';
import { type Unknown, unknown, unparsable, type Where } from '../fact.ts';
import { source } from '../source.ts';

const v4 = '/proc/net/route';
const v6 = '/proc/net/ipv6_route';

export interface Route {
  /** The network in CIDR notation; `0.0.0.0/0` and `::/0` are default routes. */
  readonly to: string;
  readonly device: string;
  readonly at: Where;
}

export type Routes = { readonly is: 'known'; readonly each: readonly Route[]; readonly consulted: readonly Where[] } | Unknown;

export const routes = source(
  [v4, v6].map((path) => ({ do: 'read', path }) as const),
  readRoutes,
);

function* readRoutes(): Asking<Routes> {
  const [four, six] = yield* together([read(v4), read(v6)]);
  if (four.is === 'blocked') return unknown(four, v4);
  if (six.is === 'blocked') return unknown(six, v6);
  if (four.is === 'absent') return { is: 'unknown', why: 'failed', said: `${v4} is not there`, where: [{ path: v4 }] };
  if (!/^Iface\s/.test(four.value)) return unparsable(`${v4} is not a table of routes`, { path: v4 });
  const each = [...fourOf(four.value), ...(six.is === 'got' ? sixOf(six.value) : [])];
  return { is: 'known', each, consulted: [{ path: v4 }, { path: v6 }] };
}

/** Addresses are hexadecimal, the last byte first. Routes that reject (flag 0x200) lead nowhere. */
function fourOf(text: string): Route[] {
  return text.split('\n').flatMap((line, index): Route[] => {
    const [device = '', destination = '', , flags = '', , , , mask = ''] = line.trim().split(/\s+/);
    if (!/^[0-9A-F]{8}$/i.test(destination) || !/^[0-9A-F]{8}$/i.test(mask) || Number.parseInt(flags, 16) & 0x200) return [];
    const bytes = (destination.match(/../g) ?? []).reverse().map((b) => Number.parseInt(b, 16));
    return [{ to: `${bytes.join('.')}/${bitsOf(mask)}`, device, at: { path: v4, line: index + 1 } }];
  });
}

const bitsOf = (mask: string): number => [...mask].reduce((sum, digit) => sum + (Number.parseInt(digit, 16).toString(2).match(/1/g)?.length ?? 0), 0);

/** The kernel keeps rejecting default routes on `lo`; its own addresses and multicast stand here as well. */
function sixOf(text: string): Route[] {
  return text.split('\n').flatMap((line, index): Route[] => {
    const words = line.trim().split(/\s+/);
    const [destination = '', length = ''] = words;
    const device = words[9] ?? '';
    const rejects = (Number.parseInt(words[8] ?? '', 16) & 0x200) !== 0;
    if (!/^[0-9a-f]{32}$/i.test(destination) || device === 'lo' || device === '' || rejects || /^f[ef]/i.test(destination)) return [];
    const address = /^0+$/.test(destination) ? '::' : (destination.match(/.{4}/g) ?? []).join(':');
    return [{ to: `${address}/${Number.parseInt(length, 16)}`, device, at: { path: v6, line: index + 1 } }];
  });
}
