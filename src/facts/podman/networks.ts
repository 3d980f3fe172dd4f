/** The networks of an account: what `podman network inspect` tells, else what the files hold. */

import { type Account, type Answer, type Asking, list, type Output, read, together } from '../ask.ts';
import { commandPlace } from '../asks.ts';
import { storageConf } from '../containers/storage-conf.ts';
import { type Unknown, unknown, type Where } from '../fact.ts';
import { type Pattern, unasked } from '../pattern.ts';
import { source, type Touches } from '../source.ts';
import { shortened } from '../text/shortened.ts';
import { type Network, parseNetworks } from './network-parse.ts';
import { graphRoot, settings } from './settings.ts';
import { askPodman, database, movedStore, ranBefore } from './store.ts';

/** A network and how it was learnt. */
export interface FoundNetwork extends Network {
  readonly source: 'podman' | 'file' | 'built-in';
  readonly at: Where;
}

export type Lookup = { readonly is: 'found'; readonly network: FoundNetwork } | { readonly is: 'missing'; readonly consulted: readonly Where[] } | Unknown;

const inspect = (name: string): string[] => ['podman', 'network', 'inspect', name];

/** Where network files may lie to be read: the printed plan must not promise "any directory". */
const mayLookIn = (directory: string, as: Account): boolean =>
  directory === `${graphRoot(as)}/networks` || /^\/(etc|var\/lib)\/containers\/[^/]+$/.test(directory);

function networkTouches(name: string): Touches {
  // Which names there are, Podman itself tells.
  const from = { do: 'run', argv: inspect(name), from: ['podman', 'network', 'ls', '--format', '{{.Name}}'] } as const;
  const foretold = unasked('askPodman asks; the capture script, which follows no answers, asks here', [
    { ...from, ifThere: ranBefore(false) },
    { ...from, asUser: true, ifThere: ranBefore(true) },
  ]);
  return [askPodman.of(inspect(name)), ...(name === '*' ? foretold : []), networkFiles];
}

/**
 * One network by name. Only Podman's own "network not found" means that it is not there: other
 * failures of the command are unknown. Where Podman cannot be run, or is not in use, its files are read.
 */
export const network = source(networkTouches, lookUpNetwork);

function* lookUpNetwork(name: string, as: Account): Asking<Lookup> {
  const argv = inspect(name);
  const where = { path: commandPlace(argv) };
  const answer = yield* askPodman(argv, as);
  if (answer.is === 'got') return inspected(name, answer.value, where);
  if (answer.is === 'blocked' && answer.why !== 'unsupported') return unknown(answer, where.path);
  const all = yield* networkFiles(as);
  if (all.is === 'unknown') return all;
  const found = all.each.find((n) => n.name === name);
  if (found) return { is: 'found', network: found };
  return (
    all.broken.find((b) => b.where[0]?.path.endsWith(`/${name}.json`)) ??
    all.broken.find((b) => b.why !== 'unparsable') ?? { is: 'missing', consulted: all.consulted }
  );
}

function inspected(name: string, { exit, stdout, stderr }: Output, where: Where): Lookup {
  if (exit === 125 && /network not found|unable to find network|no such network/i.test(stderr))
    return { is: 'missing', consulted: [{ ...where, said: stderr.trim().slice(0, 200) }] };
  if (exit !== 0) return { is: 'unknown', why: 'failed', said: `${where.path.slice(8)} exited ${exit}: ${shortened(stderr.trim(), 200)}`, where: [where] };
  const parsed = parseNetworks(stdout, where.path);
  if (parsed.is === 'broken')
    return {
      is: 'unknown',
      why: 'unparsable',
      said: `${where.path.slice(8)} printed something else than a network: ${parsed.said}`,
      where: [{ ...where, line: parsed.line }],
    };
  const found = parsed.each.find((n) => n.name === name) ?? parsed.each[0];
  if (!found) return { is: 'unknown', why: 'unparsable', said: `${where.path.slice(8)} printed an empty list`, where: [where] };
  return { is: 'found', network: { ...found, source: 'podman', at: where } };
}

export type NetworkFiles =
  | {
      readonly is: 'known';
      readonly each: readonly FoundNetwork[];
      readonly broken: readonly Unknown[];
      readonly consulted: readonly Where[];
      readonly backend: 'netavark' | 'cni';
    }
  | Unknown;

const filesIn = (directory: string, ending: string): Pattern[] => [
  { do: 'list', path: directory },
  { do: 'read', path: `${directory}/*.${ending}` },
];

const touches: Touches = [
  storageConf,
  settings,
  database,
  { do: 'list', path: '/etc/containers/networks' },
  ...filesIn('/etc/containers/*', 'json'),
  ...filesIn('~/.local/share/containers/storage/networks', 'json'),
  ...filesIn('/etc/cni/net.d', 'conflist'),
  ...unasked('network_config_dir is tried with one directory and one backend, CNI with the networks of root', [
    ...filesIn('~/.config/cni/net.d', 'conflist'),
    ...filesIn('/var/lib/containers/*', 'json'),
    ...['/var/lib/containers/*', '/etc/containers/*'].map((d): Pattern => ({ do: 'read', path: `${d}/*.conflist` })),
  ]),
  { do: 'read', path: '/var/lib/containers/storage/defaultNetworkBackend' },
  { do: 'read', path: '~/.local/share/containers/storage/defaultNetworkBackend' },
];

/**
 * The networks in the files of an account, with the built-in default if no file replaces it
 * (containers/common:libnetwork/netavark/config.go). A file that does not parse is passed over by
 * Podman with a warning; here its network is unknown.
 */
export const networkFiles = source(touches, readNetworks);

function* readNetworks(as: Account): Asking<NetworkFiles> {
  const set = yield* settings(as);
  if ('is' in set) return set;
  const moved = yield* movedStore(as);
  if (moved) return moved;
  const backendPath = `${graphRoot(as)}/defaultNetworkBackend`;
  const recorded = yield* read(backendPath);
  if (recorded.is === 'blocked') return unknown(recorded, backendPath);
  const backend = recorded.is === 'got' && recorded.value === 'cni' ? 'cni' : 'netavark';
  if (!mayLookIn(set.networkDirectory.value, as))
    return {
      is: 'unknown',
      why: 'unsupported',
      said: `network_config_dir is ${set.networkDirectory.value}, outside the places that are looked at`,
      where: set.networkDirectory.where,
    };
  const directory =
    backend === 'cni' && set.networkDirectory.where.length === 0
      ? as.uid === 0
        ? '/etc/cni/net.d'
        : `${as.home}/.config/cni/net.d`
      : set.networkDirectory.value;
  const names = yield* list(directory);
  const consulted = [{ path: directory }];
  if (names.is === 'blocked') return unknown(names, directory);
  const files = names.is === 'got' ? names.value.filter((n) => n.endsWith(backend === 'cni' ? '.conflist' : '.json')).map((n) => `${directory}/${n}`) : [];
  const texts = yield* together(files.map((path) => read(path)));
  const each: FoundNetwork[] = [];
  const broken: Unknown[] = [];
  for (const [at, path] of files.entries()) {
    const text = texts[at] as Answer<string>;
    if (text.is === 'blocked') broken.push(unknown(text, path));
    if (text.is !== 'got') continue;
    const parsed = parseNetworks(text.value, path);
    if (parsed.is === 'broken')
      broken.push({
        is: 'unknown',
        why: 'unparsable',
        said: `${path} does not parse, so Podman passes over the network: ${parsed.said}`,
        where: [{ path, line: parsed.line }],
      });
    else each.push(...parsed.each.map((n) => ({ ...n, source: 'file' as const, at: { path } })));
  }
  const name = set.defaultNetwork.value;
  const unseenDefault = broken.some((b) => b.where[0]?.path.endsWith(`/${name}.json`));
  if (backend === 'netavark' && !unseenDefault && !each.some((n) => n.name === name)) each.push(builtIn(name, directory));
  return { is: 'known', each, broken, consulted, backend };
}

/** Podman makes the default network itself, without DNS, when no file describes it. */
function builtIn(name: string, directory: string): FoundNetwork {
  const at = { path: directory, said: `no ${name}.json: the built-in default network has DNS off` };
  return { name, driver: 'bridge', dnsEnabled: false, internal: false, labels: {}, where: new Map([['dnsEnabled', at]]), source: 'built-in', at };
}
