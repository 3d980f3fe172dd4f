/** Kind `podman-workloads`: what the containers of an account mount and publish, be they there or only declared. */

import { type Account, type Answer, type Asking, list, nothing, read, together } from '../../facts/ask.ts';
import { commandPlace } from '../../facts/asks.ts';
import { containersConf } from '../../facts/containers/containers-conf.ts';
import { type Fact, FactBuilder, type Known, type Unknown, unknown, type Where } from '../../facts/fact.ts';
import { rootAccount } from '../../facts/host/accounts.ts';
import { type RealPaths, realPaths } from '../../facts/host/real-paths.ts';
import { defineKind } from '../../facts/kind.ts';
import { type Containers, containerMounts, containers } from '../../facts/podman/containers.ts';
import { flagsNamed } from '../../facts/podman/podman-flags.ts';
import { boundVolumes } from '../../facts/podman/volumes.ts';
import { openPorts, openPortsIn } from '../../facts/quadlet/open-ports.ts';
import type { Command } from '../../facts/quadlet/quadlet-command.ts';
import type { Finding } from '../../facts/quadlet/quadlet-isolation.ts';
import { playedBy } from '../../facts/quadlet/quadlet-kube.ts';
import { type AllMounts, hostMounts, leadsToSocket, mountsOf, unseenOf } from '../../facts/quadlet/quadlet-mounts.ts';
import { unseenFor } from '../../facts/quadlet/quadlet-placement.ts';
import { completed, type Source, sourceOf } from '../../facts/quadlet/quadlet-source.ts';
import { playedYaml, surroundingsTouches } from '../../facts/quadlet/quadlet-surroundings.ts';
import { type QuadletHost, type QuadletHosts, quadletHosts } from '../../facts/quadlet/quadlet-units.ts';
import { list as listOf, record, string } from '../../facts/shape.ts';

const manifests = '/var/lib/rancher/k3s/server/manifests';
/** Those that need the engine by design: k3d's helper, and a collector of container logs. */
const byDesign = /^k3d-\S{1,200}-tools |promtail/;

const findings = (describe: string) => listOf(string('one finding'), describe);

export const podmanWorkloads = defineKind({
  name: 'podman-workloads',
  noun: 'the containers',
  describe: 'What containers of an account mount and publish: those that Podman lists, those of its Quadlet files, and for root those of K3s manifests.',
  fields: {},
  shape: record({
    sockets: findings('containers behind whose mounts an engine listens'),
    byDesign: findings("the same of containers that need it: k3d's tools node, promtail"),
    published: findings('ports that are published on every address: PORT/PROTOCOL, `*` when Podman takes a free one'),
  }),
  touches: () => [quadletHosts, ...surroundingsTouches, containersConf, containers, containerMounts, boundVolumes, { do: 'list', path: manifests }],
  *learn(_, as): Asking<Fact> {
    const [hosts, conf, listed, applied] = yield* together([quadletHosts(), containersConf(as), containers(as), as.uid === 0 ? k3sManifests() : nothing()]);
    const fact = new FactBuilder().consulted({ path: commandPlace(['podman', 'ps']) });
    const declared = hosts.is === 'unknown' ? hosts : yield* declaredBy(hosts, conf, as);
    const mounted = listed.is === 'unknown' ? listed : yield* mountedBy(listed, as);
    const sockets = [...found(declared, (d) => d.sockets), ...found(mounted, (m) => m.found), ...found(applied ?? { found: [] }, (a) => a.found)];
    const hidden = [mounted, applied].map((m) => (m && !isUnknown(m) ? m.unseen : undefined));
    const unseen = firstUnknown(declared, mounted, applied, ...hidden) ?? (!isUnknown(declared) ? (declared.open ?? declared.unseenMounts) : undefined);
    set(
      fact,
      'sockets',
      sockets.filter((s) => !byDesign.test(s.said)),
      unseen,
    );
    set(
      fact,
      'byDesign',
      sockets.filter((s) => byDesign.test(s.said)),
      unseen,
    );
    const open =
      listed.is === 'unknown'
        ? []
        : listed.each.flatMap((c) => openPortsIn(c.ports).map((said) => ({ said, where: { ...c.where, said: `container ${c.name}` } })));
    set(
      fact,
      'published',
      [...found(declared, (d) => d.published), ...open],
      firstUnknown(declared, listed) ?? (!isUnknown(declared) ? (declared.openPorts ?? declared.open) : undefined),
    );
    return fact.build();
  },
});

const isUnknown = (value: unknown): value is Unknown => typeof value === 'object' && value !== null && (value as { is?: unknown }).is === 'unknown';
const firstUnknown = (...values: readonly unknown[]): Unknown | undefined => values.find(isUnknown);
const found = <T>(value: T | Unknown, of: (value: T) => readonly Finding[]): readonly Finding[] => (isUnknown(value) ? [] : of(value));

/** What was found stands; that there is no more can be said only when everything was seen. */
function set(fact: FactBuilder, field: string, all: readonly Finding[], unseen: Unknown | undefined): void {
  if (all.length === 0 && unseen) return void fact.gap(field, unseen);
  const where: Where[] = all.length > 0 ? all.map((f) => f.where) : [{ path: '/etc/containers/systemd' }, { path: commandPlace(['podman', 'ps']) }];
  fact.set(field, [...new Set(all.map((f) => f.said))], ...where);
}

interface Declared {
  readonly sockets: readonly Finding[];
  readonly published: readonly Finding[];
  readonly open?: Unknown;
  readonly unseenMounts?: Unknown;
  readonly openPorts?: Unknown;
}

/** What the Quadlet files say that the account's generator takes, under every release that may be meant. */
function* declaredBy(hosts: QuadletHosts, conf: Known | Unknown, as: Account): Asking<Declared | Unknown> {
  const each: Declared[] = [];
  for (const host of hosts.each) {
    const instance = as.uid === 0 ? host.system : host.users.find((u) => u.account?.uid === as.uid);
    const files = [...(instance?.taken.values() ?? [])].filter((f) => /\.(container|pod|kube)$/.test(f.name));
    const sources = yield* together(files.map((f) => sourceOf(host, f)));
    const hidden = sources.find(isUnknown);
    if (hidden) return hidden;
    const read = sources as Source[];
    const yamls = yield* together(read.map((s) => (s.ending === 'kube' ? playedYaml(s) : nothing())));
    const commands = read.map((s, at) => completed(s, conf, yamls[at]));
    const mounts = yield* together(read.map((s, at) => mountsOf(s, commands[at] as Command)));
    const real = yield* realPaths(mounts.flatMap((m) => m.each.map((one) => one.source)));
    each.push(declaredIn(read, commands, mounts, conf, real, as));
  }
  const [first] = each;
  const differs = new Set(each.map((d) => JSON.stringify([d.sockets, d.published]))).size > 1;
  if (!first || (differs && hosts.release))
    return { is: 'unknown', why: 'ambiguous', said: `what Quadlet files mean depends on the Podman version; ${hosts.release?.said ?? ''}`, where: [] };
  const unseen = unseenFor(hosts.each.at(-1) as QuadletHost, { place: as.uid === 0 ? 'system' : 'user', readBy: [], loadErrors: [] });
  return { ...first, ...(first.open || !unseen ? {} : { open: unseen }) };
}

function declaredIn(
  sources: readonly Source[],
  commands: readonly Command[],
  allMounts: readonly AllMounts[],
  conf: Known | Unknown,
  real: RealPaths,
  as: Account,
): Declared {
  const sockets: Finding[] = [];
  const published: Finding[] = [];
  let open: Unknown | undefined;
  let ports: Unknown | undefined;
  let unseenMounts: Unknown | undefined;
  for (const [at, source] of sources.entries()) {
    const command = commands[at] as Command;
    const { each: mounts, unseen } = allMounts[at] as AllMounts;
    open ??= command.open;
    unseenMounts ??= unseenOf(mounts, real) ?? unseen;
    for (const { source: path, where } of mounts) if (leadsToSocket(path, as, real)) sockets.push({ said: `${source.file.name} mounts ${path}`, where });
    const all = openPorts(flagsNamed(command.flags, 'publish'), conf);
    if (isUnknown(all)) ports ??= all;
    else published.push(...all);
  }
  return { sockets, published, ...(open ? { open } : {}), ...(unseenMounts ? { unseenMounts } : {}), ...(ports ? { openPorts: ports } : {}) };
}

/** Sockets that were found, and why there may be more. */
interface Mounted {
  readonly found: readonly Finding[];
  readonly unseen?: Unknown;
}

interface NamedMount {
  /** What the sentence calls it. */
  readonly by: string;
  readonly source: string;
  readonly where: Where;
}

function* socketsAmong(mounts: readonly NamedMount[], as: Account, more?: Unknown): Asking<Mounted> {
  const real = yield* realPaths(mounts.map((m) => m.source));
  const unseen = unseenOf(mounts, real) ?? more;
  const found = mounts.filter((m) => leadsToSocket(m.source, as, real)).map((m) => ({ said: `${m.by} mounts ${m.source}`, where: m.where }));
  return { found, ...(unseen ? { unseen } : {}) };
}

function* mountedBy(listed: Exclude<Containers, Unknown>, as: Account): Asking<Mounted | Unknown> {
  const mounts = yield* containerMounts(listed.each, as);
  if (isUnknown(mounts)) return mounts;
  const volumes = mounts.some((m) => m.volumes.length > 0) ? yield* boundVolumes(as) : new Map<string, string>();
  const behind = isUnknown(volumes) ? undefined : volumes;
  const each = mounts.flatMap(({ sources, volumes: names, where }, at) =>
    [...sources, ...names.flatMap((n) => behind?.get(n) ?? [])].map((source) => ({ by: listed.each[at]?.name ?? '', source, where })),
  );
  return yield* socketsAmong(each, as, isUnknown(volumes) ? volumes : undefined);
}

/** Manifests that K3s applies at start (k3s-io/k3s pkg/deploy). A host without K3s has none. */
function* k3sManifests(): Asking<Mounted | Unknown> {
  const names = yield* list(manifests);
  if (names.is === 'absent') return { found: [] };
  if (names.is === 'blocked') return unknown(names, manifests);
  const paths = names.value.filter((n) => /\.(yaml|yml|json)$/.test(n)).map((n) => `${manifests}/${n}`);
  const texts = (yield* together(paths.map((p) => read(p)))) as Answer<string>[];
  const all: NamedMount[] = [];
  for (const [at, path] of paths.entries()) {
    const text = texts[at] as Answer<string>;
    if (text.is === 'blocked') return unknown(text, path);
    if (text.is !== 'got') continue;
    const played = playedBy(text.value, path);
    if ('broken' in played) return { is: 'unknown', why: 'unparsable', said: `${path} does not parse: ${played.broken}`, where: [{ path, line: played.line }] };
    const by = path.slice(path.lastIndexOf('/') + 1);
    all.push(...hostMounts(played.flags, '/').map(({ source, where }) => ({ by, source, where })));
  }
  return yield* socketsAmong(all, rootAccount);
}
