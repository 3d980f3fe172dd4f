/** The networks that the one of rootless K3s must not share addresses with. */
import { type Answer, type Asking, read, together } from '../ask.ts';
import { type Unknown, unknown, unparsable, type Where } from '../fact.ts';
import { source } from '../source.ts';
import type { LoadedUnit } from '../systemd/load.ts';
import { sinceReset } from '../systemd/syntax.ts';
import { splitWords } from '../systemd/words.ts';
import { goCidr, type Network, overlap, written } from './go.ts';

/** A network with its use. */
export interface Neighbour {
  readonly network: Network;
  readonly said: string;
  readonly at: Where;
}

export interface Neighbours {
  readonly each: readonly Neighbour[];
  /** What could not be read may add further ones. */
  readonly incomplete?: Unknown;
}

const routePath = '/proc/net/route';
const configPath = '/etc/rancher/k3s/config.yaml';

/** Pod and service network (flags of the unit, config.yaml, else K3s' defaults) and the routes of the host. */
export const neighbours = source(
  [
    { do: 'read', path: routePath },
    { do: 'read', path: configPath },
  ],
  readNeighbours,
);

function* readNeighbours(unit: LoadedUnit): Asking<Neighbours> {
  const [routes, config] = yield* together([read(routePath), read(configPath)]);
  const each: Neighbour[] = [];
  for (const [flag, usual] of [
    ['cluster-cidr', '10.42.0.0/16'],
    ['service-cidr', '10.43.0.0/16'],
  ] as const) {
    const found = flagOf(unit, flag) ?? settingOf(config, flag);
    if (!found && config.is === 'blocked') continue;
    const at = found?.at ?? { path: unit.fragment?.path ?? 'k3s', said: `default of --${flag}` };
    for (const text of (found?.value ?? usual).split(',')) {
      const network = goCidr(text.trim());
      if (network) each.push({ network, said: `${flag} ${written(network)}`, at });
    }
  }
  if (routes.is === 'got') each.push(...parseRoutes(routes.value));
  const strange = routes.is === 'got' && !/^Iface\s/.test(routes.value) ? unparsable(`${routePath} is not a table of routes`, { path: routePath }) : undefined;
  // An image has no routes yet; what its files name is judged.
  const blocked =
    routes.is === 'blocked' && routes.why !== 'unsupported'
      ? unknown(routes, routePath)
      : strange
        ? strange
        : config.is === 'blocked'
          ? unknown(config, configPath)
          : undefined;
  return { each, ...(blocked ? { incomplete: blocked } : {}) };
}

/** The neighbours that share addresses with a network. */
export const overlapping = (network: Network, each: readonly Neighbour[]): readonly Neighbour[] => each.filter((n) => overlap(network, n.network));

function flagOf(unit: LoadedUnit, flag: string): { value: string; at: Where } | undefined {
  for (const a of sinceReset(unit.assignments.filter((x) => x.section === 'Service' && x.key === 'ExecStart'))) {
    const words = splitWords(a.value, true).words;
    const at = words.findIndex((w) => w === `--${flag}` || w.startsWith(`--${flag}=`));
    const value = words[at]?.includes('=') ? words[at]?.split('=')[1] : words[at + 1];
    if (at >= 0 && value !== undefined) return { value, at: a.where };
  }
  return undefined;
}

/** A top-level key of config.yaml with a plain value. */
function settingOf(config: Answer<string>, key: string): { value: string; at: Where } | undefined {
  if (config.is !== 'got') return undefined;
  const lines = config.value.split('\n');
  const at = lines.findIndex((l) => l.startsWith(`${key}:`));
  const value = lines[at]
    ?.slice(key.length + 1)
    .replace(/#.*/, '')
    .trim()
    .replace(/^["']|["']$/g, '');
  return value ? { value, at: { path: configPath, line: at + 1 } } : undefined;
}

/** The routes to networks, without the default route: proc(5), addresses in hexadecimal, little-endian. */
function parseRoutes(text: string): Neighbour[] {
  return text.split('\n').flatMap((line, index) => {
    const [device, destination, , , , , , mask] = line.trim().split(/\s+/);
    if (!/^[0-9A-F]{8}$/i.test(destination ?? '') || !/^[0-9A-F]{8}$/i.test(mask ?? '') || device === 'lo') return [];
    const prefix = [...(mask as string)].reduce((sum, digit) => sum + (Number.parseInt(digit, 16).toString(2).match(/1/g)?.length ?? 0), 0);
    const address =
      (destination as string)
        .match(/../g)
        ?.reverse()
        .reduce((sum, byte) => sum * 256 + Number.parseInt(byte, 16), 0) ?? 0;
    const network = { address, network: address, prefix };
    return prefix === 0 ? [] : [{ network, said: `route ${written(network)} dev ${device}`, at: { path: routePath, line: index + 1 } }];
  });
}
