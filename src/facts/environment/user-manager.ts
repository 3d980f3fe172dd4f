/**
 * The environment of an account's own manager, and what it hands on, in the order of the real program: what the system's
 * manager gives user@UID.service, that unit's own lines, PAM, ManagerEnvironment=; then for its units DefaultEnvironment=
 * and environment.d (tried with systemd 252: `systemd --user --test` with a generator that prints what it finds).
 */
import { type Account, type Asking, together } from '../ask.ts';
import type { Unknown } from '../fact.ts';
import { inQuestion, source } from '../source.ts';
import { type LoadedUnit, loadUnit, unitNamed } from '../systemd/load.ts';
import { mergeSettings } from '../systemd/merge.ts';
import { expander } from '../systemd/specifiers.ts';
import { type Environment, EnvironmentBuilder, sameDirectory } from './environment.ts';
import { environmentD, environmentDFiles } from './environment-d.ts';
import { managerConf } from './manager-conf.ts';
import { pamEnvironment } from './pam.ts';
import { type ManagerEnvironment, systemManager, systemRoot } from './system-manager.ts';
import { unitLines } from './unit-lines.ts';

/** The account's manager. */
export const userManager = source(
  [systemManager, unitNamed('user@{uid}.service', 'system'), unitLines, pamEnvironment, managerConf.of('user.conf', inQuestion), environmentDFiles],
  readUserManager,
);

function* readUserManager(as: Account): Asking<ManagerEnvironment> {
  const [system, service, pam, conf, files] = yield* together([
    systemManager(),
    managersUnit(as),
    pamEnvironment(as),
    managerConf('user.conf', as),
    environmentDFiles(as),
  ]);
  const env = new EnvironmentBuilder().over(system.units).over(service).over(pam).over(conf.own);
  const own = env.build();
  elsewhere(env.over(conf.children), as);
  const units = env.over(environmentD(files, env.build(), as)).build();
  return { own, units, generators: units };
}

/** The unit that starts the account's manager; where there is none, there is no such manager. */
export const userManagerUnit = (as: Account): Asking<LoadedUnit | Unknown> => loadUnit(`user@${as.uid}.service`, { manager: 'system', as: systemRoot });

function* managersUnit(as: Account): Asking<Environment> {
  const unit = yield* userManagerUnit(as);
  if (unit.is === 'unknown') return new EnvironmentBuilder().missed(unit).build();
  const expand = expander(unit.unit, 'system', systemRoot);
  const lines = yield* unitLines({ counting: mergeSettings(unit, expand).counting, expand });
  // An image has no runtime directories, so nothing in them is missed.
  const hidden = unit.unseen.find((u) => u.why !== 'unsupported');
  return new EnvironmentBuilder()
    .over(lines)
    .looked(...(unit.fragment ? [{ path: unit.fragment.path }] : []))
    .missed(hidden)
    .build();
}

/** XDG_CONFIG_HOME leads the manager to another user.conf and another environment.d than those that are read here. */
function elsewhere(env: EnvironmentBuilder, as: Account): void {
  const found = env.at('XDG_CONFIG_HOME');
  if (!found) return;
  if ('is' in found) return void env.missed(found);
  if (found.value !== '' && !sameDirectory(found.value, `${as.home}/.config`))
    env.missed({
      is: 'unknown',
      why: 'unsupported',
      said: `XDG_CONFIG_HOME=${found.value} leads the user manager to files that pretrip does not read`,
      where: found.where,
    });
}
