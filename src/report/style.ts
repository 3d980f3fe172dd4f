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
  /** Lower-case hex digest of bytes, or of a text's UTF-8. Given from outside: reporters import no crypto. */
  readonly hash: Hash;
}

export type Hash = (algorithm: 'sha1' | 'sha256', data: string | Uint8Array) => string;
