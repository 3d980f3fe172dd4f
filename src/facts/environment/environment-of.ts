/** Which environment a program sees: the one door of this room. */
import type { Account, Asking } from '../ask.ts';
import type { Manager } from '../systemd/paths.ts';
import type { Environment } from './environment.ts';
import { inspection } from './inspection.ts';
import { login } from './session.ts';
import { systemManager } from './system-manager.ts';
import { environmentOfUnit, linesEnvironment, type ServiceLines } from './unit.ts';
import { userManager } from './user-manager.ts';

/** A manager: the system's, or the account's own. */
export type ManagerOf = 'system' | Account;

/** Root's programs are started by the system's manager, everybody else's by their own. */
export const managerOf = (as: Account): ManagerOf => (as.uid === 0 ? 'system' : as);

/** What starts a program, or the program itself. */
export type Program =
  /** The process that inspects, whoever it belongs to. */
  | { readonly inspection: true }
  /** What a shell of the account starts: the inspecting process where it is the account's, else the files of its next login. */
  | { readonly login: Account }
  /** What a manager hands on to its units. */
  | { readonly manager: ManagerOf }
  /** What a manager's generators find. */
  | { readonly generators: ManagerOf }
  /** A unit's processes, or those that it would have if it were there. `as`: the account of its manager. */
  | { readonly unit: string; readonly manager: Manager; readonly as: Account }
  /** The same of a unit that is not loaded from files, but generated. */
  | { readonly service: ServiceLines };

/**
 * The environment of a program, every value with its place. `names` are those that matter: of them it is told whether
 * something that could not be seen may set them; others stand in the result as far as they were met on the way.
 */
export function* environmentOf(program: Program, names: readonly string[]): Asking<Environment> {
  if ('inspection' in program) return yield* inspection(names);
  if ('login' in program) return (yield* login(program.login, names)).environment;
  if ('unit' in program) return yield* environmentOfUnit(program.unit, { manager: program.manager, as: program.as }, names);
  if ('service' in program) return yield* linesEnvironment(program.service, names);
  const of = 'manager' in program ? program.manager : program.generators;
  const manager = of === 'system' ? yield* systemManager() : yield* userManager(of);
  return 'manager' in program ? manager.units : manager.generators;
}
