/**
 * Flags that `podman create` does not take together (containers/podman:cmd/podman/containers/create.go, pkg/specgen/
 * container_validate.go, pkg/specgenutil; tried with 5.4.2).
 */

import { mountOption } from '../podman/mount-option.ts';
import { subnetsOverlap } from '../text/subnet.ts';
import { type PublishedPort, portsOf } from './open-ports.ts';
import { nothingSet, portsMeet } from './quadlet-claims.ts';
import type { Given } from './quadlet-given.ts';
import { plainCapability } from './quadlet-isolation.ts';

export interface Conflict {
  readonly given: Given;
  readonly why: string;
}

const maps = ['uidmap', 'gidmap', 'subuidname', 'subgidname'];

/** What excludes what in a container; `pod` are the flags of the pod that it is a member of. */
export function conflictsOf(all: readonly Given[], pod: readonly Given[] | undefined): Conflict[] {
  const found: Conflict[] = [];
  const named = (...flags: readonly string[]): readonly Given[] => all.filter((g) => flags.includes(g.flag));
  const add = (given: readonly Given[], why: string): void => void found.push(...given.map((g) => ({ given: g, why })));
  const last = (flag: string): string => named(flag).at(-1)?.value ?? '';
  if (pod) memberConflicts(named, pod, add);
  else if (named('userns').length > 0) add(named(...maps), 'ids cannot be mapped by hand beside a user namespace');
  networkConflicts(named, add);
  if (last('uts') === 'host') add(named('hostname'), "with the host's own name no other can be given");
  if (last('ipc') === 'host') add(named('shm-size'), "the host's own shared memory has its size");
  if (named('network').some((g) => g.value === 'none')) add(named('dns', 'dns-option', 'dns-search'), 'without a network of its own it has no name servers');
  if (['true', '1', 't'].includes(last('no-hosts').toLowerCase())) add(named('add-host'), '--no-hosts leaves it without a file of hosts');
  if (named('dns').some((g) => g.value === 'none'))
    add(
      named('dns').filter((g) => g.value !== 'none'),
      'beside none no other server is taken',
    );
  add(
    named('restart').filter((g) => !['', 'no'].includes(g.value)),
    'the container is removed when it ends (--rm), which excludes a restart policy of Podman; Restart= of [Service] is meant',
  );
  if (named('group-add').some((g) => g.value === 'keep-groups'))
    add(
      named('group-add').filter((g) => g.value !== 'keep-groups'),
      'keep-groups stands alone',
    );
  capabilityConflicts(named, add);
  mountConflicts(named, add);
  return found;
}

/** Whoever is to be joined has to be there before (tried with 4.3.1 and 5.4.2). `names`: the container's own, and that of its file. */
export function joinsItself(all: readonly Given[], names: readonly string[]): Conflict[] {
  const joining = all.filter((g) => ['network', 'pid', 'ipc', 'uts', 'userns', 'cgroupns'].includes(g.flag));
  return joining.flatMap((given) => {
    const target = given.flag === 'network' && given.value.endsWith('.container') ? given.value : /^container:(.*)$/s.exec(given.value)?.[1];
    return target !== undefined && names.includes(target) ? [{ given, why: 'that is the container itself, which is not there before it starts' }] : [];
  });
}

/** What excludes what in a pod. */
export function podConflictsOf(all: readonly Given[]): Conflict[] {
  const found: Conflict[] = [];
  const named = (...flags: readonly string[]): readonly Given[] => all.filter((g) => flags.includes(g.flag));
  const add = (given: readonly Given[], why: string): void => void found.push(...given.map((g) => ({ given: g, why })));
  const mode = named('network')
    .find((g) => /^(?:none|host)(?::|$)|^(?:container|ns):/.test(g.value))
    ?.value.split(':')[0];
  if (mode !== undefined) add(named('publish'), `a pod publishes no port with the network ${mode}`);
  networkConflicts(named, add);
  if (mode === 'none') add(named('dns', 'dns-option', 'dns-search'), 'without a network of its own it has no name servers');
  if (named('userns').length > 0) add(named(...maps), 'ids cannot be mapped by hand beside a user namespace');
  if (named('uts').at(-1)?.value === 'host') add(named('hostname'), "with the host's own name no other can be given");
  if (/^(?:1|t|true)$/i.test(named('no-hosts').at(-1)?.value ?? '')) add(named('add-host'), '--no-hosts leaves it without a file of hosts');
  sharingConflicts(named, add);
  return found;
}

const isOff = (value: string | undefined): boolean => /^(?:0|f|false)$/i.test(value ?? '');

/** A pod lives by its infra container, which holds what is shared (containers/podman:pkg/specgen/podspecgen.go, libpod/options.go). */
function sharingConflicts(named: Named, add: Add): void {
  const words = (given: Given): string[] => given.value.replace(/^\+/, '').split(',');
  const shared = named('share').at(-1);
  if (isOff(named('infra').at(-1)?.value)) add(named('infra').slice(-1), 'without its infra container the service of a pod has nothing to start');
  else if (shared && !shared.value.startsWith('+') && words(shared).every((w) => ['', 'none'].includes(w)))
    add([shared], 'a pod that shares nothing has no infra container, and its service has nothing to start');
  if (shared && words(shared).includes('cgroup') && !isOff(named('share-parent').at(-1)?.value))
    add([shared], 'the pod is the cgroup parent of its containers already; --share-parent=false goes before that');
}

/** What lies outside of the subnet that it is given with, one beside the other in their order (containers/common:libnetwork/internal/util/validate.go). */
export function outsideOf(all: readonly Given[]): Conflict[] {
  const subnets = all.filter((g) => g.flag === 'subnet');
  return ['gateway', 'ip-range'].flatMap((flag) =>
    all
      .filter((g) => g.flag === flag)
      .flatMap((given, at) => {
        const subnet = subnets[at]?.value;
        const [first = ''] = given.value.split('-');
        const network = first.includes('/') ? first : `${first}/${first.includes(':') ? 128 : 32}`;
        const known = subnet !== undefined && subnetsOverlap(network, network) && subnetsOverlap(subnet, subnet);
        return known && !subnetsOverlap(network, subnet) ? [{ given, why: `it lies outside of ${subnet}` }] : [];
      }),
  );
}

/** Ports of the host that lead to two ports of one container or pod: the second cannot be bound (containers/podman:libpod/oci_util.go bindPort). */
export function publishedTwice(all: readonly Given[]): Conflict[] {
  const before: (PublishedPort & { readonly shift: number })[] = [];
  return all
    .filter((g) => g.flag === 'publish')
    .flatMap((given) => {
      const inside = Number.parseInt(given.value.replace(/^.*:/s, ''), 10);
      const each = portsOf([{ name: given.flag, value: given.value, where: given.where }], nothingSet).each.map((p) => ({
        ...p,
        shift: Number.parseInt(p.port, 10) - inside,
      }));
      const met = each.some((p) => before.some((b) => b.shift !== p.shift && portsMeet(p, b)));
      before.push(...each);
      return met ? [{ given, why: 'that port of the host leads to another port of the container already' }] : [];
    });
}

type Named = (...flags: readonly string[]) => readonly Given[];
type Add = (given: readonly Given[], why: string) => void;

/** What a member shares with its pod the pod sets. */
function memberConflicts(named: Named, pod: readonly Given[], add: Add): void {
  add(named('userns', ...maps), 'a member of a pod has the user namespace of the pod: it belongs in the .pod file');
  if (pod.some((g) => ['share', 'infra'].includes(g.flag))) return;
  if (named('network').length === 0)
    add(
      named('publish', 'publish-all', 'ip', 'ip6', 'mac-address', 'network-alias', 'add-host'),
      'a member of a pod has the network of the pod: it belongs in the .pod file',
    );
  if (named('uts').length === 0) add(named('hostname'), 'a member of a pod has the name of the pod: it belongs in the .pod file');
}

const single = /^(?:host|none|private|default|slirp4netns|pasta|pod)(?::|$)|^(?:container|ns):/;

function networkConflicts(named: Named, add: Add): void {
  const networks = named('network');
  const mode = networks.find((g) => single.test(g.value));
  if (!mode && networks.length > 1) add(named('ip', 'ip6', 'mac-address'), 'of several networks each has an address of its own, as in Network=NAME:ip=ADDRESS');
  if (!mode) return;
  const what = mode.value.split(':')[0];
  if (networks.length > 1) add([mode], `${what} stands alone, and other networks are named`);
  if (what !== 'pod') add(named('ip', 'ip6', 'mac-address', 'network-alias'), `only on a bridge does a container get an address or a name, not with ${what}`);
  if (what === 'host')
    add(
      named('sysctl').filter((g) => g.value.startsWith('net.')),
      "the network is the host's own, whose settings stay",
    );
}

function capabilityConflicts(named: Named, add: Add): void {
  const words = (flag: string): Set<string> => new Set(named(flag).flatMap((g) => g.value.split(',').map(plainCapability)));
  const added = words('cap-add');
  add(
    named('cap-drop').filter((g) => g.value.split(',').some((c) => c.trim() !== '' && added.has(plainCapability(c)))),
    'it is added and dropped',
  );
}

function mountConflicts(named: Named, add: Add): void {
  const seen = new Map<string, string>();
  for (const given of named('volume', 'mount', 'tmpfs')) {
    const parts = given.value.split(':');
    const made = given.flag === 'mount' ? mountOption(given.value) : undefined;
    const [source, target] =
      given.flag === 'mount'
        ? [made?.source || given.value, made?.target]
        : given.flag === 'tmpfs'
          ? ['tmpfs', parts[0]]
          : parts.length > 1
            ? parts
            : [given.value, parts[0]];
    if (!target?.startsWith('/')) continue;
    const path = target.replace(/(?<=.)\/+$/, '');
    const before = seen.get(path);
    if (before !== undefined && before !== source) add([given], `something else is mounted on ${path} already`);
    seen.set(path, source ?? '');
  }
}
