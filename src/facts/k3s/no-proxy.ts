/** Which hosts are not asked through a proxy (golang.org/x/net/http/httpproxy: config.go, init, useProxy). */
import { goCidr } from './go.ts';

/** Whether NO_PROXY names a host, or the host is this one. */
export function isExempt(host: string, noProxy: string): boolean {
  if (host === 'localhost' || host === '::1' || /^127\./.test(host)) return true;
  return noProxy.split(',').some((part) => covers(part.trim().toLowerCase(), host.toLowerCase()));
}

function covers(part: string, host: string): boolean {
  if (part === '*') return true;
  if (part === '') return false;
  const network = goCidr(part);
  const address = goCidr(`${host}/32`);
  if (network && address) return Math.floor(address.address / 2 ** (32 - network.prefix)) === Math.floor(network.network / 2 ** (32 - network.prefix));
  const name = part.replace(/:\d+$/, '').replace(/^\*(?=\.)/, '');
  if (name === host) return true;
  // `.example` is what lies below it, `example` also itself.
  return host.endsWith(name.startsWith('.') ? name : `.${name}`);
}
