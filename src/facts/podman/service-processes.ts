/** The `podman system service` processes of an account, and how each was started. */

import { type Answer, type Asking, type Content, list, read, stat, textOf, together } from '../ask.ts';
import { type Unknown, unknown, type Where } from '../fact.ts';
import { source, type Touches } from '../source.ts';

/** One `podman system service` command line taken apart (podman-system-service(1)). */
export interface ServiceCommand {
  /** Idle time-out in seconds as given; undefined: the configured one. 0 is unlimited. */
  readonly timeout?: number;
  /** The address given, such as `tcp://0.0.0.0:2375`. */
  readonly address?: string;
  /** A client certificate is demanded (`--tls-client-ca`). */
  readonly clientCa: boolean;
}

export interface ServiceProcess extends ServiceCommand {
  readonly pid: number;
  readonly argv: string;
  /** The control group tells who started it: podman.service, a login session, or something else. */
  readonly startedBy: 'unit' | 'session' | 'other';
  readonly where: Where;
}

/** `live` is false where nothing runs: an image. */
export type ServiceProcesses =
  | { readonly is: 'known'; readonly live: boolean; readonly each: readonly ServiceProcess[]; readonly consulted: readonly Where[] }
  | Unknown;

/** Podman under its own name, or through a link called docker: Docker's own program has no `system service`. */
const programName = /^(?:podman(?:-[\w.]+)?|docker)$/;

/** Whether a word of a command line may name Podman's program. */
export const isPodman = (word: string): boolean => programName.test(word.slice(word.lastIndexOf('/') + 1));

const touches: Touches = [
  { do: 'list', path: '/proc' },
  { do: 'read', path: '/proc/*/comm' },
  ...['podman', 'docker'].flatMap(
    (process): Touches => [
      { do: 'read', path: '/proc/*/cmdline', process },
      { do: 'read', path: '/proc/*/cgroup', process },
      { do: 'stat', path: '/proc/*', process },
    ],
  ),
];

/**
 * Every service process that runs as `uid`. An image has no processes; a /proc that hides
 * other users' processes (proc(5) hidepid) is unknown.
 */
export const serviceProcesses = source(touches, readServiceProcesses);

function* readServiceProcesses(uid: number): Asking<ServiceProcesses> {
  const entries = yield* list('/proc');
  // Only a running host has /proc: an image has no processes.
  if (entries.is === 'blocked' && entries.why !== 'unsupported') return unknown(entries, '/proc');
  const pids = entries.is === 'got' ? entries.value.filter((name) => /^\d+$/.test(name)) : [];
  const consulted = [{ path: '/proc', ...(pids.length === 0 ? { said: 'nothing runs here' } : {}) }];
  if (pids.length === 0) return { is: 'known', live: false, each: [], consulted };
  if (!pids.includes('1')) return { is: 'unknown', why: 'denied', said: '/proc hides the processes of other users', where: consulted };
  const names = (yield pids.map((pid) => ({ do: 'read', path: `/proc/${pid}/comm` }) as const)) as readonly Answer<Content>[];
  const closed = names.find((n) => n.is === 'blocked' && n.why !== 'failed');
  if (closed?.is === 'blocked') return unknown(closed, '/proc');
  // Only Podman's own command lines are read: others may hold secrets.
  const ours = pids.filter((_, at) => {
    const name = textOf(names[at] as Answer<Content>);
    return name.is === 'got' && programName.test(name.value.trim());
  });
  const lines = ours.length === 0 ? [] : ((yield ours.map((pid) => ({ do: 'read', path: `/proc/${pid}/cmdline` }) as const)) as readonly Answer<Content>[]);
  const found: ServiceProcess[] = [];
  for (const [at, pid] of ours.entries()) {
    const line = textOf(lines[at] as Answer<Content>);
    const path = `/proc/${pid}/cmdline`;
    // What is no text or is gone by now is not our service.
    if (line.is === 'absent' || (line.is === 'blocked' && (line.why === 'unsupported' || line.why === 'failed'))) continue;
    if (line.is === 'blocked') return unknown(line, path);
    const argv = line.value.split('\0').filter((word) => word !== '');
    // The first word is whatever the starter chose; the program is known by its name above.
    const command = serviceCommand(['podman', ...argv.slice(1)]);
    if (!command) continue;
    const [owner, group] = yield* together([stat(`/proc/${pid}`), read(`/proc/${pid}/cgroup`)]);
    if (owner.is === 'blocked') return unknown(owner, `/proc/${pid}`);
    if (group.is === 'blocked') return unknown(group, `/proc/${pid}/cgroup`);
    if (owner.is === 'absent' || owner.value.uid !== uid) continue;
    found.push({ ...command, pid: Number(pid), argv: argv.join(' '), startedBy: starter(group), where: { path, said: argv.join(' ') } });
  }
  return { is: 'known', live: true, each: found, consulted };
}

function starter(group: Answer<string>): ServiceProcess['startedBy'] {
  const text = group.is === 'got' ? group.value : '';
  if (/\/podman\.service\b/.test(text)) return 'unit';
  return /\/session-[^/]*\.scope/.test(text) ? 'session' : 'other';
}

/** Takes a command line apart; undefined when it is not `podman … system service …`. */
export function serviceCommand(argv: readonly string[]): ServiceCommand | undefined {
  const program = argv[0]?.replace(/^[-@:+!|]+/, '') ?? '';
  const at = argv.findIndex((word, i) => word === 'system' && argv[i + 1] === 'service');
  if (!isPodman(program) || at < 0) return undefined;
  // Before it only global options and their values: `podman run IMAGE system service` is something else.
  if (argv.slice(1, at).some((word, i) => !word.startsWith('-') && !/^--[^=]+$/.test(argv[i] ?? ''))) return undefined;
  const rest = argv.slice(at + 2);
  let timeout: number | undefined;
  let address: string | undefined;
  let clientCa = false;
  for (const [i, word] of rest.entries()) {
    const time = /^(?:--time(?:out)?=|-t=?)(\d+)$/.exec(word)?.[1] ?? (word === '--time' || word === '--timeout' || word === '-t' ? rest[i + 1] : undefined);
    if (time !== undefined && /^\d+$/.test(time)) timeout = Number(time);
    if (word === '--tls-client-ca' || word.startsWith('--tls-client-ca=')) clientCa = true;
    // Go's net/url lower-cases schemes; `tcp:HOST:PORT` counts, too (tried with 4.3.1).
    if (/^[a-z]+:/i.test(word)) address = word.replace(/^[a-z]+/i, (scheme) => scheme.toLowerCase());
  }
  return { clientCa, ...(timeout === undefined ? {} : { timeout }), ...(address === undefined ? {} : { address }) };
}
