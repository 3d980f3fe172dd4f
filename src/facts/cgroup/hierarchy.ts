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
  /** Of a version 1 hierarchy: its controllers, or its name. */
  readonly holds: readonly string[];
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

/** Version 1 hierarchies that are mounted anywhere, with what they hold (cgroups(7)): `net_cls at /sys/fs/cgroup/net_cls`. */
export function versionOne(text: string): { readonly said: string; readonly where: Where }[] {
  return parseMounts(text)
    .filter((m) => m.type === 'cgroup')
    .map((m) => ({ said: `${m.holds.join(',')} at ${m.point}`, where: { path: mountInfo, line: m.line } }));
}

/** Options of a cgroup mount that name no controller and no hierarchy. */
const plainOptions = /^(?:rw|ro|xattr|clone_children|noprefix|release_agent=.*|cpuset_v2_mode|favordynmods|nofavordynmods|none)$/;

function parseMounts(text: string): Mount[] {
  const mounts: Mount[] = [];
  for (const [at, line] of text.split('\n').entries()) {
    const [before = '', after = ''] = line.split(' - ');
    const point = before.split(' ')[4];
    const [type, , options = ''] = after.split(' ');
    const holds = options.split(',').filter((o) => o !== '' && !plainOptions.test(o));
    if (point && type) mounts.push({ point, type, line: at + 1, holds });
  }
  return mounts;
}

/** What one kernel command line asks for; undefined: it says nothing. */
export function wantedMode(commandLine: string): Mode | undefined {
  const legacy = switched(commandLine, 'legacy_systemd_cgroup_controller');
  const unified = switched(commandLine, 'unified_cgroup_hierarchy') ?? (legacy === undefined ? undefined : false);
  if (unified === undefined) return undefined;
  if (unified) return 'unified';
  return legacy ? 'legacy' : 'hybrid';
}

/**
 * One of systemd's switches: the last value wins, the bare word is on where no value is given anywhere, - and _ are one,
 * and a value that is no boolean counts for nothing (systemd/systemd:src/basic/proc-cmdline.c).
 */
function switched(commandLine: string, key: string): boolean | undefined {
  let value: string | undefined;
  for (const word of commandLine.split(/\s+/)) {
    const equals = word.indexOf('=');
    const name = equals < 0 ? word : word.slice(0, equals);
    if (name.replaceAll('-', '_') === `systemd.${key}`) value = equals < 0 ? (value ?? '1') : word.slice(equals + 1);
  }
  if (value === undefined) return undefined;
  if (['1', 'yes', 'y', 'true', 't', 'on'].includes(value.toLowerCase())) return true;
  return ['0', 'no', 'n', 'false', 'f', 'off'].includes(value.toLowerCase()) ? false : undefined;
}

/** The kernel command lines in the text of a boot entry or a generated grub.cfg, with their lines. */
export function bootLines(text: string, path: string): { readonly text: string; readonly where: Where }[] {
  const found: { text: string; where: Where }[] = [];
  for (const [at, line] of text.split(/\r?\n/).entries()) {
    const [, options] = /^\s*(?:linux(?:16|efi)?|options)\s+(.*)$/s.exec(line) ?? [];
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
