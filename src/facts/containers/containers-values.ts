/**
 * Values of containers.conf that have the right type and that Podman refuses all the same: when it loads its configuration
 * (containers/common:pkg/config/config.go, config_local.go: Validate; containers/podman:libpod/runtime.go), or with each
 * container that it makes. Tried on Podman 4.3.1, 5.4.2 and 5.8.6, each value with `podman info` and `podman create`.
 */
import type { Json } from '../fact.ts';
import { type Release, since } from './podman-release.ts';

/** What is wrong with a value: a clause that can follow the name of its key. */
type Check = (value: Json, release: Release) => string | undefined;

const oneOf =
  (...words: readonly string[]): Check =>
  (value) =>
    typeof value === 'string' && value !== '' && !words.includes(value) ? `is ${JSON.stringify(value)}, which is none of ${words.join(', ')}` : undefined;
const from =
  (first: string, check: Check): Check =>
  (value, release) =>
    since(release, first) ? check(value, release) : undefined;
const text =
  (wrong: (value: string, release: Release) => string | undefined): Check =>
  (value, release) =>
    typeof value === 'string' ? wrong(value, release) : undefined;
const each =
  (wrong: (item: string, release: Release) => string | undefined): Check =>
  (value, release) =>
    Array.isArray(value) ? value.map((item) => wrong(String(item), release)).find((w) => w !== undefined) : undefined;
const absolute: Check = text((value) => (value === '' || value.startsWith('/') ? undefined : 'is no absolute path'));
const holds = (item: string, what: string): string => `holds ${JSON.stringify(item)}, ${what}`;

/** A size as docker/go-units reads it, in its older form or its newer one. */
const isSize = (value: string): boolean => /^\.?\d+(\.\d+)?\.? ?[kmgtp]?i?b?$/i.test(value);

/** Values with which every command of Podman fails. */
const commands: Readonly<Record<string, Check>> = {
  'containers.log_size_max': (value) => (typeof value === 'number' && value >= 0 && value < 8192 ? 'is neither negative nor at least 8192' : undefined),
  'containers.umask': text((value) => (/^[0-7]{1,4}$/.test(value) ? undefined : 'is no number of up to four octal digits')),
  'containers.shm_size': text((value) => (isSize(value) ? undefined : 'is no size such as 65536k')),
  'containers.default_ulimits': each(wrongUlimit),
  'containers.devices': each(wrongDevice),
  'containers.interface_name': from('5.0', oneOf('device')),
  'containers.log_path': absolute,
  'engine.pull_policy': (value, release) =>
    oneOf('always', 'missing', 'never', 'newer', 'ifnotpresent', 'ifmissing', 'ifnewer')(typeof value === 'string' ? value.toLowerCase() : value, release),
  'engine.static_dir': absolute,
  'engine.tmp_dir': absolute,
  'engine.volume_path': absolute,
  // containers/podman:libpod/runtime.go at v6.0.0-rc1: the older one was removed.
  'engine.database_backend': (value, release) => oneOf(...(since(release, '6.0') ? [] : ['boltdb']), 'sqlite')(value, release),
  'engine.image_volume_mode': (value, release) => oneOf(since(release, '5.0') ? 'anonymous' : 'bind', 'tmpfs', 'ignore')(value, release),
  'engine.events_logger': (value, release) => oneOf('journald', 'file', 'none')(typeof value === 'string' ? value.toLowerCase() : value, release),
  'engine.events_logfile_max_size': (value) => (value === '' || isSize(String(value)) ? undefined : 'is no size such as 1m'),
  'engine.lock_type': oneOf('shm', 'file'),
  'engine.num_locks': (value) => (value === 0 ? 'is 0' : undefined),
  'engine.namespace': from(
    '4.6',
    text((value) => (value === '' ? undefined : 'is set, and this release has no namespaces')),
  ),
  'network.network_backend': from('4.0', oneOf('netavark', 'cni')),
  'network.default_subnet': text((value) => (value === '' || isSubnet(value) ? undefined : 'is no subnet such as 10.88.0.0/16')),
  'network.default_subnet_pools': wrongPool,
};

const namespace = (...more: readonly string[]): Check =>
  text((value) =>
    value === '' || ['host', 'private', 'pod', ...more].includes(value) || /^(ns|container):/.test(value)
      ? undefined
      : `is ${JSON.stringify(value)}, which is no mode of this namespace`,
  );

/** Values with which commands work and each container (`retry_delay`: each pull) fails. */
const containers: Readonly<Record<string, Check>> = {
  'containers.cgroups': oneOf('enabled', 'disabled', 'no-conmon', 'split'),
  'containers.cgroupns': oneOf('host', 'private'),
  'containers.ipcns': namespace('shareable', 'none'),
  'containers.pidns': namespace(),
  'containers.utsns': namespace(),
  'containers.userns': text((value, release) => (/^(auto|keep-id)(:|$)/.test(value) || value === 'nomap' ? undefined : namespace()(value, release))),
  'containers.log_driver': oneOf('k8s-file', 'json-file', 'journald', 'none', 'passthrough', 'passthrough-tty'),
  'containers.default_capabilities': each((item) => (item === 'ALL' || capabilities.includes(item) ? undefined : holds(item, 'which is no capability'))),
  'containers.default_sysctls': each(wrongSysctl),
  'containers.env': each((item) => (/^\s*=/.test(item) ? holds(item, 'which has no name before the =') : undefined)),
  'containers.volumes': each(wrongVolume),
  'containers.mounts': each(wrongMount),
  'engine.cgroup_manager': oneOf('systemd', 'cgroupfs'),
  'engine.retry_delay': text((value) =>
    value === '' || /^[+-]?(0|((\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h))+)$/.test(value) ? undefined : 'is no duration such as 5s',
  ),
  'network.default_network': text((value) => (value === '' || /^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/.test(value) ? undefined : 'is no name of a network')),
};

const find = (checks: Readonly<Record<string, Check>>, key: string): Check | undefined => (Object.hasOwn(checks, key) ? checks[key] : undefined);

/** Why Podman refuses every command over a value. */
export const refusesCommands = (key: string, value: Json, release: Release): string | undefined => find(commands, key)?.(value, release);

/** Why Podman refuses every container, or every pull, over a value. */
export const refusesContainers = (key: string, value: Json, release: Release): string | undefined => find(containers, key)?.(value, release);

const ulimits = 'core cpu data fsize locks memlock msgqueue nice nofile nproc rss rtprio rttime sigpending stack'.split(' ');

/** docker/go-units ulimit.go: NAME=SOFT[:HARD], with -1 for no limit. */
function wrongUlimit(item: string): string | undefined {
  const [, name = '', soft, hard = soft] = /^([^=]*)=([+-]?\d+)(?::([+-]?\d+))?$/.exec(item) ?? [];
  if (soft === undefined || !ulimits.includes(name)) return holds(item, 'which is not NAME=SOFT:HARD with a name that it knows');
  if (Number(hard) === -1) return undefined;
  return Number(soft) === -1 || Number(soft) > Number(hard) ? holds(item, 'whose soft limit is above the hard one') : undefined;
}

/** config.go: Device: SOURCE[:TARGET][:MODE], or since 4.4 the name of a CDI device. */
function wrongDevice(item: string, release: Release): string | undefined {
  if (since(release, '4.4') && /^[A-Za-z0-9][\w.-]*\/[A-Za-z0-9][\w.-]*=[A-Za-z0-9][\w.:-]*$/.test(item)) return undefined;
  const [first = '', second, third, ...more] = item.split(':');
  const mode = (word: string): boolean => /^[rwm]{1,3}$/.test(word) && new Set(word).size === word.length;
  const wrong = more.length > 0 || (third !== undefined && !mode(third)) || (second !== undefined && !second.startsWith('/') && !mode(second));
  if (wrong) return holds(item, 'which is not SOURCE:TARGET:MODE with a mode of r, w and m');
  return first.startsWith('/dev/') ? undefined : holds(item, 'whose device is not below /dev');
}

/** containers/common:pkg/sysctl: KEY=VALUE, of what a container may have of its own. */
function wrongSysctl(item: string): string | undefined {
  const [, key] = /^([^=]*)=/.exec(item) ?? [];
  if (key === undefined) return holds(item, 'which is not KEY=VALUE');
  const own = ['kernel.msgmax', 'kernel.msgmnb', 'kernel.msgmni', 'kernel.sem', 'kernel.shmall', 'kernel.shmmax', 'kernel.shmmni', 'kernel.shm_rmid_forced'];
  return own.includes(key.trim()) || /^\s*(net|fs\.mqueue)\./.test(key) ? undefined : holds(item, 'which is no sysctl that a container may have of its own');
}

/** containers/podman:pkg/specgenutil/volumes.go: [SOURCE:]TARGET[:OPTIONS], with an absolute target. */
function wrongVolume(item: string): string | undefined {
  const parts = item.split(':');
  const target = parts.length === 1 ? parts[0] : parts[1];
  if (parts.length > 3 || parts.some((part) => part === '')) return holds(item, 'which is not SOURCE:TARGET:OPTIONS');
  return target?.startsWith('/') ? undefined : holds(item, `whose path in the container is not absolute`);
}

const mountTypes = ['artifact', 'bind', 'devpts', 'glob', 'image', 'ramfs', 'tmpfs', 'volume'];

function wrongMount(item: string): string | undefined {
  const type = /(?:^|,)type=([^,]*)/.exec(item)?.[1];
  return type === undefined || mountTypes.includes(type) ? undefined : holds(item, 'which has a type that Podman does not know');
}

const isSubnet = (value: string): boolean =>
  prefixOf(value) !== undefined || (/^[0-9a-fA-F:.]*:[0-9a-fA-F:.]*\/\d{1,3}$/.test(value) && Number(value.split('/')[1]) <= 128);

/** The length of the prefix of an IPv4 subnet. */
function prefixOf(value: string): number | undefined {
  const [, address = '', length] = /^(\d{1,3}(?:\.\d{1,3}){3})\/(\d{1,2})$/.exec(value) ?? [];
  const fits = length !== undefined && Number(length) <= 32 && address.split('.').every((part) => Number(part) <= 255 && !/^0\d/.test(part));
  return fits ? Number(length) : undefined;
}

/** NetworkConfig.Validate: the base is an IPv4 subnet, and the subnets cut out of it are no larger than it. */
function wrongPool(value: Json): string | undefined {
  for (const pool of Array.isArray(value) ? value : []) {
    if (typeof pool !== 'object' || pool === null || Array.isArray(pool)) continue;
    const { base, size = 0 } = pool as { readonly [key: string]: Json };
    if (typeof size !== 'number' || !Number.isInteger(size)) return 'has a pool whose size is no number';
    if (base === undefined) continue;
    const length = typeof base === 'string' ? prefixOf(base) : undefined;
    if (length === undefined) return `has the pool ${JSON.stringify(base)}, which is no IPv4 subnet`;
    if (length > size) return `cuts the pool ${String(base)} into subnets of /${size}, which are larger than the pool`;
    if (size > 32) return `has a pool with size ${size}, which is above 32`;
  }
  return undefined;
}

/** Every capability of Linux 5.9 and later (capability.h). */
const capabilities = `AUDIT_CONTROL AUDIT_READ AUDIT_WRITE BLOCK_SUSPEND BPF CHECKPOINT_RESTORE CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID
  IPC_LOCK IPC_OWNER KILL LEASE LINUX_IMMUTABLE MAC_ADMIN MAC_OVERRIDE MKNOD NET_ADMIN NET_BIND_SERVICE NET_BROADCAST NET_RAW PERFMON SETFCAP SETGID
  SETPCAP SETUID SYSLOG SYS_ADMIN SYS_BOOT SYS_CHROOT SYS_MODULE SYS_NICE SYS_PACCT SYS_PTRACE SYS_RAWIO SYS_RESOURCE SYS_TIME SYS_TTY_CONFIG
  WAKE_ALARM`
  .split(/\s+/)
  .map((name) => `CAP_${name}`);
