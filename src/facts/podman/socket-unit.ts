/** What podman.socket and podman.service of one manager are configured to listen on. */
import { type Account, type Asking, together } from '../ask.ts';
import type { Unknown, Where } from '../fact.ts';
import type { Pattern } from '../kind.ts';
import { type LoadedUnit, loadUnit, unitTouches } from '../systemd/load.ts';

/** One address that a unit listens on. `unix` addresses are absolute paths. */
export interface Listen {
  readonly type: 'unix' | 'tcp' | 'other';
  readonly address: string;
  readonly where: Where;
}

export interface SocketUnit {
  /** The unit is there and not masked. */
  readonly loaded: boolean;
  readonly listens: readonly Listen[];
  readonly mode?: { readonly value: number; readonly where: Where };
  readonly group?: { readonly value: string; readonly where: Where };
  /** Every ExecStart of podman.service. */
  readonly commands: readonly { readonly argv: string; readonly where: Where }[];
  /** A part that could not be read: the rest may be wrong. */
  readonly unseen?: Unknown;
  readonly consulted: readonly Where[];
}

/** `%t`: the runtime directory of the manager (systemd.unit(5) "Specifiers"). */
const runtimeDir = (as: Account): string => (as.uid === 0 ? '/run' : `/run/user/${as.uid}`);

/** Where podman-system-service(1) and the shipped podman.socket put the socket. */
export const defaultSocket = (as: Account): string => `${runtimeDir(as)}/podman/podman.sock`;

export const socketUnitTouches: readonly Pattern[] = (['system', 'user'] as const).flatMap((m) => [
  ...unitTouches('podman.socket', m),
  ...unitTouches('podman.service', m),
]);

/** Loads podman.socket and podman.service for an account: root's come from the system manager. */
export function* socketUnit(as: Account): Asking<SocketUnit> {
  const manager = as.uid === 0 ? 'system' : 'user';
  const [socket, service] = (yield* together([loadUnit('podman.socket', { manager, as }), loadUnit('podman.service', { manager, as })])) as [
    LoadedUnit | Unknown,
    LoadedUnit | Unknown,
  ];
  // An image has no runtime directories, so nothing in them is missed.
  const unseen = [socket, service].flatMap((u) => (u.is === 'unknown' ? [u] : u.unseen)).find((u) => u.why !== 'unsupported');
  const own = socket.is === 'loaded' && socket.exists && !socket.masked ? socket.assignments.filter((a) => a.section === 'Socket') : [];
  const mode = own.findLast((a) => a.key === 'SocketMode' && /^0?[0-7]{1,4}$/.test(a.value));
  const group = own.findLast((a) => a.key === 'SocketGroup');
  const commands =
    service.is === 'loaded' && !service.masked ? resetting(service.assignments.filter((a) => a.section === 'Service' && a.key === 'ExecStart')) : [];
  return {
    loaded: socket.is === 'loaded' && socket.exists && !socket.masked,
    listens: resetting(own.filter((a) => a.key.startsWith('Listen')))
      .filter((a) => a.key === 'ListenStream')
      .map((a) => listen(a.value.replaceAll('%t', runtimeDir(as)), a.where)),
    ...(mode ? { mode: { value: Number.parseInt(mode.value, 8), where: mode.where } } : {}),
    ...(group && group.value !== '' ? { group: { value: group.value, where: group.where } } : {}),
    commands: commands.map((a) => ({ argv: a.value, where: a.where })),
    ...(unseen ? { unseen } : {}),
    consulted: socket.is === 'loaded' ? socket.consulted : socket.where,
  };
}

/** An empty assignment takes all before it away; an empty Listen…= of any type resets them all (systemd.socket(5)). */
function resetting<T extends { readonly value: string }>(assignments: readonly T[]): T[] {
  const reset = assignments.findLastIndex((a) => a.value === '');
  return assignments.slice(reset + 1);
}

/** Classifies a socket address: a path or abstract name, a port, or HOST:PORT (systemd.socket(5) ListenStream=). */
export function listen(address: string, where: Where): Listen {
  if (address.startsWith('/')) return { type: 'unix', address, where };
  if (address.startsWith('@') || address.startsWith('vsock')) return { type: 'other', address, where };
  return { type: /^(\d{1,5}|.*:\d{1,5})$/.test(address) ? 'tcp' : 'other', address, where };
}

/** Whether a TCP address can be reached from this host alone. */
export function isLoopback(address: string): boolean {
  const host = address
    .replace(/^tcp:\/\//, '')
    .replace(/:\d+$/, '')
    .replace(/^\[|\]$/g, '');
  return host === 'localhost' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host);
}
