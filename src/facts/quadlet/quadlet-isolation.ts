/** What a container's flags take away from its isolation. Pure. */
import type { Where } from '../fact.ts';
import { type Flag, flagsNamed, lastFlag } from '../podman/podman-flags.ts';

/** Something found, in words, and where. */
export interface Finding {
  readonly said: string;
  readonly where: Where;
}

const say = (flag: Flag, said: string): Finding => ({ said, where: flag.where });

/** Devices of the host that it is given: `--device HOST[:CONTAINER[:PERMISSIONS]]`. */
export const devicesOf = (flags: readonly Flag[]): Finding[] => flagsNamed(flags, 'device').map((f) => say(f, f.value.split(':')[0] ?? ''));

/** Its security options in one form, `KIND=VALUE`: `label:disable` is `label=disable`, `unmask=all` is `unmask=ALL`. */
export function securityOptionsOf(flags: readonly Flag[]): Finding[] {
  return flagsNamed(flags, 'security-opt').map((f) => {
    const [kind = '', value] = f.value.split(/[=:](.*)/s);
    return say(f, value === undefined ? kind : `${kind}=${kind === 'unmask' && value.toUpperCase() === 'ALL' ? 'ALL' : value}`);
  });
}

/** Whether programs in it can gain privileges: `--security-opt no-new-privileges[=true]`. */
export function noNewPrivileges(flags: readonly Flag[]): Flag | undefined {
  const last = flagsNamed(flags, 'security-opt').findLast((f) => /^no-new-privileges(?:$|[=:])/.test(f.value));
  return last && /^no-new-privileges(?:[=:](?:true|1|t))?$/i.test(last.value) ? last : undefined;
}

/** capabilities(7). */
export const capabilityNames: ReadonlySet<string> = new Set(
  (
    'AUDIT_CONTROL AUDIT_READ AUDIT_WRITE BLOCK_SUSPEND BPF CHECKPOINT_RESTORE CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID IPC_LOCK IPC_OWNER KILL ' +
    'LEASE LINUX_IMMUTABLE MAC_ADMIN MAC_OVERRIDE MKNOD NET_ADMIN NET_BIND_SERVICE NET_BROADCAST NET_RAW PERFMON SETFCAP SETGID SETPCAP SETUID ' +
    'SYS_ADMIN SYS_BOOT SYS_CHROOT SYS_MODULE SYS_NICE SYS_PACCT SYS_PTRACE SYS_RAWIO SYS_RESOURCE SYS_TIME SYS_TTY_CONFIG SYSLOG WAKE_ALARM'
  ).split(' '),
);

/** `cap_net_raw`, `NET_RAW` and `Cap_Net_Raw` are one capability. */
export const plainCapability = (name: string): string => name.trim().toUpperCase().replace(/^CAP_/, '');

/** A flag may hold several, with commas. */
const capabilitiesIn = (flags: readonly Flag[], name: string): { capability: string; flag: Flag }[] =>
  flagsNamed(flags, name).flatMap((flag) =>
    flag.value
      .split(',')
      .filter((c) => c.trim() !== '')
      .map((c) => ({ capability: plainCapability(c), flag })),
  );

export interface Capabilities {
  readonly dropsAll?: Flag;
  /** Without CAP_, in upper case. */
  readonly added: readonly Finding[];
  /** Names that are no capability: the container does not start. */
  readonly misspelt: readonly Finding[];
}

export function capabilitiesOf(flags: readonly Flag[]): Capabilities {
  const added = capabilitiesIn(flags, 'cap-add');
  const dropped = capabilitiesIn(flags, 'cap-drop');
  const all = dropped.find((d) => d.capability === 'ALL')?.flag;
  return {
    ...(all ? { dropsAll: all } : {}),
    added: added.map((a) => say(a.flag, a.capability)),
    misspelt: [...added, ...dropped].filter((a) => a.capability !== 'ALL' && !capabilityNames.has(a.capability)).map((a) => say(a.flag, a.capability)),
  };
}

/** Namespaces that are the host's own: `--network host`, `--pid host`, … and `ns:/proc/1/…`. */
export function hostNamespaces(flags: readonly Flag[]): Finding[] {
  const host = (value: string): boolean => value === 'host' || value.startsWith('host:') || /^ns:\/proc\/1\/ns\//.test(value);
  return [
    ...flagsNamed(flags, 'network')
      .filter((f) => host(f.value))
      .slice(0, 1),
    ...['pid', 'ipc', 'uts', 'cgroupns'].flatMap((name) => lastFlag(flags, name) ?? []).filter((f) => host(f.value)),
  ].map((f) => say(f, f.name));
}

/** Why user 0 in the container is not user 0 of the host, or why nobody is user 0; undefined: it is. */
export function notRoot(flags: readonly Flag[]): Finding | undefined {
  const userns = lastFlag(flags, 'userns');
  if (userns && /^(auto|keep-id|nomap|private|ns:|container:)/.test(userns.value)) return say(userns, `user namespace ${userns.value}`);
  const map = flags.find((f) => f.name === 'uidmap' || f.name === 'subuidname');
  if (map) return say(map, `uid map ${map.value}`);
  const user = lastFlag(flags, 'user');
  return user && !/^(0+|root)(:|$)/.test(user.value) && user.value !== '' ? say(user, `user ${user.value}`) : undefined;
}
