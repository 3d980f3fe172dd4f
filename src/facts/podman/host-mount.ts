/** A path of the host that a container has. */
import type { Where } from '../fact.ts';

export interface HostMount {
  readonly source: string;
  /** Where the container sees it. */
  readonly target: string;
  readonly readOnly: boolean;
  /** `shared`, `rslave`, …, where one is given (podman-run(1) --volume, --mount bind-propagation). */
  readonly propagation?: string;
  readonly where: Where;
}
