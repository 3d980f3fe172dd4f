/** The connections of the Podman client: from the client itself, else from its files. */

import { type Account, type Asking, read } from '../ask.ts';
import { type Json, type Unknown, unknown, unparsable, type Where } from '../fact.ts';
import { type DockerHost, isLoopback, parseDockerHost } from '../k3d/docker-host.ts';
import { source, type Touches } from '../source.ts';
import { parseJson } from '../text/json.ts';
import { entry, placed, plain, type TextNode } from '../text/node.ts';
import { parseToml } from '../text/toml.ts';
import { member, records, tellJson, text } from './run-as.ts';

export interface Connection {
  readonly name: string;
  readonly uri: string;
  /** The parts of an ssh address. */
  readonly address: DockerHost;
  readonly identity?: string;
  readonly isMachine: boolean;
  readonly isDefault: boolean;
  readonly where: Where;
}

export type Connections = { readonly is: 'known'; readonly each: readonly Connection[]; readonly consulted: readonly Where[] } | Unknown;

const listArgv = ['podman', 'system', 'connection', 'list', '--format', 'json'] as const;
const jsonPath = '~/.config/containers/podman-connections.json';
const confPath = '~/.config/containers/containers.conf';

const touches: Touches = [
  { do: 'run', argv: listArgv, asUser: true },
  { do: 'read', path: jsonPath },
  { do: 'read', path: confPath },
];

/**
 * Asks `podman system connection list`. Where nothing can be run, reads what it
 * reads: podman-connections.json (Podman 5) and service_destinations of
 * containers.conf (Podman 4); the former wins (containers/common
 * pkg/config/connections.go).
 */
export const learnConnections = source(touches, readConnections);

function* readConnections(as: Account): Asking<Connections> {
  const told = yield* tellJson(listArgv, as);
  if (told.is === 'told') {
    const rows = records(told.value, 'Name');
    if (!rows || rows.some((row) => text(member(row, 'URI')) === undefined))
      return unparsable('podman system connection list printed no list of connections', told.where);
    return { is: 'known', each: rows.flatMap((c) => fromList(c, told.where)), consulted: [told.where] };
  }
  if (told.is === 'unknown' && told.why !== 'unsupported') return told;
  return yield* fromFiles(as);
}

function connection(name: string, uri: string | undefined, rest: Omit<Connection, 'name' | 'uri' | 'address'>): Connection[] {
  return uri === undefined ? [] : [{ name, uri, address: parseDockerHost(uri), ...rest }];
}

function fromList(value: Json, where: Where): Connection[] {
  const name = text(member(value, 'Name'))?.replace(/\*$/, '');
  if (name === undefined) return [];
  const identity = text(member(value, 'Identity'));
  // Podman 4.0 to 4.4 list no IsMachine and mark the default with a star.
  const isMachine = member(value, 'IsMachine') === true || /^podman-machine-/.test(name);
  const isDefault = member(value, 'Default') === true || text(member(value, 'Name')) !== name;
  return connection(name, text(member(value, 'URI')), { isMachine, isDefault, where, ...(identity ? { identity } : {}) });
}

function* fromFiles(as: Account): Asking<Connections> {
  const path = jsonPath.replace('~', () => as.home);
  const conf = confPath.replace('~', () => as.home);
  const json = yield* read(path);
  const toml = yield* read(conf);
  if (json.is === 'blocked') return unknown(json, path);
  if (toml.is === 'blocked') return unknown(toml, conf);
  const consulted = [{ path }, { path: conf }];
  const parsedJson = json.is === 'got' ? parseJson(json.value) : undefined;
  if (parsedJson?.is === 'broken') return unparsable(`${path} is no JSON: ${parsedJson.problem.message}`, placed(path, parsedJson.problem));
  const parsedToml = toml.is === 'got' ? parseToml(toml.value) : undefined;
  if (parsedToml?.is === 'broken') return unparsable(`${conf} is no TOML: ${parsedToml.problem.message}`, placed(conf, parsedToml.problem));
  const stored = entry(parsedJson?.root, 'Connection')?.value;
  const engine = entry(parsedToml?.root, 'engine')?.value;
  const chosen = textOf(entry(stored, 'Default')?.value) || textOf(entry(engine, 'active_service')?.value);
  const own = tableOf(entry(stored, 'Connections')?.value, path, chosen, { uri: 'URI', identity: 'Identity', machine: 'IsMachine' });
  const older = tableOf(entry(engine, 'service_destinations')?.value, conf, chosen, { uri: 'uri', identity: 'identity', machine: 'is_machine' });
  return { is: 'known', each: [...own, ...older.filter((o) => !own.some((c) => c.name === o.name))], consulted };
}

function tableOf(node: TextNode | undefined, path: string, chosen: string | undefined, keys: { uri: string; identity: string; machine: string }): Connection[] {
  if (node?.is !== 'map') return [];
  return node.entries.flatMap(({ key, at, value }) => {
    const identity = textOf(entry(value, keys.identity)?.value);
    const uri = entry(value, keys.uri);
    const isMachine = entry(value, keys.machine)?.value;
    return connection(key, textOf(uri?.value), {
      isMachine: isMachine !== undefined && plain(isMachine) === true,
      isDefault: key === chosen,
      where: placed(path, uri?.at ?? at),
      ...(identity ? { identity } : {}),
    });
  });
}

const textOf = (node: TextNode | undefined): string | undefined => (node?.is === 'scalar' && typeof node.value === 'string' ? node.value : undefined);

/** What differs between an address in use and a connection; empty when they lead to the same place. Loopback names are one host. */
export function differences(used: DockerHost, wanted: DockerHost): string[] {
  const out: string[] = [];
  if (used.user !== wanted.user) out.push(`user ${used.user ?? 'none'} instead of ${wanted.user ?? 'none'}`);
  const sameHost = used.host === wanted.host || (isLoopback(used.host ?? '') && isLoopback(wanted.host ?? ''));
  if (!sameHost) out.push(`host ${used.host ?? 'none'} instead of ${wanted.host ?? 'none'}`);
  if ((used.port ?? 22) !== (wanted.port ?? 22)) out.push(`port ${used.port ?? 22} instead of ${wanted.port ?? 22}`);
  if (used.path !== undefined && used.path !== wanted.path) out.push(`socket ${used.path} instead of ${wanted.path ?? 'none'}`);
  return out;
}

/** The connection that an ssh address uses, or else the default one. */
export function connectionFor(each: readonly Connection[], used: DockerHost | undefined): Connection | undefined {
  const match = used?.scheme === 'ssh' ? each.find((c) => differences(used, c.address).length === 0) : undefined;
  return match ?? each.find((c) => c.isDefault) ?? (each.length === 1 ? each[0] : undefined);
}
