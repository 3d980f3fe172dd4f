/**
 * Words, numbers and times that Podman takes for single settings (containers/podman:pkg/specgenutil/specgen.go,
 * libpod/define/config.go, pkg/specgen/generate; containers/common:pkg/sysctl, pkg/capabilities; docker/go-units:ulimit.go;
 * tried with 4.3.1, 5.4.2 and 5.8.6).
 */

import { since } from '../containers/podman-release.ts';
import { capabilityNames, plainCapability } from './quadlet-isolation.ts';
import { type Check, goDuration, integer, oneOf } from './value-check.ts';

/** `--pull`: in any case since containers/common 0.48. */
export const pullPolicy: Check = (value) =>
  /^(?:always|missing|never|newer|ifnotpresent|ifnewer)?$/i.test(value) ? undefined : 'it takes always, missing, never and newer';
/** `--pull=` of podman build takes booleans, too. */
export const buildPull: Check = (value, asked) => (/^(?:true|false|1|0|t|f)$/i.test(value) ? undefined : pullPolicy(value, asked));

/** `--sdnotify`. */
export const readiness: Check = (value, asked) => oneOf('container', 'conmon', 'ignore', ...(since(asked.release, '4.7') ? ['healthy'] : []))(value, asked);

export const logDriver: Check = (value, asked) =>
  value === ''
    ? undefined
    : oneOf('journald', 'k8s-file', 'json-file', 'none', 'passthrough', ...(since(asked.release, '5.0') ? ['passthrough-tty'] : []))(value, asked);
export const logOption: Check = (value) => {
  const [key, given] = value.split(/=(.*)/s);
  if (given === undefined) return 'KEY=VALUE is needed';
  return key === 'max-size' && !/^\d+(?:\.\d+)? ?(?:[kmgtp]i?b?|b)?$/i.test(given) ? `${given} is not a size` : undefined;
};

const sysctls = /^(?:kernel\.(?:msgmax|msgmnb|msgmni|sem|shmall|shmmax|shmmni|shm_rmid_forced)|(?:net|fs\.mqueue)\..*)$/;
/** Only those of the network, message queues and System V IPC have a namespace. */
export const sysctl: Check = (value) => {
  const [key = '', given] = value.split(/=(.*)/s);
  if (given === undefined) return 'KEY=VALUE is needed';
  if (key.trim() !== key || given.trim() !== given) return 'blanks stand around it';
  return sysctls.test(key) ? undefined : `${key} has no namespace of its own, so that a container may not set it`;
};

const limits = /^(?:rlimit_)?(?:as|core|cpu|data|fsize|locks|memlock|msgqueue|nice|nofile|nproc|rss|rtprio|rttime|sigpending|stack)$/i;
export const ulimit: Check = (value) => {
  if (value === 'host') return undefined;
  const [name = '', range] = value.split(/=(.*)/s);
  if (range === undefined) return 'NAME=SOFT:HARD is needed';
  if (!limits.test(name)) return `${name} is not a limit`;
  const [soft = '', hard, more] = range.split(':');
  const strange = [soft, hard].find((n) => n !== undefined && !/^-?\d+$/.test(n));
  if (strange !== undefined || more !== undefined) return `${strange ?? range} is not a number; -1 is none at all`;
  const above = hard !== undefined && hard !== '-1' && (soft === '-1' || Number(soft) > Number(hard));
  return above ? 'the soft limit is above the hard one' : undefined;
};

export const capability: Check = (value) => {
  const strange = value
    .split(',')
    .find((c) => c.trim() !== '' && !/^all$/i.test(c.trim()) && (!capabilityNames.has(plainCapability(c)) || /^cap_all$/i.test(c.trim())));
  return strange === undefined ? undefined : `${strange} is not a capability`;
};

const signals =
  'HUP INT QUIT ILL TRAP ABRT IOT BUS FPE KILL USR1 SEGV USR2 PIPE ALRM TERM STKFLT CHLD CLD CONT STOP TSTP TTIN TTOU URG XCPU XFSZ VTALRM PROF WINCH IO POLL PWR SYS UNUSED RTMIN RTMAX'.split(
    ' ',
  );
export const signal: Check = (value) => {
  if (/^\d+$/.test(value)) return Number(value) >= 1 && Number(value) <= 64 ? undefined : 'signals go from 1 to 64';
  const name = value.replace(/^-/, '').replace(/^SIG/i, '').toUpperCase();
  return signals.includes(name) || /^(?:RTMIN\+\d+|RTMAX-\d+|\d+)$/.test(name) ? undefined : 'it is not a signal';
};

/** Times of health checks; `disable` is for the interval alone. */
const time =
  (least: number, wanted: string, off = false): Check =>
  (value) => {
    if (off && value === 'disable') return undefined;
    const found = goDuration(value);
    if (found === undefined) return 'a time with its unit is needed, such as 30s or 1m30s';
    return found < least ? wanted : undefined;
  };
export const healthInterval = time(Number.NEGATIVE_INFINITY, '', true);
export const healthTimeout = time(1, 'it is less than a second');
export const healthStart = time(0, 'it may not be negative');
export const onFailure = oneOf('none', 'kill', 'restart', 'stop');
export const logDestination: Check = (value) =>
  ['local', 'events_logger'].includes(value) || value.startsWith('/') ? undefined : 'local, events_logger or the path of a directory is needed';
export const retries: Check = (value, asked) => integer(value, asked) ?? (value.startsWith('-') ? 'it may not be negative' : undefined);
export const healthRetries: Check = (value, asked) => retries(value, asked) ?? (/^0+$/.test(value) ? 'it is less than 1' : undefined);

/** `podman auto-update` fails for a container with another word (containers/podman:pkg/autoupdate/autoupdate.go). */
export const updatePolicy = (value: string): string | undefined =>
  ['', 'registry', 'image', 'local', 'disabled'].includes(value) ? undefined : 'podman auto-update knows registry, local and disabled';

export const label: Check = (value) => {
  if (value === '' || value.startsWith('=')) return 'a label has a name';
  return value.startsWith('io.containers.autoupdate=') ? updatePolicy(value.slice('io.containers.autoupdate='.length)) : undefined;
};
export const variable: Check = (value) => (value.startsWith('=') ? 'a variable has a name' : undefined);
/** Linux has room for 64 bytes (sethostname(2)). */
export const hostName: Check = (value) => (new TextEncoder().encode(value).length > 64 ? 'a host name has 64 bytes at most' : undefined);
/** As image_volume_mode of containers.conf (containers/common:pkg/config/config.go). */
export const imageVolume: Check = (value, asked) => oneOf(since(asked.release, '5.0') ? 'anonymous' : 'bind', 'tmpfs', 'ignore')(value, asked);
/** proc(5), /proc/PID/oom_score_adj. */
export const oomScore: Check = (value) => (/^[-+]?\d+$/.test(value) && Math.abs(Number(value)) <= 1000 ? undefined : 'a number from -1000 to 1000 is needed');
/** containers/podman:pkg/specgen/podspecgen.go; words with commas, a plus before them adds to the usual ones. */
export const sharedSpaces: Check = (value) => {
  const strange = value
    .replace(/^\+/, '')
    .split(',')
    .find((w) => !['', 'cgroup', 'ipc', 'net', 'pid', 'user', 'uts', 'none'].includes(w));
  return strange === undefined ? undefined : `${strange} is no namespace that a pod shares`;
};
export const annotation: Check = (value) => (value.includes('=') ? undefined : 'KEY=VALUE is needed');

const options = /^(?:no-new-privileges(?:[=:](?:true|false|1|0|t|f))?|(?:label|seccomp|apparmor|mask|unmask|proc-opts|systempaths)[=:].*)$/is;
export const securityOption: Check = (value) => (options.test(value) ? undefined : 'it is not a security option');
export const restart: Check = (value) =>
  /^(?:|no|never|always|unless-stopped|on-failure(?::\d+)?)$/.test(value) ? undefined : 'it takes no, always, on-failure and unless-stopped';
const shared = /^(?:|host|private|pod|container:.+|ns:.+)$/;
export const namespace: Check = (value) => (shared.test(value) ? undefined : 'it is not a namespace');
export const ipc: Check = (value) => (shared.test(value) || /^(?:none|shareable)$/.test(value) ? undefined : 'it is not a namespace');
export const umask: Check = (value) => (/^0?[0-7]{1,3}$|^$/.test(value) ? undefined : 'it is not a umask');
export const cgroups = oneOf('split', 'enabled', 'disabled', 'no-conmon');
