/** Kind `quadlet-ports`: ports of the host that Quadlet files of different managers publish. */
import { type Asking, nothing, together } from '../../facts/ask.ts';
import { containersConf } from '../../facts/containers/containers-conf.ts';
import { since } from '../../facts/containers/podman-release.ts';
import { type Fact, FactBuilder, type Known, type Unknown } from '../../facts/fact.ts';
import { rootAccount } from '../../facts/host/accounts.ts';
import { defineKind } from '../../facts/kind.ts';
import { ofAnyone } from '../../facts/podman/patterns.ts';
import { nothingSet, openPorts, portClaims, sharedPorts } from '../../facts/quadlet/quadlet-claims.ts';
import { cutFields, setCuts } from '../../facts/quadlet/quadlet-cuts.ts';
import { type Finding, setFindings } from '../../facts/quadlet/quadlet-each.ts';
import type { Instance } from '../../facts/quadlet/quadlet-instances.ts';
import { withPlayed } from '../../facts/quadlet/quadlet-played.ts';
import { portMoves } from '../../facts/quadlet/quadlet-port-moves.ts';
import { type Sibling, siblingsOf } from '../../facts/quadlet/quadlet-siblings.ts';
import { type QuadletHost, quadletHosts } from '../../facts/quadlet/quadlet-units.ts';
import { list, record, string } from '../../facts/shape.ts';

export const quadletPorts = defineKind({
  name: 'quadlet-ports',
  noun: 'the ports of all managers',
  describe: 'The ports of the host that Quadlet files of different managers publish on addresses that overlap: of the system, and of each account.',
  fields: {},
  shape: record({
    publishing: list(string('root or another account'), 'managers whose Quadlet files publish ports'),
    shared: list(string('a port and two files'), 'ports that two managers want'),
    ...cutFields,
  }),
  touches: () => [quadletHosts, withPlayed, containersConf, ...ofAnyone([containersConf])],
  *learn(): Asking<Fact> {
    const hosts = yield* quadletHosts();
    if (hosts.is === 'unknown') return hosts;
    const host = hosts.each.at(-1) as QuadletHost;
    // Root's own user manager runs only while root is logged in.
    const instances = [host.system, ...host.users.filter((u) => u.account?.uid !== 0)];
    const confs = yield* together(instances.map((i) => (since(host.release, '6.0') ? containersConf(i.account ?? rootAccount) : nothing())));
    const played = yield* together(instances.map((i) => withPlayed(host, siblingsOf(host, i))));
    const siblings = new Map(instances.map((i, at) => [i, played[at] ?? []]));
    const of = (instance: Instance): readonly Sibling[] => siblings.get(instance) ?? [];
    const fact = new FactBuilder();
    const found = instances.flatMap((one, at) => instances.slice(at + 1).flatMap((other, next) => between([one, other], of, confs[at], confs[at + 1 + next])));
    const all = instances.flatMap((i, at) => of(i).map((s) => ({ unseen: s.unseen ?? openPorts(s) ?? portClaims(s, confs[at]).unseen })));
    const unseen = hosts.incomplete ?? all.find((one) => one.unseen)?.unseen;
    const looked = { path: instances[0]?.directories[0] ?? '/etc/containers/systemd' };
    const publishing = instances.flatMap((i, at): Finding[] => {
      const first = of(i).flatMap((s) => portClaims(s, confs[at]).each)[0];
      return first ? [{ said: nameOf(i), where: first.where }] : [];
    });
    if (unseen && publishing.length < 2) fact.gap('publishing', unseen);
    else setFindings(fact, 'publishing', { each: publishing }, looked);
    setFindings(fact, 'shared', { each: found, unseen }, looked);
    const publishers = instances.flatMap((i, at) => of(i).map((sibling) => ({ sibling, conf: confs[at] ?? nothingSet, of: i })));
    const ownerOf = new Map<unknown, Instance>(publishers.map((p) => [p.sibling, p.of]));
    const moves = portMoves(publishers, (a, b) => ownerOf.get(a) !== ownerOf.get(b));
    const told = moves.cuts.length > 0 ? [] : found.map(({ said, where }) => ({ path: where.path, text: said }));
    setCuts(fact, looked, { shared: { cuts: moves.cuts, elsewhere: [...moves.elsewhere, ...told] } });
    return fact.build();
  },
});

const nameOf = ({ account }: Instance): string => account?.name ?? 'root';

/** The ports that a unit of each of two managers publishes. */
function between(
  [one, other]: readonly [Instance, Instance],
  of: (instance: Instance) => readonly Sibling[],
  conf: Known | Unknown | undefined,
  otherConf: Known | Unknown | undefined,
): Finding[] {
  return of(one).flatMap((a) => {
    const ports = portClaims(a, conf).each;
    return ports.length === 0
      ? []
      : of(other).flatMap((b) =>
          sharedPorts(ports, portClaims(b, otherConf).each, `${nameOf(other)}'s ${b.file.name}`).map(({ said, where }) => ({
            said: `${nameOf(one)}'s ${a.file.name}: ${said}`,
            where,
          })),
        );
  });
}
