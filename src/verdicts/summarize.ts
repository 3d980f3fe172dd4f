/** Counts that balance, and the gate that reads them. */
import { answerOf, type Counts, type GateRecord, type Report, type Severity, type Summary, severities, type Verdict } from './report.ts';

export const summarize = (selected: number, verdicts: readonly Verdict[]): Summary => ({
  selected,
  ...countsOf(verdicts),
  waived: verdicts.filter((v) => v.waived).length,
  ...attestedIn(verdicts),
});

function attestedIn(verdicts: readonly Verdict[]): Pick<Summary, 'attested'> {
  const attested = verdicts.filter((v) => answerOf(v) !== undefined).length;
  return attested > 0 ? { attested } : {};
}

function countsOf(verdicts: readonly Verdict[]): Counts {
  const count = (outcome: Verdict['outcome']): number => verdicts.filter((v) => v.outcome === outcome).length;
  return { pass: count('pass'), fail: count('fail'), unknown: count('unknown'), notApplicable: count('not-applicable') };
}

/** The counts of each severity, the most severe first. */
export const countsBySeverity = (verdicts: readonly Verdict[]): Readonly<Record<Severity, Counts>> =>
  Object.fromEntries(severities.map((severity) => [severity, countsOf(verdicts.filter((v) => v.severity === severity))])) as Record<Severity, Counts>;

export type FailOn = Severity | 'never';

/** The gate of one report as it is written into reports. */
export function gateRecord(report: Report, { failOn, allowIncomplete = false }: { readonly failOn: FailOn; readonly allowIncomplete?: boolean }): GateRecord {
  return { status: gate([report], failOn, allowIncomplete).status, failOn, allowIncomplete };
}

export interface Gate {
  readonly status: 0 | 1 | 3;
  /** One line for the end of a run. */
  readonly said: string;
}

/** Whether a verdict weighs as much as the threshold. */
export const reaches = (severity: Severity, failOn: FailOn): boolean => failOn !== 'never' && severities.indexOf(severity) <= severities.indexOf(failOn);

/** Why a report holds no verdict that counts. */
function whyNothing({ verdicts, target, undecidedProfiles = [] }: Report): string {
  if (verdicts.length > 0) return `nothing was judged on ${target.name}: every verdict is not applicable`;
  if (target.truncated) return `nothing was judged on ${target.name}: its snapshot is cut off before all that could be judged; capture it again`;
  return `nothing was judged on ${target.name}: ${undecidedProfiles.length > 0 ? 'nobody could tell what runs there (--profile decides)' : 'no profile applies'}`;
}

/**
 * The gate of one or more reports (reference: contract, "Gate"): 1 for a failure, or something answered with no, at or
 * above the threshold, 3 for something undecided there, when nothing was judged at all, or when whom or what it should be
 * about was not found, whatever is accepted.
 */
export function gate(reports: readonly Report[], failOn: FailOn, allowIncomplete: boolean): Gate {
  const verdicts = reports.flatMap((r) => r.verdicts);
  const counting = verdicts.filter((v) => !v.waived && reaches(v.severity, failOn));
  const denied = counting.filter((v) => answerOf(v) === 'no').length;
  const fails = counting.filter((v) => v.outcome === 'fail').length + denied;
  const unknowns = counting.filter((v) => v.outcome === 'unknown' && answerOf(v) === undefined).length;
  const above = failOn === 'never' ? '' : ` at or above ${failOn}`;
  if (fails > 0)
    return {
      status: 1,
      said: `gate: FAILED  ${fails} failed${above}${denied > 0 ? `, ${denied} of them answered with no` : ''}${unknowns > 0 ? `, ${unknowns} unknown` : ''} (--fail-on ${failOn})`,
    };
  const caveat = reports.flatMap((r) => r.caveats ?? []).find((c) => c.about !== 'target');
  if (caveat) return { status: 3, said: `gate: INCOMPLETE  ${caveat.said}` };
  const empty = reports.find((r) => r.verdicts.every((v) => v.outcome === 'not-applicable'));
  if (empty) return { status: 3, said: `gate: INCOMPLETE  ${whyNothing(empty)}` };
  const dark = reports.find((r) => !r.verdicts.some((v) => v.outcome === 'pass' || v.outcome === 'fail' || answerOf(v) !== undefined));
  if (dark && !allowIncomplete) return { status: 3, said: `gate: INCOMPLETE  nothing could be decided on ${dark.target.name} (--allow-incomplete accepts)` };
  const cut = reports.find((r) => r.target.truncated);
  if (unknowns > 0 && !allowIncomplete)
    return { status: 3, said: `gate: INCOMPLETE  ${unknowns} unknown${above} (--fail-on ${failOn}; --allow-incomplete accepts)` };
  if (cut && !allowIncomplete) return { status: 3, said: `gate: INCOMPLETE  the snapshot of ${cut.target.name} is truncated (--allow-incomplete accepts)` };
  const blind = reports.find((r) => (r.undecidedProfiles ?? []).length > 0 && r.profiles.every((p) => p.id === 'base'));
  if (blind && !allowIncomplete)
    return {
      status: 3,
      said: `gate: INCOMPLETE  nobody could tell what runs on ${blind.target.name}: ${blind.undecidedProfiles?.map((p) => p.id).join(', ')} may apply (--profile decides)`,
    };
  return {
    status: 0,
    said: `gate: passed${unknowns > 0 ? `  with ${unknowns} unknown${above}, accepted` : ''}${failOn === 'never' ? '  (--fail-on never)' : ''}`,
  };
}
