/** What containers.conf adds to every `podman run`: a clean unit can become privileged by it. */

import { lookup } from '../containers/lookup.ts';
import type { Json, Known, Unknown } from '../fact.ts';
import type { Flag } from '../podman/podman-flags.ts';
import type { Command } from './quadlet-command.ts';

/** Keys that count only where the command does not name the same thing (containers.conf(5)). */
const otherwise: Readonly<Record<string, string>> = {
  netns: 'network',
  pidns: 'pid',
  ipcns: 'ipc',
  utsns: 'uts',
  cgroupns: 'cgroupns',
  userns: 'userns',
  read_only: 'read-only',
  privileged: 'privileged',
  env_host: 'env-host',
};
/** Keys that are added to what the command has. */
const besides: Readonly<Record<string, string>> = { volumes: 'volume', mounts: 'mount', devices: 'device', env: 'env' };

/** The command with what containers.conf adds in front. `member`: its network is that of its pod. */
export function withDefaults(command: Command, conf: Known | Unknown, member: boolean): Command {
  if (conf.is === 'unknown') return { ...command, open: command.open ?? conf };
  const added: Flag[] = [];
  let open = command.open;
  const take = (key: string, use: (value: Json, where: Flag['where']) => void): void => {
    const { value, where, gap } = lookup(conf, 'containers', key);
    if (gap) open ??= gap;
    else if (value !== undefined && where[0]) use(value, where[0]);
  };
  for (const [key, name] of Object.entries(otherwise)) {
    if (key === 'netns' && member) continue;
    if (command.flags.some((f) => f.name === name)) continue;
    take(key, (value, where) => void (value !== '' && added.push({ name, value: String(value), where })));
  }
  for (const [key, name] of Object.entries(besides))
    take(key, (value, where) => {
      if (Array.isArray(value)) for (const one of value) added.push({ name, value: String(one), where });
    });
  if (!command.flags.some((f) => f.name === 'security-opt' && f.value.startsWith('seccomp=')))
    take('seccomp_profile', (value, where) => void (value === 'unconfined' && added.push({ name: 'security-opt', value: 'seccomp=unconfined', where })));
  take('label', (value, where) => void (value === false && added.push({ name: 'security-opt', value: 'label=disable', where })));
  return { ...command, flags: [...added, ...command.flags], ...(open ? { open } : {}) };
}
