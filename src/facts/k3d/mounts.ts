/** What of the host a k3d volume shows to the nodes. Pure. */

export interface VolumeMount {
  /** Empty for a destination alone. */
  readonly source: string;
  readonly destination: string;
}

/**
 * `[SOURCE:]DESTINATION[:MODE][@FILTER]`. k3d hands it to the engine as it stands, and to an engine a path alone is a
 * destination: it mounts a new, empty volume there and nothing of the host (moby volume/mounts, containers/podman:pkg/specgen/volumes.go).
 */
export function volumeMount(text: string): VolumeMount {
  const [first = '', second] = text.replace(/(?<!\\)@[^@]*$/, '').split(':');
  return second === undefined ? { source: '', destination: tidy(first) } : { source: tidy(first), destination: tidy(second) };
}

const tidy = (path: string): string =>
  path
    .replace(/\/{2,}/g, '/')
    .replace(/(?<=.)\/$/, '')
    .replace(/\/\.$/, '') || '/';

/** k3d's FAQ wants it for btrfs. */
export const isMapper = ({ source }: VolumeMount): boolean => source === '/dev/mapper' || source.startsWith('/dev/mapper/');
