/** Verdicts that could not be decided, told together: one result for all that the same step decides. */
import type { ReportingDescriptor, Result } from 'sarif';
import { identityOf, type Severity, severities, type Verdict } from '../../verdicts/report.ts';
import { home } from '../home.ts';
import { fingerprint, uuid } from '../ids.ts';
import { stepOf } from '../missing.ts';
import { clip, visible } from '../text.ts';
import { type Context, stop, undecidedRank } from './result.ts';

const id = 'pretrip.undecided';
const text = 'Something that was selected could not be decided: it could not be looked at. It is not a pass.';

/** Every result has a rule; this one stands for all rules that wait. */
export const undecidedRule: ReportingDescriptor = {
  id,
  name: 'PretripUndecided',
  shortDescription: { text: 'Rules could not be decided' },
  fullDescription: { text },
  help: { text, markdown: text },
  helpUri: home,
  defaultConfiguration: { level: 'note', rank: undecidedRank },
  properties: { tags: ['pretrip'], category: 'pretrip', precision: 'high', 'problem.severity': 'recommendation', 'security-severity': '0.0' },
};

/** A result for each next step, the one that decides most first. */
export function foldedResults(open: readonly Verdict[], context: Context): Result[] {
  const groups = [...Map.groupBy(open, ({ next = '' }) => stepOf(next))].toSorted(([a, x], [b, y]) => y.length - x.length || (a < b ? -1 : 1));
  return groups.map(([step, verdicts]) => folded(step, verdicts, context));
}

function folded(step: string, verdicts: readonly Verdict[], { report, style, artifacts, suppressions }: Context): Result {
  const target = identityOf(report.target);
  const print = fingerprint({ rule: id, subject: step }, target, style.hash);
  const rules = [...new Set(verdicts.map((v) => v.rule))];
  const severity: Severity = severities.find((s) => verdicts.some((v) => v.severity === s)) ?? 'info';
  const many = verdicts.length === 1 ? '1 verdict' : `${verdicts.length} verdicts`;
  const next = step === '' ? '' : ` To decide: ${stop(step)}`;
  return {
    ruleId: id,
    ruleIndex: report.rules.length,
    kind: 'open',
    level: 'none',
    rank: undecidedRank,
    message: {
      text: clip(
        visible(`Not decided: ${many} of ${rules.length === 1 ? '1 rule' : `${rules.length} rules`}.${next} Waiting: ${stop(rules.join(', '))}`),
        2000,
      ),
    },
    locations: [{ physicalLocation: artifacts.subject(undefined), logicalLocations: [{ fullyQualifiedName: visible(`host:${target}`), kind: 'resource' }] }],
    partialFingerprints: { primaryLocationLineHash: `${print}:1`, 'pretrip/v1': print },
    guid: uuid(JSON.stringify(['result', target, report.target.snapshot, id, step]), style.hash),
    correlationGuid: uuid(JSON.stringify(['finding', print]), style.hash),
    ...(suppressions ? { suppressions: [] } : {}),
    properties: { outcome: 'unknown', severity, verdicts: verdicts.length, rules: rules.map(visible) },
  };
}
