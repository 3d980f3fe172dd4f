/** What of the host a k3d volume shows to the nodes. Pure. */

export interface VolumeMount {
  readonly source: string;
  readonly destination: string;
}

/** `[SOURCE:]DESTINATION[:MODE][@FILTER]`: without a source the path of the host itself is mounted (k3d cmd/util/volumes.go). */
export function volumeMount(text: string): VolumeMount {
  const [source = '', destination = source] = text.replace(/(?<!\\)@[^@]*$/, '').split(':');
  return { source: tidy(source), destination: tidy(destination) };
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
