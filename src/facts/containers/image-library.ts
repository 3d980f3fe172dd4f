/**
 * The library that reads registries.conf and policy.json for Podman, CRI-O, Buildah and Skopeo (containers/image, since 2025
 * container-libs image): which release of it a program is built with, by the go.mod of each release of the program.
 */
import type { Asking } from '../ask.ts';
import type { Unknown } from '../fact.ts';
import { seeTool, toolVersion } from '../host/tool-version.ts';
import { source, type Touches } from '../source.ts';
import { podmanRelease, type Release, releaseOf, since } from './podman-release.ts';

type Built = readonly (readonly [program: string, library: string])[];

/** From each release on, the library that came with it, oldest first. */
const podman: Built = [
  ['3.0', '5.10'],
  ['3.2', '5.12'],
  ['3.3', '5.15'],
  ['3.4', '5.16'],
  ['4.0', '5.19'],
  ['4.1', '5.21'],
  ['4.2', '5.22'],
  ['4.3', '5.23'],
  ['4.4', '5.24'],
  ['4.5', '5.25'],
  ['4.6', '5.26'],
  ['4.7', '5.28'],
  ['4.8', '5.29'],
  ['5.0', '5.30'],
  ['5.1', '5.31'],
  ['5.2', '5.32'],
  ['5.2.2', '5.32.2'],
  ['5.3', '5.33'],
  ['5.4', '5.34'],
  ['5.5', '5.35'],
  ['5.6', '5.36'],
  ['5.7', '5.38'],
  ['5.8', '5.39'],
  ['6.0', '5.40'],
];
const crio: Built = [
  ['1.20', '5.10'],
  ['1.21', '5.11'],
  ['1.22', '5.15'],
  ['1.23', '5.16'],
  ['1.24', '5.17'],
  ['1.25', '5.22'],
  ['1.25.2', '5.23'],
  ['1.25.5', '5.25'],
  ['1.26', '5.23'],
  ['1.26.2', '5.24'],
  ['1.27', '5.25'],
  ['1.28', '5.27'],
  ['1.29', '5.29'],
  ['1.31', '5.32.2'],
  ['1.32', '5.33'],
  ['1.32.5', '5.34'],
  ['1.33', '5.35'],
  ['1.34', '5.36'],
  ['1.35', '5.38'],
];

/** One release from each side of every change in what the library accepts. */
const changes = ['5.10', '5.19', '5.21', '5.23', '5.31', '5.33', '5.35', '5.39', '5.40'].map((said) => releaseOf(said) as Release);

/** The releases of the library that may be meant, oldest first; more than one where no version could be read. */
export interface ImageLibraries {
  readonly candidates: readonly [Release, ...Release[]];
  /** Set when `candidates` are guesses. */
  readonly unknown?: Unknown;
}

/** The library that a release of a program is built with. */
export function libraryOf(program: 'podman' | 'crio', release: Release): Release {
  const built = program === 'podman' ? podman : crio;
  const row = built.findLast(([from]) => since(release, from)) ?? built[0];
  return releaseOf(row?.[1] ?? '5.10') as Release;
}

/** The first release of Podman that is built with a release of the library, in words. */
export const podmanWith = (library: string): string => `Podman ${podman.find(([, built]) => since(releaseOf(built) as Release, library))?.[0] ?? '6.0'}`;

const touches: Touches = [podmanRelease, seeTool.of('podman'), seeTool.of('crio')];

/** Podman's library; where there is no Podman, CRI-O's; where no version can be read, one of each kind. */
export const imageLibraries = source(touches, readLibraries);

function* readLibraries(): Asking<ImageLibraries> {
  const release = yield* podmanRelease();
  if (!release.unknown) return { candidates: [libraryOf('podman', release.candidates[0])] };
  const seen = yield* toolVersion('podman');
  const other = seen.is === 'absent' ? yield* toolVersion('crio') : undefined;
  const told = other?.is === 'known' ? releaseOf(other.version) : undefined;
  if (told) return { candidates: [libraryOf('crio', told)] };
  const [oldest] = release.candidates;
  const from = libraryOf('podman', oldest).said;
  return { candidates: changes.filter((c) => since(c, from)) as unknown as readonly [Release, ...Release[]], unknown: release.unknown };
}
