/** Paths of the host that a container mounts, and which of them a list names. */
import type { Account, Asking } from '../ask.ts';
import type { Unknown } from '../fact.ts';
import { cleanPath, met, metInWords, tidyPath } from '../host/path-list.ts';
import type { RealPaths } from '../host/real-paths.ts';
import type { HostMount } from '../podman/host-mount.ts';
import { boundDevice, mountOption, volumeOption } from '../podman/mount-option.ts';
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
    const mount = flag.name === 'volume' ? fromVolume(flag.value) : flag.name === 'mount' ? fromMount(flag.value) : fromRoot(flag.value);
    if (!mount) return [];
    const { source: written, asItStands, ...rest } = mount;
    // Podman takes `..` away by the words before any link is followed; of --rootfs and volumes the kernel does it (tried with 4.3.1 and 5.4.2).
    const source = asItStands ? written : written.startsWith('.') ? cleanPath(`${from}/${written}`) : written;
    return source.startsWith('/') ? [{ ...rest, source: asItStands ? source : cleanPath(source), where: flag.where }] : [];
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

/** `asItStands`: a path that Podman hands on without a look at it. */
type Mounted = Omit<HostMount, 'where'> & { readonly asItStands: boolean };

function fromVolume(value: string): Mounted | undefined {
  const volume = volumeOption(value);
  if (!volume) return undefined;
  const { overlay, ...mount } = volume;
  return { ...mount, readOnly: mount.readOnly || overlay, asItStands: false };
}

function fromMount(value: string): Mounted | undefined {
  const mount = mountOption(value);
  if (!mount) return undefined;
  const { type, volume, ...rest } = mount;
  const device = type === 'volume' ? boundDevice(volume) : undefined;
  if (device !== undefined) return { ...rest, source: device, asItStands: true };
  // A glob has its last fixed directory as what is mounted from.
  return type === 'bind' || type === 'glob' ? { ...rest, source: rest.source.replace(/\/[^/]*[*?[].*$/s, '/'), asItStands: false } : undefined;
}

const fromRoot = (source: string): Mounted => ({ source, target: '/', readOnly: false, asItStands: true });

/** Of the mounts those by which a container has a path of the list, each with the path by which it has it. */
export function mountsAmong(mounts: readonly HostMount[], list: readonly string[], as: Account, real: RealPaths): Finding[] {
  return mounts.flatMap(({ source, where }) => {
    const said = hasOneOf(source, list, as, real);
    return said === undefined ? [] : [{ said, where }];
  });
}

/** How who has a path has one of a list, by its name or by where it leads, in words; undefined: it has none. */
export function hasOneOf(source: string, list: readonly string[], as: Account, real: RealPaths): string | undefined {
  const byName = met(source, list, as);
  if (byName) return metInWords(source, byName);
  const end = leadsTo(source, real);
  const behind = end !== undefined && tidyPath(end) !== tidyPath(source) ? met(end, list, as) : undefined;
  return end !== undefined && behind ? `${tidyPath(source)} (leads to ${metInWords(end, behind).replace(/ \((.*)\)$/, ', which $1')})` : undefined;
}

/** Where a path ends when links are followed; undefined: nobody can tell. */
export function leadsTo(source: string, real: RealPaths): string | undefined {
  const end = real.get(source);
  return typeof end === 'string' ? end : undefined;
}

/** The first source of which nobody could see where it leads. */
export const unseenOf = (mounts: readonly { readonly source: string }[], real: RealPaths): Unknown | undefined =>
  mounts.map((m) => real.get(m.source)).find((r) => typeof r === 'object');

/** The words of a mount with it read-only: `SOURCE:DEST:ro`, or `type=bind,…,ro=true`. */
export function readOnlyMount(words: string): string {
  if (/(?:^|[\s=,])(?:type|src|source)=/.test(words)) return `${words.replace(/,(?:rw|ro|readonly)(?:=[^,\s]*)?(?=,|$)/g, '')},ro=true`;
  const [from = '', to, options = ''] = words.split(':');
  return to === undefined ? words : [from, to, [...options.split(',').filter((o) => o !== '' && o !== 'rw'), 'ro'].join(',')].join(':');
}
