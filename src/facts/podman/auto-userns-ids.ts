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
import { source } from '../source.ts';

/** Why there are none, as what `auto` takes and does not find, and where. */
export interface NoIds {
  readonly said: string;
  readonly where: readonly Where[];
}

/** How many a container gets at least, where neither it nor storage.conf says (containers/storage:store.go AutoUserNsMinSize). */
const usualSize = 1024;

/** The ids that a namespace is to get, where it says so (`auto:size=N`); else 0. */
export const sizeIn = (userns: string): number => Number(/^auto:(?:.*,)?size=(\d+)/.exec(userns)?.[1] ?? 0);

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
    if (ids.count === 0) return { said: `auto takes ids of the user ${name}, and ${file} has none for it`, where: ids.consulted };
    if (ids.count < needed) return { said: `auto takes ${needed} ids of the user ${name}, and ${file} has ${ids.count} for it`, where: ids.consulted };
  }
  return undefined;
}
