/** Ports that containers publish, each with the address of the host that it is published on. Pure. */
import { lookup } from '../containers/lookup.ts';
import type { Known, Unknown, Where } from '../fact.ts';
import type { Flag } from '../podman/podman-flags.ts';

export interface PublishedPort {
  /** 0.0.0.0 or [::] is every address. */
  readonly address: string;
  /** A number or a range; `*` where Podman takes a free one. */
  readonly port: string;
  readonly protocol: string;
  readonly where: Where;
}

/** What was found, and why there may be more. */
export interface Seen<T> {
  readonly each: readonly T[];
  readonly unseen?: Unknown;
}

/**
 * `--publish [[IP:][HOST]:]CONTAINER[/PROTOCOL]`. Without an address Podman 6 takes network.default_host_ips; before, and
 * when that is unset, it is every address (podman-run(1) --publish).
 */
export function portsOf(flags: readonly Flag[], conf: Known | Unknown): Seen<PublishedPort> {
  const usual = conf.is === 'known' ? lookup(conf, 'network', 'default_host_ips') : undefined;
  const hidden = conf.is === 'unknown' ? conf : usual?.gap;
  const set = Array.isArray(usual?.value) ? usual.value.map((a) => inBrackets(String(a))) : [];
  const addresses = set.length > 0 ? set : ['0.0.0.0'];
  const bare = flags.some((f) => addressOf(f.value) === '');
  const each = flags.flatMap((f) => {
    const given = addressOf(f.value);
    const where = { ...f.where, said: `publishes ${f.value}` };
    return (given !== '' ? [given] : hidden ? [] : addresses).map((address) => ({ address, ...portOf(f.value), where }));
  });
  return { each, ...(bare && hidden ? { unseen: hidden } : {}) };
}

/** Ports in the form `podman ps` prints them: `0.0.0.0:8080->80/tcp, …`. */
export function portsIn(text: string, where: Where): PublishedPort[] {
  return text.split(', ').flatMap((one) => {
    const [, address, port, protocol] = /^(.*):(\d+(?:-\d+)?)->\S*?(?:\/([a-z]+))?$/.exec(one.trim()) ?? [];
    return address === undefined || port === undefined ? [] : [{ address: inBrackets(address), port, protocol: protocol ?? 'tcp', where }];
  });
}

/** `8080/tcp`. */
export const inShort = ({ port, protocol }: PublishedPort): string => `${port}/${protocol}`;

const inBrackets = (address: string): string => (address.includes(':') && !address.startsWith('[') ? `[${address}]` : address);

function addressOf(value: string): string {
  const v6 = /^\[([^\]]*)\]:/.exec(value);
  if (v6) return inBrackets(v6[1] ?? '');
  const parts = value.split(':');
  return parts.length >= 3 ? parts.slice(0, -2).join(':') : '';
}

function portOf(value: string): { port: string; protocol: string } {
  const [ports = '', protocol = 'tcp'] = value.trim().split('/');
  const parts = ports.replace(/^\[[^\]]*\]:/, 'x:').split(':');
  const host = parts.length > 1 ? parts.at(-2) : '';
  return { port: host === '' || host === 'x' || host === undefined ? '*' : host, protocol: protocol.toLowerCase() };
}
