/** What a format may know of the place its text goes to. */
import type { Outcome, Severity } from '../verdicts/report.ts';

export interface Style {
  /** Columns of the terminal; 80 when it is not one. */
  readonly width: number;
  readonly colour: boolean;
  /** Verdicts that `table` and `concise` list; counts always cover all. Default: fail and unknown. */
  readonly show: readonly Outcome[];
  /** The gate's threshold, for marking what failed it. */
  readonly failOn: Severity | 'never';
  /** What could not be decided is accepted by the gate. */
  readonly allowIncomplete?: boolean;
  /** What the run is filed under by code hosts, instead of target and profiles. */
  readonly category?: string;
  /** `table` tells every finding whole: why it matters, all places, the whole fix and its check. */
  readonly verbose?: boolean;
  /** The reports are about hosts that were looked at just now, from here: to look again is to start pretrip again. */
  readonly here?: boolean;
  /** Nothing but ASCII where people read: the terminal knows no other characters. */
  readonly ascii?: boolean;
  /** Lower-case hex digest of bytes, or of a text's UTF-8. Given from outside: reporters import no crypto. */
  readonly hash: Hash;
}

export type Hash = (algorithm: 'sha1' | 'sha256', data: string | Uint8Array) => string;
