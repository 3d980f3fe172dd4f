/** What the containers of an account mount and publish: those that Podman lists, those of its Quadlet files, and for root those of K3s manifests. */
import { type Account, type Answer, type Asking, list, nothing, read, together } from '../ask.ts';
import { containersConf } from '../containers/containers-conf.ts';
import { type Known, type Unknown, unknown, type Where } from '../fact.ts';
import { rootAccount } from '../host/accounts.ts';
import type { RealPaths } from '../host/real-paths.ts';
import { type Containers, containerMounts, containers } from '../podman/containers.ts';
import { flagsNamed } from '../podman/podman-flags.ts';
import { boundVolumes } from '../podman/volumes.ts';
import { anyone, forAccount, source, type Touches } from '../source.ts';
import { type PublishedPort, portsIn, portsOf, type Seen } from './open-ports.ts';
import { type Command, openFor } from './quadlet-command.ts';
import { playedBy } from './quadlet-kube.ts';
import { hostMounts, mountsOf, unseenOf } from './quadlet-mounts.ts';
import { unseenFor } from './quadlet-placement.ts';
import { generatedService } from './quadlet-service.ts';
import { completed, type Source, sourceOf } from './quadlet-source.ts';
import { mountedPaths, playedYaml } from './quadlet-surroundings.ts';
import { type QuadletHost, type QuadletHosts, quadletHosts } from './quadlet-units.ts';

const manifests = '/var/lib/rancher/k3s/server/manifests';

const touches: Touches = [
  ...[quadletHosts, forAccount(generatedService, anyone), playedYaml, mountedPaths, containersConf, containers, containerMounts, boundVolumes],
  { do: 'list', path: manifests },
  { do: 'read', path: `${manifests}/*`, later: true },
];

/** A path of the host that a container has. */
export interface NamedMount {
  /** The container, or the file that declares it. */
  readonly by: string;
  readonly source: string;
  /** The account whose paths `~` and `{uid}` are. */
  readonly as: Account;
  readonly where: Where;
  /** The Quadlet file that declares it. */
  readonly declared?: Source;
}

export type NamedPort = PublishedPort & { readonly by: string };

export interface Workloads {
  readonly mounts: Seen<NamedMount>;
  readonly ports: Seen<NamedPort>;
}

export interface AllWorkloads {
  /** One for each release of Podman that may be meant. */
  readonly each: readonly Workloads[];
  /** Set when the release is not known. */
  readonly release?: Unknown;
  /** Where the mounted paths lead. */
  readonly real: RealPaths;
}

export const allWorkloads = source(touches, learnWorkloads);

function* learnWorkloads(as: Account): Asking<AllWorkloads> {
  const [hosts, conf, listed, applied] = yield* together([quadletHosts(), containersConf(as), containers(as), as.uid === 0 ? k3sManifests() : nothing()]);
  const mounted: Seen<NamedMount> = listed.is === 'unknown' ? { each: [], unseen: listed } : yield* mountedBy(listed, as);
  const declared: readonly Workloads[] = hosts.is === 'unknown' ? [nothingOf(hosts)] : yield* together(hosts.each.map((host) => declaredOn(host, conf, as)));
  const running =
    listed.is === 'unknown' ? [] : listed.each.flatMap((c) => portsIn(c.ports, { ...c.where, said: `container ${c.name}` }).map((p) => ({ ...p, by: c.name })));
  const each = declared.map((d) => ({
    mounts: joined(d.mounts, mounted, ...(applied ? [applied] : [])),
    ports: joined(d.ports, { each: running, ...(listed.is === 'unknown' ? { unseen: listed } : {}) }),
  }));
  const real = yield* mountedPaths(each.flatMap((e) => e.mounts.each.map((m) => m.source)));
  return { each: each.map((e) => ({ ...e, mounts: joined(e.mounts, { each: [], ...hiddenIn(e.mounts.each, real) }) })), real, ...releaseOf(hosts) };
}

const nothingOf = (unseen: Unknown): Workloads => ({ mounts: { each: [], unseen }, ports: { each: [], unseen } });
const releaseOf = (hosts: QuadletHosts | Unknown): { release?: Unknown } => (hosts.is === 'known' && hosts.release ? { release: hosts.release } : {});

function hiddenIn(mounts: readonly NamedMount[], real: RealPaths): { unseen?: Unknown } {
  const unseen = unseenOf(mounts, real);
  return unseen ? { unseen } : {};
}

function joined<T>(...parts: readonly Seen<T>[]): Seen<T> {
  const unseen = parts.find((p) => p.unseen)?.unseen;
  return { each: parts.flatMap((p) => p.each), ...(unseen ? { unseen } : {}) };
}

/** What the Quadlet files say that the account's generator takes, under one release. */
function* declaredOn(host: QuadletHost, conf: Known | Unknown, as: Account): Asking<Workloads> {
  const instance = as.uid === 0 ? host.system : host.users.find((u) => u.account?.uid === as.uid);
  const files = [...(instance?.taken.values() ?? [])].filter((f) => /\.(container|pod|kube)$/.test(f.name));
  const found = yield* together(files.map((f) => sourceOf(host, f)));
  const hidden = found.find((s): s is Unknown => 'is' in s);
  if (hidden) return nothingOf(hidden);
  const sources = found as Source[];
  const yamls = yield* together(sources.map((s) => (s.ending === 'kube' ? playedYaml(s) : nothing())));
  // A service may find another containers.conf than a login of the account.
  const confs = yield* together(sources.map((s) => (s.ending === 'container' ? containersConf(s.owner, s.moves) : nothing())));
  const commands = sources.map((s, at) => completed(s, confs[at], yamls[at]));
  const mounts = yield* together(sources.map((s, at) => mountsOf(s, commands[at] as Command)));
  const hiding = unseenFor(host, { place: as.uid === 0 ? 'system' : 'user', readBy: [], loadErrors: [], ...(instance ? { instance } : {}) });
  const rest = (...flags: readonly string[]): { each: []; unseen: Unknown }[] => {
    const unseen = commands.map((c) => openFor(c, ...flags)).find((o) => o) ?? hiding;
    return unseen ? [{ each: [], unseen }] : [];
  };
  return {
    mounts: joined(
      ...mounts.map((m, at) => ({
        ...m,
        each: m.each.map(({ source, where }) => ({ by: nameOf(sources[at]), source, as, where, declared: sources[at] as Source })),
      })),
      ...rest('volume', 'mount', 'rootfs'),
    ),
    ports: joined(
      ...commands.map((c, at) => {
        const ports = portsOf(flagsNamed(c.flags, 'publish'), confs[at] ?? conf);
        return { ...ports, each: ports.each.map((p) => ({ ...p, by: nameOf(sources[at]) })) };
      }),
      ...rest('publish'),
    ),
  };
}

const nameOf = (source: Source | undefined): string => source?.file.name ?? '';

function* mountedBy(listed: Exclude<Containers, Unknown>, as: Account): Asking<Seen<NamedMount>> {
  const mounts = yield* containerMounts(listed.each, as);
  if ('is' in mounts) return { each: [], unseen: mounts };
  const volumes = mounts.some((m) => m.volumes.length > 0) ? yield* boundVolumes(as) : new Map<string, string>();
  const behind = 'is' in volumes ? undefined : volumes;
  const each = mounts.flatMap(({ sources, volumes: names, where }, at) =>
    [...sources, ...names.flatMap((n) => behind?.get(n) ?? [])].map((source) => ({ by: listed.each[at]?.name ?? '', source, as, where })),
  );
  return { each, ...('is' in volumes ? { unseen: volumes } : {}) };
}

/** Manifests that K3s applies at start (k3s-io/k3s:pkg/deploy). A host without K3s has none. */
function* k3sManifests(): Asking<Seen<NamedMount>> {
  const names = yield* list(manifests);
  if (names.is === 'absent') return { each: [] };
  if (names.is === 'blocked') return { each: [], unseen: unknown(names, manifests) };
  const paths = names.value.filter((n) => /\.(yaml|yml|json)$/.test(n)).map((n) => `${manifests}/${n}`);
  const texts = yield* together(paths.map((p) => read(p)));
  return joined(...paths.map((path, at) => mountsIn(path, texts[at] as Answer<string>)));
}

function mountsIn(path: string, text: Answer<string>): Seen<NamedMount> {
  if (text.is === 'blocked') return { each: [], unseen: unknown(text, path) };
  if (text.is !== 'got') return { each: [] };
  const played = playedBy(text.value, path);
  if ('broken' in played)
    return { each: [], unseen: { is: 'unknown', why: 'unparsable', said: `${path} does not parse: ${played.broken}`, where: [{ path, line: played.line }] } };
  const by = path.slice(path.lastIndexOf('/') + 1);
  return { each: hostMounts(played.flags, '/').map(({ source, where }) => ({ by, source, as: rootAccount, where })) };
}
