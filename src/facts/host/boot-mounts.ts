/** How something comes to be mounted: on a running host what is mounted, on an image what fstab(5) and mount units make of it at boot. */
import { type Asking, together } from '../ask.ts';
import type { Unknown, Where } from '../fact.ts';
import { source } from '../source.ts';
import { enablementNamed, enablementOf } from '../systemd/enablement.ts';
import { type LoadedUnit, loadUnit, unitNamed } from '../systemd/load.ts';
import { rootAccount } from './accounts.ts';
import { type Mount, type MountTable, mountsItself, mountTable } from './mount-table.ts';

/** `options` are undefined where nothing is mounted there by itself. */
export interface BootMount {
  readonly point: string;
  readonly options?: readonly string[];
  /** The file system: `tmpfs`. */
  readonly type?: string;
  readonly at: Where;
}

const options = { manager: 'system', as: rootAccount } as const;

/** systemd.mount(5): the name of the unit of a path. */
const unitOf = (point: string): string => `${point.slice(1).replaceAll('-', '\\x2d').replaceAll('/', '-')}.mount`;

/** What the manager mounts by itself before anything else (systemd/systemd:src/shared/mount-setup.c). */
const byItself: Readonly<Record<string, readonly string[]>> = { '/dev/shm': ['nosuid', 'nodev', 'strictatime'] };

const points = ['/tmp', '/var/tmp', '/dev/shm', '/home'] as const;

export const bootMounts = source(
  [mountTable, ...points.flatMap((p) => [unitNamed(unitOf(p), 'system'), enablementNamed(unitOf(p), 'system')])],
  readBootMounts,
);

/** The places that everybody may write to, and the homes. */
function* readBootMounts(): Asking<readonly BootMount[] | Unknown> {
  const table = yield* mountTable();
  if (table.is === 'unknown') return table;
  if (!table.live && !table.image) return { is: 'unknown', why: 'ambiguous', said: 'the kernel does not tell what is mounted', where: table.consulted };
  if (table.live) return points.map((point) => onLive(table, point));
  const each = yield* together(points.map((point) => atBoot(table, point)));
  return each.find((m): m is Unknown => 'is' in m) ?? (each as readonly BootMount[]);
}

type Known = Exclude<MountTable, Unknown>;

function onLive(table: Known, point: string): BootMount {
  const found = table.each.findLast((m) => m.point === point);
  return found ? { point, options: found.options, at: found.at } : { point, at: table.consulted[0] ?? { path: point } };
}

/**
 * A unit in /etc or /run beats fstab, which beats the vendor's unit: its generator writes between the two. Of two lines for one
 * point the first counts, be it one that waits to be asked for: then only what else pulls the unit in mounts it (tried with
 * systemd-fstab-generator 252).
 */
function* atBoot(table: Known, point: string): Asking<BootMount | Unknown> {
  const name = unitOf(point);
  const line = table.each.find((m) => m.point === point && m.type !== 'autofs');
  const itself = line !== undefined && mountsItself(line);
  const [unit, pulled] = yield* together([loadUnit(name, options), enablementOf(name, options)]);
  if (unit.is === 'unknown') return unit;
  if (unit.unseen[0]) return unit.unseen[0];
  const path = unit.fragment?.path ?? '';
  if (unit.masked) return { point, at: { path, said: 'masked' } };
  const isVendors = !/^\/(?:etc|run)\//.test(path);
  const own = line && (isVendors || !unit.exists) ? line : undefined;
  if (own && itself) return ofLine(own, unit);
  if ('is' in pulled) return pulled;
  if (!pulled.enabled && pulled.unseen[0]) return pulled.unseen[0];
  if (own && unit.exists && pulled.enabled) return ofLine(own, unit);
  if (unit.exists && (itself || pulled.enabled))
    return { point, options: inForce(settingOf(unit, 'Options')?.value.split(',') ?? []), type: settingOf(unit, 'Type')?.value ?? '', at: { path } };
  const managers = Object.hasOwn(byItself, point) ? byItself[point] : undefined;
  if (managers) return { point, options: managers, at: { path: '/usr/lib/systemd/systemd', said: `mounts ${point} by itself` } };
  return { point, at: { path: '/etc/fstab', said: `has no line for ${point}` } };
}

const settingOf = ({ assignments }: Pick<LoadedUnit, 'assignments'>, key: string): LoadedUnit['assignments'][number] | undefined =>
  assignments.findLast((a) => a.section === 'Mount' && a.key === key);

/** Drop-ins change the unit that the generator makes of a line, too. */
function ofLine(line: Mount, unit: LoadedUnit): BootMount {
  const dropped = unit.assignments.filter((a) => unit.dropIns.some((d) => d.path === a.where.path));
  const options = settingOf({ assignments: dropped }, 'Options');
  const type = settingOf({ assignments: dropped }, 'Type')?.value ?? line.type;
  return { point: line.point, options: inForce(options?.value.split(',') ?? line.options), type, at: options?.where ?? line.at };
}

const opposites: Readonly<Record<string, string>> = { suid: 'nosuid', dev: 'nodev', exec: 'noexec' };
/** What mount(8) adds by itself to lines of which users may mount. */
const implied: Readonly<Record<string, readonly string[]>> = {
  user: ['nosuid', 'nodev', 'noexec'],
  users: ['nosuid', 'nodev', 'noexec'],
  owner: ['nosuid', 'nodev'],
  group: ['nosuid', 'nodev'],
};

/** Options as they count: a later `suid` takes `nosuid` back (mount(8)). */
function inForce(options: readonly string[]): readonly string[] {
  const counts = new Set<string>();
  for (const option of options) {
    const against = Object.hasOwn(opposites, option) ? opposites[option] : undefined;
    if (against) counts.delete(against);
    for (const more of Object.hasOwn(implied, option) ? (implied[option] ?? []) : []) counts.add(more);
    counts.add(option);
  }
  return [...counts];
}

/** What an image mounts at this place at boot; on a running host nothing is told. */
export const mountAtBoot = source((point: string) => [mountTable, unitNamed(unitOf(point), 'system'), enablementNamed(unitOf(point), 'system')], readMountAt);

function* readMountAt(point: string): Asking<BootMount | Unknown> {
  const table = yield* mountTable();
  if (table.is === 'unknown') return table;
  return table.image ? yield* atBoot(table, point) : { point, at: table.consulted[0] ?? { path: point } };
}
