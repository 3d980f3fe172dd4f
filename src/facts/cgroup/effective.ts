/**
 * Which controllers the units of an account really get. The files may promise more than a user
 * manager that started before they changed hands on: it must be restarted, daemon-reload is not
 * enough, although the kernel file of user@UID.service shows the new ones at once (tried on systemd 252 and 257).
 * From then on a container of the account may switch them on in its part of the tree, without the manager: neither
 * what is in use there nor what Podman finds then tells what a service of the account is given (tried on 257).
 * Up to systemd 247 a manager hands on whatever the kernel's file lists (systemd/systemd pull 18553; tried on 247).
 */
import { commandPlace } from '../asks.ts';
import type { Unknown, Where } from '../fact.ts';
import { cgroupOf, type UserManager } from './manager.ts';

type Pending = 'none' | 'daemon-reload' | 're-login';

export interface Effective {
  readonly controllers: readonly string[] | Unknown;
  readonly pending: Pending | Unknown;
  readonly where: readonly Where[];
}

/** A file that decides on `Delegate=`, or a directory of such files, as it changed last. */
export interface Change {
  readonly path: string;
  /** Unix seconds. */
  readonly at: number;
  /** A directory tells that some file came, went or was renamed there; not which one. */
  readonly directory?: true;
}

/** When what decides on `Delegate=` changed. */
export interface History {
  readonly changes: readonly Change[];
  /** The controllers that files and directories unchanged since a time, in Unix seconds, grant by themselves. */
  readonly grantedBefore: (at: number) => readonly string[];
}

/** The systemd release, where it is told. */
export interface Release {
  readonly version: number;
  readonly where: Where;
}

/** Whether what decides changed after the manager started, so that the systemd release matters. */
export const changedSince = (manager: UserManager, history: History | undefined): boolean => {
  const { started } = manager;
  return started !== undefined && (history?.changes.some((c) => c.at >= started) ?? false);
};

/** Weighs the evidence. The kernel's files and Podman are an upper bound; only the times tell what the manager knew when it started. */
export function effective(manager: UserManager, history: History | undefined, uid: number, release: Release | Unknown | undefined): Effective {
  const { kernel, unasked } = manager;
  const file = { path: `${cgroupOf({ uid })}/cgroup.controllers` };
  if (!Array.isArray(kernel)) return { controllers: kernel as Unknown, pending: kernel as Unknown, where: [file] };
  if (unasked) return { controllers: unasked, pending: unasked, where: [file] };
  const unit = commandPlace(['systemctl', 'show', `user@${uid}.service`]);
  const shown = kernel.filter((c) => manager.inUse.includes(c) || manager.podman?.includes(c));
  const all = { ...file, said: `offers ${kernel.join(' ') || 'nothing'}` };
  if (manager.needsReload) {
    return {
      controllers: shown,
      pending: 'daemon-reload',
      where: [{ path: unit, said: 'NeedDaemonReload=yes: the unit files changed since systemd read them' }, all],
    };
  }
  const found = manager.podman ? [{ path: commandPlace(['podman', 'info']), said: `finds ${manager.podman.join(' ') || 'none'}` }] : [];
  if (manager.podman && shown.length < kernel.length) return { controllers: shown, pending: 're-login', where: [...found, all] };
  const { started } = manager;
  if (started === undefined || history === undefined) {
    const which = started === undefined ? `the start time of user@${uid}.service` : 'when the unit files changed';
    return neither(`${which} cannot be read, so nothing shows whether the user manager knows what its unit files delegate`, [file]);
  }
  if (release && 'is' in release) return { controllers: release, pending: release, where: [file] };
  if (release && release.version <= 247)
    return { controllers: kernel, pending: 'none', where: [all, { ...release.where, said: `systemd ${release.version} hands on all of them` }] };
  const start = { path: unit, said: `started ${iso(started)}` };
  const later = history.changes.filter((c) => c.at >= started);
  const before = history.grantedBefore(started);
  const [newest] = [...later].sort((a, b) => Number(a.directory ?? false) - Number(b.directory ?? false) || b.at - a.at);
  if (newest === undefined || kernel.every((c) => before.includes(c))) return { controllers: kernel, pending: 'none', where: [...found, all, start] };
  const evidence = [{ path: newest.path, said: `changed ${iso(newest.at)}, after the user manager started` }, start, ...found, all];
  // Any file of the directory may be the one that came: only a manager that visibly gives less is known to be older.
  if (newest.directory && shown.length === kernel.length)
    return neither(
      `a file came to or left ${newest.path} after the user manager started, which may not know all controllers; restart user@${uid}.service`,
      evidence,
    );
  return { controllers: kernel.filter((c) => before.includes(c)), pending: 're-login', where: evidence };
}

function neither(said: string, where: readonly Where[]): Effective {
  const why: Unknown = { is: 'unknown', why: 'ambiguous', said, where };
  return { controllers: why, pending: why, where };
}

const iso = (seconds: number): string => `${new Date(seconds * 1000).toISOString().slice(0, 19)}Z`;
