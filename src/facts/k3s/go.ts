/** Values as Go's standard library reads them: golang/go src/strconv/atob.go, atoi.go, src/net/ip.go. */

/** strconv.ParseBool: `yes`, `no`, `on` and `off` are not among them. Undefined is a syntax error. */
export function goBool(text: string): boolean | undefined {
  if (['1', 't', 'T', 'TRUE', 'true', 'True'].includes(text)) return true;
  if (['0', 'f', 'F', 'FALSE', 'false', 'False'].includes(text)) return false;
  return undefined;
}

/** strconv.ParseInt with base 10 and 64 bits: an optional sign and digits, no blanks, no underscores. Undefined is an error. */
export function goInt(text: string): number | undefined {
  if (!/^[+-]?\d{1,40}$/.test(text)) return undefined;
  const value = BigInt(text.replace(/^\+/, ''));
  return value >= -(2n ** 63n) && value < 2n ** 63n ? Number(value) : undefined;
}

/** An IPv4 network; `address` is what was written, `network` its address with the host bits cleared. */
export interface Network {
  readonly address: number;
  readonly network: number;
  readonly prefix: number;
}

/** net.ParseCIDR for IPv4: four decimal parts without leading zeros, a prefix length up to 32. */
export function goCidr(text: string): Network | undefined {
  const m = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,6})$/.exec(text);
  if (!m) return undefined;
  const parts = m.slice(1, 5);
  const prefix = Number(m[5]);
  if (prefix > 32 || parts.some((p) => Number(p) > 255 || (p.length > 1 && p.startsWith('0')))) return undefined;
  const address = parts.reduce((sum, p) => sum * 256 + Number(p), 0);
  return { address, network: address - (address % 2 ** (32 - prefix)), prefix };
}

/** Whether two networks share an address. */
export function overlap(a: Network, b: Network): boolean {
  const size = 2 ** (32 - Math.min(a.prefix, b.prefix));
  return Math.floor(a.network / size) === Math.floor(b.network / size);
}

/** A network in its usual writing. */
export function written({ network, prefix }: Network): string {
  return `${[24, 16, 8, 0].map((shift) => Math.floor(network / 2 ** shift) % 256).join('.')}/${prefix}`;
}
