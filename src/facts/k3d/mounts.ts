/** What of the host a k3d volume shows to the nodes. Pure. */

export interface VolumeMount {
  /** Empty for a destination alone. */
  readonly source: string;
  readonly destination: string;
}

/**
 * `[SOURCE:]DESTINATION[:MODE][@FILTER]`. k3d hands it to the engine as it stands, and to an engine a path alone is a
 * destination: it mounts a new, empty volume there and nothing of the host (moby volume/mounts, containers/podman pkg/specgen/volumes.go).
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

const engineSocket = /(?:^|\/)(?:docker|podman|containerd|crio)\.sock$/;
/** Folders that hold such a socket, or whose content is the host's own configuration, kernel or state. */
const whole =
  /^\/(?:etc|run|var\/run|proc|sys|dev|boot|root|home|var|usr|run\/podman|var\/run\/podman|run\/user(?:\/\d+(?:\/podman)?)?|var\/lib\/containers(?:\/storage)?)?$/;

/** Why a mount hands over the host; undefined when it does not. */
export function danger({ source }: VolumeMount): string | undefined {
  if (engineSocket.test(source)) return "the engine's socket, which is root on its host";
  if (source === '/') return 'the whole host';
  return whole.test(source) ? `${source} of the host` : undefined;
}

/** k3d's FAQ wants it for btrfs. */
export const isMapper = ({ source }: VolumeMount): boolean => source === '/dev/mapper' || source.startsWith('/dev/mapper/');
