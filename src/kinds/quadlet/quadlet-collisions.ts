/** Kind `quadlet-collisions`: what a Quadlet file claims that another one of the same manager claims too. */
import { type Asking, together } from '../../facts/ask.ts';
import { containersConf } from '../../facts/containers/containers-conf.ts';
import { lookup } from '../../facts/containers/lookup.ts';
import { since } from '../../facts/containers/podman-release.ts';
import { type Fact, FactBuilder, type Known, type Unknown, type Where } from '../../facts/fact.ts';
import { rootAccount } from '../../facts/host/accounts.ts';
import { defineKind } from '../../facts/kind.ts';
import { flagsNamed } from '../../facts/podman/podman-flags.ts';
import { type Database, database } from '../../facts/podman/store.ts';
import { apart, collisionsOf, nothingSet, subnetClaims } from '../../facts/quadlet/quadlet-claims.ts';
import { type Cuts, cutFields, cutsFor, setCuts, wholeKeys } from '../../facts/quadlet/quadlet-cuts.ts';
import type { QuadletFile } from '../../facts/quadlet/quadlet-disk.ts';
import { type Finding, setFindings, underEachRelease } from '../../facts/quadlet/quadlet-each.ts';
import { placementOf, unseenFor } from '../../facts/quadlet/quadlet-placement.ts';
import { withPlayed } from '../../facts/quadlet/quadlet-played.ts';
import { portMoves } from '../../facts/quadlet/quadlet-port-moves.ts';
import { type Sibling, siblingsOf } from '../../facts/quadlet/quadlet-siblings.ts';
import { type QuadletHost, quadletHosts } from '../../facts/quadlet/quadlet-units.ts';
import { list, record, string } from '../../facts/shape.ts';
import { subnetsOverlap } from '../../facts/text/subnet.ts';

const findings = (describe: string) => list(string('what is shared, and with which file'), describe);

const shape = record({
  names: findings('names of the container or pod'),
  mixedNames: findings('names that a pod and a container have, where the state is kept in BoltDB; SQLite keeps them apart'),
  ports: findings('ports of the host on addresses that overlap'),
  subnets: findings('subnets of networks'),
  services: findings('names of the generated unit and its aliases'),
  addresses: findings('addresses on one network'),
  ...cutFields,
});

export const quadletCollisions = defineKind({
  name: 'quadlet-collisions',
  noun: 'what the unit claims',
  describe:
    'What a Quadlet file claims that another file of the same manager claims too: names of containers and pods, ports of the host, subnets, addresses on a network, names of services. Units that conflict with each other (Conflicts=) do not run together.',
  main: 'path',
  fields: { path: { type: 'string', required: true, describe: 'absolute path of the file' } },
  shape,
  touches: () => [quadletHosts, containersConf, withPlayed, database],
  *learn({ path }): Asking<Fact> {
    return yield* underEachRelease(path, Object.keys(shape.fields), describeCollisions);
  },
});

function* describeCollisions(host: QuadletHost, file: QuadletFile): Asking<FactBuilder | Unknown> {
  const placed = placementOf(host, file);
  const { instance } = placed;
  const here: Where = { path: file.path };
  const siblings = instance ? yield* withPlayed(host, siblingsOf(host, instance)) : [];
  const own = siblings.find((s) => s.file.path === file.path);
  const unseen = unseenFor(host, placed) ?? siblings.find((s) => s.unseen)?.unseen;
  const fact = new FactBuilder().consulted(here);
  if (!own) return unseen ?? fact;
  const owner = instance?.account ?? rootAccount;
  const [conf, kept] = yield* together([containersConf(owner), database(owner)] as const);
  const found = collisionsOf(own, siblings, since(host.release, '6.0') ? conf : undefined);
  const usual = defaultSubnet(own, conf);
  const open = unseen ?? found.unseen;
  setFindings(fact, 'names', { each: found.names, unseen }, here);
  setFindings(fact, 'mixedNames', mixedNames(found.mixedNames, { conf, kept, unseen, dropped: since(host.release, '6.0') }), here);
  const whose = instance?.account ? `those of ${instance.account.name}` : 'those of the system';
  const within = { ...here, said: `compared with the units of its own manager alone, ${whose}` };
  setFindings(fact, 'ports', { each: found.ports, unseen: open }, within);
  setFindings(fact, 'subnets', { each: [...found.subnets, ...usual.each], unseen: unseen ?? usual.unseen }, here);
  setFindings(fact, 'services', { each: found.services, unseen }, here);
  setFindings(fact, 'addresses', { each: found.addresses, unseen }, here);
  const publishers = siblings.map((sibling) => ({ sibling, conf: since(host.release, '6.0') ? conf : nothingSet }));
  const ports = found.ports.length > 0 ? portMoves(publishers, (a, b) => !apart(a, b), own) : none;
  const told = ports.cuts.length > 0 ? [] : found.ports.map(({ said, where }) => ({ path: where.path, text: said }));
  setCuts(fact, here, {
    names: found.names.length + found.mixedNames.length > 0 ? cutsBy(own, 'name') : none,
    ports: { cuts: ports.cuts, elsewhere: [...ports.elsewhere, ...told] },
    addresses: cutsFor(
      own.assignments.filter((a) => a.key === 'IP' || a.key === 'IP6'),
      found.addresses,
    ),
    subnets: found.subnets.length + usual.each.length > 0 ? networkCuts(own) : none,
  });
  return fact;
}

interface State {
  readonly conf: Known | Unknown;
  readonly kept: Database;
  readonly unseen: Unknown | undefined;
  /** This Podman has no BoltDB any more. */
  readonly dropped: boolean;
}

/**
 * BoltDB has one list of names for containers and pods (containers/podman:libpod/boltdb_state.go), SQLite one for each
 * (libpod/sqlite_state.go; tried on Podman 5.4.2). BoltDB is used where it is there, or configured (libpod/runtime.go).
 */
function mixedNames(each: readonly Finding[], { conf, kept, unseen, dropped }: State): { each: readonly Finding[]; unseen?: Unknown | undefined } {
  if (each.length === 0) return { each, unseen };
  if (dropped) return { each: [] };
  if (conf.is === 'unknown') return { each: [], unseen: conf };
  const set = lookup(conf, 'engine', 'database_backend');
  if (set.gap) return { each: [], unseen: set.gap };
  if (set.value === 'boltdb') return { each };
  if (set.value === 'sqlite') return { each: [] };
  if (kept.is === 'unknown') return { each: [], unseen: kept };
  if (kept.is === 'none') return { each: [] };
  return kept.bolt === true ? { each } : { each: [], unseen: kept.bolt === false ? undefined : kept.bolt };
}

const none: Cuts = { cuts: [], elsewhere: [] };

/** The flags of PodmanArgs= by this name. */
const cutsBy = ({ assignments, command }: Sibling, name: string): Cuts => {
  const args = assignments.filter((a) => a.key === 'PodmanArgs');
  const found = flagsNamed(command.flags, name).map((f) => ({ said: f.value, where: f.where }));
  return { cuts: cutsFor(args, found, { flag: (f) => f.name === name }).cuts, elsewhere: [] };
};

/** A network without these gets a free subnet. */
const networkCuts = (own: Sibling): Cuts => {
  const { cuts, elsewhere } = wholeKeys(own.assignments, 'Network', ['Subnet', 'Gateway', 'IPRange']);
  return { cuts: [...cuts, ...['subnet', 'gateway', 'ip-range'].flatMap((name) => cutsBy(own, name).cuts)], elsewhere };
};

/** The default network has its subnet whether it was made or not (containers/common:libnetwork/netavark/config.go, internal/util/validate.go). */
function defaultSubnet(own: Sibling, conf: Known | Unknown): { each: Finding[]; unseen?: Unknown } {
  const claims = subnetClaims(own);
  if (claims.length === 0) return { each: [] };
  if (conf.is === 'unknown') return { each: [], unseen: conf };
  const set = lookup(conf, 'network', 'default_subnet');
  if (set.gap) return { each: [], unseen: set.gap };
  const usual = typeof set.value === 'string' && set.value !== '' ? set.value : '10.88.0.0/16';
  return {
    each: claims.filter((c) => subnetsOverlap(c.text, usual)).map((c) => ({ said: `${c.text} overlaps ${usual} of the default network`, where: c.where })),
  };
}
