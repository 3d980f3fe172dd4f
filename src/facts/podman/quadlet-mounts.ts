/** Paths of the host that a container's flags mount. Pure. */
import type { Account } from '../ask.ts';
import type { Where } from '../fact.ts';
import { dangerOf, socketsBehind } from './host-paths.ts';
import { type Flag, flagsNamed } from './podman-flags.ts';
import type { Command } from './quadlet-command.ts';
import type { Finding } from './quadlet-isolation.ts';

export interface HostMount {
  readonly source: string;
  readonly readOnly: boolean;
  readonly where: Where;
}

/** Bind mounts: `--volume SOURCE:DEST[:OPTIONS]`, `--mount type=bind,source=…` and `--rootfs DIR`. `from` is the directory that relative sources start at. */
export function hostMounts(flags: readonly Flag[], from: string): HostMount[] {
  return flagsNamed(flags, 'volume', 'mount', 'rootfs').flatMap((flag): HostMount[] => {
    const mount = flag.name === 'volume' ? fromVolume(flag.value) : flag.name === 'mount' ? fromMount(flag.value) : { source: flag.value, readOnly: false };
    if (!mount) return [];
    const source = mount.source.startsWith('.') ? `${from}/${mount.source}` : mount.source;
    return source.startsWith('/') ? [{ source, readOnly: mount.readOnly, where: flag.where }] : [];
  });
}

/** Rootfs= as a flag, without the options behind it. */
export const rootfs = ({ command: { rootfs: found } }: { readonly command: Command }): Flag[] =>
  found ? [{ name: 'rootfs', value: found.text.replace(/:.*$/s, ''), where: found.where }] : [];

/** A mount `O` is an overlay: what is written stays in the container. */
function fromVolume(value: string): { source: string; readOnly: boolean } | undefined {
  const [source = '', destination, options = ''] = value.split(':');
  return destination === undefined ? undefined : { source, readOnly: options.split(',').some((o) => o === 'ro' || o === 'O') };
}

function fromMount(value: string): { source: string; readOnly: boolean } | undefined {
  const parts = new Map(value.split(',').map((p): [string, string] => [p.split('=')[0]?.trim() ?? '', p.includes('=') ? p.slice(p.indexOf('=') + 1) : 'true']));
  const type = parts.get('type') ?? 'volume';
  if (type !== 'bind' && type !== 'glob') return undefined;
  const flag = ['ro', 'readonly'].map((k) => parts.get(k)).find((v) => v !== undefined);
  // A glob has its last fixed directory as what is mounted from.
  const source = (parts.get('source') ?? parts.get('src') ?? '').replace(/\/[^/]*[*?[].*$/s, '/');
  return { source, readOnly: flag !== undefined && /^(true|1|t)$/i.test(flag) };
}

export interface Mounts {
  readonly sensitive: readonly Finding[];
  readonly shared: readonly Finding[];
  readonly sockets: readonly Finding[];
}

export function judgeMounts(mounts: readonly HostMount[], as: Account): Mounts {
  const judged = mounts.map((m) => ({ danger: dangerOf(m.source, m.readOnly, as), where: m.where }));
  const of = (level: 'fail' | 'warn'): Finding[] => judged.flatMap(({ danger, where }) => (danger?.level === level ? [{ said: danger.said, where }] : []));
  return {
    sensitive: of('fail'),
    shared: of('warn'),
    sockets: mounts.flatMap((m) => (socketsBehind(m.source, as).length > 0 ? [{ said: m.source, where: m.where }] : [])),
  };
}
