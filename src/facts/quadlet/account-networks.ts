/** The networks that an account has, or that its Quadlet files will make. */
import { type Account, type Asking, together } from '../ask.ts';
import type { Unknown, Where } from '../fact.ts';
import { networkFiles } from '../podman/networks.ts';
import { source } from '../source.ts';
import { searched, userRoots } from './quadlet-disk.ts';
import { mergeQuadlet } from './quadlet-merge.ts';
import { lastOf } from './quadlet-text.ts';
import { type QuadletHost, quadletHosts } from './quadlet-units.ts';
import { isTrue } from './quadlet-words.ts';

export interface AccountNetwork {
  readonly name: string;
  /** Containers on it are given aardvark-dns as their name server. */
  readonly dns: boolean;
  readonly bridge: boolean;
  readonly where: Where;
}

/** What was found, and why there may be more. */
export interface AccountNetworks {
  readonly each: readonly AccountNetwork[];
  readonly looked: readonly Where[];
  readonly unseen?: Unknown;
}

/** Networks with files of their own, and `.network` files: those that are made are not told apart from those that will be. */
export const accountNetworks = source([networkFiles, quadletHosts], learnNetworks);

function* learnNetworks(as: Account): Asking<AccountNetworks> {
  const [files, hosts] = yield* together([networkFiles(as), quadletHosts()]);
  const made =
    files.is === 'unknown'
      ? []
      : files.each
          .filter((n) => n.source !== 'built-in')
          .map((n) => ({ name: n.name, dns: n.dnsEnabled === true, bridge: (n.driver ?? 'bridge') === 'bridge', where: n.where.get('dnsEnabled') ?? n.at }));
  const declared = hosts.is === 'unknown' ? { each: [] } : declaredOn(hosts.each.at(-1) as QuadletHost, as);
  const broken = files.is === 'unknown' ? files : files.broken.find((b) => b.why !== 'unparsable');
  const unseen = broken ?? (hosts.is === 'unknown' ? hosts : declared.unseen);
  const looked = files.is === 'unknown' ? files.where : files.consulted;
  return { each: [...made, ...declared.each], looked, ...(unseen ? { unseen } : {}) };
}

/** podman-systemd.unit(5), section Network: the driver is bridge and DNS is on unless the file says otherwise. */
function declaredOn(host: QuadletHost, as: Account): { each: AccountNetwork[]; unseen?: Unknown } {
  const instance = as.uid === 0 ? host.system : host.users.find((u) => u.account?.uid === as.uid);
  const files = [...(instance?.taken.values() ?? [])].filter((f) => f.name.endsWith('.network'));
  const merged = files.map((file) => ({ file, ...mergeQuadlet(file, instance?.directories ?? [], host.disk, host.release) }));
  const unseen = merged.find((m) => m.unseen)?.unseen ?? hiddenFrom(host, as) ?? (as.uid === 0 ? host.systemMoved : host.usersMoved.get(as.uid));
  // Of a file that may not be read nothing is known but its name.
  const each = merged
    .filter((m) => !m.unseen)
    .map(({ file, assignments }) => ({
      name: file.name,
      dns: !isTrue(lastOf(assignments, 'Network', 'DisableDNS') ?? 'false'),
      bridge: (lastOf(assignments, 'Network', 'Driver') ?? 'bridge') === 'bridge',
      where: { path: file.path },
    }));
  return { each, ...(unseen ? { unseen } : {}) };
}

/** A place that the account's own generator reads and that could not be seen. */
function hiddenFrom({ disk }: QuadletHost, as: Account): Unknown | undefined {
  const users = ['/etc/containers/systemd/users', '/usr/share/containers/systemd/users'];
  const roots = as.uid === 0 ? searched : [...userRoots(as), ...users];
  return [...disk.unseen, ...disk.unread].find(({ where }) => {
    const path = where[0]?.path ?? '/';
    return roots.some((r) => path === r || path.startsWith(`${r}/`) || r.startsWith(`${path}/`));
  });
}
