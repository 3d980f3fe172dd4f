/** What a reporter may know of the place its text goes to. */
export interface Style {
  /** Columns of the terminal; 80 when it is not one. */
  readonly width: number;
  readonly colour: boolean;
  /** Verdicts to list; counts always cover all. Default: fail and unknown. */
  readonly show: readonly import('../verdicts/report.ts').Outcome[];
  /** The gate's threshold, for marking what failed it. */
  readonly failOn: import('../verdicts/report.ts').Severity | 'never';
}

/** A reporter: the whole text for one report. No clock, environment, directory or console. */
export type Reporter = (report: import('../verdicts/report.ts').Report, style: Style) => string;
