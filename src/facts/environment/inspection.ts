/** The environment of the process that inspects: whose it is, and what it holds. */

import { type Account, type Answer, type Asking, env, together } from '../ask.ts';
import { envPlace } from '../asks.ts';
import { type Unknown, unknown } from '../fact.ts';
import { source, type Touches } from '../source.ts';
import { type Environment, EnvironmentBuilder, sameDirectory } from './environment.ts';

const variablesOf = (names: readonly string[]): Touches => [...names].map((name) => ({ do: 'env', name }));

/** The variables of the inspecting process, whoever that is; a variable that is empty counts as any other. An image has none. */
export const inspection = source(variablesOf, inspectingProcess);

function* inspectingProcess(names: readonly string[]): Asking<Environment> {
  const answers = yield* together(names.map((name) => env(name)));
  const seen = new EnvironmentBuilder();
  for (const [at, name] of names.entries()) tell(seen, name, answers[at] ?? { is: 'absent' });
  return seen.build();
}

function tell(seen: EnvironmentBuilder, name: string, answer: Answer<string>): void {
  const where = { path: envPlace(name) };
  seen.looked(answer.is === 'blocked' && answer.why === 'unsupported' ? { ...where, said: 'no environment on this target' } : where);
  if (answer.is === 'got') seen.set(name, answer.value, [where]);
  else if (answer.is === 'blocked' && answer.why !== 'unsupported') seen.unsure(name, unknown(answer, where.path));
}

/** Whose environment the inspecting process has: the account's, another's, nobody's (nothing runs there), or why that cannot be told. */
export type Whose = 'own' | 'foreign' | 'nobody' | Unknown;

/** `HOME` tells, and a process without one may be anybody's. Slashes at its end or doubled mean nothing. */
export const whose = source(variablesOf(['HOME']), whoseProcess);

function* whoseProcess(as: Account): Asking<Whose> {
  const home = yield* env('HOME');
  if (home.is === 'blocked') return home.why === 'unsupported' ? 'nobody' : unknown(home, envPlace('HOME'));
  return home.is === 'absent' || home.value === '' || sameDirectory(home.value, as.home) ? 'own' : 'foreign';
}

/** The variables of the account's own session: undefined when another session inspects. Through sudo and su a session's variables are another's. */
export const ownSession = source(
  (names: readonly string[], _as: Account): Touches => [...variablesOf(['HOME', 'SUDO_USER']), inspection.of(names)],
  sessionOfAccount,
);

function* sessionOfAccount(names: readonly string[], as: Account): Asking<Environment | undefined | Unknown> {
  const [home, sudo, seen] = yield* together([env('HOME'), env('SUDO_USER'), inspection(names)]);
  if (home.is === 'blocked' && home.why !== 'unsupported') return unknown(home, envPlace('HOME'));
  if (sudo.is === 'blocked' && sudo.why !== 'unsupported') return unknown(sudo, envPlace('SUDO_USER'));
  return home.is === 'got' && sameDirectory(home.value, as.home) && sudo.is === 'absent' ? seen : undefined;
}
