/** The mounts of the target: those in force on a running host, those of /etc/fstab on an image. */
import { type Asking, read, stat } from '../ask.ts';
import { type Unknown, unknown, unparsable, type Where } from '../fact.ts';
import type { Pattern } from '../kind.ts';
import { kernelPath, runs } from './running.ts';

const mountInfo = '/proc/self/mountinfo';
const fstab = '/etc/fstab';

/** One mount; `options` are those of the mount itself (nosuid, noexec, ro, …). */
export interface Mount {
  readonly point: string;
  readonly type: string;
  readonly options: readonly string[];
  readonly at: Where;
}

export type Mounts = { readonly is: 'known'; readonly each: readonly Mount[]; readonly consulted: readonly Where[] } | Unknown;

export const mountTouches: readonly Pattern[] = [
  { do: 'read', path: mountInfo },
  { do: 'read', path: fstab },
  { do: 'stat', path: kernelPath },
];

/** Reads proc_pid_mountinfo(5); where no kernel runs, fstab(5) tells what will be mounted. */
export function* mounts(): Asking<Mounts> {
  const running = yield* read(mountInfo);
  if (running.is === 'got') {
    const each = parseMountInfo(running.value);
    return each.length > 0 ? { is: 'known', each, consulted: [{ path: mountInfo }] } : unparsable(`${mountInfo} shows no mounts`, { path: mountInfo });
  }
  const kernel = yield* stat(kernelPath);
  if (running.is === 'blocked' && (running.why !== 'unsupported' || runs(kernel))) return unknown(running, mountInfo);
  const planned = yield* read(fstab);
  if (planned.is === 'blocked') return unknown(planned, fstab);
  return { is: 'known', each: planned.is === 'got' ? parseFstab(planned.value) : [], consulted: [{ path: running.is === 'absent' ? mountInfo : fstab }, { path: fstab }] };
}

const unescaped = (text: string): string => text.replace(/\\([0-7]{3})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 8)));

/** The lines of mountinfo, in order; a line of another form is skipped. */
export function parseMountInfo(text: string): readonly Mount[] {
  return text.split('\n').flatMap((line, index) => {
    const fields = line.split(' ');
    const [point, options] = [fields[4], fields[5]];
    const dash = fields.indexOf('-', 6);
    const type = dash < 0 ? undefined : fields[dash + 1];
    return point === undefined || options === undefined || type === undefined
      ? []
      : [{ point: unescaped(point), type, options: options.split(','), at: { path: mountInfo, line: index + 1 } }];
  });
}

/** The lines of fstab(5); swap and other lines without a mount point are skipped. */
export function parseFstab(text: string): readonly Mount[] {
  return text.split('\n').flatMap((line, index) => {
    const [, point = '', type = '', options = ''] = line.trim().startsWith('#') ? [] : line.trim().split(/\s+/);
    return point.startsWith('/') ? [{ point: unescaped(point), type, options: options.split(','), at: { path: fstab, line: index + 1 } }] : [];
  });
}

/** The mount that a path lies on: the longest mount point above it, the last one if several lie there. */
export function mountOf(each: readonly Mount[], path: string): Mount | undefined {
  let best: Mount | undefined;
  for (const mount of each) {
    const above = mount.point === '/' || path === mount.point || path.startsWith(`${mount.point}/`);
    if (above && mount.point.length >= (best?.point.length ?? 0)) best = mount;
  }
  return best;
}
