/** Kind `watchdog`: whether a watchdog starts the host anew when it hangs, and who feeds it. */
import { type Asking, list, read, together } from '../../facts/ask.ts';
import { commandLines } from '../../facts/cgroup/command-line.ts';
import { type Fact, FactBuilder, lookedAt, type Unknown, unknown, type Where } from '../../facts/fact.ts';
import { watchdogFeeder } from '../../facts/host/watchdog-feeder.ts';
import { defineKind } from '../../facts/kind.ts';
import { boolean, number, record, string } from '../../facts/shape.ts';
import { systemdConf } from '../../facts/systemd/conf.ts';
import { initOf, withoutUnits } from '../../facts/systemd/init.ts';
import { timeSpan } from '../../facts/systemd/time-span.ts';

const devices = '/sys/class/watchdog';
const processor = '/proc/cpuinfo';

export const watchdog = defineKind({
  name: 'watchdog',
  noun: 'the watchdog',
  describe:
    'The hardware watchdog: RuntimeWatchdogSec= of system.conf with drop-ins, `systemd.watchdog_sec=` of the kernel command line, which beats it, the daemons that feed one (watchdog(8), that of BusyBox, watchdogd, procd), and, on a running host, whether there is a device.',
  fields: {},
  shape: record({
    systemd: boolean('systemd runs here'),
    seconds: number('what systemd was told, in seconds; 0 is off (default), or there is no systemd; the default of the hardware counts as 1'),
    daemon: boolean('a daemon starts at boot that feeds a device'),
    device: boolean('there is a watchdog device; unset on an image'),
    virtual: boolean('it is a virtual machine; unset where that does not show'),
    word: string('the argument of the kernel command line that decides on the seconds; unset where none does'),
  }),
  touches: () => [systemdConf.of('system.conf'), commandLines, watchdogFeeder, initOf, { do: 'read', path: processor }, { do: 'list', path: devices }],
  *learn(): Asking<Fact> {
    const [time, fed, found, cpu] = yield* together([secondsOf(), watchdogFeeder(), list(devices), read(processor)]);
    const fact = new FactBuilder();
    if ('is' in time) fact.gap('systemd', time).gap('seconds', time).gap('word', time);
    else
      fact
        .consulted(...time.where)
        .set('systemd', time.systemd, ...time.where)
        .set('seconds', time.seconds, ...time.where)
        .set('word', time.word, ...time.where);
    if (fed.is === 'unknown') fact.gap('daemon', fed);
    else fact.set('daemon', fed.on, ...fed.where);
    if (found.is !== 'blocked') fact.set('device', found.is === 'got' && found.value.length > 0, { path: devices });
    else if (found.why !== 'unsupported') fact.gap('device', unknown(found, devices));
    if (cpu.is === 'got') fact.set('virtual', /^flags\s*:.*\bhypervisor\b/m.test(cpu.value), { path: processor });
    else if (cpu.is === 'blocked' && cpu.why !== 'unsupported') fact.gap('virtual', unknown(cpu, processor));
    return fact.build();
  },
});

interface Time {
  readonly systemd: boolean;
  readonly seconds: number;
  readonly word?: string;
  readonly where: readonly Where[];
}

/** What systemd does: the kernel command line is read last (systemd/systemd:src/core/main.c parse_proc_cmdline_item()). */
function* secondsOf(): Asking<Time | Unknown> {
  const init = yield* initOf();
  if (init.is === 'unknown') return init;
  if (withoutUnits(init)) return { systemd: false, seconds: 0, where: [{ ...init.at, said: 'no systemd runs here' }] };
  const [conf, told] = yield* together([systemdConf('system.conf'), commandLines()]);
  if (told.is === 'unknown') return told;
  const said = told.each.map(({ arguments: all, where }) => {
    const { word = '', value = '' } = all.find(({ name }) => name === 'systemd.watchdog_sec') ?? {};
    return { word, seconds: spanOf(value), where };
  });
  const [first] = said;
  if (said.some(({ seconds }) => seconds !== first?.seconds))
    return { is: 'unknown', why: 'ambiguous', said: 'the boot entries differ in systemd.watchdog_sec=', where: said.flatMap((s) => s.where) };
  if (first?.seconds !== undefined) return { systemd: true, seconds: first.seconds, word: first.word, where: first.where };
  if (conf.unseen) return conf.unseen;
  const set = conf.values.get('Manager.RuntimeWatchdogSec');
  return { systemd: true, seconds: spanOf(set?.value ?? 'off') ?? 0, where: set?.where ?? lookedAt(conf.looked) };
}

/** `default` leaves the time to the hardware; undefined for what is no time span, which is passed over. */
function spanOf(value: string): number | undefined {
  if (/^(?:off|no|false|0)$/i.test(value)) return 0;
  if (value === 'default') return 1;
  const seconds = timeSpan(value);
  return seconds === undefined || Number.isFinite(seconds) ? seconds : 0;
}
