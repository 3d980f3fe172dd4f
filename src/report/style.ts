/** What a reporter is, and what it may know of the place its text goes to. */
import type { Outcome, Report, Severity } from '../verdicts/report.ts';

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
  /** `github` (default): what code scanning may show as an alert. `full`: every verdict, waivers, controls, evidence. */
  readonly sarifProfile?: 'github' | 'full';
  /** `common` (default): valid in every consumer's schema. `rich`: file and line on test cases, totals. */
  readonly junitDialect?: 'common' | 'rich';
  /** What JUnit makes of a failure below `failOn`. Default: failure. */
  readonly junitBelowThreshold?: 'failure' | 'skipped' | 'pass';
}

export type Hash = (algorithm: 'sha1' | 'sha256', data: string | Uint8Array) => string;

/** A reporter: the whole text for one report. No clock, environment, directory or console. */
export type Reporter = (report: Report, style: Style) => string;
