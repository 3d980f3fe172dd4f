/** What the kernel and the running manager say about an account's `user@UID.service`. */

import { type Account, type Answer, type Asking, type Output, read, run, type Stat, stat, together } from '../ask.ts';
import { commandPlace } from '../asks.ts';
import { type Unknown, unknown, unparsable } from '../fact.ts';
import { askPodman, type Told } from '../podman/store.ts';
import { source, type Touches } from '../source.ts';
import { parseUtc } from '../systemd/timestamp.ts';

export interface UserManager {
  readonly running: boolean | Unknown;
  /** Unix seconds. Undefined: could not be told. */
  readonly started?: number;
  /** Files changed since the system manager read them. Undefined: could not be asked. */
  readonly needsReload?: boolean;
  /** `cgroup.controllers` of the unit: what its manager may hand on. */
  readonly kernel: readonly string[] | Unknown;
  /** `cgroup.subtree_control`: what its manager does hand on already. */
  readonly inUse: readonly string[];
  /** What Podman of that account finds, when it runs below that manager. */
  readonly podman?: readonly string[];
  /** The first of these questions that nobody could ask. Any of them could change the conclusion. */
  readonly unasked?: Unknown;
}

export const cgroupOf = (as: { readonly uid: number | string }): string => `/sys/fs/cgroup/user.slice/user-${as.uid}.slice/user@${as.uid}.service`;

/** Times in UTC whatever the zone of the host, so that they can be read. */
export const managerState = (uid: number | string): readonly string[] => [
  'env',
  'TZ=UTC',
  'systemctl',
  'show',
  `user@${uid}.service`,
  '-p',
  'ActiveState',
  '-p',
  'NeedDaemonReload',
  '-p',
  'ExecMainStartTimestamp',
];
const podmanInfo: readonly string[] = ['podman', 'info', '--format', 'json'];

const touches: Touches = [
  { do: 'stat', path: cgroupOf({ uid: '{uid}' }) },
  { do: 'read', path: `${cgroupOf({ uid: '{uid}' })}/cgroup.controllers` },
  { do: 'read', path: `${cgroupOf({ uid: '{uid}' })}/cgroup.subtree_control` },
  { do: 'run', argv: managerState('{uid}') },
  askPodman.of(podmanInfo),
];

/** Asks the kernel, the system manager and Podman in one round. */
export const userManager = source(touches, lookAtUserManager);

function* lookAtUserManager(as: Account): Asking<UserManager> {
  const group = cgroupOf(as);
  const answers = yield* together([
    stat(group),
    read(`${group}/cgroup.controllers`),
    read(`${group}/cgroup.subtree_control`),
    run(managerState(as.uid)),
    askPodman(podmanInfo, as),
  ]);
  const [dir, controllers, subtree, show, podman] = answers as [Answer<Stat>, Answer<string>, Answer<string>, Answer<Output>, Told];
  const properties = show.is === 'got' && show.value.exit === 0 ? pairs(show.value.stdout) : new Map<string, string>();
  const started = parseUtc(properties.get('ExecMainStartTimestamp') ?? '');
  const reload = properties.get('NeedDaemonReload');
  const told = podman.is === 'got' ? podmanControllers(podman.value) : undefined;
  const seen = Array.isArray(told) ? (told as readonly string[]) : undefined;
  const asked = [
    `${group}/cgroup.controllers`,
    `${group}/cgroup.subtree_control`,
    commandPlace(['systemctl', 'show', `user@${as.uid}.service`]),
    commandPlace(['podman', 'info']),
  ];
  const shut = [controllers, subtree, show, podman].findIndex((a) => a.is === 'blocked');
  const closed = [controllers, subtree, show, podman][shut];
  const unasked = closed?.is === 'blocked' ? unknown(closed, asked[shut] ?? group) : told && 'is' in told ? told : undefined;
  return {
    ...(unasked ? { unasked } : {}),
    running: runningFrom(properties.get('ActiveState'), dir, show, asked[2] ?? group),
    ...(started !== undefined ? { started } : {}),
    ...(reload === 'yes' || reload === 'no' ? { needsReload: reload === 'yes' } : {}),
    kernel:
      controllers.is === 'got'
        ? words(controllers.value)
        : unknown(controllers.is === 'blocked' ? controllers : { is: 'blocked', why: 'failed', said: 'not there' }, `${group}/cgroup.controllers`),
    inUse: subtree.is === 'got' ? words(subtree.value) : [],
    ...(seen ? { podman: seen } : {}),
  };
}

/** The system manager knows; without it, the cgroup that is there only while the user manager runs. */
function runningFrom(state: string | undefined, dir: Answer<Stat>, show: Answer<Output>, command: string): boolean | Unknown {
  if (state === 'active' || state === 'activating' || state === 'reloading') return true;
  if (state === 'inactive' || state === 'failed') return false;
  if (dir.is === 'got') return true;
  if (show.is === 'blocked') return unknown(show, command);
  if (show.is === 'got') return unparsable('systemctl does not tell whether the user manager runs', { path: command });
  return dir.is === 'absent' ? false : unknown(dir, command);
}

function pairs(text: string): Map<string, string> {
  return new Map(text.split('\n').map((line): [string, string] => [line.slice(0, Math.max(line.indexOf('='), 0)), line.slice(line.indexOf('=') + 1)]));
}

const words = (text: string): string[] => text.split(/\s+/).filter(Boolean);

/**
 * Podman counts the controllers of the cgroup it runs in. Only with the systemd cgroup manager does it
 * move below the account's own manager first; otherwise the answer is about whoever started it.
 */
function podmanControllers({ exit, stdout, stderr }: Output): string[] | Unknown | undefined {
  const at = { path: commandPlace(podmanInfo) };
  if (exit !== 0) return unknown({ is: 'blocked', why: 'failed', said: stderr.trim().split('\n').at(-1)?.slice(0, 160) ?? '' }, at.path);
  let info: unknown;
  try {
    info = JSON.parse(stdout);
  } catch {
    return unparsable('podman info printed something that is not its JSON', at);
  }
  if (typeof (info as { host?: unknown } | null)?.host !== 'object') return unparsable('podman info printed something that is not its JSON', at);
  const host = (info as { host?: { cgroupManager?: unknown; cgroupVersion?: unknown; cgroupControllers?: unknown } } | null)?.host;
  if (host?.cgroupManager !== 'systemd' || host.cgroupVersion !== 'v2' || !Array.isArray(host.cgroupControllers)) return undefined;
  return host.cgroupControllers.filter((c) => typeof c === 'string');
}
