/** Which network back end a release of Podman takes (containers/common:libnetwork/network/interface.go). */

import { commandPlace } from '../asks.ts';
import { type Release, since } from '../containers/podman-release.ts';
import type { Where } from '../fact.ts';
import type { Helper } from './helpers.ts';
import type { Setting } from './settings.ts';

export interface BackendEvidence {
  /** The content of graphroot/defaultNetworkBackend, written at first use. */
  readonly recorded?: { readonly value: string; readonly where: Where };
  /** `network_backend` of containers.conf; empty when unset. */
  readonly configured: Setting<string>;
  readonly netavark: Helper;
  /** The store was used before. */
  readonly used: boolean;
  /** What podman info said. */
  readonly told?: { readonly name: string; readonly where: Where };
}

export interface Backend {
  readonly name?: string;
  /** Why every command fails. */
  readonly refused?: string;
  readonly where: readonly Where[];
}

/**
 * 3.x: CNI. 4.x: the setting, else what was recorded at first use, else netavark if it is installed and the store is
 * new: what is in an older store keeps CNI.
 * From 5.0 on: netavark; the word "cni" in the record is passed over, in the setting it is refused,
 * and any other word is refused in both.
 */
export function backendOf(release: Release, { recorded, configured, netavark, used, told }: BackendEvidence): Backend {
  if (told) return { name: told.name, where: [told.where] };
  const usual = [{ path: commandPlace(['podman', '--version']), said: `the default of Podman ${release.said}` }];
  if (!since(release, '4.0')) return { name: 'cni', where: usual };
  const set = configured.value;
  const wrong = set !== '' && set !== 'netavark' && (set !== 'cni' || since(release, '5.0'));
  if (wrong) return { refused: `network_backend "${set}" is not supported`, where: configured.where };
  if (set !== '') return { name: set, where: configured.where };
  if (recorded) {
    if (recorded.value !== 'netavark' && recorded.value !== 'cni')
      return {
        refused:
          recorded.value === ''
            ? 'defaultNetworkBackend is empty'
            : `defaultNetworkBackend holds ${JSON.stringify(recorded.value)}, and not a bare word without a line break`,
        where: [recorded.where],
      };
    if (recorded.value === 'cni' && since(release, '5.0'))
      return { name: 'netavark', where: [{ ...recorded.where, said: 'says cni, which Podman 5 passes over' }] };
    return { name: recorded.value, where: [recorded.where] };
  }
  if (used && !since(release, '5.0') && netavark.is !== 'absent') return { where: [{ path: commandPlace(['podman', '--version']), said: usedBefore }] };
  if (since(release, '5.0') || netavark.is === 'found') return { name: 'netavark', where: netavark.is === 'found' ? [{ path: netavark.path }] : usual };
  return netavark.is === 'absent' ? { name: 'cni', where: netavark.consulted } : { where: netavark.where };
}

/** Why the back end of a used store without a record is open. */
export const usedBefore = 'the store was used before Podman 4 recorded the back end: whether it keeps CNI depends on what is in it';
