/** Kind `rauc`: RAUC as system.conf configures it, and what of the host it needs. */
import { type Answer, type Asking, list, read, type Stat, stat, together } from '../../facts/ask.ts';
import { type Fact, FactBuilder, lookedAt, missing, type Unknown, unknown, type Where } from '../../facts/fact.ts';
import { argumentsOf } from '../../facts/host/kernel-arguments.ts';
import { defineKind } from '../../facts/kind.ts';
import { boolean, list as listOf, record, string } from '../../facts/shape.ts';
import { startsAtBoot } from '../../facts/systemd/started.ts';
import { type RaucConfig, type RaucSlot, raucConfig } from '../../facts/vehicle/rauc.ts';
import { ubootConfig, ubootEnvironment } from '../../facts/vehicle/uboot-environment.ts';

const commandLine = '/proc/cmdline';
const clocks = '/sys/class/rtc';
const markGood = 'rauc-mark-good.service';

export const rauc = defineKind({
  name: 'rauc',
  noun: 'RAUC',
  describe: 'The updater RAUC: its system.conf, the slot that runs, and what its boot loader needs. Absent where no system.conf is there.',
  absent: 'RAUC is not configured',
  fields: {},
  shape: record({
    path: string('its system.conf'),
    compatible: string('compatible=: the board that bundles have to name'),
    bootloader: string('bootloader='),
    keyring: string('the keyring file or directory that it checks bundles with; unset when none is named'),
    keyringPresent: boolean('that is there; without it every bundle is refused'),
    plainAllowed: boolean('bundles of the format plain are taken, which can be changed while they are installed'),
    signingTime: boolean('certificates are checked against the time that the bundle itself names'),
    partialChain: boolean('a certificate in the middle of a chain is trusted as a root'),
    clock: boolean('the host has a clock that runs on without power; unset on an image'),
    floor: string('min-bundle-version=: older bundles are refused'),
    bootSlots: listOf(string('a slot'), 'slots that the boot loader can start: those with a bootname'),
    fileSystems: listOf(
      record({ name: string('the slot'), type: string('its type') }),
      'slots with a bootname whose type is a file system, so that RAUC mounts them and writes into them',
    ),
    resized: listOf(string('a slot'), 'those of them that RAUC grows after writing'),
    statusElsewhere: boolean('data-directory= or statusfile= keep the status outside of the slots'),
    environment: boolean('/etc/fw_env.config is there and names a place, by which U-Boot’s environment is reached; unset with another boot loader'),
    marksGood: boolean('rauc-mark-good.service starts at boot'),
    running: string('how RAUC knows the running slot; unset when it does not, and then its service does not start'),
    external: boolean('the system runs from a medium outside of the slots (rauc.external)'),
  }),
  touches: () => [
    raucConfig,
    startsAtBoot.of(markGood),
    { do: 'read', path: commandLine },
    ubootEnvironment,
    { do: 'list', path: clocks },
    { do: 'stat', named: 'devices of slots in system.conf' },
    // The keyring lies where system.conf says.
    { do: 'stat', named: 'what path= and directory= of [keyring] name' },
  ],
  *learn(): Asking<Fact> {
    const config = yield* raucConfig();
    if (config === undefined) return missing({ path: '/etc/rauc/system.conf' });
    if (config.is === 'unknown') return config;
    const fact = new FactBuilder().consulted({ path: config.path }).set('path', config.path, { path: config.path });
    setOptions(fact, config);
    yield* setKeyring(fact, config);
    yield* setBoot(fact, config);
    yield* setRunning(fact, config);
    return fact.build();
  },
});

const unset = ({ path }: RaucConfig): Where[] => lookedAt([{ path }]);

function setOptions(fact: FactBuilder, config: RaucConfig): void {
  for (const [field, section, key] of [
    ['compatible', 'system', 'compatible'],
    ['bootloader', 'system', 'bootloader'],
    ['floor', 'system', 'min-bundle-version'],
  ] as const) {
    const found = config.get(section, key);
    fact.at(field, ...(found ? [found.at] : unset(config))).set(field, found?.value, ...(found ? [found.at] : []));
  }
  for (const [field, key] of [
    ['signingTime', 'use-bundle-signing-time'],
    ['partialChain', 'allow-partial-chain'],
  ] as const) {
    const found = config.get('keyring', key);
    fact.set(field, found?.value === 'true', ...(found ? [found.at] : unset(config)));
  }
  const formats = config.get('system', 'bundle-formats');
  fact.set('plainAllowed', takesPlain(formats?.value), ...(formats ? [formats.at] : unset(config)));
  const status = config.get('system', 'data-directory') ?? config.get('system', 'statusfile');
  const elsewhere = status !== undefined && status.value !== 'per-slot';
  fact.set('statusElsewhere', elsewhere, ...(status ? [status.at] : unset(config)));
  const bootable = config.slots.filter((s) => s.bootname !== undefined);
  fact.set(
    'bootSlots',
    bootable.map((s) => s.name),
    ...(bootable.length > 0 ? bootable.map((s) => s.at) : unset(config)),
  );
  const mounted = bootable.filter((s) => /^(?:ext4|ubifs|vfat|jffs2)$/.test(s.type));
  fact.set(
    'fileSystems',
    mounted.map(({ name, type }) => ({ name, type })),
    ...(mounted.length > 0 ? mounted.map((s) => s.at) : unset(config)),
  );
  const resized = mounted.filter((s) => s.resize);
  fact.set(
    'resized',
    resized.map((s) => s.name),
    ...(resized.length > 0 ? resized.map((s) => s.at) : unset(config)),
  );
}

/** All formats where nothing is said; `-plain` takes one away from them, and a list without signs is all there is. */
function takesPlain(formats: string | undefined): boolean {
  const words = (formats ?? '').split(/\s+/).filter(Boolean);
  if (words.includes('-plain')) return false;
  return words.length === 0 || words.some((w) => /^[+-]/.test(w)) || words.includes('plain');
}

function* setKeyring(fact: FactBuilder, config: RaucConfig): Asking<void> {
  const named = config.get('keyring', 'path') ?? config.get('keyring', 'directory');
  if (!named) return void fact.at('keyring', ...unset(config)).set('keyringPresent', false, ...unset(config));
  const path = named.value.startsWith('/') ? named.value : `${config.path.slice(0, config.path.lastIndexOf('/'))}/${named.value}`;
  const answer = yield* stat(path);
  fact.set('keyring', path, named.at);
  if (answer.is === 'blocked') fact.gap('keyringPresent', unknown(answer, path));
  else fact.set('keyringPresent', answer.is === 'got' && (answer.value.real === undefined || answer.value.real.is === 'got'), named.at, { path });
}

function* setBoot(fact: FactBuilder, config: RaucConfig): Asking<void> {
  const [env, started, clock] = yield* together([ubootEnvironment(), startsAtBoot(markGood), list(clocks)]);
  if (config.get('system', 'bootloader')?.value === 'uboot') {
    if (typeof env !== 'boolean') fact.gap('environment', env);
    else fact.set('environment', env, { path: ubootConfig });
  }
  if ('is' in started) fact.gap('marksGood', started);
  else fact.set('marksGood', started.length > 0, ...(started.length > 0 ? started.map((s) => s.at) : [{ path: '/etc/systemd/system' }]));
  if (clock.is === 'got' || clock.is === 'absent') fact.set('clock', clock.is === 'got' && clock.value.length > 0, { path: clocks });
  else if (clock.why !== 'unsupported') fact.gap('clock', unknown(clock, clocks));
}

/** rauc/rauc:src/context.c get_cmdline_bootname(), src/slot.c and bootchooser.c. */
function* setRunning(fact: FactBuilder, config: RaucConfig): Asking<void> {
  const answer = yield* read(commandLine);
  const at = { path: commandLine, line: 1 };
  if (answer.is !== 'got') {
    const why: Unknown =
      answer.is === 'blocked'
        ? unknown(answer, commandLine)
        : { is: 'unknown', why: 'unsupported', said: 'what the boot loader tells the kernel shows on a running host only', where: [at] };
    return void fact.gap('running', why).gap('external', why);
  }
  const words = argumentsOf(answer.value);
  const wordOf = (...names: readonly string[]): string | undefined => words.find((w) => names.includes(w.name))?.value;
  const root = wordOf('root') ?? wordOf('systemd.verity_root_data');
  fact.set('external', answer.value.includes('rauc.external'), at);
  const bootloader = config.get('system', 'bootloader')?.value;
  const slot = wordOf('rauc.slot') ?? (bootloader === 'barebox' ? wordOf('bootstate.active', 'bootchooser.active') : undefined);
  fact.at('running', at);
  if (slot !== undefined) {
    const known = config.slots.some((s) => s.bootname === slot || s.name === slot);
    return void fact.set('running', known ? `the boot loader names the slot ${slot}` : undefined, at);
  }
  if (root === '/dev/nfs') return void fact.set('running', 'the root file system is on NFS, outside of the slots', at);
  if (bootloader === 'custom' || bootloader === 'efi') return void fact.set('running', `the boot loader is asked (${bootloader})`, at);
  const found = root === undefined ? undefined : yield* slotOf(root, config.slots);
  if (found !== undefined && typeof found !== 'string') fact.gap('running', found);
  else fact.set('running', found === undefined ? undefined : `root= leads to the slot ${found}`, at);
}

/** The slot with the device that root= names, by name or where both names lead. */
function* slotOf(root: string, slots: readonly RaucSlot[]): Asking<string | undefined | Unknown> {
  const device = root.replace(/^(PARTLABEL|PARTUUID|UUID)=/, (_, sort: string) => `/dev/disk/by-${sort.toLowerCase()}/`);
  const same = slots.find((s) => s.device === device);
  if (same) return same.name;
  const paths = [device, ...slots.map((s) => s.device)];
  const reached = paths.map((p) => (p.startsWith('/dev/') ? p : undefined));
  const stats = yield* together(reached.map((p) => stat(p ?? '/dev/null')));
  // udev makes a link for what the kernel has started from: where none is seen, nobody looked.
  if (device !== root && stats[0]?.is === 'absent')
    return { is: 'unknown', why: 'ambiguous', said: `which device ${root} is does not show, since ${device} is not there`, where: [{ path: device }] };
  const [own, ...others] = stats.map((s, at) => endOf(s, paths[at] ?? ''));
  const found = others.findIndex((o) => typeof o === 'string' && o === own);
  if (found >= 0) return slots[found]?.name;
  return [own, ...others].find((o): o is Unknown => o !== undefined && typeof o !== 'string');
}

/** Where a device's path leads; a path that is not there leads nowhere else. */
function endOf(answer: Answer<Stat>, path: string): string | Unknown | undefined {
  if (answer.is === 'blocked') return unknown(answer, path);
  if (answer.is === 'absent') return path;
  return answer.value.real?.is === 'got' ? answer.value.real.value.path : path;
}
