/** Ports as Podman reads them (containers/podman:pkg/specgenutil/util.go CreatePortBindings, CreateExpose; tried with 4.3.1, 5.4.2 and 5.8.6). */

import { type Check, isAddress } from './value-check.ts';

/** `--publish [[ADDRESS:]HOST:]CONTAINER[/PROTOCOL]`; ports may be ranges of equal length. */
export const published: Check = (value) => {
  const [ports = '', protocol, more] = value.split('/');
  if (more !== undefined) return 'a protocol stands once, at the end';
  if (protocol !== undefined && !isProtocol(protocol)) return `${protocol} is not a protocol`;
  const bracket = /^\[([^\]]*)\]:(.*)$/s.exec(ports);
  const parts = (bracket?.[2] ?? ports).split(':');
  const addressed = bracket ? 2 : 3;
  if (parts.length > addressed) return 'an address, the port of the host and that of the container are needed';
  if (bracket && parts.length < 2) return 'with an address both ports are needed, that of the host may be empty';
  const address = bracket ? bracket[1] : parts.length === 3 ? parts[0] : undefined;
  if (address !== undefined && !isAddress(address)) return address === '' ? 'the address is empty' : `${address} is not an address`;
  const [host, container = ''] = parts.length === 1 ? ['', parts[0]] : parts.slice(-2);
  if (container === '') return 'the port of the container is missing';
  return rangeProblem(container) ?? (host === '' || host === undefined ? undefined : (rangeProblem(host) ?? lengthProblem(host, container)));
};

/** `--expose PORT[-PORT][/PROTOCOL]`. */
export const exposed: Check = (value) => {
  const [ports = '', protocol] = value.split('/');
  return protocol !== undefined && !isProtocol(protocol) ? `${protocol} is not a protocol` : rangeProblem(ports);
};

const isProtocol = (text: string): boolean => text.split(',').every((p) => /^(?:tcp|udp|sctp)$/i.test(p));

function rangeProblem(text: string): string | undefined {
  const [from = '', to, more] = text.split('-');
  const strange = [from, to].find((p) => p !== undefined && !/^\+?\d+$/.test(p));
  if (strange !== undefined || more !== undefined) return `${strange ?? text} is not a port`;
  const outside = [from, to].find((p) => p !== undefined && (Number(p) < 1 || Number(p) > 65535));
  if (outside !== undefined) return `ports go from 1 to 65535, and ${outside} is outside`;
  return to !== undefined && Number(to) < Number(from) ? `the range ${text} ends before it begins` : undefined;
}

const lengthOf = (text: string): number => {
  const [from, to = from] = text.split('-').map(Number);
  return (to ?? 0) - (from ?? 0);
};
const lengthProblem = (host: string, container: string): string | undefined =>
  lengthOf(host) === lengthOf(container) ? undefined : `the ranges ${host} and ${container} differ in length`;
