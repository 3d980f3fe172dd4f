/** Podman releases as far as they differ in how they read configuration. */

import { type Asking, stat } from '../ask.ts';
import type { Unknown, Where } from '../fact.ts';
import { seeTool, toolVersion } from '../host/tool-version.ts';
import { source, type Touches } from '../source.ts';
import { type Release, releaseOf, since } from '../text/version.ts';

export { type Release, releaseOf, since };

/** The version of Podman on the target; when it cannot be read, releases that stand for all that may be meant. */
export interface PodmanRelease {
  readonly candidates: readonly [Release, ...Release[]];
  readonly where?: Where;
  /** Set when `candidates` are guesses. */
  readonly unknown?: Unknown;
}

const releases = (...said: readonly [string, ...string[]]): [Release, ...Release[]] => said.map((s) => releaseOf(s) as Release) as [Release, ...Release[]];
/** One release from each side of every change since Podman 4. */
const modern = releases('4.0', '4.9', '5.8', '6.0');
/** Quadlet's generator, which comes with Podman since 4.4. */
const generator = '/usr/lib/systemd/system-generators/podman-system-generator';

const touches: Touches = [seeTool.of('podman'), { do: 'stat', path: generator }];

/**
 * Asks for Podman's version. Never fails: an unreadable version widens the candidates. Where no
 * Podman is found, what 4 and later make of the files is what counts; where one is there that
 * cannot tell, it may be a 3 unless something that came later lies beside it.
 */
export const podmanRelease = source(touches, readRelease);

function* readRelease(): Asking<PodmanRelease> {
  const found = yield* toolVersion('podman');
  if (found.is === 'unknown') return yield* guessed({ ...found, said: `the Podman version could not be read: ${found.said}` });
  if (found.is === 'absent')
    return {
      candidates: modern,
      unknown: { is: 'unknown', why: 'ambiguous', said: 'the Podman version could not be read: podman was not found', where: found.consulted.slice(0, 1) },
    };
  const release = releaseOf(found.version);
  if (release) return { candidates: [release], where: found.where };
  return yield* guessed({ is: 'unknown', why: 'unparsable', said: `the Podman version could not be read: ${found.version}`, where: [found.where] });
}

/** What is not decided since the version is not known; `version` says why it is not. */
export const dependsOnVersion = (what: string, version: Unknown | undefined): string =>
  `${what} depends on the Podman version${version === undefined ? '' : version.said.replace(/^the Podman version /, ', which ')}`;

function* guessed(unknown: Unknown): Asking<PodmanRelease> {
  const beside = yield* stat(generator);
  return {
    candidates:
      beside.is === 'got'
        ? releases('4.4', '4.9', '5.8', '6.0')
        : (['3.0', ...modern.map((r) => r.said)].map((s) => releaseOf(s) as Release) as [Release, ...Release[]]),
    unknown,
  };
}
