/** What several reporters ask of a report: order, places, counts. */
import type { Attested, Evidence, Outcome, Report, RuleCard, Truth, Verdict } from '../verdicts/report.ts';
import { answerOf, severities } from '../verdicts/report.ts';

export type Place = Evidence['where'][number];

const outcomes: readonly (Outcome | 'waived')[] = ['fail', 'unknown', 'waived', 'pass', 'not-applicable'];

/** A failure or an unknown that somebody has accepted for a time. The outcome stays what it is. */
export const isWaived = (verdict: Verdict): boolean => verdict.waived !== undefined && (verdict.outcome === 'fail' || verdict.outcome === 'unknown');

/** Nobody has to do anything about it: it is waived, or a person answered that it holds. */
export const isAccepted = (verdict: Verdict): boolean => isWaived(verdict) || answerOf(verdict) === 'yes';

/** Nobody could decide it, and nobody accepted that or answered. */
export const isUndecided = (verdict: Verdict): boolean => verdict.outcome === 'unknown' && !isWaived(verdict) && answerOf(verdict) === undefined;

/** `answered yes by Alice on 2026-11-01, until 2027-05-01: NOTE`. */
export function answerText({ answer, by, when, until, note, expired }: Attested): string {
  return `answered ${answer} by ${by} on ${when}, ${expired ? 'expired at' : 'until'} ${until}${note === undefined ? '' : `: ${note}`}`;
}

/** Failures, unknowns, what is waived, the rest; of these the most severe first; else the report's order. */
export function mostSevereFirst(verdicts: readonly Verdict[]): Verdict[] {
  const word = (v: Verdict): Outcome | 'waived' => (answerOf(v) === 'no' ? 'fail' : isAccepted(v) ? 'waived' : v.outcome);
  const rank = (v: Verdict): number => outcomes.indexOf(word(v)) * severities.length + severities.indexOf(v.severity);
  const ranked: Verdict[][] = [];
  for (const verdict of verdicts) {
    const at = rank(verdict);
    const same = ranked[at];
    if (same) same.push(verdict);
    else ranked[at] = [verdict];
  }
  return ranked.flat();
}

/** The verdict's evidence, what decided the outcome first. */
export function decidingFirst(verdict: Verdict): readonly Evidence[] {
  const decides: Truth = verdict.outcome === 'fail' ? 'no' : verdict.outcome === 'unknown' ? 'unknown' : 'yes';
  return [...verdict.evidence.filter((e) => e.truth === decides), ...verdict.evidence.filter((e) => e.truth !== decides)];
}

/** The place that decides before all others. */
export const firstPlace = (verdict: Verdict): Place | undefined => decidingFirst(verdict).find(({ where }) => where.length > 0)?.where[0];

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

/** Of a place that was looked at and sets nothing. */
export const lookedWords = 'not set there';

/** `path:line:column`, as far as known. */
export function placeText(place: Place): string {
  const line = place.line === undefined ? '' : `:${place.line}`;
  return `${place.path}${line}${line === '' || place.column === undefined ? '' : `:${place.column}`}`;
}

/** The rule cards by id. */
export function cards(report: Report): ReadonlyMap<string, RuleCard> {
  return new Map(report.rules.map((card) => [card.id, card]));
}

/** The number of a rule in the chosen release of a benchmark: `4.2.4`. */
export function numberOf({ numbering, rules }: Report): (rule: string) => string | undefined {
  if (numbering === undefined) return () => undefined;
  const found = rules.map(({ id, controls }) => [id, controls.find((c) => c.startsWith(`${numbering} `))?.slice(numbering.length + 1)] as const);
  const byRule = new Map(found);
  return (rule) => byRule.get(rule);
}

/** The message without the outcome that the judge may have put before it: formats say that in their own place. */
export const bare = (verdict: Verdict): string => verdict.message.replace(/^(?:not applicable|does not apply|unknown|not decided): /i, '');

/** The message as a sentence for people: what was not decided and what does not apply says so. */
export function sentence(verdict: Verdict): string {
  const lead = verdict.outcome === 'unknown' ? 'Not decided: ' : verdict.outcome === 'not-applicable' ? 'Does not apply: ' : '';
  return lead + bare(verdict);
}

/** How many verdicts have an outcome; `waived` are among them. */
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
    waived: verdicts.filter((v) => v.waived !== undefined).length,
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
  const aside = (outcome: Outcome): string => {
    const of = report.verdicts.filter((v) => v.outcome === outcome);
    const waived = of.filter(isWaived).length;
    const answered = of.filter((v) => !isWaived(v) && answerOf(v) !== undefined).length;
    const open = of.filter((v) => !isWaived(v) && answerOf(v) === undefined);
    const parts = [bySeverity(open), waived > 0 ? `${waived} waived` : '', answered > 0 ? `${answered} answered` : ''].filter((part) => part !== '');
    return parts.length > 0 ? ` (${parts.join(', ')})` : '';
  };
  return [
    `${plural(report.summary.selected, 'rule')}, ${plural(t.verdicts, 'verdict')}: ${t.pass} pass`,
    `${t.fail} fail${aside('fail')}`,
    `${t.unknown} unknown${aside('unknown')}`,
    `${t.notApplicable} not applicable`,
  ].join(', ');
}

/** One line for people, every check in it once: `169 checks: 67 pass, 32 fail, 58 not decided, 12 do not apply`. */
export function checks({ verdicts }: Report): string {
  const t = tally(verdicts);
  const waived = (outcome: Outcome): string => {
    const of = verdicts.filter((v) => v.outcome === outcome);
    const count = of.filter(isWaived).length;
    const answered = of.filter((v) => !isWaived(v) && answerOf(v) !== undefined).length;
    const parts = [...(count > 0 ? [`${count} waived`] : []), ...(answered > 0 ? [`${answered} answered`] : [])];
    return parts.length > 0 ? ` (${parts.join(', ')})` : '';
  };
  return [
    `${plural(t.verdicts, 'check')}: ${t.pass} pass`,
    `${t.fail} fail${waived('fail')}`,
    `${t.unknown} not decided${waived('unknown')}`,
    `${t.notApplicable} ${t.notApplicable === 1 ? 'does' : 'do'} not apply`,
  ].join(', ');
}

export const plural = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;
