/**
 * Whether a generator of Quadlet looks where it usually does. systemd gives generators the manager's own environment
 * and what it hands on to units (tried with systemd 252); QUADLET_UNIT_DIRS replaces the whole search path
 * (containers/podman:pkg/systemd/quadlet/unitdirs.go), XDG_CONFIG_HOME moves a user's own directory.
 */
import type { Account, Asking } from '../ask.ts';
import { gapOf, sameDirectory } from '../environment/environment.ts';
import { environmentOf } from '../environment/environment-of.ts';
import { systemManager } from '../environment/system-manager.ts';
import { userManager } from '../environment/user-manager.ts';
import type { Unknown } from '../fact.ts';
import { anyone, source } from '../source.ts';

const names = ['QUADLET_UNIT_DIRS', 'XDG_CONFIG_HOME'];

/** Why the directories of a generator cannot be told; undefined: they are the usual ones. Without an account: the system's generator. */
export const movedSearch = source([systemManager, userManager.of(anyone)], seek);

function* seek(as?: Account): Asking<Unknown | undefined> {
  const env = yield* environmentOf({ generators: as ?? 'system' }, names);
  for (const name of as ? names : names.slice(0, 1)) {
    const gap = gapOf(env, name);
    if (gap) return gap;
    const found = env.variables.get(name);
    if (!found || found.value === '' || (as && name === 'XDG_CONFIG_HOME' && sameDirectory(found.value, `${as.home}/.config`))) continue;
    return {
      is: 'unknown',
      why: 'unsupported',
      said: `a variable set here moves the directories in which ${as ? `${as.name}'s` : "the system's"} Quadlet generator looks, and pretrip does not follow it`,
      where: found.where,
    };
  }
  return undefined;
}
