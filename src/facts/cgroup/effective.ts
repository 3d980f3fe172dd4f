/**
 * Which controllers the units of an account really get. The files may promise more than a user
 * manager that started before they changed hands on: it must be restarted, daemon-reload is not
 * enough, although the kernel file of user@UID.service shows the new ones at once (tried on systemd 252 and 257).
 */
import type { Unknown, Where } from '../fact.ts';
import { cgroupOf, type UserManager } from './manager.ts';

type Pending = 'none' | 'daemon-reload' | 're-login';

export interface Effective {
  readonly controllers: readonly string[] | Unknown;
  readonly pending: Pending | Unknown;
  readonly where: readonly Where[];
}

/** The file that changed last of those that decide on `Delegate=`. */
export interface Change {
  readonly path: string;
  /** Unix seconds. */
  readonly at: number;
}

/** Weighs the evidence. What children already use, or Podman found, is proof; the kernel file is only an upper bound. */
export function effective(manager: UserManager, newest: Change | undefined, uid: number): Effective {
  const { kernel, unasked } = manager;
  const file = { path: `${cgroupOf({ uid })}/cgroup.controllers` };
  if (!Array.isArray(kernel)) return { controllers: kernel as Unknown, pending: kernel as Unknown, where: [file] };
  if (unasked) return { controllers: unasked, pending: unasked, where: [file] };
  const unit = `command:systemctl show user@${uid}.service`;
  const proven = kernel.filter((c) => manager.inUse.includes(c) || manager.podman?.includes(c));
  const all = { ...file, said: `offers ${kernel.join(' ') || 'nothing'}` };
  if (manager.needsReload) {
    return {
      controllers: proven,
      pending: 'daemon-reload',
      where: [{ path: unit, said: 'NeedDaemonReload=yes: the unit files changed since systemd read them' }, all],
    };
  }
  if (manager.podman)
    return {
      controllers: proven,
      pending: proven.length === kernel.length ? 'none' : 're-login',
      where: [{ path: 'command:podman info', said: `finds ${manager.podman.join(' ') || 'none'}` }, all],
    };
  if (proven.length === kernel.length)
    return { controllers: kernel, pending: 'none', where: [{ path: `${cgroupOf({ uid })}/cgroup.subtree_control`, said: 'all are in use' }, all] };
  if (manager.started === undefined || newest === undefined) {
    const why: Unknown = {
      is: 'unknown',
      why: 'ambiguous',
      said: `whether the user manager started after the unit files changed: its start time cannot be read; ${file.path} alone proves nothing`,
      where: [file],
    };
    return { controllers: why, pending: why, where: [all] };
  }
  const start = { path: unit, said: `started ${iso(manager.started)}` };
  if (manager.started > newest.at) return { controllers: kernel, pending: 'none', where: [all, start] };
  return {
    controllers: proven,
    pending: 're-login',
    where: [{ path: newest.path, said: `changed ${iso(newest.at)}, after the user manager started` }, start, all],
  };
}

const iso = (seconds: number): string => `${new Date(seconds * 1000).toISOString().slice(0, 19)}Z`;
