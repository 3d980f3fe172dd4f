/**
 * The services that set the clock, and what at boot waits until one of them has: systemd.special(7) time-sync.target;
 * package file lists of Debian and SUSE.
 */
import { type Answer, type Asking, list, type Stat, stat, together } from '../ask.ts';
import { type Unknown, unknown, type Where } from '../fact.ts';
import { source } from '../source.ts';
import { enablementOf } from '../systemd/enablement.ts';
import { type LoadedUnit, type LoadOptions, loadUnit } from '../systemd/load.ts';
import { refusedFor } from '../systemd/refused.ts';
import { type Started, startedUnits } from '../systemd/started.ts';
import { sinceReset } from '../systemd/syntax.ts';
import { rootAccount } from './accounts.ts';

const system: LoadOptions = { manager: 'system', as: rootAccount };

/** Programs that discipline the clock, by their units; of aliases the first that is there counts. */
const daemons: Readonly<Record<string, readonly string[]>> = {
  'systemd-timesyncd': ['systemd-timesyncd.service'],
  chronyd: ['chronyd.service', 'chrony.service'],
  ntpd: ['ntpd.service', 'ntp.service', 'ntpsec.service'],
  openntpd: ['openntpd.service'],
};
/** The script by which OpenWrt starts the ntpd of BusyBox. */
const openWrts = 'sysntpd.service';
/** PTP, in cars mostly: units as they are named, or instances for an interface, and what couples the clocks. */
const precise = /^(?:ptp4l|phc2sys|timemaster|ts2phc)(?:@[^/]*)?\.service$/;
const pulled = ['/etc/systemd/system', '/usr/lib/systemd/system'].flatMap((d) => ['multi-user', 'default', 'basic'].map((t) => `${d}/${t}.target.wants`));
const waiting = ['systemd-time-wait-sync.service', 'chrony-wait.service', 'ntpsec-wait.service', 'ntp-wait.service'];
/** What conditions of time services commonly ask for, as far as it is looked at. */
const conditioned = ['/usr/sbin/ntpd', '/usr/sbin/openntpd', '/usr/sbin/chronyd', '/usr/sbin/VBoxService'];

export interface TimeDaemon {
  readonly name: string;
  readonly unit: string;
  readonly where: Where;
  readonly conflicts: readonly string[];
  /** What of it could not be seen, and may keep it from running. */
  readonly open?: Unknown;
}

export interface TimeDaemons {
  readonly is: 'known';
  /** Those that the boot starts. */
  readonly each: readonly TimeDaemon[];
  /** Services that hold back time-sync.target, and that the boot starts. */
  readonly waits: readonly { readonly unit: string; readonly where: Where }[];
  /** Of what could not be seen: there may be more. */
  readonly incomplete?: Unknown;
  readonly consulted: readonly Where[];
}

const units = [...Object.values(daemons).flat(), ...waiting];

export const timeDaemons = source(
  [
    ...units.flatMap((name) => [loadUnit.of(name, system), enablementOf.of(name, system)]),
    startedUnits,
    ...pulled.map((path) => ({ do: 'list', path }) as const),
    ...conditioned.map((path) => ({ do: 'stat', path }) as const),
  ],
  learnDaemons,
);

function* learnDaemons(): Asking<TimeDaemons> {
  const [services, waits, ptp, programs, started] = yield* together([
    together(Object.entries(daemons).map(([name, all]) => serviceOf(name, all))),
    together(waiting.map((unit) => enabledUnit(unit))),
    together(pulled.map((path) => list(path))),
    together(conditioned.map((path) => stat(path))),
    startedUnits(),
  ]);
  const there = new Map(conditioned.map((path, at) => [path, programs[at] as Answer<Stat>]));
  const each: TimeDaemon[] = [];
  const open: Unknown[] = [];
  for (const found of services) {
    if (found && 'is' in found) open.push(found);
    else if (found) each.push(...daemonOf(found, refusal(found.loaded, there)));
  }
  each.push(...preciseOnes(ptp, open));
  each.push(...ofScripts(started.each));
  if (each.length === 0 && started.unseen) open.push(started.unseen);
  const waitsOn = waits.flatMap((w) => (w && !('is' in w) ? [{ unit: w.loaded.asked.name, where: w.where }] : []));
  open.push(...waits.flatMap((w) => (w && 'is' in w ? [w] : [])));
  const consulted = pulled.map((path) => ({ path }));
  return { is: 'known', each, waits: waitsOn, consulted, ...(open[0] ? { incomplete: open[0] } : {}) };
}

/** Init scripts without a unit: images without systemd, and old packages. */
const ofScripts = (started: readonly Started[]): TimeDaemon[] =>
  started
    .filter(({ name, by }) => by === 'an init script' && (name === openWrts || Object.values(daemons).some((all) => all.includes(name))))
    .map(({ name, at }) => ({ name: name.replace(/\.service$/, ''), unit: at.path, where: at, conflicts: [] }));

interface Enabled {
  readonly name: string;
  readonly loaded: LoadedUnit;
  readonly where: Where;
  readonly open?: Unknown;
}

function* serviceOf(name: string, all: readonly string[]): Asking<Enabled | Unknown | undefined> {
  const found = yield* together(all.map((unit) => enabledUnit(unit)));
  const open = found.find((f) => f && 'is' in f);
  const on = found.find((f): f is Omit<Enabled, 'name'> => f !== undefined && !('is' in f));
  return on ? { ...on, name } : (open as Unknown | undefined);
}

function* enabledUnit(unit: string): Asking<Omit<Enabled, 'name'> | Unknown | undefined> {
  const loaded = yield* loadUnit(unit, system);
  if (loaded.is === 'unknown') return loaded;
  if (!loaded.exists) return loaded.unseen[0];
  const enablement = yield* enablementOf(unit, system);
  if ('is' in enablement) return enablement;
  const open = loaded.unseen[0] ?? enablement.unseen[0];
  if (!enablement.enabled || refusedFor(loaded)) return open;
  return { loaded, where: enablement.where[0] ?? { path: loaded.fragment?.path ?? unit }, ...(open ? { open } : {}) };
}

const words = ({ assignments }: LoadedUnit, key: string): readonly string[] =>
  sinceReset(assignments.filter((a) => a.section === 'Unit' && a.key === key)).flatMap((a) => a.value.trim().split(/\s+/));

/** The service as it will run; none where a condition keeps it from that. */
function daemonOf({ name, loaded, where, open }: Enabled, kept: boolean | Unknown): TimeDaemon[] {
  if (kept === true) return [];
  const unseen = open ?? (kept === false ? undefined : kept);
  return [{ name, unit: loaded.unit.name, where, conflicts: words(loaded, 'Conflicts'), ...(unseen ? { open: unseen } : {}) }];
}

/** Whether a condition on a program that is there (or is not) keeps the service from starting. */
function refusal(loaded: LoadedUnit, there: ReadonlyMap<string, Answer<Stat>>): boolean | Unknown {
  let open: Unknown | undefined;
  for (const word of ['ConditionFileIsExecutable', 'ConditionPathExists'].flatMap((key) => words(loaded, key))) {
    const path = word.replace(/^[!|]+/, '');
    const answer = there.get(path);
    if (answer === undefined) continue;
    if (answer.is === 'blocked') open ??= unknown(answer, path);
    else if ((answer.is === 'got') === word.startsWith('!')) return true;
  }
  return open ?? false;
}

function preciseOnes(lists: readonly Answer<readonly string[]>[], open: Unknown[]): TimeDaemon[] {
  const found: TimeDaemon[] = [];
  for (const [at, answer] of lists.entries()) {
    const folder = pulled[at] as string;
    if (answer.is === 'blocked') open.push(unknown(answer, folder));
    if (answer.is !== 'got') continue;
    for (const unit of answer.value.filter((n) => precise.test(n))) {
      const name = unit.replace(/[@.].*/, '');
      found.push({ name, unit, where: { path: `${folder}/${unit}` }, conflicts: [] });
    }
  }
  return found;
}
