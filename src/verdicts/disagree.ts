/** Our verdicts and those of another auditor, control by control. Pure. */
import type { OtherControl, OtherScan, OtherState } from './other-scan.ts';
import type { Outcome, Report, Verdict } from './report.ts';

/** `contradict`: one says pass and the other fail. `one-decides`: one says pass or fail, the other cannot tell, or that it does not apply. */
export type Relation = 'same' | 'contradict' | 'one-decides';

export interface Compared {
  readonly number: string;
  readonly rule: string;
  readonly ours: Outcome;
  readonly theirs: OtherControl;
  readonly relation: Relation;
  /** Ours, those that decided the outcome first. */
  readonly verdicts: readonly Verdict[];
}

export interface Disagreement {
  readonly compared: readonly Compared[];
  /** Controls that the one has and the other does not. */
  readonly onlyOurs: readonly string[];
  readonly onlyTheirs: readonly string[];
}

/** Compares a report with a scan; `numbering` is that of the scan: `CIS K3s 1.9`. A control that a scan has several times is compared at its worst. */
export function disagreement(report: Report, scan: OtherScan, numbering: string): Disagreement {
  const byRule = Map.groupBy(report.verdicts, (v) => v.rule);
  const ours = new Map<string, string>();
  for (const { id, controls } of report.rules)
    for (const control of controls) if (control.startsWith(`${numbering} `)) ours.set(control.slice(numbering.length + 1), id);
  const theirs = new Map<string, OtherControl>();
  for (const one of scan.controls) {
    const before = theirs.get(one.number);
    if (!before || gravity.indexOf(one.state) < gravity.indexOf(before.state)) theirs.set(one.number, one);
  }
  const both = [...ours].filter(([number]) => theirs.has(number)).sort(([a], [b]) => byNumber(a, b));
  return {
    compared: both.map(([number, rule]) => compare(number, rule, byRule.get(rule) ?? [], theirs.get(number) as OtherControl)),
    onlyOurs: [...ours.keys()].filter((number) => !theirs.has(number)).sort(byNumber),
    onlyTheirs: [...theirs.keys()].filter((number) => !ours.has(number)).sort(byNumber),
  };
}

const byNumber = (a: string, b: string): number => a.localeCompare(b, 'en', { numeric: true });

/** The worst first. */
const gravity: readonly OtherState[] = ['fail', 'mixed', 'warn', 'info', 'skip', 'not-applicable', 'pass'];
const outcomesByWeight: readonly Outcome[] = ['fail', 'unknown', 'pass', 'not-applicable'];

function compare(number: string, rule: string, verdicts: readonly Verdict[], theirs: OtherControl): Compared {
  const sorted = verdicts.toSorted((a, b) => outcomesByWeight.indexOf(a.outcome) - outcomesByWeight.indexOf(b.outcome));
  const ours = sorted[0]?.outcome ?? 'not-applicable';
  return { number, rule, ours, theirs, relation: relationOf(ours, theirs.state), verdicts: sorted.filter((v) => v.outcome === ours) };
}

/** What another auditor marks as a warning or as information it has not decided. */
function relationOf(ours: Outcome, theirs: OtherState): Relation {
  const decided = theirs === 'pass' ? 'pass' : theirs === 'fail' || theirs === 'mixed' ? 'fail' : undefined;
  if (ours === 'pass' || ours === 'fail') return decided === undefined ? 'one-decides' : decided === ours ? 'same' : 'contradict';
  return decided === undefined ? 'same' : 'one-decides';
}
