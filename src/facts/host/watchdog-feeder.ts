/**
 * Which daemon feeds the watchdog device: watchdog(8) where watchdog.conf names a device (watchdog.conf(5)), that of BusyBox, which
 * is given the device as an argument, watchdogd, which takes /dev/watchdog by itself, and OpenWrt's procd (openwrt/procd:watchdog.c).
 */
import { type Answer, type Asking, read, type Stat, stat, together } from '../ask.ts';
import { type Unknown, unknown, type Where } from '../fact.ts';
import { source } from '../source.ts';
import { type Init, initOf, withoutUnits } from '../systemd/init.ts';
import { type Started, startsAtBoot } from '../systemd/started.ts';

const service = 'watchdog.service';
const selfSufficient = 'watchdogd.service';
const daemonConf = '/etc/watchdog.conf';
const daemonDefaults = '/etc/default/watchdog';
const programs = ['/sbin/watchdog', '/usr/sbin/watchdog'] as const;

/** Whether one starts at boot and has a device, and what shows it. */
export type Feeder = { readonly is: 'known'; readonly on: boolean; readonly where: readonly Where[] } | Unknown;

export const watchdogFeeder = source(
  [
    startsAtBoot.of(service),
    startsAtBoot.of(selfSufficient),
    initOf,
    ...[daemonConf, daemonDefaults].map((path) => ({ do: 'read', path }) as const),
    ...programs.map((path) => ({ do: 'stat', path }) as const),
  ],
  learnFeeder,
);

function* learnFeeder(): Asking<Feeder> {
  const [init, started, own, text, defaults, stats] = yield* together([
    initOf(),
    startsAtBoot(service),
    startsAtBoot(selfSufficient),
    read(daemonConf),
    read(daemonDefaults),
    together(programs.map((path) => stat(path))),
  ]);
  if (init.is === 'unknown') return init;
  if (init.kind === 'procd') return { is: 'known', on: true, where: [{ ...init.at, said: 'procd feeds /dev/watchdog' }] };
  const line = withoutUnits(init) ? init.lines.find(({ action, words }) => action !== 'off' && givesDevice(words)) : undefined;
  if (line) return { is: 'known', on: true, where: [line.at] };
  if (!('is' in own) && own.length > 0) return { is: 'known', on: true, where: own.map((s) => s.at) };
  if ('is' in started) return started;
  if (started.length === 0 && 'is' in own) return own;
  if (started.length === 0) return { is: 'known', on: false, where: [{ path: '/etc/systemd/system', said: `${service} does not start` }] };
  const busybox = isBusybox(init, stats);
  if (typeof busybox !== 'boolean') return busybox;
  return busybox ? { is: 'known', on: true, where: started.map((s) => s.at) } : byConf(started, text, defaults);
}

/** `watchdog -T 60 -F /dev/watchdog`, also behind the name of BusyBox. */
function givesDevice(words: readonly string[]): boolean {
  const at = /(?:^|\/)busybox[^/]*$/.test(words[0] ?? '') ? 1 : 0;
  return /(?:^|\/)watchdog$/.test(words[at] ?? '') && words.slice(at + 1).some((w) => w.startsWith('/dev/'));
}

/** Init scripts of BusyBox give its daemon the device; where the program does not show, BusyBox as init has its own. */
function isBusybox(init: Init, stats: readonly Answer<Stat>[]): boolean | Unknown {
  if (!withoutUnits(init)) return false;
  for (const [at, answer] of stats.entries()) {
    if (answer.is === 'blocked') return unknown(answer, programs[at] ?? '');
    if (answer.is === 'absent') continue;
    const { real, target = '' } = answer.value;
    return /(?:^|\/)busybox[^/]*$/.test(real?.is === 'got' ? real.value.path : target);
  }
  return init.kind === 'busybox';
}

/** Without watchdog-device= the daemon tests the host and feeds nothing; Debian's unit heeds run_watchdog=. */
function byConf(started: readonly Started[], text: Answer<string>, defaults: Answer<string>): Feeder {
  if (text.is === 'blocked') return unknown(text, daemonConf);
  if (defaults.is === 'blocked') return unknown(defaults, daemonDefaults);
  const lines = text.is === 'got' ? text.value.split('\n') : [];
  const line = lines.findIndex((l) => /^\s*watchdog-device\s*=\s*\S/.test(l));
  const off = defaults.is === 'got' && /^\s*run_watchdog=["']?(?!1)/m.test(defaults.value);
  const conf = { path: daemonConf, ...(line >= 0 ? { line: line + 1 } : {}) };
  return { is: 'known', on: line >= 0 && !off, where: [conf, ...(off ? [{ path: daemonDefaults }] : []), ...started.map((s) => s.at)] };
}
