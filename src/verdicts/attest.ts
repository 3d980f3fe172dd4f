/**
 * Answers of people to what no look at a host decides. An answer stands beside the outcome, which stays unknown; the gate
 * counts it until it expires, by the time of the inspection. Pure.
 */
import { changed } from '../facts/later.ts';
import { type Attested, identityOf, type Report, type Verdict } from './report.ts';
import { summarize } from './summarize.ts';

/** One answer, as it was written. */
export interface Attestation extends Omit<Attested, 'expired'> {
  readonly rule: string;
  /** What of a host it is about; without it, all that the rule judges on the targets. */
  readonly subject?: string;
  /** Names of targets; without them, whatever target has the subject. */
  readonly targets?: readonly string[];
  /** Where it is written: `attest.yaml:3:5`. */
  readonly at: string;
}

export interface Answered {
  readonly reports: readonly Report[];
  /** What is to be known: an answer that expired, that matches nothing, or that meets another. */
  readonly told: readonly string[];
  /** Answers to what is decided: an answer stands beside an unknown verdict alone. */
  readonly mistakes: readonly string[];
}

/** Puts answers beside the verdicts that they are for. Of two that meet, `no` counts, else the one that expires first. */
export function withAnswers(reports: readonly Report[], answers: readonly Attestation[]): Answered {
  const told: string[] = [];
  const seen = new Map<Attestation, Set<Verdict['outcome']>>();
  const made = reports.map((report) => answeredReport(report, answers, seen, told));
  const mistakes: string[] = [];
  for (const one of answers) {
    const outcomes = seen.get(one);
    if (!outcomes) told.push(`${one.at}: ${unmatched(one, reports)}`);
    else if (!outcomes.has('unknown'))
      mistakes.push(`${one.at}: ${one.rule} is decided (${[...outcomes].join(', ')}): only what is unknown can be answered; take the answer out`);
  }
  return { reports: made, told, mistakes };
}

/** Why an answer matches nothing. */
function unmatched({ rule, subject, targets }: Attestation, reports: readonly Report[]): string {
  const here = reports.some((report) => isFor(targets, report));
  if (!here) return `${(targets ?? []).join(', ')} is no target of this run, so nothing is answered (${rule})`;
  const about = subject === undefined ? '' : ` of ${subject}`;
  return `${rule}${about} was not judged in this run, so nothing is answered`;
}

const isFor = (targets: Attestation['targets'], { target }: Report): boolean =>
  targets === undefined || targets.some((t) => t === target.name || t === identityOf(target));

function answeredReport(report: Report, answers: readonly Attestation[], seen: Map<Attestation, Set<Verdict['outcome']>>, told: string[]): Report {
  const mine = answers.filter(({ targets }) => isFor(targets, report));
  if (mine.length === 0) return report;
  const formerly = new Map(report.rules.map(({ id, formerly: old = [] }) => [id, old]));
  const verdicts = report.verdicts.map((verdict) => {
    const fitting = mine.filter((a) => fits(a, verdict, formerly.get(verdict.rule) ?? []));
    for (const one of fitting) seen.set(one, (seen.get(one) ?? new Set()).add(verdict.outcome));
    if (verdict.outcome !== 'unknown' || fitting.length === 0) return verdict;
    const [counting, ...others] = fitting.toSorted((a, b) => (a.answer === b.answer ? endOf(a.until) - endOf(b.until) : a.answer === 'no' ? -1 : 1));
    if (!counting) return verdict;
    const expired = isExpired(counting.until, report.target.takenAt);
    const name = `${verdict.rule}${verdict.subject === undefined ? '' : ` (${verdict.subject})`} on ${report.target.name}`;
    if (others.length > 0) told.push(`${others[0]?.at}: ${name} is answered at ${counting.at} as well, and that answer counts`);
    if (expired) told.push(`${counting.at}: the answer for ${name} expired at ${counting.until}`);
    return { ...verdict, attested: attestedBy(counting, expired) };
  });
  return changed(report, { verdicts, summary: summarize(report.summary.selected, verdicts) });
}

const fits = ({ rule, subject }: Attestation, verdict: Verdict, formerly: readonly string[]): boolean =>
  (rule === verdict.rule || formerly.includes(rule)) && (subject === undefined || subject === verdict.subject);

function attestedBy({ answer, by, when, until, note }: Attestation, expired: boolean): Attested {
  return { answer, by, when, until, ...(note === undefined ? {} : { note }), ...(expired ? { expired: true } : {}) };
}

/** The last moment of an answer: a day ends in UTC. */
export const endOf = (until: string): number => Date.parse(until.length === 10 ? `${until}T23:59:59Z` : until);

/** What cannot be compared has expired: an answer never counts for longer than was meant. */
const isExpired = (until: string, at: string): boolean => !(Date.parse(at) <= endOf(until));
