/** Which files of firewalld are in force, and what they hold. */
import { type Asking, list, read, together } from '../ask.ts';
import { type Unknown, unknown, type Where } from '../fact.ts';
import type { Filter } from './filter.ts';
import type { Named } from './rich-rule.ts';
import { isServiceName, type Service, serviceOf, shippedServices } from './service.ts';
import { combinedZone, type Zone, zoneOf } from './zone.ts';

/** A file hides one of its name in the second. */
export const roots = ['/etc/firewalld', '/usr/lib/firewalld'] as const;

type Parse<T> = (text: string, name: string, path: string) => T | Unknown;

export interface Found<T> {
  readonly is: 'found';
  /** By name: that of the file without `.xml`. */
  readonly found: ReadonlyMap<string, T>;
}

export const nowhere = (what: string, where: Where): Unknown => ({
  is: 'unknown',
  why: 'failed',
  said: `${what} is nowhere defined, which firewalld does not take`,
  where: [where],
});

const isUnknown = (value: { readonly is: string }): value is Unknown => value.is === 'unknown';

/** The files of a directory in /etc and in /usr/lib, each read. */
export function* filesOf<T extends Filter & { readonly is: string }>(directory: string, parse: Parse<T>): Asking<Found<T> | Unknown> {
  const listed = yield* together(roots.map((root) => list(`${root}/${directory}`)));
  const paths = new Map<string, string>();
  for (const [at, root] of roots.entries()) {
    const names = listed[at];
    if (names?.is === 'blocked') return unknown(names, `${root}/${directory}`);
    for (const [name, path] of xmlFiles(`${root}/${directory}`, names?.is === 'got' ? names.value : [])) if (!paths.has(name)) paths.set(name, path);
  }
  return yield* readAll(paths, parse);
}

const xmlFiles = (directory: string, entries: readonly string[]): [string, string][] =>
  entries.filter((e) => e.endsWith('.xml')).map((e) => [e.slice(0, -'.xml'.length), `${directory}/${e}`]);

function* readAll<T extends { readonly is: string }>(paths: ReadonlyMap<string, string>, parse: Parse<T>): Asking<Found<T> | Unknown> {
  const texts = yield* together([...paths.values()].map((path) => read(path)));
  const found = new Map<string, T>();
  for (const [at, [name, path]] of [...paths].entries()) {
    const text = texts[at];
    if (text?.is === 'blocked') return unknown(text, path);
    if (text?.is !== 'got') continue;
    const parsed = parse(text.value, name, path);
    if (isUnknown(parsed)) return parsed;
    found.set(name, parsed);
  }
  return { is: 'found', found };
}

/** Zones that the administrator keeps in parts, in a directory of their name. */
export function* combinedZones(): Asking<Found<Zone> | Unknown> {
  const directory = `${roots[0]}/zones`;
  const entries = yield* list(directory);
  // No zone has a dot in its name; `public.xml.old` is a backup.
  const names = entries.is === 'got' ? entries.value.filter((n) => /^[\w-]+$/.test(n)) : [];
  const listed = yield* together(names.map((n) => list(`${directory}/${n}`)));
  const found = new Map<string, Zone>();
  for (const [at, name] of names.entries()) {
    const path = `${directory}/${name}`;
    const files = listed[at];
    if (files?.is === 'blocked' && !files.said?.startsWith('is a ')) return unknown(files, path);
    if (files?.is !== 'got') continue;
    const parts = yield* readAll(new Map(xmlFiles(path, files.value)), zoneOf);
    if (parts.is === 'unknown') return parts;
    if (parts.found.size > 0) found.set(name, combinedZone(name, path, [...parts.found.values()]));
  }
  return { is: 'found', found };
}

/** More than are shipped; each is two questions. */
const mostServices = 500;

/** The services that zones and policies name, and those that these include. */
export function* servicesOf(filters: readonly Filter[]): Asking<Found<Service> | Unknown> {
  const found = new Map<string, Service>();
  let wanted = filters.flatMap((f) => [...f.services, ...f.rules.flatMap((r) => (r.subject.is === 'service' ? [r.subject] : []))]);
  while (wanted.length > 0) {
    const names = new Map(wanted.map((w) => [w.name, w.where]));
    const [first] = names.values();
    if (first && names.size + found.size > mostServices)
      return { is: 'unknown', why: 'too-large', said: `more than ${mostServices} services are named`, where: [first] };
    const read = yield* serviceFiles(names);
    if (read.is === 'unknown') return read;
    for (const [name, service] of read.found) found.set(name, service);
    wanted = [...read.found.values()].flatMap((s) => s.includes).filter((i: Named) => !found.has(i.name));
  }
  return { is: 'found', found };
}

function* serviceFiles(names: ReadonlyMap<string, Where>): Asking<Found<Service> | Unknown> {
  for (const [name, where] of names) if (!isServiceName(name)) return nowhere(`the service ${name}`, where);
  const tried = yield* together(roots.map((root) => readAll(new Map([...names.keys()].map((n) => [n, `${root}/services/${n}.xml`])), serviceOf)));
  const found = new Map<string, Service>();
  for (const from of tried) {
    if (from.is === 'unknown') return from;
    for (const [name, service] of from.found) if (!found.has(name)) found.set(name, service);
  }
  for (const [name, where] of names) {
    if (found.has(name)) continue;
    const usual = Object.hasOwn(shippedServices, name) ? shippedServices[name] : undefined;
    const service = usual === undefined ? nowhere(`the service ${name}`, where) : serviceOf(usual, name, `${roots[1]}/services/${name}.xml`);
    if (service.is === 'unknown') return service;
    found.set(name, service);
  }
  return { is: 'found', found };
}
