/** Hosts on which many accounts run containers: what one account of a fixture has, many times over. */
import type { FileSpec, HostSpec } from '../../src/collect/composed/composed.ts';

const lists = ['/etc/passwd', '/etc/group', '/etc/subuid', '/etc/subgid'];

/** The host with `count` accounts in place of its account `driver` with the uid 1000. */
export function withAccounts(host: HostSpec, count: number): HostSpec {
  const each = Array.from({ length: count }, (_, n) => n);
  const files = Object.entries(host.files ?? {}).flatMap(([path, spec]): [string, FileSpec | null][] => {
    if (lists.includes(path)) return [[path, inList(spec, each)]];
    return /driver|1000/.test(path) ? each.map((n) => [other(path, n), JSON.parse(other(JSON.stringify(spec), n))]) : [[path, spec]];
  });
  return { ...host, files: Object.fromEntries(files) };
}

const other = (text: string, n: number): string => text.replaceAll('driver', `driver${n}`).replaceAll('1000', String(1000 + n));

/** Each account's line, with ids of its own. */
function inList(spec: FileSpec | null, each: readonly number[]): FileSpec | null {
  if (typeof spec !== 'string') return spec;
  const lines = spec.split('\n');
  return lines
    .flatMap((line) => (line.startsWith('driver:') ? each.map((n) => other(line, n).replace(':100000:', `:${100_000 + n * 65_536}:`)) : [line]))
    .join('\n');
}
