/**
 * Values for which the host decides whether Podman takes them: time zones, and drivers that are plugins
 * (containers/podman:libpod/options.go WithTimezone, libpod/runtime.go getVolumePlugin;
 * containers/common:libnetwork/netavark/config.go getPlugin; tried with 4.3.1, 5.4.2 and 5.8.6).
 */

import { type Account, type Answer, type Asking, type Stat, stat, together } from '../ask.ts';
import { containersConf, type Variables } from '../containers/containers-conf.ts';
import { lookup, words } from '../containers/lookup.ts';
import { type Release, since } from '../containers/podman-release.ts';
import { type Unknown, unknown } from '../fact.ts';
import { subIds } from '../host/subids.ts';
import type { Pattern } from '../pattern.ts';
import type { Touches } from '../source.ts';
import { quadletRoots } from './quadlet-disk.ts';
import type { Given } from './quadlet-given.ts';

/** Whose Podman is given the value, with which containers.conf. */
export interface Asked {
  readonly release: Release;
  readonly owner: Account;
  readonly moves: Variables;
}

/** Why a value is refused; undefined: it is taken. */
type Refusal = string | Unknown | undefined;

/** Where Go looks for zones (time.LoadLocation). */
const zoneDirectories = ['/usr/share/zoneinfo', '/usr/share/lib/zoneinfo', '/usr/lib/locale/TZ', '/etc/zoneinfo'];
/** Of netavark_plugin_dirs in containers.conf(5), where it is not set. */
const pluginDirectories = ['/usr/local/libexec/netavark', '/usr/libexec/netavark', '/usr/local/lib/netavark', '/usr/lib/netavark'];

const named = (what: string, keys: readonly string[], below: readonly string[]): Pattern => ({
  do: 'stat',
  named: what,
  namedIn: { files: quadletRoots.map((root) => `${root}/**`), keys, below },
});

export const onHostTouches: Touches = [
  containersConf,
  subIds,
  named('the time zone that Timezone= of a Quadlet file names', ['Timezone'], zoneDirectories),
  named('the plugin that Driver= of a Quadlet file names', ['Driver'], pluginDirectories),
];

type Decide = (name: string, asked: Asked) => Asking<Refusal>;

const deciders: Readonly<Record<string, Decide>> = {
  'container --tz': zone,
  ...Object.fromEntries(
    ['container', 'pod'].flatMap((e) => [
      [`${e} --subuidname`, ranges('subuid')],
      [`${e} --subgidname`, ranges('subgid')],
    ]),
  ),
  'container --userns': autoSize,
  'pod --userns': autoSize,
  'network --driver': networkDriver,
  'volume --driver': volumeDriver,
};

/** `auto:size=N` of an account: N ids of its own are needed. Those of root's Podman have a rule of their own. */
function* autoSize(mode: string, { owner }: Asked): Asking<Refusal> {
  const size = /^auto:(?:.*,)?size=(\d+)/.exec(mode)?.[1];
  if (size === undefined || owner.uid === 0) return undefined;
  const [uids, gids] = yield* together([subIds('subuid', owner), subIds('subgid', owner)]);
  for (const ids of [uids, gids]) {
    if (ids.is === 'unknown') return ids;
    // Its own id counts as one.
    if (Number(size) > ids.count + 1) return `${owner.name} has ${ids.count} ids of its own in ${ids.consulted[0]?.path ?? '/etc/subuid'}`;
  }
  return undefined;
}

/** Podman takes the ids of a user whom both files name (containers/storage:pkg/idtools/idtools.go NewIDMappings). */
function ranges(file: 'subuid' | 'subgid'): Decide {
  return function* (name, { owner }) {
    // Ranges by number would be those of an account, which this name need not be.
    const ids = yield* subIds(file, { ...owner, name, uid: Number.NaN });
    if (ids.is === 'unknown') return ids;
    return ids.count > 0 ? undefined : `/etc/${file} has no ids for ${name}`;
  };
}

/** Whether only the host tells if a value is taken. */
export const isOfHost = (ending: string, { flag }: Given): boolean => Object.hasOwn(deciders, `${ending} --${flag}`);

/** Asks the host about a value of that sort. */
export function* refusalOnHost(ending: string, { flag, value }: Given, asked: Asked): Asking<Refusal> {
  return yield* (deciders[`${ending} --${flag}`] as Decide)(value, asked);
}

/** Before 4.6 any file of that path was taken; then Go reads the zone. */
function* zone(name: string, { release }: Asked): Asking<Refusal> {
  if (name === 'local') return undefined;
  const go = since(release, '4.6');
  if (go && ['', 'UTC', 'Local'].includes(name)) return undefined;
  if (go && /^[/\\]|\.\.|\\/.test(name)) return 'it is not the name of a time zone, such as Europe/Berlin';
  const directories = go ? zoneDirectories : zoneDirectories.slice(0, 1);
  const found = yield* statBelow(directories, name);
  if ('is' in found) return found;
  if (found.file) return undefined;
  return found.there ? 'it is a directory of time zones, not a zone' : `this host has no such time zone in ${directories[0]}`;
}

/** What lies below one of the directories: a file, or at least something. */
function* statBelow(directories: readonly string[], name: string): Asking<{ readonly there: boolean; readonly file: boolean } | Unknown> {
  const paths = directories.map((d) => `${d.replace(/\/+$/, '')}/${name}`);
  const stats = (yield* together(paths.map((p) => stat(p)))) as readonly Answer<Stat>[];
  const types = stats.flatMap((s) => (s.is === 'got' ? [s.value.real?.is === 'got' ? s.value.real.value.type : s.value.type] : []));
  const shut = stats.findIndex((s) => s.is === 'blocked');
  const answer = stats[shut];
  if (!types.includes('file') && answer?.is === 'blocked') return unknown(answer, paths[shut] ?? name);
  return { there: types.length > 0, file: types.includes('file') };
}

function* networkDriver(name: string, { release, owner, moves }: Asked): Asking<Refusal> {
  if (['', 'bridge', 'macvlan'].includes(name) || (name === 'ipvlan' && since(release, '4.5'))) return undefined;
  if (!since(release, '4.5')) return 'it takes bridge and macvlan';
  const conf = yield* containersConf(owner, moves);
  if (conf.is === 'unknown') return conf;
  const { values, set, gap } = words(conf, 'network', 'netavark_plugin_dirs');
  if (gap) return gap;
  const directories = set ? values : pluginDirectories;
  const found = yield* statBelow(directories, name);
  if ('is' in found) return found;
  return found.file ? undefined : 'it takes bridge, macvlan, ipvlan and plugins, and none of that name lies in a directory of netavark_plugin_dirs';
}

function* volumeDriver(name: string, { owner, moves }: Asked): Asking<Refusal> {
  if (['', 'local', 'image'].includes(name)) return undefined;
  const conf = yield* containersConf(owner, moves);
  if (conf.is === 'unknown') return conf;
  const { value, gap } = lookup(conf, 'engine', 'volume_plugins', name);
  if (gap) return gap;
  return value === undefined ? 'it takes local, image and plugins, and volume_plugins in containers.conf names none of that name' : undefined;
}
