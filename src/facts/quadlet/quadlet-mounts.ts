/** Paths of the host that a container mounts, and how bad that is. */
import type { Account, Asking } from '../ask.ts';
import type { Unknown } from '../fact.ts';
import type { RealPaths } from '../host/real-paths.ts';
import { cleanPath, type Danger, dangerOf, type HostMount, socketsBehind, tidyPath } from '../podman/host-paths.ts';
import { boundDevice, mountOption } from '../podman/mount-option.ts';
import { type Flag, flagsNamed } from '../podman/podman-flags.ts';
import { boundVolumes, namedVolumes } from '../podman/volumes.ts';
import type { Command } from './quadlet-command.ts';
import type { QuadletFile } from './quadlet-disk.ts';
import type { Finding } from './quadlet-isolation.ts';

/**
 * Bind mounts: `--volume SOURCE:DEST[:OPTIONS]`, `--mount type=bind,source=…`, a volume that `--mount` makes of a directory,
 * and `--rootfs DIR`. `from` is the directory that relative sources start at.
 */
export function hostMounts(flags: readonly Flag[], from: string): HostMount[] {
  return flagsNamed(flags, 'volume', 'mount', 'rootfs').flatMap((flag): HostMount[] => {
    const mount = flag.name === 'volume' ? fromVolume(flag.value) : flag.name === 'mount' ? fromMount(flag.value) : { kernel: flag.value, readOnly: false };
    if (!mount) return [];
    const { readOnly } = mount;
    // Podman takes `..` away by the words before any link is followed; of --rootfs and volumes the kernel does it (tried with 4.3.1 and 5.4.2).
    const source = 'kernel' in mount ? mount.kernel : mount.source.startsWith('.') ? cleanPath(`${from}/${mount.source}`) : mount.source;
    if (!source.startsWith('/')) return [];
    return [{ source: 'kernel' in mount ? source : cleanPath(source), readOnly, where: flag.where }];
  });
}

/** What is mounted, and why there may be more. */
export interface AllMounts {
  readonly each: readonly HostMount[];
  readonly unseen?: Unknown;
}

/** Asks for all that a Quadlet file mounts, the root file system of Rootfs= and what named volumes bind included. `command` is the whole one. */
export function* mountsOf({ file, owner, command: { rootfs } }: Mounting, command: Command): Asking<AllMounts> {
  const root: Flag[] = rootfs ? [{ name: 'rootfs', value: rootfs.text.replace(/:.*$/s, ''), where: rootfs.where }] : [];
  const each = [...hostMounts([...command.flags, ...root], file.directory), ...(command.bound ?? [])];
  const named = namedVolumes(command.flags);
  const volumes = named.length > 0 ? yield* boundVolumes(owner) : new Map<string, string>();
  if ('is' in volumes) return { each, unseen: volumes };
  return { each: [...each, ...named.flatMap(({ name, ...m }) => (volumes.has(name) ? [{ ...m, source: volumes.get(name) as string }] : []))] };
}

/** Of a Quadlet file, what its mounts depend on. */
interface Mounting {
  readonly file: QuadletFile;
  readonly owner: Account;
  readonly command: Command;
}

/** `kernel` is a path that Podman hands on as it is. */
type Mounted = { readonly readOnly: boolean } & ({ readonly source: string } | { readonly kernel: string });

/** A mount `O` is an overlay: what is written stays in the container. */
function fromVolume(value: string): Mounted | undefined {
  const [source = '', destination, options = ''] = value.split(':');
  return destination === undefined ? undefined : { source, readOnly: options.split(',').some((o) => o === 'ro' || o === 'O') };
}

function fromMount(value: string): Mounted | undefined {
  const mount = mountOption(value);
  if (!mount) return undefined;
  const { type, source, readOnly, volume } = mount;
  const device = type === 'volume' ? boundDevice(volume) : undefined;
  if (device !== undefined) return { kernel: device, readOnly };
  // A glob has its last fixed directory as what is mounted from.
  return type === 'bind' || type === 'glob' ? { source: source.replace(/\/[^/]*[*?[].*$/s, '/'), readOnly } : undefined;
}

export interface Mounts {
  readonly sensitive: readonly Finding[];
  readonly shared: readonly Finding[];
  readonly sockets: readonly Finding[];
  /** Where a mounted path leads could not be seen. */
  readonly unseen?: Unknown;
}

/** `real` tells where the sources lead: a link may give another name to what must not be mounted. */
export function judgeMounts({ each: mounts, unseen: more }: AllMounts, as: Account, real: RealPaths): Mounts {
  const judged = mounts.map((m) => ({ danger: worse(m, as, real), where: m.where }));
  const of = (level: 'fail' | 'warn'): Finding[] => judged.flatMap(({ danger, where }) => (danger?.level === level ? [{ said: danger.said, where }] : []));
  const unseen = unseenOf(mounts, real) ?? more;
  return {
    sensitive: of('fail'),
    shared: of('warn'),
    sockets: mounts.flatMap((m) => (leadsToSocket(m.source, as, real) ? [{ said: m.source, where: m.where }] : [])),
    ...(unseen ? { unseen } : {}),
  };
}

/** Whether an engine's socket is behind a path, by its name or by where it leads. */
export const leadsToSocket = (source: string, as: Account, real: RealPaths): boolean =>
  [source, otherName(source, real) ?? source].some((path) => socketsBehind(path, as).length > 0);

/** The first source of which nobody could see where it leads. */
export const unseenOf = (mounts: readonly { readonly source: string }[], real: RealPaths): Unknown | undefined =>
  mounts.map((m) => real.get(m.source)).find((r) => typeof r === 'object');

function worse(mount: HostMount, as: Account, real: RealPaths): Danger | undefined {
  const byName = dangerOf(mount.source, mount.readOnly, as);
  const other = otherName(mount.source, real);
  if (byName?.level === 'fail' || other === undefined) return byName;
  const behind = dangerOf(other, mount.readOnly, as);
  return behind && (behind.level === 'fail' || !byName) ? { ...behind, said: `${tidyPath(mount.source)} leads to ${behind.said}` } : byName;
}

function otherName(source: string, real: RealPaths): string | undefined {
  const end = real.get(source);
  return typeof end === 'string' && tidyPath(end) !== tidyPath(source) ? end : undefined;
}
