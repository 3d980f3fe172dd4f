/**
 * Whether root's Podman has ids for UserNS=auto: it takes them from the ranges of one user in /etc/subuid and /etc/subgid,
 * `containers` unless storage.conf names another (containers/storage:userns.go, containers-storage.conf(5)
 * root-auto-userns-user; tried with Podman 5.4.2: without ranges the container is not made, with them it starts).
 */

import { type Asking, together } from '../ask.ts';
import { lookup, word } from '../containers/lookup.ts';
import { storageConf } from '../containers/storage-conf.ts';
import type { Unknown, Where } from '../fact.ts';
import { rootAccount } from '../host/accounts.ts';
import { subIds } from '../host/subids.ts';
import { lastFlag } from '../podman/podman-flags.ts';
import { source } from '../source.ts';
import type { Command } from './quadlet-command.ts';

/** Why there are none, and where. */
export interface NoIds {
  readonly said: string;
  readonly where: readonly Where[];
}

/** Whether a user namespace that Podman chooses itself is asked for, by the container or its pod. */
export const asksForAuto = (...commands: readonly (Command | undefined)[]): boolean =>
  commands.some((c) => c !== undefined && /^auto(?::|$)/.test(lastFlag(c.flags, 'userns')?.value ?? ''));

/** The ids that a container is to get, where its user namespace names them: `auto:size=N`. */
export const sizeAsked = (...commands: readonly (Command | undefined)[]): number =>
  Math.max(0, ...commands.map((c) => Number(/^auto:(?:.*,)?size=(\d+)/.exec((c && lastFlag(c.flags, 'userns')?.value) ?? '')?.[1] ?? 0)));

/** How many a container gets at least, where neither it nor storage.conf says (containers/storage:store.go AutoUserNsMinSize). */
const usualSize = 1024;

/** Why root's Podman has no ids to give to a container that asks for so many, or for none in particular (0); undefined: both files hold enough. */
export const missingIds = source([subIds, storageConf], learnMissingIds);

function* learnMissingIds(asked: number): Asking<NoIds | Unknown | undefined> {
  const conf = yield* storageConf(rootAccount);
  if (conf.is === 'unknown') return conf;
  const set = word(conf, 'storage', 'options', 'root-auto-userns-user');
  if (set.gap) return set.gap;
  const name = set.value || 'containers';
  const least = lookup(conf, 'storage', 'options', 'auto-userns-min-size');
  if (least.gap) return least.gap;
  const needed = asked || Number(least.value ?? usualSize) || usualSize;
  // Ranges by number would be those of an account, which this user need not be.
  const of = { ...rootAccount, name, uid: Number.NaN };
  const [uids, gids] = yield* together([subIds('subuid', of), subIds('subgid', of)]);
  for (const [file, ids] of [
    ['/etc/subuid', uids],
    ['/etc/subgid', gids],
  ] as const) {
    if (ids.is === 'unknown') return ids;
    if (ids.count === 0) return { said: `UserNS=auto takes ids of the user ${name}, and ${file} has none for it`, where: ids.consulted };
    if (ids.count < needed) return { said: `UserNS=auto takes ${needed} ids of the user ${name}, and ${file} has ${ids.count} for it`, where: ids.consulted };
  }
  return undefined;
}
