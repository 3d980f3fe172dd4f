/** What a target that is not running can say about paths that only a running host fills. Pure. */
import type { Answer } from '../../facts/ask.ts';

/** Runtime configuration below /run: on a host that has not booted there is none, and that is knowledge. */
const runtimeConfiguration = /^\/run\/(?:(?:user\/[^/]+\/)?(?:systemd|containers\/systemd)|[a-z-]+\.d)(?:\/|$)/;
const live = /^\/(?:proc|sys|run|dev)(?:\/|$)/;

/**
 * The answer for a path that an image does not hold. Below /proc, /sys, /dev and /run
 * its absence says nothing about the host that will run: it cannot be asked there.
 */
export function notInImage(path: string): Answer<never> {
  const plain = path.replace(/^\/var\/run(?=\/|$)/, '/run');
  if (!live.test(plain) || runtimeConfiguration.test(plain)) return { is: 'absent' };
  return { is: 'blocked', why: 'unsupported', said: 'only a running host has it' };
}
