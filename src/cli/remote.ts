/** Flags for targets at the other end of a shell. */
import * as Flags from '@oclif/core/flags';
import { secondsFor, usualLimits } from '../collect/script/session.ts';
import type { Reach } from '../collect/targets/target.ts';
import { asksCluster } from '../facts/cluster.ts';
import { accountTraces } from '../facts/host/accounts.ts';
import { withLater } from '../facts/later.ts';
import type { Pattern } from '../facts/pattern.ts';
import { manifest } from './paths.ts';

export const remoteFlags = {
  kubectl: Flags.boolean({
    description: 'ask a server of K3s for objects of its cluster too (kubectl get, never secrets), with the kubeconfig of that host',
    helpGroup: 'target',
  }),
  sudo: Flags.boolean({ description: 'on ssh:// targets, become root with sudo -n', helpGroup: 'connection' }),
  via: Flags.string({
    description: 'command that leads to the host; a shell is started there: "podman exec -i node1"',
    helpValue: 'COMMAND',
    helpGroup: 'connection',
  }),
  timeout: Flags.integer({
    description: 'seconds that one round of questions to another host may take',
    default: usualLimits.seconds,
    min: 1,
    max: 3600,
    helpValue: 'SECONDS',
    helpGroup: 'connection',
  }),
  'ssh-config': Flags.string({ description: 'configuration file for ssh instead of your own', helpValue: 'FILE', helpGroup: 'connection' }),
};

export const jobsFlag = {
  jobs: Flags.integer({
    char: 'j',
    description: 'number of targets to scan in parallel',
    default: 4,
    min: 1,
    max: 64,
    helpValue: 'NUMBER',
    helpGroup: 'connection',
  }),
};

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

interface RemoteFlags {
  readonly sudo: boolean;
  readonly kubectl: boolean;
  readonly timeout: number;
  readonly via?: string | undefined;
  readonly 'ssh-config'?: string | undefined;
  readonly file?: string[] | undefined;
  readonly account?: string[] | undefined;
}

/** How the flags say that other hosts are reached, and what to ask them: `patterns` is worked out when one needs it. */
export function reachFrom(flags: RemoteFlags, patterns: () => readonly Pattern[]): Reach {
  const reach = {
    sudo: flags.sudo,
    kubectl: flags.kubectl,
    timeout: flags.timeout,
    programSeconds: secondsFor(flags.timeout),
    questions: () => ({
      patterns: patterns().filter((pattern) => flags.kubectl || !asksCluster(pattern)),
      tool: manifest.version,
      files: flags.file ?? [],
      accounts: flags.account ?? [],
      traces: accountTraces,
      seconds: secondsFor(flags.timeout),
    }),
    ...(flags.via !== undefined ? { via: flags.via } : {}),
    ...(flags['ssh-config'] !== undefined ? { sshConfig: flags['ssh-config'] } : {}),
  };
  // Setting up standard input takes Node longer than all other flags.
  return withLater(reach, { interactive: () => process.stdin.isTTY === true && process.stderr.isTTY === true });
}
