/** Podman asked about root's containers, whoever inspects. */
import type { Account, Ask, Asking } from '../ask.ts';
import { asking } from '../settle.ts';

/**
 * Podman answers every account with containers of its own. Asked for root, it must not be answered by another account
 * that happens to inspect: there, the ask says whom it is about.
 */
export function asRoot<T>(probe: Asking<T>, as: Account, audited: Account): Asking<T> {
  const own = (ask: Ask): Ask => (ask.do === 'run' && !ask.user && ask.argv[0] === 'podman' && ask.argv[1] !== '--version' ? { ...ask, user: as } : ask);
  return as.uid === 0 && audited.uid !== 0 ? asking(probe, own) : probe;
}
