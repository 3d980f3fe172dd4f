/** The networks that the one of rootless K3s must not share addresses with. */
import { type Asking, read } from '../ask.ts';
import { type Unknown, unknown, unparsable, type Where } from '../fact.ts';
import type { Touches } from '../source.ts';
import { ChosenFlags } from './chosen-flags.ts';
import { goCidr, type Network, overlap, written } from './go.ts';
import type { K3sModel } from './k3s-model.ts';
import { clusterCidr, type NodeSettings, serviceCidr } from './node-settings.ts';
import type { NotStarted } from './started-by.ts';

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

/** What looking for neighbours asks beside what the arguments of K3s stand on. */
export const routesOfHost: Touches = [{ do: 'read', path: routePath }];

/** Pod and service networks, as K3s' own arguments make them, and the routes of the host. */
export function* neighbours(model: K3sModel | NotStarted | Unknown): Asking<Neighbours> {
  const routes = yield* read(routePath);
  const each = [...(model.is === 'unknown' ? [] : ownNetworks(model)), ...(routes.is === 'got' ? parseRoutes(routes.value) : [])];
  const strange = routes.is === 'got' && !/^Iface\s/.test(routes.value) ? unparsable(`${routePath} is not a table of routes`, { path: routePath }) : undefined;
  // An image has no routes yet; what its files name is judged.
  const hidden = routes.is === 'blocked' && routes.why !== 'unsupported' ? unknown(routes, routePath) : strange;
  const incomplete = hidden ?? (model.is === 'unknown' ? model : undefined);
  return { each, ...(incomplete ? { incomplete } : {}) };
}

/** A command that is not read as K3s' leaves its defaults. */
function ownNetworks(model: K3sModel | NotStarted): Neighbour[] {
  const settings: NodeSettings = model.is === 'model' ? model : { role: 'server', flags: new ChosenFlags([]), dataDir: { value: '' } };
  const [place = { path: 'K3s' }] = model.consulted;
  const networks = { 'cluster-cidr': clusterCidr(settings), 'service-cidr': serviceCidr(settings) };
  return Object.entries(networks).flatMap(([flag, { value, where }]) => {
    const at = where ?? { ...place, said: `default of --${flag}` };
    return value.split(',').flatMap((text) => {
      const network = goCidr(text.trim());
      return network ? [{ network, said: `${flag} ${written(network)}`, at }] : [];
    });
  });
}

/** The neighbours that share addresses with a network. */
export const overlapping = (network: Network, each: readonly Neighbour[]): readonly Neighbour[] => each.filter((n) => overlap(network, n.network));

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
