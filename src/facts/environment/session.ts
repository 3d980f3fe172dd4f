/** What a program of an account finds: live, and as its next login or session would have it. */

import { type Account, type Asking, together } from '../ask.ts';
import { envPlace } from '../asks.ts';
import { type Note, type Unknown, unknown, type Where } from '../fact.ts';
import { source, type Touches } from '../source.ts';
import { type Environment, EnvironmentBuilder, gapOf } from './environment.ts';
import { environmentD, environmentDFiles } from './environment-d.ts';
import { inspection, type Whose, whose } from './inspection.ts';
import { type LoginFiles, loginFiles, setBy } from './login.ts';

/** One variable. `value` is what a program started by the account would get; unset when neither place sets it. */
export interface SessionVariable {
  readonly name: string;
  readonly value?: string;
  /** In the environment of the inspection, where that is the account's. */
  readonly live?: string;
  /** As start-up files set it. */
  readonly persistent?: string;
  /** Where the value comes from; without a value, every place looked at. */
  readonly where: readonly Where[];
  readonly notes: readonly Note[];
  /** Why the value cannot be told. */
  readonly gap?: Unknown;
  readonly liveGap?: Unknown;
  /** The live part cannot be asked at all: a root directory or an image. */
  readonly offline: boolean;
}

export type SessionVariables = ReadonlyMap<string, SessionVariable>;

/**
 * The wanted variables of an account's session: the inspecting one where it is the account's, else the next. A desktop
 * starts from the user manager, so environment.d counts; files of shells come after it.
 */
export const sessionVariables = source(
  (_as: Account, names: readonly string[]): Touches => [whose, inspection.of(names), loginFiles, environmentDFiles],
  sessionOf,
);

function* sessionOf(as: Account, names: readonly string[]): Asking<SessionVariables> {
  const [who, live, files, d] = yield* together([whose(as), inspection(names), loginFiles(as, true), environmentDFiles(as)]);
  const persistent = startUp(files, names, as, environmentD(d, undefined, as));
  return new Map(names.map((name) => [name, variable(name, liveOf(name, who, live), persistent)]));
}

/** What a login of the account finds, the inspecting process's own variables on top where it is the account's. `live` names those. */
export interface Login {
  readonly environment: Environment;
  readonly live: ReadonlySet<string>;
}

/**
 * The wanted variables of a login. Where another account inspects, root's own start-up files do not count: they cannot be
 * seen then, and root's programs are started by the system's manager or through sudo, which reads none of them.
 */
export const login = source((_as: Account, names: readonly string[]): Touches => [whose, inspection.of(names), loginFiles], loginOf);

function* loginOf(as: Account, names: readonly string[]): Asking<Login> {
  const [who, live] = yield* together([whose(as), inspection(names)]);
  const files = yield* loginFiles(as, !(as.uid === 0 && who === 'foreign'));
  const env = new EnvironmentBuilder(() => 'set again later').over(startUp(files, names, as));
  const set = new Set<string>();
  for (const name of names) {
    const { value, gap } = liveOf(name, who, live);
    const where = [{ path: envPlace(name) }];
    if (gap && gap.why !== 'unsupported') env.unsure(name, gap);
    else if (value !== undefined) {
      env.set(name, value, where);
      set.add(name);
    }
  }
  return { environment: env.build(), live: set };
}

/** In the order in which they are read: PAM's file, environment.d for what a desktop starts, then those of shells. */
function startUp(files: LoginFiles, names: readonly string[], as: Account, d?: Environment): Environment {
  const wanted = new Set(names);
  const pam = files.system.filter((f) => f.dialect === 'pam');
  const shells = files.system.filter((f) => f.dialect !== 'pam');
  const env = new EnvironmentBuilder(() => 'set again later').over(setBy(pam, wanted, as));
  if (d) env.over(d);
  return env
    .over(setBy(shells, wanted, as))
    .looked(...files.looked)
    .missed(files.unseen)
    .over(setBy(files.home, wanted, as))
    .build();
}

interface Live {
  readonly value?: string;
  readonly gap?: Unknown;
  readonly foreign?: true;
}

/** An empty variable counts as one that is not set. */
function liveOf(name: string, who: Whose, live: Environment): Live {
  if (who === 'foreign') return { foreign: true };
  if (who === 'nobody') return { gap: unknown({ is: 'blocked', why: 'unsupported' }, envPlace(name)) };
  const gap = live.unclear.get(name);
  if (gap) return { gap };
  const value = live.variables.get(name)?.value;
  if (value === undefined || value === '') return {};
  return who === 'own' ? { value } : { gap: who };
}

function variable(name: string, live: Live, persistent: Environment): SessionVariable {
  const liveAt: Where = { path: envPlace(name) };
  const looked = [...(live.foreign ? [] : [liveAt]), ...persistent.looked];
  const offline = live.gap?.why === 'unsupported';
  const found = persistent.variables.get(name);
  const gap = gapOf(persistent, name);
  const lasting = gap ? undefined : found?.value;
  const remarks = persistent.remarks.filter((r) => r.name === name).map((r): Note => ({ said: r.said, where: [r.where] }));
  const base = { name, offline, ...(lasting !== undefined ? { persistent: lasting } : {}), ...(live.gap ? { liveGap: live.gap } : {}) };
  if (live.value !== undefined) {
    const differs = lasting !== undefined && lasting !== live.value ? [{ said: `set to ${lasting} at login`, where: found?.where ?? [] }] : [];
    return { ...base, value: live.value, live: live.value, where: [liveAt], notes: [...differs, ...remarks] };
  }
  const open = live.gap && !offline ? live.gap : gap;
  if (open) return { ...base, where: looked, notes: remarks, gap: open };
  if (!found || lasting === undefined) return { ...base, where: looked, notes: remarks };
  const pending = offline ? [] : [{ said: 'set at login, but not in the environment of this inspection', where: found.where }];
  return { ...base, value: lasting, where: found.where, notes: [...pending, ...remarks] };
}
