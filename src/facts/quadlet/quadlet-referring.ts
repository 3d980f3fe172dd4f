/** What has to be known besides a Quadlet file to tell whether what it names is there. */
import type { Unknown } from '../fact.ts';
import type { Played } from './quadlet-kube.ts';
import type { Before, MadeAtBoot } from './quadlet-made.ts';
import type { ManagerUnits } from './quadlet-manager.ts';
import type { Sibling } from './quadlet-siblings.ts';
import type { Source } from './quadlet-source.ts';

/** A Quadlet file, what it starts beside, and what is made before. */
export interface Referring {
  readonly source: Source;
  /** The YAML of a .kube file. */
  readonly played?: Played | Unknown;
  readonly siblings: readonly Sibling[];
  readonly units: ManagerUnits;
  readonly made: MadeAtBoot;
  readonly before: Before;
  readonly expand: (text: string) => string;
  /** What could not be read, and may make what is missing. */
  readonly hidden?: Unknown;
}
