/** Targets at the other end of a shell: ssh://…, --via, and what a capture script brought earlier. */

import { readFileSync } from 'node:fs';
import * as Flags from '@oclif/core/flags';
import type { Host } from '../collect/record.ts';
import { lookedAt, parseRaw, type RawHost } from '../collect/script/raw.ts';
import { captured, type Questions, remote } from '../collect/script/remote.ts';
import { openSession, type Session, SessionError, usualLimits } from '../collect/script/session.ts';
import { AddressError, sshAddress, sshCommand, sshFailure } from '../collect/targets/ssh.ts';
import { viaCommand, WordsError } from '../collect/targets/via.ts';
import type { Pattern } from '../facts/pattern.ts';
import { TargetError, UsageError } from './errors.ts';
import { manifest } from './paths.ts';
import { accountTraces } from './superset.ts';

export const remoteFlags = {
  sudo: Flags.boolean({ description: 'on ssh:// targets, become root with sudo -n' }),
  via: Flags.string({ description: 'command that leads to the host; a shell is started there: "podman exec -i node1"', helpValue: 'COMMAND' }),
  timeout: Flags.integer({ description: 'seconds that one round of questions to another host may take', default: usualLimits.seconds, min: 1, max: 3600 }),
  'ssh-config': Flags.string({ description: 'configuration file for ssh instead of your own', helpValue: 'FILE' }),
};

export const jobsFlag = { jobs: Flags.integer({ char: 'j', description: 'targets that are inspected at a time', default: 4, min: 1, max: 64 }) };

/** Does the work for each, `jobs` at a time; the results in the order of the things. */
export async function inJobs<T, R>(things: readonly T[], jobs: number, work: (thing: T) => Promise<R>): Promise<R[]> {
  const results = new Array<R>(things.length);
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let at = next++; at < things.length; at = next++) results[at] = await work(things[at] as T);
  };
  await Promise.all(Array.from({ length: Math.min(jobs, things.length) }, worker));
  return results;
}

/** How to reach remote targets, and what to ask of them. */
export interface Reach {
  readonly sudo: boolean;
  /** Seconds. */
  readonly timeout: number;
  readonly via?: string;
  readonly sshConfig?: string;
  readonly files: readonly string[];
  /** Worked out only when a remote target needs it. */
  readonly patterns: () => readonly Pattern[];
}

interface RemoteFlags {
  readonly sudo: boolean;
  readonly timeout: number;
  readonly via?: string | undefined;
  readonly 'ssh-config'?: string | undefined;
  readonly file?: string[] | undefined;
}

export function reachFrom(flags: RemoteFlags, patterns: () => readonly Pattern[]): Reach {
  return {
    sudo: flags.sudo,
    timeout: flags.timeout,
    files: flags.file ?? [],
    patterns,
    ...(flags.via !== undefined ? { via: flags.via } : {}),
    ...(flags['ssh-config'] !== undefined ? { sshConfig: flags['ssh-config'] } : {}),
  };
}

export const questionsOf = (reach: Reach): Questions => ({ patterns: reach.patterns(), tool: manifest.version, files: reach.files, traces: accountTraces });

/** A host, and how to let go of it. */
export interface OpenedHost {
  readonly host: Host;
  close(): Promise<void>;
}

/** Runs the first script on an ssh:// target. Throws UsageError for an address that ssh must not see, TargetError when the host does not answer. */
export async function openSsh(name: string, reach: Reach): Promise<OpenedHost> {
  const address = addressOf(name);
  const interactive = process.stdin.isTTY === true && process.stderr.isTTY === true;
  const options = { sudo: reach.sudo, interactive, ...(reach.sshConfig !== undefined ? { config: reach.sshConfig } : {}) };
  const session = await openSession(sshCommand(address, options), interactive ? {} : { SSH_ASKPASS_REQUIRE: 'never' }, limitsOf(reach));
  return begin('ssh', name.replace(/^ssh:\/\//i, ''), session, reach, (error) =>
    sshFailure(name, error.stderr, error.message, options, address.user ?? 'USER'),
  );
}

export async function openVia(command: string, reach: Reach): Promise<OpenedHost> {
  return begin('via', undefined, await openSession(viaOf(command), {}, limitsOf(reach)), reach, (error) => {
    const last = error.stderr.trim().split('\n').at(-1) ?? '';
    return {
      message: `--via ${command}: ${error.message}${last === '' ? '' : `: ${last}`}`,
      hint: 'the command must lead to a POSIX shell that reads its standard input: podman exec -i NAME, nsenter -t 1 -a, chroot DIR',
    };
  });
}

const limitsOf = (reach: Reach): typeof usualLimits => ({ ...usualLimits, seconds: reach.timeout, silence: Math.min(usualLimits.silence, reach.timeout) });

function addressOf(name: string): ReturnType<typeof sshAddress> {
  try {
    return sshAddress(name);
  } catch (error) {
    if (error instanceof AddressError) throw new UsageError(error.message, 'ssh://[user@]host[:port]');
    throw error;
  }
}

function viaOf(command: string): ReturnType<typeof viaCommand> {
  try {
    return viaCommand(command);
  } catch (error) {
    if (error instanceof WordsError) throw new UsageError(`--via: ${error.message}`);
    throw error;
  }
}

/** Failures of the connection become errors of the target; later ones, too, since nothing that came may be judged then. */
async function begin(
  kind: string,
  name: string | undefined,
  session: Session,
  reach: Reach,
  explain: (error: SessionError) => { message: string; hint?: string },
): Promise<OpenedHost> {
  const told = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await work;
    } catch (error) {
      if (!(error instanceof SessionError)) throw error;
      const { message, hint } = explain(error);
      throw new TargetError(`${message}; nothing was judged`, hint);
    }
  };
  const found = await told(remote(session, questionsOf(reach)));
  if (!found) throw new TargetError(`${name ?? kind}: the capture script did not say where it ran; nothing was judged`);
  return {
    // The time is ours: whoever sets the host's clock must not decide what is out of date.
    host: { kind, name: name ?? found.host.name, user: found.host.user, target: { answer: (asks) => told(found.target.answer(asks)) }, looked: found.looked },
    close: () => session.close(),
  };
}

/** No host was inspected before pretrip could: its first release. */
const earliest = Date.UTC(2025, 0, 1) / 1000;

/** What a capture script brought. `now`: the time given with --now. */
export function openRaw(path: string, name: string, now: string | undefined): { host: Host } {
  const raw = parseRaw(readFileSync(path));
  if (!raw.host)
    throw new TargetError(
      `${name}: ${raw.problem ?? 'it does not say where it was captured'}; nothing was judged`,
      'capture again with: sh capture.sh > host.raw',
    );
  return {
    host: {
      kind: 'script',
      name: raw.host.name,
      user: raw.host.user,
      target: captured(raw),
      looked: () => lookedAt(raw),
      files: raw.host.files,
      complete: raw.complete,
      ...(now === undefined ? { takenAt: timeOf(raw.host, name) } : {}),
    },
  };
}

/** Support ends and certificates expire by date, so a clock that was never set must not decide. */
function timeOf({ time }: RawHost, name: string): string {
  const latest = Date.now() / 1000 + 86_400;
  const shown = new Date(Math.min(time, 8.64e12) * 1000).toISOString().slice(0, 19);
  if (time < earliest || time > latest)
    throw new TargetError(
      `${name}: by the host's clock it was captured at ${shown}Z, which cannot be; nothing was judged`,
      'say when it was captured: --now 2026-01-31T12:00:00Z',
    );
  return `${shown}Z`;
}
