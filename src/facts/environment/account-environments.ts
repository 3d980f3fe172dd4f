/** The environments from which an account's programs start: a login, and its manager. */
import { type Account, type Asking, together } from '../ask.ts';
import type { Unknown, Where } from '../fact.ts';
import { holdsPlaceholder } from '../redacted.ts';
import { inQuestion, source, type Touches } from '../source.ts';
import { unitNamed } from '../systemd/load.ts';
import { type Environment, gapOf } from './environment.ts';
import { environmentOf, managerOf } from './environment-of.ts';
import { login } from './session.ts';
import { systemManager } from './system-manager.ts';
import { userManager, userManagerUnit } from './user-manager.ts';

/** What one way of starting a program gives it. */
export interface Start {
  readonly by: 'login' | 'manager';
  /** The wanted variables that are set and not empty. */
  readonly values: ReadonlyMap<string, string>;
  readonly where: readonly Where[];
}

/**
 * The wanted variables as a login of the account and as its manager give them: two starts where they differ, else one.
 * A variable that the inspecting process itself has, being the account's, was set on purpose: then its session alone counts.
 */
export const accountEnvironments = source(
  (names: readonly string[]): Touches => [login.of(inQuestion, names), systemManager, userManager, unitNamed('user@{uid}.service', 'system')],
  starts,
);

function* starts(names: readonly string[], as: Account): Asking<readonly Start[] | Unknown> {
  const [shell, manager, unit] = yield* together([login(as, names), environmentOf({ manager: managerOf(as) }, names), userManagerUnit(as)]);
  const byLogin = startOf('login', shell.environment, names);
  if ('is' in byLogin || shell.live.size > 0) return 'is' in byLogin ? byLogin : [byLogin];
  const byManager = startOf('manager', manager, names);
  if ('is' in byManager) return byManager;
  // Without systemd there is a login alone.
  const managed = byManager.values.size > 0 || unit.is === 'unknown' || unit.exists;
  return managed && !same(byLogin.values, byManager.values) ? [byLogin, byManager] : [byLogin];
}

function startOf(by: Start['by'], env: Environment, names: readonly string[]): Start | Unknown {
  const values = new Map<string, string>();
  const where: Where[] = [];
  for (const name of names) {
    const gap = gapOf(env, name);
    if (gap) return gap;
    const found = env.variables.get(name);
    if (!found || found.value === '') continue;
    if (holdsPlaceholder(found.value))
      return { is: 'unknown', why: 'redacted', said: `the value of ${name} was masked before it was recorded`, where: found.where };
    values.set(name, found.value);
    where.push(...found.where.slice(0, 1));
  }
  return { by, values, where };
}

const same = (a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>): boolean =>
  a.size === b.size && [...a].every(([name, value]) => b.get(name) === value);
