/**
 * The environment of a unit's processes, in the order of systemd.exec(5) "Environment": what its manager hands on,
 * PassEnvironment=, its own lines, and what the command line itself sets by env(1).
 */
import type { Account, Asking } from '../ask.ts';
import type { Unknown, Where } from '../fact.ts';
import { source, type Touches } from '../source.ts';
import { execKeys } from '../systemd/exec-line.ts';
import { type LoadedUnit, type LoadOptions, loadUnit, unitNamed } from '../systemd/load.ts';
import { mergeSettings } from '../systemd/merge.ts';
import type { Manager } from '../systemd/paths.ts';
import { expander } from '../systemd/specifiers.ts';
import { sinceReset } from '../systemd/syntax.ts';
import { splitWords } from '../systemd/words.ts';
import { envCommand, isEnv } from './env-command.ts';
import { type Environment, EnvironmentBuilder } from './environment.ts';
import { type ManagerEnvironment, systemManager } from './system-manager.ts';
import { takeAway, type UnitLines, unitLines } from './unit-lines.ts';
import { userManager } from './user-manager.ts';

/** A unit's lines, and whose manager starts it; for the system's manager `as` is root. */
export interface ServiceLines extends UnitLines {
  readonly manager: Manager;
  readonly as: Account;
  /** A part of the unit that could not be seen: it may change any line. */
  readonly unseen?: Unknown;
}

function serviceLines(unit: LoadedUnit, as: Account): ServiceLines {
  const expand = expander(unit.unit, unit.manager, as);
  // An image has no runtime directories, so nothing in them is missed.
  const unseen = unit.unseen.find((u) => u.why !== 'unsupported');
  return { manager: unit.manager, as, expand, counting: mergeSettings(unit, expand).counting, ...(unseen ? { unseen } : {}) };
}

/** What the processes of a unit find, or would if there were one. The account is that of its manager: root for the system's. */
export const environmentOfUnit = source(
  (name: string, { manager }: LoadOptions): Touches => [unitNamed(name, manager), linesEnvironment, systemManager, userManager],
  readEnvironmentOfUnit,
);

function* readEnvironmentOfUnit(name: string, options: LoadOptions, names: readonly string[]): Asking<Environment> {
  const unit = yield* loadUnit(name, options);
  if (unit.is === 'unknown') return new EnvironmentBuilder().missed(unit).build();
  if (unit.exists && !unit.masked) return yield* linesEnvironment(serviceLines(unit, options.as), names);
  return (options.manager === 'user' ? yield* userManager(options.as) : yield* systemManager()).units;
}

/**
 * What the processes of a unit with these lines find. `names` are to be told for sure; others stand in the result as far
 * as files set them.
 */
export const linesEnvironment = source([systemManager, userManager, unitLines], readLinesEnvironment);

function* readLinesEnvironment(service: ServiceLines, names: readonly string[]): Asking<Environment> {
  const { manager, as, counting, expand } = service;
  const from: ManagerEnvironment = manager === 'user' ? yield* userManager(as) : yield* systemManager();
  const env = new EnvironmentBuilder().over(from.units);
  if (manager === 'system') passOn(env, from.own, service);
  env.over(yield* unitLines(service));
  takeAway(env, counting('UnsetEnvironment'));
  for (const { value, where } of sinceReset(counting('ExecStart'))) throughEnv(env, splitWords(value, true).words.map(expand), where);
  for (const name of names) writtenOut(env, service, name);
  return env.missed(service.unseen).build();
}

/** PassEnvironment= names variables of the system manager's own environment. */
function passOn(env: EnvironmentBuilder, own: Environment, { counting }: ServiceLines): void {
  for (const { value } of sinceReset(counting('PassEnvironment')))
    for (const name of splitWords(value).words) {
      const found = own.variables.get(name);
      const why = own.unclear.get(name) ?? own.unseen;
      if (why) env.unsure(name, why);
      else if (found) env.set(name, found.value, found.where);
    }
}

/** env(1) in front of the program sets and takes away variables, too. */
function throughEnv(env: EnvironmentBuilder, words: readonly string[], where: Where): void {
  if (!isEnv(words[0] ?? '')) return;
  for (const change of envCommand(words.slice(1)).changes) {
    if ('set' in change) env.set(change.set, change.value, [where]);
    else if ('unset' in change) env.remove(change.unset);
    else for (const name of env.build().variables.keys()) env.remove(name);
  }
}

/** A name that a command sets otherwise, through a shell say: its value cannot be told. */
function writtenOut(env: EnvironmentBuilder, { counting }: ServiceLines, name: string): void {
  const written = new RegExp(`(?:^|[^A-Za-z0-9_])${name}=`);
  const found = execKeys.flatMap((key) => sinceReset(counting(key))).find((a) => written.test(a.value));
  const known = env.at(name);
  const own = known && !('is' in known) && found && known.where.some((w) => w.path === found.where.path && w.line === found.where.line);
  if (found && !own) env.unsure(name, { is: 'unknown', why: 'ambiguous', said: `the command itself sets ${name}`, where: [found.where] });
}
