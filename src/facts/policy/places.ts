/** Which policy.json counts for an account (containers/image:signature/policy_config.go: defaultPolicyPath; containers/common:pkg/config/default.go for 3.x). */

import { type Account, type Answer, type Asking, read, type Stat, stat, together } from '../ask.ts';
import { libraryOf } from '../containers/image-library.ts';
import { type Release, since } from '../containers/podman-release.ts';
import { accountEnvironments } from '../environment/account-environments.ts';
import { type Unknown, unknown, unparsable } from '../fact.ts';
import { blockedAt, unreadableBy } from '../host/disk.ts';
import type { Pattern } from '../pattern.ts';
import { inQuestion, source } from '../source.ts';
import { type Policy, readPolicy } from './policy-file.ts';

export const etcPolicy = '/etc/containers/policy.json';
export const usrPolicy = '/usr/share/containers/policy.json';
export const homePolicy = (as: Account): string => `${as.home}/.config/containers/policy.json`;

const names = ['CONTAINERS_POLICY_JSON'];

/** A policy.json that lies there: its parsed content, or why it cannot be used. */
export interface PolicyFile {
  readonly path: string;
  /** False: whether the file is there at all could not be seen. */
  readonly seen: boolean;
  readonly policy: Policy | Unknown;
}

export interface PolicyFiles {
  readonly is: 'files';
  readonly home?: PolicyFile;
  readonly etc?: PolicyFile;
  readonly usr?: PolicyFile;
}

/**
 * Reads all places for an account and a release. A home file that is a dangling link counts as
 * absent (tried with Podman 4.3.1); one that cannot be seen leaves everything open.
 */
export const policyFiles = source(
  [
    accountEnvironments.of(names, inQuestion),
    ...[etcPolicy, usrPolicy, '~/.config/containers/policy.json'].flatMap((path): Pattern[] => [
      { do: 'stat', path },
      { do: 'read', path },
    ]),
  ],
  readPolicyFiles,
);

function* readPolicyFiles(as: Account, release: Release): Asking<PolicyFiles | Unknown> {
  const starts = since(release, '6.0') ? yield* accountEnvironments(names, as) : [];
  if ('is' in starts) return starts;
  const moved = starts.map((s) => s.values.get('CONTAINERS_POLICY_JSON')).find((v) => v !== undefined);
  if (moved !== undefined) return unknown({ is: 'blocked', why: 'unsupported', said: 'CONTAINERS_POLICY_JSON moves the policy there' }, moved);
  const paths = [homePolicy(as), etcPolicy, usrPolicy];
  const stats = yield* together(paths.map((p) => stat(p)));
  const texts = yield* together(paths.map((p) => read(p)));
  const [home, etc, usr] = paths.map((path, at) =>
    policyFileAt({ path, inode: stats[at] ?? { is: 'absent' }, text: texts[at] ?? { is: 'absent' } }, as, libraryOf('podman', release)),
  );
  return { is: 'files', ...(home ? { home } : {}), ...(etc ? { etc } : {}), ...(usr ? { usr } : {}) };
}

/** What was answered about a file. */
interface Looked {
  readonly path: string;
  readonly inode: Answer<Stat>;
  readonly text: Answer<string>;
}

/** The policy in a file, as a release of the library reads it for an account; undefined: there is no file. */
export function policyFileAt({ path, inode, text }: Looked, as: Account, library: Release): PolicyFile | undefined {
  const shut = unreadableBy(as, path, inode);
  const seen = inode.is === 'got';
  if (shut) return { path, seen, policy: { ...shut, said: shut.said.replace('every Podman command of', 'every pull and load of') } };
  if (inode.is === 'got' && inode.value.type === 'directory')
    return { path, seen, policy: unparsable(`${path} is a directory, so nothing can be pulled, loaded or built`, { path }) };
  const blocked = blockedAt(path, inode, text);
  if (blocked) return { path, seen, policy: blocked };
  return text.is === 'got' ? { path, seen, policy: readPolicy(path, text.value, library) } : undefined;
}

/** Whether a release looks at the account's own file at all: 3.x passes root's over. */
export const homeCounts = (as: Account, release: Release): boolean => as.uid !== 0 || since(release, '4.0');

/** The file in force, or undefined: then nothing can be pulled. Before 6.0 /usr/share is not consulted. */
export function inForce(files: PolicyFiles, as: Account, release: Release): PolicyFile | undefined {
  return (homeCounts(as, release) ? files.home : undefined) ?? files.etc ?? (since(release, '6.0') ? files.usr : undefined);
}
