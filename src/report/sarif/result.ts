/** A verdict as a SARIF result, and an undecided one as a notification beside it. */
import type { Notification, Result } from 'sarif';
import { answerOf, identityOf, type Report, type Verdict } from '../../verdicts/report.ts';
import { listedChecks } from '../../verdicts/steps.ts';
import { canonical } from '../canonical.ts';
import { answerText, bare, isWaived, places, placeText } from '../findings.ts';
import { fingerprint, uuid } from '../ids.ts';
import type { Style } from '../style.ts';
import { clip, visible } from '../text.ts';
import { type Anchor, type Artifacts, locationOf, relatedLocations } from './location.ts';
import { scale } from './rule.ts';

/** Code hosts cut long messages anywhere; ours end in an ellipsis. */
const longestMessage = 2000;

/** What could not be decided comes after all that is known to be wrong. */
export const undecidedRank = 5;

export interface Context {
  readonly report: Report;
  readonly style: Style;
  /** The profile `full`. */
  readonly full: boolean;
  readonly artifacts: Artifacts;
  /** Rule id to its index among the driver's rules. */
  readonly ruleIndex: ReadonlyMap<string, number>;
  /** Where results stand. */
  readonly anchor: Anchor;
  /** Whether any verdict is waived, or answered with yes: then every result must say whether it is. */
  readonly suppressions: boolean;
}

/** The result for a verdict. `level` is `none` unless the kind is `fail` (SARIF 2.1.0, section 3.27.10). */
export function result(verdict: Verdict, context: Context): Result {
  const { report, style, full, artifacts, ruleIndex, anchor } = context;
  const target = identityOf(report.target);
  const id = fingerprint(verdict, target, style.hash);
  const kind = kindOf(verdict);
  const index = ruleIndex.get(verdict.rule);
  const location = locationOf(verdict, target, artifacts, anchor);
  const related = relatedLocations(verdict, artifacts, anchor);
  return {
    ruleId: visible(verdict.rule),
    ...(index === undefined ? {} : { ruleIndex: index }),
    kind,
    level: kind === 'fail' ? scale[verdict.severity].level : 'none',
    ...(kind === 'fail' ? { rank: scale[verdict.severity].rank } : kind === 'open' ? { rank: undecidedRank } : {}),
    message: { text: sentence(verdict) },
    locations: [location],
    ...(related.length > 0 ? { relatedLocations: related } : {}),
    partialFingerprints: { primaryLocationLineHash: `${id}:1`, 'pretrip/v1': id },
    guid: uuid(JSON.stringify(['result', target, report.target.snapshot, verdict.rule, verdict.subject ?? null]), style.hash),
    correlationGuid: uuid(JSON.stringify(['finding', id]), style.hash),
    ...(context.suppressions ? { suppressions: suppressions(verdict) } : {}),
    properties: properties(verdict, full),
  };
}

function kindOf(verdict: Verdict): 'fail' | 'informational' | 'open' | 'pass' | 'notApplicable' {
  const { outcome, severity } = verdict;
  switch (answerOf(verdict) === 'no' ? 'fail' : outcome) {
    case 'fail':
      return severity === 'info' ? 'informational' : 'fail';
    case 'unknown':
      return 'open';
    case 'pass':
      return 'pass';
    case 'not-applicable':
      return 'notApplicable';
  }
}

/** What, where and in which words, since code hosts cannot show a host's file. `](` would be a link to them. */
function sentence(verdict: Verdict): string {
  const about = verdict.subject === undefined ? '' : `${verdict.subject}: `;
  const outcome = { fail: '', pass: '', unknown: 'Not decided: ', 'not-applicable': 'Does not apply: ' }[verdict.outcome];
  const answer = verdict.attested ? ` ${stop(capital(answerText(verdict.attested)))}` : '';
  const next = verdict.next === undefined || answerOf(verdict) !== undefined ? '' : ` To decide it: ${stop(verdict.next)}`;
  const [place] = places(verdict);
  const said = place?.said ? ` (${place.said})` : '';
  const line = place?.text === undefined ? '' : `, “${place.text.trim()}”`;
  const seen = place ? ` Seen at ${placeText(place)}${said}${line}.` : '';
  return clip(visible(`${outcome}${about}${stop(bare(verdict))}${answer}${seen}${next}`).replaceAll('](', '] ('), longestMessage);
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

export const stop = (text: string): string => (/[.!?。]$/.test(text.trim()) ? text.trim() : `${text.trim()}.`);

function suppressions(verdict: Verdict): NonNullable<Result['suppressions']> {
  if (!isWaived(verdict) && verdict.attested && answerOf(verdict) === 'yes')
    return [{ kind: 'external', status: 'accepted', justification: clip(visible(answerText(verdict.attested)), longestMessage) }];
  if (!isWaived(verdict) || !verdict.waived) return [];
  const { by, until, because } = verdict.waived;
  return [{ kind: 'external', status: 'accepted', justification: clip(visible(`${because} (until ${until}, by ${by})`), longestMessage) }];
}

function properties(verdict: Verdict, full: boolean): Record<string, unknown> {
  const { rule: _rule, message: _message, about: _about, fingerprint: _fingerprint, ...details } = verdict;
  const { outcome, severity, subject, remedy } = verdict;
  return canonical(
    full ? { ...details, ...(remedy ? { remedy: remedy.map(listedChecks) } : {}) } : { outcome, severity, ...(subject === undefined ? {} : { subject }) },
  ) as Record<string, unknown>;
}

/** Tells that something selected could not be decided. */
export function undecided(verdict: Verdict, context: Context): Notification {
  const index = context.ruleIndex.get(verdict.rule);
  return {
    descriptor: { id: 'undecided', index: 0 },
    associatedRule: { id: visible(verdict.rule), ...(index === undefined ? {} : { index }) },
    level: 'warning',
    message: { text: sentence(verdict) },
    locations: [locationOf(verdict, identityOf(context.report.target), context.artifacts, context.anchor)],
  };
}
