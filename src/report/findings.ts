/** What several reporters ask of a report: order, places, counts, the gate's threshold. */
import type { Evidence, Outcome, Report, RuleCard, Severity, Truth, Verdict } from '../verdicts/report.ts';
import { severities } from '../verdicts/report.ts';

export type Place = Evidence['where'][number];

const outcomes: readonly Outcome[] = ['fail', 'unknown', 'pass', 'not-applicable'];

/** A failure that somebody has accepted for a time. A waiver of anything else changes nothing. */
export const isWaived = (verdict: Verdict): boolean => verdict.outcome === 'fail' && verdict.waived !== undefined;

/** Whether a failure of this severity fails the gate. */
export function reaches(severity: Severity, threshold: Severity | 'never'): boolean {
  return threshold !== 'never' && severities.indexOf(severity) <= severities.indexOf(threshold);
}

/** Failures first, waived ones after the others, then unknowns; most severe first; else the report's order. */
export function mostSevereFirst(verdicts: readonly Verdict[]): Verdict[] {
  const rank = (v: Verdict): number =>
    (outcomes.indexOf(v.outcome) * 2 + (isWaived(v) ? 1 : 0)) * severities.length + severities.indexOf(v.severity);
  return verdicts.toSorted((a, b) => rank(a) - rank(b));
}

/** The verdict's evidence, what decided the outcome first. */
export function decidingFirst(verdict: Verdict): readonly Evidence[] {
  const decides: Truth = verdict.outcome === 'fail' ? 'no' : verdict.outcome === 'unknown' ? 'unknown' : 'yes';
  return [...verdict.evidence.filter((e) => e.truth === decides), ...verdict.evidence.filter((e) => e.truth !== decides)];
}

/** Every place the verdict rests on, each once, the deciding one first. */
export function places(verdict: Verdict): Place[] {
  const found = new Map<string, Place>();
  for (const { where } of decidingFirst(verdict)) {
    for (const place of where) {
      const key = JSON.stringify([place.path, place.line ?? 0, place.column ?? 0, place.said ?? '']);
      if (!found.has(key)) found.set(key, place);
    }
  }
  return [...found.values()];
}

/** `path:line:column`, as far as known. */
export function placeText(place: Place): string {
  const line = place.line === undefined ? '' : `:${place.line}`;
  return `${place.path}${line}${line === '' || place.column === undefined ? '' : `:${place.column}`}`;
}

/** The rule cards by id. */
export function cards(report: Report): ReadonlyMap<string, RuleCard> {
  return new Map(report.rules.map((card) => [card.id, card]));
}

/** How many verdicts have an outcome; `waived` are among the failures. */
export interface Tally {
  readonly verdicts: number;
  readonly pass: number;
  readonly fail: number;
  readonly unknown: number;
  readonly notApplicable: number;
  readonly waived: number;
}

export function tally(verdicts: readonly Verdict[]): Tally {
  const count = (outcome: Outcome): number => verdicts.filter((v) => v.outcome === outcome).length;
  return {
    verdicts: verdicts.length,
    pass: count('pass'),
    fail: count('fail'),
    unknown: count('unknown'),
    notApplicable: count('not-applicable'),
    waived: verdicts.filter(isWaived).length,
  };
}

/** `2 critical, 1 low` for these verdicts; empty for none. */
export function bySeverity(verdicts: readonly Verdict[]): string {
  return severities
    .map((severity) => ({ severity, count: verdicts.filter((v) => v.severity === severity).length }))
    .filter(({ count }) => count > 0)
    .map(({ severity, count }) => `${count} ${severity}`)
    .join(', ');
}

/** One line that balances: `46 rules, 61 verdicts: 48 pass, 6 fail (…), 2 unknown (…), 5 not applicable`. */
export function ledger(report: Report): string {
  const t = tally(report.verdicts);
  const open = report.verdicts.filter((v) => v.outcome === 'fail' && !isWaived(v));
  const failures = [bySeverity(open), t.waived > 0 ? `${t.waived} waived` : ''].filter((s) => s !== '').join(', ');
  const unknowns = bySeverity(report.verdicts.filter((v) => v.outcome === 'unknown'));
  const aside = (text: string): string => (text === '' ? '' : ` (${text})`);
  return [
    `${plural(report.summary.selected, 'rule')}, ${plural(t.verdicts, 'verdict')}: ${t.pass} pass`,
    `${t.fail} fail${aside(failures)}`,
    `${t.unknown} unknown${aside(unknowns)}`,
    `${t.notApplicable} not applicable`,
  ].join(', ');
}

export const plural = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;
