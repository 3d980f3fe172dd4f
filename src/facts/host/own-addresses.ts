/** The addresses of a running host: IPv4 from the kernel's table of routes, IPv6 from its table of addresses (proc_net(5)). */
import { type Asking, read, together } from '../ask.ts';
import { type Unknown, unknown } from '../fact.ts';
import { source, type Touches } from '../source.ts';

export const ipv4Table = '/proc/net/fib_trie';
export const ipv6Table = '/proc/net/if_inet6';

export interface OwnAddress {
  readonly address: string;
  readonly path: string;
}

const touches: Touches = [
  { do: 'read', path: ipv4Table },
  { do: 'read', path: ipv6Table },
];

/** All addresses of the host, each once; without IPv6 the second table is not there. */
export const ownAddresses = source(touches, learnAddresses);

function* learnAddresses(): Asking<readonly OwnAddress[] | Unknown> {
  const [v4, v6] = yield* together([read(ipv4Table), read(ipv6Table)]);
  if (v4.is === 'blocked') return unknown(v4, ipv4Table);
  if (v6.is === 'blocked') return unknown(v6, ipv6Table);
  const four = v4.is === 'got' ? [...new Set(localIn(v4.value))] : [];
  const six = v6.is === 'got' ? v6.value.split('\n').flatMap(inet6) : [];
  return [...four.map((address) => ({ address, path: ipv4Table })), ...six.map((address) => ({ address, path: ipv6Table }))];
}

/** The leaves of the trie below which a line says `host LOCAL`. */
function localIn(text: string): string[] {
  const found: string[] = [];
  let leaf = '';
  for (const line of text.split('\n')) {
    leaf = /\|--\s+(\d+\.\d+\.\d+\.\d+)/.exec(line)?.[1] ?? leaf;
    if (/\/32 host LOCAL/.test(line) && leaf !== '') found.push(leaf);
  }
  return found;
}

const inet6 = (line: string): string[] => {
  const digits = /^([0-9a-f]{32})\s/.exec(line)?.[1];
  return digits ? [(digits.match(/.{4}/g) ?? []).map((group) => group.replace(/^0+(?=.)/, '')).join(':')] : [];
};

/** Networks that the internet does not reach (RFC 6890); the last line is for documentation. */
const inner = [
  ...[/^0\./, /^10\./, /^100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\./, /^127\./, /^169\.254\./, /^172\.(1[6-9]|2\d|3[01])\./, /^192\.168\./],
  ...[/^192\.0\.0\./, /^198\.1[89]\./, /^(22[4-9]|2[34]\d|25[0-5])\./],
  ...[/^192\.0\.2\./, /^198\.51\.100\./, /^203\.0\.113\./],
];

/** Whether everybody can reach an address, as far as it alone tells. */
export function isPublic(address: string): boolean {
  if (address.includes(':')) return /^[23][0-9a-f]{3}:/.test(address) && !/^2001:0?db8:/.test(address);
  return /^\d+\.\d+\.\d+\.\d+$/.test(address) && !inner.some((network) => network.test(address));
}
