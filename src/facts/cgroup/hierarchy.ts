/** Which cgroup hierarchy a host runs, from what is mounted below /sys/fs/cgroup (cgroups(7), systemd docs/CGROUP_DELEGATION.md). */
import type { Where } from '../fact.ts';

export type Mode = 'unified' | 'hybrid' | 'legacy';

export interface Mounted {
  readonly mode: Mode;
  readonly where: Where;
  readonly said: string;
}

interface Mount {
  readonly point: string;
  readonly type: string;
  readonly line: number;
}

const mountInfo = '/proc/self/mountinfo';
const root = '/sys/fs/cgroup';

/** Reads the mode from the text of mountinfo (proc(5)); undefined when no cgroup hierarchy is mounted there. */
export function mountedMode(text: string): Mounted | undefined {
  const mounts = parseMounts(text);
  const at = (m: Mount): Where => ({ path: mountInfo, line: m.line });
  const top = mounts.findLast((m) => m.point === root);
  if (top?.type === 'cgroup2') return { mode: 'unified', where: at(top), said: `${root} is cgroup2` };
  const second = mounts.find((m) => m.type === 'cgroup2' && m.point.startsWith(`${root}/`));
  if (second) return { mode: 'hybrid', where: at(second), said: `cgroup2 only at ${second.point}, controllers on version 1` };
  const first = mounts.find((m) => m.type === 'cgroup');
  return first ? { mode: 'legacy', where: at(first), said: `version 1 at ${first.point}` } : undefined;
}

function parseMounts(text: string): Mount[] {
  const mounts: Mount[] = [];
  for (const [at, line] of text.split('\n').entries()) {
    const [before = '', after = ''] = line.split(' - ');
    const point = before.split(' ')[4];
    const type = after.split(' ')[0];
    if (point && type) mounts.push({ point, type, line: at + 1 });
  }
  return mounts;
}

/** What one kernel command line asks for; undefined: it says nothing. The last occurrence wins (kernel-command-line(7)). */
export function wantedMode(commandLine: string): Mode | undefined {
  let unified: boolean | undefined;
  let hybrid = true;
  for (const word of commandLine.split(/\s+/)) {
    const [, key, value = '1'] = /^systemd\.(unified_cgroup_hierarchy|legacy_systemd_cgroup_controller)(?:=(.*))?$/.exec(word) ?? [];
    const on = ['1', 'yes', 'y', 'true', 't', 'on'].includes(value.toLowerCase());
    if (key === 'unified_cgroup_hierarchy') unified = on;
    if (key === 'legacy_systemd_cgroup_controller') {
      hybrid = !on;
      unified ??= false;
    }
  }
  if (unified === undefined) return undefined;
  if (unified) return 'unified';
  return hybrid ? 'hybrid' : 'legacy';
}

/** The kernel command lines in the text of a boot entry or a generated grub.cfg, with their lines. */
export function bootLines(text: string, path: string): { readonly text: string; readonly where: Where }[] {
  const found: { text: string; where: Where }[] = [];
  for (const [at, line] of text.split('\n').entries()) {
    const [, options] = /^\s*(?:linux(?:16|efi)?|options)\s+(.*)$/.exec(line) ?? [];
    if (options !== undefined) found.push({ text: options, where: { path, line: at + 1 } });
  }
  return found;
}

/** Where distributions keep it. */
export const libraryDirs = [
  '/usr/lib/systemd',
  '/usr/lib64/systemd',
  '/usr/lib/x86_64-linux-gnu/systemd',
  '/usr/lib/aarch64-linux-gnu/systemd',
  '/lib/systemd',
];

/** The systemd version told by the name of its private library: `libsystemd-shared-252.so`. */
export function systemdVersion(names: readonly string[]): number | undefined {
  for (const name of names) {
    const [, version] = /^libsystemd-(?:shared|core)-(\d+)\b.*\.so$/.exec(name) ?? [];
    if (version) return Number(version);
  }
  return undefined;
}
