/** One file as a generator turns to it, and what it says against it. */

import type { Release } from '../containers/podman-release.ts';
import type { Where } from '../fact.ts';
import type { Assignment } from '../systemd/syntax.ts';

export interface ConversionError {
  readonly said: string;
  readonly where: readonly Where[];
  /** The generator ends there: units that it has not made by then are lost with it. */
  readonly panics?: true;
}

/** What the generator of one release knows of a file when it turns to it. */
export interface Conversion {
  readonly release: Release;
  readonly ending: string;
  readonly assignments: readonly Assignment[];
  readonly path: string;
  /** The generator is one of a user's. */
  readonly user: boolean;
  /** Whether the same generator took a file of this name. */
  readonly takes: (name: string) => boolean;
  /** Whether it makes a resource of it: a network that is refused has no name, and loses who names it. */
  readonly makes: (name: string) => boolean;
}
