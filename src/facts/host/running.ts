/** Whether the target is a running host or only its files. */
import type { Answer, Stat } from '../ask.ts';

/** A path that is there whenever a kernel runs. */
export const kernelPath = '/proc/sys/kernel';

/** Takes the answer to `stat` of {@link kernelPath}. An image either lacks the path or cannot be asked for it. */
export function runs(kernel: Answer<Stat> | undefined): boolean {
  return kernel?.is === 'got' || (kernel?.is === 'blocked' && kernel.why !== 'unsupported');
}
