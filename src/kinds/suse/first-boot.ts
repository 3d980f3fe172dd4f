/**
 * Kind `first-boot`: whether the next start is a first one, which takes its configuration from whatever medium is plugged in.
 * Sources: openSUSE/combustion:combustion, 30firstboot/firstboot-detect; openSUSE/ignition-dracut (grub2: firstboot_happened).
 */
import { type Answer, type Asking, list, read, type Stat, stat, together } from '../../facts/ask.ts';
import { type Fact, FactBuilder, missing, type Unknown, unknown, type Where } from '../../facts/fact.ts';
import { type WhetherEnabled, whetherEnabled } from '../../facts/host/whether-enabled.ts';
import { defineKind } from '../../facts/kind.ts';
import { boolean, list as listOf, record, string } from '../../facts/shape.ts';

const modules = '/usr/lib/dracut/modules.d';
const flag = '/boot/writable/firstboot_happened';
const grub = '/boot/grub2/grub.cfg';
const machineId = '/etc/machine-id';
const wizard = 'jeos-firstboot.service';
const pending = '/var/lib/YaST2/reconfig_system';
const programs: Readonly<Record<string, readonly string[]>> = {
  combustion: ['/usr/lib/combustion', '/usr/bin/combustion'],
  ignition: ['/usr/lib/ignition', '/usr/bin/ignition'],
};
const paths = Object.values(programs).flat();

export const firstBoot = defineKind({
  name: 'first-boot',
  noun: 'the first boot',
  absent: 'neither Combustion nor Ignition nor jeos-firstboot is installed',
  describe:
    'Whether the next start is a first one: Combustion and Ignition then run what a medium or a virtual machine gives them, and jeos-firstboot asks at the console.',
  fields: {},
  shape: record({
    programs: listOf(string('a program', ['combustion', 'ignition']), 'which of them are installed'),
    again: boolean('the next start is a first one to them'),
    cause: string('what makes it one', ['flag', 'machine-id']),
    wizard: boolean('jeos-firstboot asks whoever is at the console for a password of root'),
  }),
  touches: () => [
    { do: 'list', path: modules },
    ...[flag, ...paths, pending].map((path) => ({ do: 'stat' as const, path })),
    { do: 'read', path: grub },
    { do: 'read', path: machineId },
    whetherEnabled.of(wizard),
  ],
  *learn(): Asking<Fact> {
    const [names, happened, config, id, asked, enabled, ...stats] = yield* together([
      list(modules),
      stat(flag),
      read(grub),
      read(machineId),
      stat(pending),
      whetherEnabled(wizard),
      ...paths.map((path) => stat(path)),
    ]);
    const there = installed(names, stats);
    if ('is' in there) return there;
    if (there.each.length === 0 && enabled.is === 'known' && !enabled.exists) return missing({ path: modules }, ...paths.map((path) => ({ path })));
    const fact = new FactBuilder().consulted(...there.where).set('programs', there.each, ...there.where);
    const again: First | Unknown = there.each.length === 0 ? { is: false, where: there.where } : nextIsFirst(there.detects, happened, config, id);
    if ('said' in again) fact.gap('again', again);
    else fact.set('again', again.is, ...again.where).set('cause', again.cause, ...again.where);
    setWizard(fact, enabled, asked);
    return fact.build();
  },
});

function setWizard(fact: FactBuilder, enabled: WhetherEnabled | Unknown, asked: Answer<Stat>): void {
  if (enabled.is === 'unknown') fact.gap('wizard', enabled);
  else if (asked.is === 'blocked') fact.gap('wizard', unknown(asked, pending));
  else fact.set('wizard', enabled.enabled && asked.is === 'got', { path: pending }, ...enabled.where);
}

interface Installed {
  readonly each: readonly string[];
  /** Combustion looks by itself whether this is a first boot. */
  readonly detects: boolean;
  readonly where: readonly Where[];
}

function installed(names: Answer<readonly string[]>, stats: readonly Answer<Stat>[]): Installed | Unknown {
  const seen = names.is === 'got' ? names.value : [];
  const each = Object.keys(programs).filter((name) => seen.some((n) => n.includes(name)) || programs[name]?.some((p) => stats[paths.indexOf(p)]?.is === 'got'));
  const shut = stats.findIndex((s) => s.is === 'blocked');
  const why = stats[shut];
  if (names.is === 'blocked') return unknown(names, modules);
  if (each.length === 0 && why?.is === 'blocked') return unknown(why, paths[shut] ?? '');
  return { each, detects: seen.includes('30firstboot'), where: [{ path: modules }] };
}

interface First {
  readonly is: boolean;
  readonly cause?: string;
  readonly where: readonly Where[];
}

/** With grub2 the flag decides; combustion's own detection takes a machine id that is missing or not made yet for a first boot as well. */
function nextIsFirst(detects: boolean, happened: Answer<Stat>, config: Answer<string>, id: Answer<string>): First | Unknown {
  if (detects) {
    if (id.is === 'blocked') return unknown(id, machineId);
    if (id.is === 'absent' || /^uninitialized\s*$/.test(id.value))
      return { is: true, cause: 'machine-id', where: [{ path: machineId, said: 'a machine id is still to be made' }] };
  }
  if (happened.is === 'blocked') return unknown(happened, flag);
  if (happened.is === 'got') return { is: false, where: [{ path: flag }] };
  if (config.is === 'blocked') return unknown(config, grub);
  // Where another loader starts the system, nothing looks at the flag.
  const heeded = !detects || (config.is === 'got' && config.value.includes('firstboot_happened'));
  return { is: heeded, ...(heeded ? { cause: 'flag' } : {}), where: [heeded ? { path: flag, said: 'not there' } : { path: machineId }] };
}
