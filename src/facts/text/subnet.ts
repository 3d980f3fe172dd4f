/** Subnets in CIDR notation, of both families. Pure. */

/** A subnet as its first and last address. */
interface Span {
  readonly v6: boolean;
  readonly from: bigint;
  readonly to: bigint;
}

/** Whether two subnets share an address; a text that is no subnet shares none. */
export function subnetsOverlap(one: string, other: string): boolean {
  const [a, b] = [spanOf(one), spanOf(other)];
  return a !== undefined && b !== undefined && a.v6 === b.v6 && a.from <= b.to && b.from <= a.to;
}

/** Whether every address of a subnet is one of the other; a text that is no subnet lies nowhere. */
export function subnetLiesIn(inner: string, outer: string): boolean {
  const [a, b] = [spanOf(inner), spanOf(outer)];
  return a !== undefined && b !== undefined && a.v6 === b.v6 && b.from <= a.from && a.to <= b.to;
}

function spanOf(text: string): Span | undefined {
  const [address = '', length = ''] = text.trim().split('/');
  const v6 = address.includes(':');
  const bits = v6 ? 128 : 32;
  const value = v6 ? fromV6(address) : fromV4(address);
  if (value === undefined || !/^\d{1,3}$/.test(length) || Number(length) > bits) return undefined;
  const host = BigInt(bits - Number(length));
  const from = (value >> host) << host;
  return { v6, from, to: from + (1n << host) - 1n };
}

function fromV4(text: string): bigint | undefined {
  const parts = text.split('.');
  if (parts.length !== 4 || !parts.every((p) => /^\d{1,3}$/.test(p) && Number(p) < 256)) return undefined;
  return parts.reduce((sum, p) => (sum << 8n) + BigInt(p), 0n);
}

/** With `::` for the zeros that are left out, and an IPv4 address as its last part. */
function fromV6(text: string): bigint | undefined {
  const tail = /^(.*:)([\d.]+)$/.exec(text);
  const v4 = tail?.[2]?.includes('.') ? fromV4(tail[2]) : undefined;
  const plain = v4 === undefined ? text : `${tail?.[1]}${(v4 >> 16n).toString(16)}:${(v4 & 0xffffn).toString(16)}`;
  const [head = '', rest, more] = plain.split('::');
  if (more !== undefined) return undefined;
  const groups = (part: string | undefined): string[] => (part ? part.split(':') : []);
  const [before, after] = [groups(head), groups(rest)];
  const left = 8 - before.length - after.length;
  if (rest === undefined ? left !== 0 : left < 1) return undefined;
  const all = [...before, ...new Array<string>(rest === undefined ? 0 : left).fill('0'), ...after];
  if (!all.every((g) => /^[0-9a-f]{1,4}$/i.test(g))) return undefined;
  return all.reduce((sum, g) => (sum << 16n) + BigInt(Number.parseInt(g, 16)), 0n);
}
