/** The release of the kernel: of the one that runs, on an image of the only one that is installed. */
import { type Asking, list, read, together } from '../ask.ts';
import { type Unknown, unknown, type Where } from '../fact.ts';
import { source, type Touches } from '../source.ts';

const osrelease = '/proc/sys/kernel/osrelease';
/** Where modules lie; one leads to the other where /lib and /usr/lib are merged. */
export const moduleRoots = ['/usr/lib/modules', '/lib/modules'] as const;

export type KernelRelease = { readonly is: 'known'; readonly release: string; readonly where: Where } | Unknown;

const touches: Touches = [{ do: 'read', path: osrelease }, ...moduleRoots.map((path) => ({ do: 'list', path }) as const)];

/** An image has no running kernel; where one kernel alone is installed it is the one that will run. */
export const kernelRelease = source(touches, readRelease);

function* readRelease(): Asking<KernelRelease> {
  const running = yield* read(osrelease);
  if (running.is === 'got' && /^\d+\.\d+/.test(running.value)) return { is: 'known', release: running.value.trim(), where: { path: osrelease, line: 1 } };
  if (running.is === 'blocked' && running.why !== 'unsupported') return unknown(running, osrelease);
  const listed = yield* together(moduleRoots.map((d) => list(d)));
  const at = listed.findIndex((l) => l.is !== 'absent');
  const names = listed[at];
  if (names?.is === 'blocked') return unknown(names, moduleRoots[at] ?? moduleRoots[0]);
  const found = names?.is === 'got' ? names.value.filter((n) => /^\d+\.\d+/.test(n)) : [];
  if (found.length === 1)
    return { is: 'known', release: found[0] as string, where: { path: `${moduleRoots[at]}/${found[0]}`, said: 'the only kernel that is installed' } };
  return {
    is: 'unknown',
    why: 'ambiguous',
    said: found.length === 0 ? 'no kernel is installed, and which one will run is not known' : `which of ${found.length} kernels will run is not known`,
    where: [{ path: moduleRoots[0] }],
  };
}
