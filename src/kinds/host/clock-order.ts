/** Kind `clock-order`: whether K3s starts before the clock is right. */
import { type Answer, type Asking, list, together } from '../../facts/ask.ts';
import { type Fact, FactBuilder, missing, type Unknown, unknown } from '../../facts/fact.ts';
import { rootAccount } from '../../facts/host/accounts.ts';
import { timeDaemons } from '../../facts/host/time-daemons.ts';
import { unitsOfK3s } from '../../facts/k3s/started-by.ts';
import { defineKind } from '../../facts/kind.ts';
import { boolean, list as listOf, record, string } from '../../facts/shape.ts';
import { enablementOf } from '../../facts/systemd/enablement.ts';
import { type LoadedUnit, type LoadOptions, loadUnit } from '../../facts/systemd/load.ts';
import { sinceReset } from '../../facts/systemd/syntax.ts';

const system: LoadOptions = { manager: 'system', as: rootAccount };
const savers = ['fake-hwclock.service', 'fake-hwclock-load.service'] as const;
const devices = '/sys/class/rtc';
const target = 'time-sync.target';

export const clockOrder = defineKind({
  name: 'clock-order',
  noun: 'the order of clock and K3s',
  absent: 'no system service of K3s was found',
  describe:
    'Whether the host has a clock of its own (RTC) that runs on without power, and whether K3s waits until the time is set. Absent where no service starts K3s.',
  fields: {},
  shape: record({
    unit: string('the service of K3s'),
    rtc: boolean('there is a real-time clock'),
    saved: boolean('the time is kept in a file over a boot: fake-hwclock, or systemd-timesyncd'),
    ordered: boolean(`the service starts after ${target}, or after a service that waits for the time`),
    waits: listOf(string('a unit'), `enabled services that hold back ${target} until the time is set`),
    service: string('the wait service that belongs to the time service of this host'),
  }),
  touches: () => [
    timeDaemons,
    { do: 'list', path: devices },
    unitsOfK3s,
    loadUnit.of('k3s.service', system),
    ...savers.flatMap((name) => [loadUnit.of(name, system), enablementOf.of(name, system)]),
  ],
  *learn(): Asking<Fact> {
    const units = yield* unitsOfK3s();
    const loaded = yield* together(units.names.map((name) => loadUnit(name, system)));
    const open = loaded.find((u): u is Unknown => u.is === 'unknown') ?? units.hidden;
    const unit = loaded.find((u): u is LoadedUnit => u.is === 'loaded' && u.exists && !u.masked);
    if (!unit)
      return open ?? loaded.flatMap((u) => (u.is === 'loaded' ? u.unseen : []))[0] ?? missing(...loaded.flatMap((u) => (u.is === 'loaded' ? u.consulted : [])));
    const [clocks, daemons, saves] = yield* together([list(devices), timeDaemons(), together(savers.map((name) => enablementOf(name, system)))]);
    const fact = new FactBuilder().set('unit', unit.asked.name, { path: unit.fragment?.path ?? unit.asked.name });
    putClock(fact, clocks);
    const timesyncd = daemons.each.find((d) => d.name === 'systemd-timesyncd' && d.open === undefined);
    const kept = saves.flatMap((s) => ('is' in s || !s.enabled ? [] : s.where))[0] ?? timesyncd?.where;
    const unseen = saves.flatMap((s) => ('is' in s ? [s] : s.unseen))[0] ?? daemons.each.find((d) => d.open)?.open ?? daemons.incomplete;
    if (!kept && unseen) fact.gap('saved', unseen);
    else fact.set('saved', kept !== undefined, ...(kept ? [kept] : daemons.consulted));
    if (daemons.waits.length === 0 && daemons.incomplete) fact.gap('waits', daemons.incomplete);
    else
      fact.set(
        'waits',
        daemons.waits.map((w) => w.unit),
        ...(daemons.waits.length > 0 ? daemons.waits.map((w) => w.where) : daemons.consulted),
      );
    const chrony = daemons.each.some((d) => d.name === 'chronyd');
    fact.set('service', chrony ? 'chrony-wait.service' : 'systemd-time-wait-sync.service');
    putOrder(
      fact,
      unit,
      daemons.waits.map((w) => w.unit),
    );
    return fact.build();
  },
});

function putClock(fact: FactBuilder, clocks: Answer<readonly string[]>): void {
  const at = { path: devices };
  if (clocks.is === 'blocked') fact.gap('rtc', unknown(clocks, devices));
  else fact.set('rtc', clocks.is === 'got' && clocks.value.some((n) => /^rtc\d/.test(n)), at);
}

function putOrder(fact: FactBuilder, unit: LoadedUnit, waits: readonly string[]): void {
  const after = sinceReset(unit.assignments.filter((a) => a.section === 'Unit' && a.key === 'After'));
  const found = after.filter((a) => a.value.split(/\s+/).some((word) => word === target || waits.includes(word)));
  const [unseen] = unit.unseen;
  if (unseen) fact.gap('ordered', unseen);
  else fact.set('ordered', found.length > 0, ...(found.length > 0 ? found.map((a) => a.where) : [{ path: unit.fragment?.path ?? unit.asked.name }]));
}
