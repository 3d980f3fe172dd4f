/**
 * What Podman refuses of a Quadlet file as a whole, for which other files of the host count: addresses on networks, the parents of
 * networks, the program that starts containers.
 */
import { type Answer, type Asking, list, nothing, together } from '../ask.ts';
import { containersConf } from '../containers/containers-conf.ts';
import { runtimePaths, runtimePatterns, runtimeProgram } from '../containers/oci-runtime-program.ts';
import { since } from '../containers/podman-release.ts';
import { type Unknown, unknown } from '../fact.ts';
import { unasked } from '../pattern.ts';
import { networkFiles } from '../podman/networks.ts';
import type { Touches } from '../source.ts';
import { type BadValue, bad } from './bad-value.ts';
import type { Given } from './quadlet-given.ts';
import { placementOf } from './quadlet-placement.ts';
import { siblingsOf } from './quadlet-siblings.ts';
import type { Source } from './quadlet-source.ts';
import type { QuadletHost } from './quadlet-units.ts';
import { addressRefusals, addressTouches } from './value-addresses.ts';
import type { Conflict } from './value-conflicts.ts';
import { driverAmong } from './value-drivers.ts';
import { globalOptions } from './value-global.ts';
import { networkConflicts } from './value-networks.ts';
import type { Asked } from './value-on-host.ts';

const interfaces = '/sys/class/net';

export const wholeTouches: Touches = [
  ...addressTouches,
  { do: 'list', path: interfaces },
  ...unasked('they are tried with the runtimes of containers.conf', runtimePatterns),
  { do: 'stat', named: 'the runtimes that GlobalArgs= and PodmanArgs= of Quadlet files name' },
];

/** What is refused, and why there may be more. */
export interface Whole {
  readonly refused: readonly BadValue[];
  readonly open?: Unknown;
}

/** Asks the host about a file of which the flags are known. */
export function* refusedAsWhole(source: Source, known: readonly Given[], host: QuadletHost, asked: Asked): Asking<Whole> {
  const { ending, pod, file } = source;
  const { instance } = placementOf(host, file);
  const siblings = instance ? siblingsOf(host, instance) : [];
  const addressed = ['container', 'pod', 'kube'].includes(ending) && !pod;
  // Pods of a .kube file have a network of their own, unless others are named.
  const given = ending === 'kube' ? known.filter((g) => g.flag === 'network') : known;
  const found = yield* together([
    addressed ? addresses(source, given, () => addressRefusals(given, siblings, asked)) : nothing(),
    ending === 'network' ? ofNetwork(known, asked) : nothing(),
    runtimes(source, known, asked),
  ]);
  const refused = found.flatMap((f) => (f && !('is' in f) ? f.map((r) => ('given' in r ? bad(r.given, r.why) : r)) : []));
  const open = found.find((f): f is Unknown => f !== undefined && 'is' in f);
  return { refused, ...(open ? { open } : {}) };
}

/** Options with which Podman reads other networks. */
const otherNetworks = new Set(['network-config-dir', 'root', 'module']);

/** Of a Podman that reads other files, or runs elsewhere, addresses cannot be told. */
function* addresses(
  { ending, assignments, command }: Source,
  known: readonly Given[],
  judge: () => Asking<readonly Conflict[] | Unknown>,
): Asking<readonly Conflict[] | Unknown> {
  const asks = known.some((g) => ['ip', 'ip6', 'network'].includes(g.flag) && /^[^:]*$|ip6?=/.test(g.value));
  const moved = globalOptions(ending, assignments).find((o) => otherNetworks.has(o.name));
  const found = yield* judge();
  if ('is' in found || !asks || (found.length === 0 && !known.some((g) => g.flag === 'ip' || g.flag === 'ip6'))) return found;
  if (moved)
    return { is: 'unknown', why: 'ambiguous', said: `--${moved.name} makes Podman read other networks, which are not looked into`, where: [moved.where] };
  return command.open?.why === 'ambiguous' && found.length > 0 ? command.open : found;
}

/** Of CNI, which Podman before 5 may still have, the drivers are others. */
function* ofNetwork(known: readonly Given[], asked: Asked): Asking<readonly Conflict[] | Unknown> {
  const found = networkConflicts(known, asked.release);
  const missing = yield* missingParent(known);
  if ('is' in missing) return found.length > 0 ? found : missing;
  const all = [...found, ...missing];
  if (all.length === 0 || since(asked.release, '5.0')) return all;
  const files = yield* networkFiles(asked.owner);
  if (files.is === 'unknown') return files;
  return files.backend === 'cni' ? [] : all;
}

/** The interface that a network lies on has to be there when the network is made (netavark/config.go GetLiveNetworkNames). */
function* missingParent(known: readonly Given[]): Asking<readonly Conflict[] | Unknown> {
  if (!['macvlan', 'ipvlan'].includes(driverAmong(known, 'bridge'))) return [];
  const named = [
    ...known.filter((g) => g.flag === 'interface-name').map((given) => ({ given, name: given.value })),
    ...known.filter((g) => g.flag === 'opt' && g.value.startsWith('parent=')).map((given) => ({ given, name: given.value.slice('parent='.length) })),
  ].filter((n) => n.name !== '');
  if (named.length === 0) return [];
  const there: Answer<readonly string[]> = yield* list(interfaces);
  if (there.is === 'blocked') return there.why === 'unsupported' ? [] : unknown(there, interfaces);
  const names = new Set(there.is === 'got' ? there.value : []);
  return named.filter((n) => !names.has(n.name)).map(({ given, name }) => ({ given, why: `this host has no interface ${name} for it to lie on` }));
}

/** `--runtime` of GlobalArgs= and PodmanArgs=. */
function* runtimes({ ending, assignments }: Source, known: readonly Given[], { owner, moves }: Asked): Asking<readonly BadValue[] | Unknown> {
  const named = [
    ...globalOptions(ending, assignments)
      .filter((o) => o.name === 'runtime' && o.value !== undefined)
      .map((o) => ({ key: 'GlobalArgs', value: o.value as string, where: o.where })),
    ...known.filter((g) => g.flag === 'runtime' && g.key === 'PodmanArgs'),
  ].filter((n) => !/[%$]/.test(n.value));
  const last = named.at(-1);
  if (!last) return [];
  const refused = (why: string): readonly BadValue[] => [{ key: last.key, value: `--runtime=${last.value}`, why, where: last.where }];
  if (last.value === '') return refused('it is empty');
  const conf = yield* containersConf(owner, moves);
  if (conf.is === 'unknown') return conf;
  const gap = conf.gaps.get('') ?? conf.gaps.get('engine');
  if (gap) return gap;
  const paths = runtimePaths(conf, last.value);
  if ('why' in paths) return paths;
  const seen = yield* together(paths.map((path) => runtimeProgram(path)));
  const first = seen.find((s) => 'why' in s || s.found);
  if (first) return 'why' in first ? first : [];
  return refused(
    paths.length === 0
      ? 'Podman knows no such runtime, and engine.runtimes in containers.conf names none'
      : last.value.startsWith('/')
        ? 'there is no such program'
        : 'no program of that runtime is there',
  );
}
