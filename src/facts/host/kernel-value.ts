/** One kernel parameter as it counts: the live value, or on an image the one that systemd-sysctl will set. */

import { type Asking, read, stat, together } from '../ask.ts';
import { type Unknown, unknown, type Where } from '../fact.ts';
import { source, type Touches } from '../source.ts';
import { kernelPath, runs } from './running.ts';
import { effective, idleUnknown, normalKey, type SysctlFiles, sysctlFiles } from './sysctl-d.ts';

/** What the files of sysctl.d set at the next boot; no value where none of them sets it. */
export const valueAtBoot = source([sysctlFiles], readValueAtBoot);

function* readValueAtBoot(key: string): Asking<{ readonly is: 'known'; readonly value?: string; readonly where: readonly Where[] } | Unknown> {
  const files: SysctlFiles = yield* sysctlFiles();
  if (files.incomplete) return files.incomplete;
  const { value, winner } = effective(files.assignments, normalKey(key));
  // What no file sets is set by none, whoever applies them.
  const open = winner && idleUnknown(files);
  if (open) return open;
  const where = winner ? [winner.at] : files.files.length > 0 ? files.files : [{ path: '/etc/sysctl.d' }];
  return { is: 'known', where, ...(value === undefined ? {} : { value: normal(value) }) };
}

/** `value` is undefined when the kernel has no such parameter, or (`live` false) when no file sets it. Blanks within are one space. */
export type KernelValue = { readonly is: 'known'; readonly value?: string; readonly live: boolean; readonly where: readonly Where[] } | Unknown;

const touches = (key: string): Touches => [{ do: 'read', path: `/proc/sys/${normalKey(key)}` }, { do: 'stat', path: kernelPath }, valueAtBoot.of(key)];

export const kernelValue = source(touches, readKernelValue);

function* readKernelValue(key: string): Asking<KernelValue> {
  const path = `/proc/sys/${normalKey(key)}`;
  const [answer, kernel] = yield* together([read(path), stat(kernelPath)]);
  if (runs(kernel)) {
    if (answer.is === 'blocked') return unknown(answer, path);
    if (kernel.is === 'blocked') return unknown(kernel, kernelPath);
    return { is: 'known', live: true, where: [{ path }], ...(answer.is === 'got' ? { value: normal(answer.value) } : {}) };
  }
  const next = yield* valueAtBoot(key);
  return next.is === 'unknown' ? next : { ...next, live: false };
}

const normal = (value: string): string => value.trim().replace(/\s+/g, ' ');
