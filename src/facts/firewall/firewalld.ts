/** The permanent configuration of firewalld: what of /etc and /usr/lib is in force (firewalld.dbus(5), firewalld(1) "Directories"). */

import { type Asking, read, together } from '../ask.ts';
import { type Unknown, unknown } from '../fact.ts';
import type { Pattern } from '../pattern.ts';
import { source, type Touches } from '../source.ts';
import { type DirectRule, directPath, directRules } from './direct.ts';
import { combinedZones, filesOf, nowhere, roots, servicesOf } from './files.ts';
import { optionsOf, optionsPath } from './options.ts';
import { type Policy, policyOf } from './policy.ts';
import { type Service, shippedServices } from './service.ts';
import { type Zone, zoneOf } from './zone.ts';

export interface Firewalld {
  readonly is: 'known';
  /** The zone of every interface and source that no other zone binds. */
  readonly defaultZone: Zone;
  /** By name, in the order of their files. */
  readonly zones: ReadonlyMap<string, Zone>;
  readonly policies: readonly Policy[];
  /** Those that zones and policies name, and those that these include. */
  readonly services: ReadonlyMap<string, Service>;
  /** firewalld.conf: `nftables` where nothing is said. */
  readonly backend: string;
  readonly direct: readonly DirectRule[];
}

const touches: Touches = [
  { do: 'read', path: optionsPath },
  { do: 'read', path: directPath },
  ...roots.flatMap(
    (root): Touches =>
      ['zones', 'policies'].flatMap((d): Pattern[] => [
        { do: 'list', path: `${root}/${d}` },
        { do: 'read', path: `${root}/${d}/*` },
      ]),
  ),
  { do: 'list', path: `${roots[0]}/zones/*` },
  { do: 'read', path: `${roots[0]}/zones/*/*` },
  { do: 'read', path: `${roots[0]}/services/*` },
  // There are hundreds, of which few are named.
  { do: 'read', path: `${roots[1]}/services/*`, first: Object.keys(shippedServices).map((s) => `${roots[1]}/services/${s}.xml`) },
];

/** Reads all of it. One file that cannot be read, or that firewalld refuses, leaves everything unknown. */
export const firewalld = source(touches, readFirewalld);

function* readFirewalld(): Asking<Firewalld | Unknown> {
  const [config, direct] = yield* together([read(optionsPath), read(directPath)]);
  if (config?.is === 'blocked') return unknown(config, optionsPath);
  if (direct?.is === 'blocked') return unknown(direct, directPath);
  const zones = yield* filesOf('zones', zoneOf);
  if (zones.is === 'unknown') return zones;
  const combined = yield* combinedZones();
  if (combined.is === 'unknown') return combined;
  const policies = yield* filesOf('policies', policyOf);
  if (policies.is === 'unknown') return policies;
  const all = new Map([...zones.found, ...combined.found]);
  const options = optionsOf(config?.is === 'got' ? config.value : '');
  const defaultZone = [options.get('DefaultZone')?.value ?? 'public', 'public', 'external', 'block'].map((n) => all.get(n)).find((z) => z !== undefined);
  if (!defaultZone) return nowhere(`the zone ${options.get('DefaultZone')?.value ?? 'public'}`, { path: `${roots[1]}/zones` });
  const services = yield* servicesOf([...all.values(), ...policies.found.values()]);
  if (services.is === 'unknown') return services;
  return {
    is: 'known',
    defaultZone,
    zones: all,
    policies: [...policies.found.values()],
    services: services.found,
    backend: options.get('FirewallBackend')?.value ?? 'nftables',
    direct: direct?.is === 'got' ? directRules(direct.value) : [],
  };
}
