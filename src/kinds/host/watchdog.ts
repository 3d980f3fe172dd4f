/** Kind `watchdog`: whether a watchdog starts the host anew when it hangs, and who feeds it. */
import { type Answer, type Asking, list, read, together } from '../../facts/ask.ts';
import { type Fact, FactBuilder, lookedAt, type Unknown, unknown, type Where } from '../../facts/fact.ts';
import { defineKind } from '../../facts/kind.ts';
import { boolean, number, record } from '../../facts/shape.ts';
import { systemdConf } from '../../facts/systemd/conf.ts';
import { type Started, startsAtBoot } from '../../facts/systemd/started.ts';
import { timeSpan } from '../../facts/systemd/time-span.ts';

const service = 'watchdog.service';
const daemonConf = '/etc/watchdog.conf';
const daemonDefaults = '/etc/default/watchdog';
const devices = '/sys/class/watchdog';
const processor = '/proc/cpuinfo';

export const watchdog = defineKind({
  name: 'watchdog',
  noun: 'the watchdog',
  describe:
    'The hardware watchdog: RuntimeWatchdogSec= of system.conf with drop-ins, the daemon watchdog(8), and, on a running host, whether there is a device.',
  fields: {},
  shape: record({
    seconds: number('RuntimeWatchdogSec= in seconds; 0 is off (default); the default of the hardware counts as 1'),
    daemon: boolean('watchdog(8) starts at boot, and watchdog.conf names a device'),
    device: boolean('there is a watchdog device; unset on an image'),
    virtual: boolean('it is a virtual machine; unset where that does not show'),
  }),
  touches: () => [
    systemdConf.of('system.conf'),
    startsAtBoot.of(service),
    ...[daemonConf, daemonDefaults, processor].map((path) => ({ do: 'read', path }) as const),
    { do: 'list', path: devices },
  ],
  *learn(): Asking<Fact> {
    const [conf, started, text, defaults, found, cpu] = yield* together([
      systemdConf('system.conf'),
      startsAtBoot(service),
      read(daemonConf),
      read(daemonDefaults),
      list(devices),
      read(processor),
    ]);
    const fact = new FactBuilder().consulted(...conf.looked);
    const set = conf.values.get('Manager.RuntimeWatchdogSec');
    if (conf.unseen) fact.gap('seconds', conf.unseen);
    else fact.set('seconds', secondsOf(set?.value ?? 'off'), ...(set?.where ?? lookedAt(conf.looked)));
    const fed = feeds(started, text, defaults);
    if ('is' in fed) fact.gap('daemon', fed);
    else fact.set('daemon', fed.on, ...fed.where);
    if (found.is !== 'blocked') fact.set('device', found.is === 'got' && found.value.length > 0, { path: devices });
    else if (found.why !== 'unsupported') fact.gap('device', unknown(found, devices));
    if (cpu.is === 'got') fact.set('virtual', /^flags\s*:.*\bhypervisor\b/m.test(cpu.value), { path: processor });
    else if (cpu.is === 'blocked' && cpu.why !== 'unsupported') fact.gap('virtual', unknown(cpu, processor));
    return fact.build();
  },
});

/** `default` leaves the time to the hardware; what is no time span is passed over. */
function secondsOf(value: string): number {
  if (/^(?:off|no|false|0)$/i.test(value)) return 0;
  if (value === 'default') return 1;
  const seconds = timeSpan(value) ?? 0;
  return Number.isFinite(seconds) ? seconds : 0;
}

/** Without watchdog-device= the daemon tests the host and feeds nothing (watchdog.conf(5)); Debian's unit heeds run_watchdog=. */
function feeds(
  started: readonly Started[] | Unknown,
  text: Answer<string>,
  defaults: Answer<string>,
): { readonly on: boolean; readonly where: readonly Where[] } | Unknown {
  if ('is' in started) return started;
  if (started.length === 0) return { on: false, where: [{ path: '/etc/systemd/system', said: `${service} does not start` }] };
  if (text.is === 'blocked') return unknown(text, daemonConf);
  if (defaults.is === 'blocked') return unknown(defaults, daemonDefaults);
  const lines = text.is === 'got' ? text.value.split('\n') : [];
  const line = lines.findIndex((l) => /^\s*watchdog-device\s*=\s*\S/.test(l));
  const off = defaults.is === 'got' && /^\s*run_watchdog=["']?(?!1)/m.test(defaults.value);
  return {
    on: line >= 0 && !off,
    where: [{ path: daemonConf, ...(line >= 0 ? { line: line + 1 } : {}) }, ...(off ? [{ path: daemonDefaults }] : []), ...started.map((s) => s.at)],
  };
}
