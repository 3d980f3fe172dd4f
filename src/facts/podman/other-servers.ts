/**
 * Units of other names that offer Podman's API: a service that runs `podman system service`, a socket that activates one.
 * Looked at are all services and sockets that an administrator made or has drop-ins for, and those of the vendor that
 * are named after Podman.
 */

import { type Account, type Answer, type Asking, read, together } from '../ask.ts';
import { type Unknown, unknown, type Where } from '../fact.ts';
import { source, type Touches } from '../source.ts';
import { type Found, findUnit, type Search, searchUnits } from '../systemd/find.ts';
import { type LoadedUnit, loadUnit, unitsOfType } from '../systemd/load.ts';
import { dropInNames, parseUnitName, sectionsOf } from '../systemd/names.ts';
import { type Manager, managers, searchDirs } from '../systemd/paths.ts';
import { parseUnitText } from '../systemd/syntax.ts';
import { type Commands, commandsNamed, commandsOf, type Sockets, socketsOf } from './socket-unit.ts';
import { maySayWhatItStarts, relays } from './started-service.ts';

export interface OtherServers extends Pick<Commands, 'commands' | 'unsure'> {
  readonly sockets: readonly (Sockets & { readonly name: string })[];
  /** A unit that could not be read. */
  readonly unseen?: Unknown;
  readonly consulted: readonly Where[];
}

const own = new Set(['podman.service', 'podman.socket']);

/** They come with Podman and start no API. */
const shipped = new Set(['auto-update', 'restart', 'kube@', 'clean-transient', 'user-wait-network-online'].map((n) => `podman-${n}.service`));

const isVendors = (path: string): boolean => /^\/(?:usr\/)?(?:lib|share)\//.test(path);

const unitFiles: Touches = managers.flatMap((manager) =>
  ['service', 'socket'].flatMap((type) => [
    unitsOfType(type, manager),
    ...searchDirs(manager, '~', '/run/user/{uid}').flatMap((dir): Touches => {
      const path = `${dir}/*.${type}`;
      const first = isVendors(dir) ? { first: [`${dir}/*podman*.${type}`] } : {};
      return [
        { do: 'stat', path, ...first },
        { do: 'read', path, ...first },
      ];
    }),
  ]),
);

const touches: Touches = [...unitFiles, searchUnits, ...managers.map((m) => commandsNamed('*.service', m))];

/** Finds them for an account: root's in the system manager. */
export const otherServers = source(touches, seekServers);

function* seekServers(as: Account): Asking<OtherServers> {
  const manager: Manager = as.uid === 0 ? 'system' : 'user';
  const search = yield* searchUnits(manager, as);
  const found = yield* candidates(search);
  const units = yield* together(found.each.map(({ name }) => loadUnit(name, { manager, as })));
  const loaded = units.filter((u): u is LoadedUnit => u.is === 'loaded' && u.exists && !u.masked);
  const services = loaded.filter((u) => u.unit.type === 'service');
  const started = yield* together(services.map((u) => commandsOf(u, as, concernsApi)));
  const offering = new Set(services.filter((_, at) => offers(started[at] as Commands)));
  const serving = new Set([...own, ...[...offering].map((u) => u.unit.name)]);
  const unsure = started.find((s) => s.unsure)?.unsure;
  // Of a unit that does not speak of Podman itself, what was not seen says nothing either.
  const counts = (u: LoadedUnit | Unknown, at: number): boolean => found.each[at]?.certain === true || (u.is === 'loaded' && offering.has(u));
  const hidden = units.filter(counts).flatMap((u) => (u.is === 'unknown' ? [u] : u.unseen));
  const unseen = [...search.unseen, ...found.unseen, ...hidden].find((u) => u.why !== 'unsupported');
  return {
    commands: started.flatMap((s) => s.commands),
    ...(unsure ? { unsure } : {}),
    sockets: loaded.filter((u) => u.unit.type === 'socket' && serving.has(activated(u))).map((u) => ({ name: u.unit.name, ...socketsOf(u, as) })),
    ...(unseen ? { unseen } : {}),
    consulted: found.looked,
  };
}

/** Units that may offer the API. `certain`: their text or drop-ins make them worth a look; else it is what their variables may hold. */
interface Candidates {
  readonly each: readonly { readonly name: string; readonly certain: boolean }[];
  readonly unseen: readonly Unknown[];
  readonly looked: readonly Where[];
}

function* candidates(search: Search): Asking<Candidates> {
  const unseen: Unknown[] = [];
  const extended = withDropIns(search);
  const names = namesIn(search, extended);
  // An alias is looked at under the name that it leads to.
  const found = yield* together(names.map((name) => findUnit(search, name, 1)));
  const files = found.flatMap((f, at) => ownFile(f, names[at] as string, unseen));
  const texts = (yield* together(files.map((f) => read(f.path)))) as Answer<string>[];
  const each: { name: string; certain: boolean }[] = [];
  for (const [at, { name, path }] of files.entries()) {
    const text = texts[at] as Answer<string>;
    if (text.is === 'blocked') unseen.push(unknown(text, path));
    if (text.is !== 'got') continue;
    const certain = name.endsWith('.socket') || mayServe(text.value) || extended(name);
    if (certain || mayBeToldTo(text.value, path)) each.push({ name, certain });
  }
  return { each, unseen, looked: files.map((f) => ({ path: f.path })) };
}

/** Whether some command of a unit starts what variables say, which its manager may set. */
const mayBeToldTo = (text: string, path: string): boolean =>
  parseUnitText(text, path, sectionsOf('service')).assignments.some((a) => a.section === 'Service' && a.key.startsWith('Exec') && maySayWhatItStarts(a.value));

/** Whether a unit's text may speak of Podman's API, also through a link to Podman that is called docker. */
const mayServe = (text: string): boolean => text.includes('podman') || (text.includes('docker') && /\bsystem\b/.test(text));

/** A relay of the socket, `podman … system service`, or a subcommand that a variable holds. */
const concernsApi = (line: string): boolean =>
  relays(line) || (/podman|docker/.test(line) && /\bsystem['"\s\\]+service\b/.test(line)) || /podman['"]?\s+['"]?\$/.test(line);

const offers = (c: Commands): boolean => c.commands.length > 0 || c.unsure !== undefined;

function namesIn(search: Search, extended: (name: string) => boolean): string[] {
  const names = search.dirs.flatMap(({ path, entries }) =>
    [...entries].filter((e) => !isVendors(path) || (e.includes('podman') && !shipped.has(e)) || extended(e)),
  );
  return [...new Set(names)].filter((n) => /\.(?:service|socket)$/.test(n) && !own.has(n) && parseUnitName(n)).sort();
}

/** Whether a unit has drop-ins that are not the vendor's, of its own or for all names with its beginning: they may add any command or address. */
function withDropIns(search: Search): (name: string) => boolean {
  const stems = search.dirs
    .filter((d) => !isVendors(d.path))
    .flatMap(({ entries }) => [...entries].filter((e) => /\.(?:service|socket)\.d$/.test(e)).map((e) => e.slice(0, -2)));
  const exact = new Set(stems);
  return (name) => {
    const unit = parseUnitName(name);
    return unit !== undefined && dropInNames(unit).some((d) => exact.has(d.slice(0, -2)));
  };
}

/** The file of a unit under its own name. */
function ownFile(found: Found, name: string, unseen: Unknown[]): { name: string; path: string }[] {
  if (found.names.length > 1 || !found.entry) return [];
  if (found.entry.is === 'blocked') unseen.push(found.entry.unknown);
  return found.entry.is === 'file' ? [{ name, path: found.entry.path }] : [];
}

/** The service that a socket starts (systemd.socket(5) Service=, Accept=). */
function activated(unit: LoadedUnit): string {
  const named = unit.assignments.findLast((a) => a.section === 'Socket' && a.key === 'Service')?.value;
  return named || `${unit.unit.prefix}.service`;
}
