/**
 * Who restarts a transactional system after an update: transactional-update's method, rebootmgr's strategy.
 * Sources: openSUSE/transactional-update:lib/Reboot.cpp, sbin/transactional-update.in; SUSE/rebootmgr:NEWS, lib/common/load_config.c.
 */
import { type Answer, type Asking, list, read, type Stat, stat, together } from '../ask.ts';
import { type Unknown, unknown, type Where } from '../fact.ts';
import { type OsRelease, osRelease, osReleasePaths } from '../host/os-release.ts';
import { whetherEnabled } from '../host/whether-enabled.ts';
import { source, type Touches } from '../source.ts';
import { assignmentsIn } from '../text/assignments.ts';
import { parseIni } from '../text/ini.ts';
import { type Layered, layered } from './layered.ts';

export const transactionalPaths = ['/usr/sbin/transactional-update', '/usr/bin/transactional-update'] as const;
/** Programs of the package: one of them shows that it is installed. */
const controls = ['/usr/bin/rebootmgrctl', '/usr/sbin/rebootmgrctl', '/usr/sbin/rebootmgrd', '/usr/libexec/rebootmgr/rebootmgrd'] as const;
/** Where rebootmgr looked up to 2.6. */
const single = '/etc/rebootmgr.conf';
const places = ['/etc/rebootmgr', '/run/rebootmgr', '/usr/share/rebootmgr'];
const mains = places.map((dir) => `${dir}/rebootmgr.conf`);
const dropIns = places.map((dir) => `${dir}/rebootmgr.conf.d`);
/** Sourced by a shell in this order. */
const vendorConf = '/usr/etc/transactional-update.conf';
const ownConf = '/etc/transactional-update.conf';

export interface Setting {
  readonly value: string;
  /** Somebody wrote it: it is not the program's default. */
  readonly set: boolean;
  readonly where: readonly Where[];
}

export interface Rebootmgr {
  readonly is: 'known';
  /** Its daemon starts at boot. */
  readonly runs: boolean;
  readonly strategy: Setting | Unknown;
  /** A maintenance window is set. */
  readonly window: boolean | Unknown;
  readonly where: readonly Where[];
}

export interface Reboots {
  readonly is: 'known';
  /** transactional-update.timer is enabled: updates are installed without anybody asking. */
  readonly timer: boolean;
  readonly timerAt: readonly Where[];
  readonly method: Setting;
  readonly rebootmgr: Rebootmgr | Unknown;
  readonly consulted: readonly Where[];
}

export type RebootsFound = Reboots | Unknown | { readonly is: 'absent'; readonly consulted: readonly Where[] };

const units = ['transactional-update.timer', 'rebootmgr.service'] as const;

const touches: Touches = [
  ...osReleasePaths.map((path) => ({ do: 'read', path }) as const),
  ...units.map((name) => whetherEnabled.of(name)),
  layered.of(mains, dropIns, '.conf'),
  ...[...transactionalPaths, ...controls].map((path) => ({ do: 'stat', path }) as const),
  ...[single, vendorConf, ownConf].map((path) => ({ do: 'read', path }) as const),
  { do: 'list', path: `${vendorConf}.d` },
  { do: 'read', path: `${vendorConf}.d/*` },
];

/** How a transactional system comes to be restarted; absent where transactional-update is not installed. */
export const reboots = source(touches, learnReboots);

function* learnReboots(): Asking<RebootsFound> {
  const consulted = transactionalPaths.map((path) => ({ path }));
  const programs: readonly Answer<Stat>[] = yield* together(transactionalPaths.map((path) => stat(path)));
  const at = programs.findIndex((p) => p.is !== 'absent');
  const program = programs[at];
  if (!program) return { is: 'absent', consulted };
  if (program.is === 'blocked') return unknown(program, transactionalPaths[at] ?? '');
  const [timer, method, rebootmgr] = yield* together([whetherEnabled(units[0]), learnMethod(), learnRebootmgr()]);
  if (timer.is === 'unknown') return timer;
  if ('is' in method) return method;
  return { is: 'known', timer: timer.enabled, timerAt: timer.where, method, rebootmgr, consulted };
}

function* learnMethod(): Asking<Setting | Unknown> {
  const names = yield* list(`${vendorConf}.d`);
  if (names.is === 'blocked') return unknown(names, `${vendorConf}.d`);
  const snippets = names.is === 'got' ? [...names.value].sort().map((n) => `${vendorConf}.d/${n}`) : [];
  const paths = [vendorConf, ...snippets, ownConf];
  const texts = yield* together(paths.map((path) => read(path)));
  const shut = texts.findIndex((t) => t.is === 'blocked');
  const why = texts[shut];
  if (why?.is === 'blocked') return unknown(why, paths[shut] ?? '');
  const wanted = new Set(['REBOOT_METHOD']);
  const last = paths.flatMap((path, at) => (texts[at]?.is === 'got' ? assignmentsIn(texts[at].value, path, wanted, 'shell') : [])).at(-1);
  if (!last) return { value: 'auto', set: false, where: [{ path: ownConf, said: 'REBOOT_METHOD is not set' }] };
  if (last.conditional) return { is: 'unknown', why: 'ambiguous', said: 'REBOOT_METHOD is set under a condition', where: [last.where] };
  return { value: last.raw, set: true, where: [last.where] };
}

function* learnRebootmgr(): Asking<Rebootmgr | Unknown> {
  const programs: readonly Answer<Stat>[] = yield* together(controls.map((path) => stat(path)));
  const where = controls.map((path) => ({ path }));
  if (!programs.some((p) => p.is === 'got')) {
    const shut = programs.findIndex((p) => p.is === 'blocked');
    const why = programs[shut];
    if (why?.is === 'blocked') return unknown(why, controls[shut] ?? '');
    return { is: 'known', runs: false, strategy: { value: 'off', set: false, where }, window: false, where };
  }
  const [service, old, layers] = yield* together([whetherEnabled(units[1]), read(single), layered(mains, dropIns, '.conf')]);
  if (service.is === 'unknown') return service;
  const before: Layered | Unknown =
    old.is === 'blocked'
      ? unknown(old, single)
      : { is: 'known', files: old.is === 'got' ? [{ path: single, text: old.value }] : [], hidden: [], consulted: [{ path: single }] };
  // From 3.0 the daemon lies in /usr/libexec and reads the layers; up to 2.6 it was /usr/sbin/rebootmgrd with the one file.
  const release = yield* osRelease();
  if (release && 'is' in release) return release;
  const is3 = service.starts.includes('/libexec/') || (old.is === 'absent' && bringsLayers(release));
  const files = is3 ? layers : before;
  if (files.is === 'unknown') return { is: 'known', runs: service.enabled, strategy: files, window: files, where: service.where };
  return { is: 'known', runs: service.enabled, ...policyIn(files), where: service.where };
}

/** The first releases with rebootmgr 3, by ID of os-release. */
const since: Readonly<Record<string, number>> = { 'sl-micro': 6.2, sles: 16, 'opensuse-microos': 20_241_201, 'opensuse-tumbleweed': 20_241_201 };

function bringsLayers(release: OsRelease | undefined): boolean {
  const id = release?.values.get('ID')?.value ?? '';
  const first = Object.hasOwn(since, id) ? since[id] : undefined;
  return first !== undefined && Number.parseFloat(release?.values.get('VERSION_ID')?.value ?? '') >= first;
}

/** Without a strategy it is best-effort: at once where no window is set. */
function policyIn({ files, consulted }: Layered): { readonly strategy: Setting; readonly window: boolean } {
  const entries = files.flatMap(({ path, text }) =>
    parseIni(text)
      .entries.filter((e) => e.section === 'rebootmgr')
      .map((e) => ({ ...e, path })),
  );
  const last = (key: string): (typeof entries)[number] | undefined => entries.findLast((e) => e.key === key);
  const strategy = last('strategy');
  const at = strategy ? [{ path: strategy.path, line: strategy.at.line }] : consulted.slice(0, 1).map((w) => ({ ...w, said: 'no strategy is set' }));
  return { strategy: { value: strategy?.value ?? 'best-effort', set: strategy !== undefined, where: at }, window: (last('window-start')?.value ?? '') !== '' };
}
