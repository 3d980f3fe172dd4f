/** Which program connects an account's containers to the network. */
import { commandPlace } from '../asks.ts';
import { dependsOnVersion, type PodmanRelease, since } from '../containers/podman-release.ts';
import type { Unknown, Where } from '../fact.ts';
import type { Settings } from './settings.ts';

/** The word that decides, and where it is from. */
export interface RootlessCommand {
  readonly is: 'known';
  readonly command: string;
  readonly where: readonly Where[];
}

/** Podman 5.0 made pasta the default; there is no fall-back to the other program (containers/common:pkg/config/default.go). */
export function rootlessCommand(set: Settings, release: PodmanRelease): RootlessCommand | Unknown {
  const [usual, ...others] = new Set(release.candidates.map((c) => (since(c, '5.0') ? 'pasta' : 'slirp4netns')));
  const command = set.rootlessNetwork.value !== '' ? set.rootlessNetwork.value : others.length === 0 ? usual : undefined;
  if (command === undefined) {
    const said = dependsOnVersion('which program connects rootless containers', release.unknown);
    return { is: 'unknown', why: 'ambiguous', said, where: release.unknown?.where ?? [] };
  }
  const builtIn = { ...(release.where ?? { path: commandPlace(['podman', '--version']) }), said: `the default of Podman ${release.candidates[0].said}` };
  return { is: 'known', command, where: set.rootlessNetwork.where.length > 0 ? set.rootlessNetwork.where : [builtIn] };
}
