/** Mounts: which one a path lies on, and its options. From the kernel, or from fstab(5) where none runs. */

import { type Answer, type Asking, read, type Stat, stat, together } from '../ask.ts';
import { type Unknown, unknown, unparsable, type Where } from '../fact.ts';
import { source, type Touches } from '../source.ts';

export interface Mount {
  readonly point: string;
  readonly type: string;
  readonly options: readonly string[];
  /** What is mounted: a device, or a name. */
  readonly source: string;
  /** How mounts below it spread (mount_namespaces(7)); of fstab it is not known. */
  readonly propagation?: 'shared' | 'slave' | 'private';
  readonly at: Where;
}

/** `live` is false when fstab had to do: what is not in it may still be mounted by other means. `image`: since nothing runs. */
export type MountTable =
  | { readonly is: 'known'; readonly each: readonly Mount[]; readonly live: boolean; readonly image: boolean; readonly consulted: readonly Where[] }
  | Unknown;

const mountInfo = '/proc/self/mountinfo';
const fstab = '/etc/fstab';

const touches: Touches = [
  { do: 'read', path: mountInfo },
  { do: 'read', path: fstab },
];

/** The mounts of the running system; of an image, what its fstab would mount. */
export const mountTable = source(touches, readMounts);

function* readMounts(): Asking<MountTable> {
  const [live, table] = yield* together([read(mountInfo), read(fstab)]);
  if (live.is === 'got') {
    const each = parseMountInfo(live.value);
    return each.length > 0
      ? { is: 'known', each, live: true, image: false, consulted: [{ path: mountInfo }] }
      : unparsable(`${mountInfo} shows no mounts`, { path: mountInfo });
  }
  if (live.is === 'blocked' && live.why !== 'unsupported') return unknown(live, mountInfo);
  if (table.is === 'blocked') return unknown(table, fstab);
  const each = table.is === 'got' ? parseFstab(table.value) : [];
  return { is: 'known', each, live: false, image: live.is === 'blocked', consulted: [{ path: fstab }] };
}

/** proc_pid_mountinfo(5). Of several mounts at one point the last one is on top. */
export function parseMountInfo(text: string): Mount[] {
  return text.split('\n').flatMap((line, index) => {
    const [before = '', after = ''] = line.split(' - ');
    const [, , , , point, options = '', ...tags] = before.split(' ');
    const [type = '', source = '', more = ''] = after.split(' ');
    if (!point || type === '') return [];
    const propagation = ['shared', 'master'].find((word) => tags.some((t) => t.startsWith(`${word}:`)));
    return [
      {
        point: unescaped(point),
        type,
        source,
        options: [...options.split(','), ...more.split(',')],
        propagation: propagation === 'master' ? 'slave' : propagation === 'shared' ? 'shared' : 'private',
        at: { path: mountInfo, line: index + 1 },
      },
    ];
  });
}

/**
 * fstab(5): source, point, type, options, as getmntent(3) reads them for systemd-fstab-generator: a type may be missing, and of a
 * path repeated and trailing slashes are taken away. Of several lines for one point the first counts (tried with systemd 252).
 */
export function parseFstab(text: string): Mount[] {
  const seen = new Set<string>();
  return linesOfFstab(text).filter(({ point, type }) => type === 'autofs' || (!seen.has(point) && seen.add(point)));
}

function linesOfFstab(text: string): Mount[] {
  return text.split('\n').flatMap((line, index) => {
    const words = line
      .replace(/^[ \t]+|[ \t\r]+$/g, '')
      .split(/[ \t]+/)
      .map(fromFstab);
    const [source = '', point, type = '', options = ''] = words;
    if (source.startsWith('#') || !point?.startsWith('/')) return [];
    return [{ point: point.replace(/\/+/g, '/').replace(/(?<=.)\/$/, ''), type, source, options: options.split(','), at: { path: fstab, line: index + 1 } }];
  });
}

/** These escapes and no others: `\054` stays as it is. */
const fromFstab = (text: string): string =>
  text.replace(/\\(?:040|011|012|134|\\)/g, (sequence) => (sequence === '\\\\' ? '\\' : String.fromCharCode(Number.parseInt(sequence.slice(1), 8))));

/** Whether it is mounted at boot by itself: of `auto` and `noauto` the last one counts. */
export const mountsItself = ({ options }: Pick<Mount, 'options'>): boolean => options.findLast((o) => o === 'auto' || o === 'noauto') !== 'noauto';

/** Blanks and the like stand as octal numbers in the table of the kernel. */
const unescaped = (text: string): string => text.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));

/** The mount that holds a path without links: the longest point, the last of equals. */
export function mountOf(each: readonly Mount[], path: string): Mount | undefined {
  let best: Mount | undefined;
  for (const m of each) {
    const holds = m.point === '/' || path === m.point || path.startsWith(`${m.point}/`);
    if (holds && (best === undefined || m.point.length >= best.point.length)) best = m;
  }
  return best;
}

/**
 * Where a path leads: the kernel follows the links on the way to each of its parts, so the last part that is a link, with
 * what stands behind it, tells (path_resolution(7)). What is not there yet leads to what its name says.
 */
export function* leadsTo(path: string): Asking<string | Unknown> {
  const names = path.split('/').filter((n) => n !== '');
  const parts = names.map((_, at) => `/${names.slice(0, at + 1).join('/')}`);
  const stats = (yield* together(parts.map((p) => stat(p)))) as Answer<Stat>[];
  const shut = stats.findIndex((s) => s.is === 'blocked' || (s.is === 'got' && s.value.real?.is === 'blocked'));
  const refused = stats[shut];
  if (refused?.is === 'blocked') return unknown(refused, parts[shut] ?? path);
  if (refused?.is === 'got' && refused.value.real?.is === 'blocked') return unknown(refused.value.real, parts[shut] ?? path);
  const last = stats.findLastIndex((s) => s.is === 'got' && s.value.real?.is === 'got');
  const link = stats[last];
  const end = link?.is === 'got' && link.value.real?.is === 'got' ? link.value.real.value.path : '';
  return `/${[...end.split('/').filter((n) => n !== ''), ...names.slice(last + 1)].join('/')}`;
}
