/** Which paths of the host a container should not see. Pure. */
import type { Account } from '../ask.ts';
import type { Where } from '../fact.ts';

/** A path of the host that a container has. */
export interface HostMount {
  readonly source: string;
  readonly readOnly: boolean;
  readonly where: Where;
}

/** An absolute path without `.`, `..`, doubled or trailing slashes, by its words alone: Go's filepath.Clean. */
export function cleanPath(path: string): string {
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return `/${parts.join('/')}`;
}

/** The same; /var/run is /run. */
export function tidyPath(path: string): string {
  const tidy = cleanPath(path);
  return tidy === '/var/run' || tidy.startsWith('/var/run/') ? tidy.slice(4) : tidy;
}

const within = (path: string, directory: string): boolean => directory === '/' || path === directory || path.startsWith(`${directory}/`);

/** Where engines listen, of the system and of the account (their units' ListenStream=, crio.conf(5), k3s's containerd). */
const engineSockets = (as: Account): readonly string[] => [
  '/run/podman/podman.sock',
  '/run/docker.sock',
  '/run/crio/crio.sock',
  '/run/containerd/containerd.sock',
  '/run/k3s/containerd/containerd.sock',
  ...(as.uid === 0 ? [] : [`/run/user/${as.uid}/podman/podman.sock`, `/run/user/${as.uid}/docker.sock`]),
];

/** The engine sockets that somebody who has this path mounted can connect to: the socket, or a directory that holds it. */
export const socketsBehind = (path: string, as: Account): string[] => engineSockets(as).filter((socket) => within(socket, tidyPath(path)));

export interface Danger {
  /** `warn`: not wanted, but no way out of the container by itself. */
  readonly level: 'fail' | 'warn';
  readonly said: string;
}

const secretFiles = ['/etc/shadow', '/etc/gshadow', '/etc/sudoers', '/etc/sudoers.d', '/etc/ssh'];

/** What a mount of this path gives away. `readOnly` is how it is mounted. */
export function dangerOf(source: string, readOnly: boolean, as: Account): Danger | undefined {
  const path = tidyPath(source);
  const fail = (said: string): Danger => ({ level: 'fail', said: `${path}: ${said}` });
  if (path === '/') return fail('the whole file system of the host');
  const [socket] = socketsBehind(path, as);
  if (socket !== undefined) return fail(path === socket ? 'the socket of an engine' : `holds the engine's socket ${socket}`);
  for (const other of ['/run/dbus/system_bus_socket', '/run/systemd/private', ...(as.uid === 0 ? [] : [`/run/user/${as.uid}/bus`])])
    if (within(other, path)) return fail(`holds the socket ${other}`);
  const stores = ['/var/lib/rancher', '/var/lib/containers', ...(as.uid === 0 ? [] : [`${as.home}/.local/share/containers`])];
  for (const store of stores) if (within(path, store) || within(store, path)) return fail("the engine's own data");
  if (within(path, '/root') || path === as.home) return fail(`the home of ${path === as.home ? as.name : 'root'}`);
  if (path === '/etc' || secretFiles.some((s) => within(path, s))) return fail('configuration and credentials of the host');
  if (within(path, '/boot') || path === '/efi') return fail('what the host boots');
  if (path === '/dev' || /^\/dev\/(mem|kmem|port)$/.test(path)) return fail('devices of the host');
  if (path === '/proc') return fail('processes of the host');
  if (!readOnly && (within(path, '/proc') || within(path, '/sys'))) return fail('the kernel, writable');
  if (!readOnly && (path === '/tmp' || path === '/var/tmp')) return { level: 'warn', said: `${path}: shared with every program of the host, writable` };
  if (!readOnly && within(path, '/etc')) return { level: 'warn', said: `${path}: configuration of the host, writable` };
  return undefined;
}
