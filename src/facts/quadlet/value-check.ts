/** One value that Podman is given, judged: what checks share. */

import type { Release } from '../containers/podman-release.ts';

/** Whose Podman it is that gets the value. */
export interface Asked {
  readonly release: Release;
  /** The service is one of a user's manager. */
  readonly user: boolean;
}

/** Why Podman refuses a value; undefined: it takes it. */
export type Check = (value: string, asked: Asked) => string | undefined;

/** One of these words. */
export const oneOf =
  (...words: readonly string[]): Check =>
  (value) =>
    words.includes(value) ? undefined : `it takes ${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;

/** A text of this form; `wanted` says which. */
export const like =
  (form: RegExp, wanted: string): Check =>
  (value) =>
    form.test(value) ? undefined : wanted;

/** Go's strconv.ParseUint, as pflag reads it: `0x10` and `1_000` too. */
export const wholeNumber = like(/^(?:0x[0-9a-f_]+|0b[01_]+|0o?[0-7_]*|[1-9][\d_]*)$/i, 'a whole number from 0 on is needed');
export const integer = like(/^[-+]?(?:0x[0-9a-f_]+|0b[01_]+|0o?[0-7_]*|[1-9][\d_]*)$/i, 'a whole number is needed');

/** Names of containers, pods, volumes and networks (containers/podman:libpod/define/config.go NameRegex). */
export const resourceName = like(/^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/, 'a name consists of letters, digits, dots, _ and -, and begins with a letter or digit');

/** Sizes of docker/go-units:size.go: a number and K, M, G, T or P, B and iB behind it; `64m`, `1.5g`, `1GiB`. */
export const size: Check = (value) => (/^(?:\d+(?:\.\d*)?|\.\d+) ?(?:[kmgtp]i?b?|b)?$/i.test(value) ? undefined : 'a size such as 512m or 1g is needed');

/** The nanoseconds of a time as Go writes it, `1m30s` or `0`; undefined: it is none (Go time.ParseDuration). */
export function goDuration(text: string): number | undefined {
  if (/^[-+]?0$/.test(text)) return 0;
  const parts = /^([-+]?)((?:(?:\d+(?:\.\d*)?|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+)$/.exec(text);
  if (!parts) return undefined;
  const units: Readonly<Record<string, number>> = { ns: 1, us: 1e3, µs: 1e3, μs: 1e3, ms: 1e6, s: 1e9, m: 6e10, h: 3.6e12 };
  const sum = [...(parts[2] as string).matchAll(/([\d.]+)([a-zµμ]+)/g)].reduce(
    (all, [, number, unit]) => all + Number(number) * (units[unit as string] ?? 0),
    0,
  );
  return parts[1] === '-' ? -sum : sum;
}

const octet = '(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)';
const ipv4 = new RegExp(`^${octet}(?:\\.${octet}){3}$`);

/** Go's net.ParseIP: no zone, no brackets, no leading zeros. */
export function isAddress(text: string): boolean {
  if (ipv4.test(text)) return true;
  const tail = text.slice(text.lastIndexOf(':') + 1);
  const plain = text.includes(':') && ipv4.test(tail) ? `${text.slice(0, -tail.length)}0:0` : text;
  if (!/^[0-9a-f:]+$/i.test(plain) || !plain.includes(':')) return false;
  const halves = plain.split('::');
  const groups = halves.flatMap((h) => (h === '' ? [] : h.split(':')));
  return halves.length <= 2 && groups.every((g) => /^[0-9a-f]{1,4}$/i.test(g)) && (halves.length === 2 ? groups.length < 8 : groups.length === 8);
}

/** An address with the length of its prefix, `10.0.0.0/24` (Go net.ParseCIDR). */
export function isNetwork(text: string): boolean {
  const [address = '', length = '', more] = text.split('/');
  return more === undefined && isAddress(address) && /^\d{1,3}$/.test(length) && Number(length) <= (address.includes(':') ? 128 : 32);
}
