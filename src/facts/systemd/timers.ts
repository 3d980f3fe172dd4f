/** Timers that a boot starts, and what they start. systemd.timer(5). */
import { type Asking, together } from '../ask.ts';
import type { Unknown, Where } from '../fact.ts';
import { source } from '../source.ts';
import { type LoadedUnit, loadUnit, unitNamed } from './load.ts';
import { mergeSettings } from './merge.ts';
import { startedUnits, startsAtBoot } from './started.ts';

export interface Timer {
  readonly name: string;
  /** The unit that it starts. */
  readonly unit: string;
  /** That unit runs something as root. */
  readonly asRoot: boolean;
  /** Both files, and what they start, are where packages put theirs. */
  readonly packaged: boolean;
  readonly where: Where;
}

export interface Timers {
  readonly each: readonly Timer[];
  /** What could not be seen: there may be more. */
  readonly more?: Unknown;
}

const options = { manager: 'system', as: { name: 'root', uid: 0, gid: 0, home: '/root' } } as const;

export const startedTimers = source([startedUnits, startsAtBoot.of('*.timer'), unitNamed('*.timer', 'system'), unitNamed('*.service', 'system')], learnTimers);

function* learnTimers(): Asking<Timers> {
  const { each, unseen } = yield* startedUnits();
  const names = [...new Set(each.map(({ name }) => name).filter((name) => name.endsWith('.timer')))].sort();
  const found = yield* together(names.map((name) => startsAtBoot(name)));
  const started = names.filter((_, at) => Array.isArray(found[at]) && (found[at] as readonly unknown[]).length > 0);
  const timers = yield* together(started.map((name) => timerNamed(name)));
  const more = unseen ?? [...found, ...timers].find((one): one is Unknown => typeof one === 'object' && 'is' in one && one.is === 'unknown');
  return { each: timers.flatMap((one) => ('is' in one || one.name === '' ? [] : [one])), ...(more ? { more } : {}) };
}

const vendor = /^\/(?:usr\/)?lib\/systemd\/system\//;

function* timerNamed(name: string): Asking<Timer | Unknown> {
  const timer = yield* loadUnit(name, options);
  if ('why' in timer) return timer;
  const set = timer.assignments.findLast(({ section, key }) => section === 'Timer' && key === 'Unit')?.value;
  const unit = set !== undefined && set !== '' ? set.replaceAll('%i', timer.unit.instance ?? '') : name.replace(/\.timer$/, '.service');
  const started = yield* loadUnit(unit, options);
  if ('why' in started) return started;
  const unseen = timer.unseen[0] ?? started.unseen[0];
  if (unseen) return unseen;
  const where = { path: timer.fragment?.path ?? name };
  // A file that a generator made of something else is not the source of the job.
  const made = where.path.startsWith('/run/systemd/generator');
  return {
    name: made || !started.exists || started.masked ? '' : name,
    unit,
    asRoot: runsAsRoot(started),
    packaged: isPackaged(timer, 'Unit') && isPackaged(started, 'Exec'),
    where,
  };
}

/** Without User=, or with a command that keeps all privileges all the same (`+`). */
function runsAsRoot(unit: LoadedUnit): boolean {
  const { directives } = mergeSettings(unit, (text) => text);
  const user = directives.get('User')?.value;
  const other = (typeof user === 'string' && user !== '' && !/^(?:root|0+)$/.test(user)) || directives.get('DynamicUser')?.value === true;
  return !other || unit.assignments.some(({ key, value }) => key.startsWith('Exec') && /^[-@:|]*\+/.test(value));
}

/** The file is a package's, and no other file sets what starts so. */
const isPackaged = (unit: LoadedUnit, key: string): boolean =>
  vendor.test(unit.fragment?.path ?? '') &&
  !(unit.fragment?.target !== undefined && !vendor.test(unit.fragment.target)) &&
  unit.assignments.every((a) => !a.key.startsWith(key) || vendor.test(a.where.path));
