/** Kind `usb-storage`: whether a stick that somebody plugs in becomes a disk. */
import { type Answer, type Asking, read, together } from '../../facts/ask.ts';
import { type CommandLine, commandLines } from '../../facts/cgroup/command-line.ts';
import { type Fact, FactBuilder, type Unknown, unknown, type Where } from '../../facts/fact.ts';
import { hostModules } from '../../facts/host/kernel-modules.ts';
import { modprobeD } from '../../facts/host/modprobe-d.ts';
import { defineKind } from '../../facts/kind.ts';
import { boolean, record, string } from '../../facts/shape.ts';
import { startsAtBoot } from '../../facts/systemd/started.ts';

const guard = 'usbguard.service';
const guardConf = '/etc/usbguard/usbguard-daemon.conf';
const how = ['no', 'blacklist', 'install', 'built-in'];

export const usbStorage = defineKind({
  name: 'usb-storage',
  noun: 'USB storage',
  describe: 'Whether the modules for USB disks are kept away by modprobe.d, and whether USBGuard decides about devices.',
  fields: {},
  shape: record({
    usbStorage: string(
      'how modprobe.d keeps usb-storage: blacklist stops loading by alias, install any loading; a module that is built in cannot be kept',
      how,
    ),
    uas: string('the same for uas, the faster protocol, which needs usb-storage', how),
    guarded: boolean('USBGuard starts at boot, and blocks or rejects devices that no rule names'),
  }),
  touches: () => [modprobeD, hostModules, commandLines, startsAtBoot.of(guard), { do: 'read', path: guardConf }],
  *learn(): Asking<Fact> {
    const [conf, modules, lines, started, guardText] = yield* together([modprobeD(), hostModules(), commandLines(), startsAtBoot(guard), read(guardConf)]);
    const fact = new FactBuilder().consulted(...conf.looked);
    // An image need not hold its kernel; where it does, what is built in has to be seen.
    const { unseen } = modules.builtIn;
    const hidden = conf.unseen ?? (unseen && unseen.why !== 'unsupported' && unseen.why !== 'ambiguous' ? unseen : undefined);
    const builtIn = new Set(modules.builtIn.each.map((m) => m.name));
    for (const [field, name] of [
      ['usbStorage', 'usb_storage'],
      ['uas', 'uas'],
    ] as const) {
      const kept = conf.kept(name) ?? { how: 'no', at: conf.looked.map((w) => ({ ...w, looked: true as const })) };
      if (builtIn.has(name)) fact.set(field, 'built-in', ...modules.builtIn.looked);
      else if (hidden) fact.gap(field, hidden);
      else if (kept.how !== 'no') fact.set(field, kept.how, ...kept.at);
      else if (lines.is === 'unknown') fact.gap(field, lines);
      else if (lines.each.length > 0 && lines.each.every((l) => keepsAway(l, name))) fact.set(field, 'blacklist', ...lines.each.flatMap((l) => l.where));
      else fact.set(field, kept.how, ...kept.at);
    }
    const guarded = guards(started, guardText);
    if ('is' in guarded) fact.gap('guarded', guarded);
    else fact.set('guarded', guarded.on, ...guarded.where);
    return fact.build();
  },
});

/** `module_blacklist=` of the kernel, and `modprobe.blacklist=`, which modprobe reads: names with commas between. */
const keepsAway = (line: CommandLine, name: string): boolean =>
  line.arguments.some(
    (a) =>
      (a.name === 'module_blacklist' || a.name === 'modprobe.blacklist') &&
      (a.value ?? '')
        .split(',')
        .map((m) => m.replaceAll('-', '_'))
        .includes(name),
  );

type Guards = { readonly on: boolean; readonly where: readonly Where[] } | Unknown;

/** ImplicitPolicyTarget= is block where nothing is said (usbguard-daemon.conf(5)). */
function guards(started: readonly { readonly at: Where }[] | Unknown, text: Answer<string>): Guards {
  if ('is' in started) return started;
  if (started.length === 0) return { on: false, where: [{ path: '/etc/systemd/system', said: `${guard} is not started` }] };
  if (text.is === 'blocked') return unknown(text, guardConf);
  const target = text.is === 'got' ? /^ImplicitPolicyTarget=(\w+)/m.exec(text.value)?.[1] : undefined;
  return { on: target !== 'allow', where: [...started.map((s) => s.at), { path: guardConf }] };
}
