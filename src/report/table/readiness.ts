/** Whether a target is ready, and for which profiles: the gate in the words of whoever waits for it. */
import { answerOf, type GateRecord, type Report, type Verdict } from '../../verdicts/report.ts';
import { gateRecord, reaches } from '../../verdicts/summarize.ts';
import { cards, isUndecided, isWaived } from '../findings.ts';
import type { Style } from '../style.ts';

export type Standing = 'NOT READY' | 'NOT DECIDED' | 'READY' | 'NO GATE';

export interface Readiness {
  readonly status: GateRecord['status'];
  /** Of the target as a whole. */
  readonly standing: Standing;
  /** The profiles in which something counts, by how they stand. */
  readonly profiles: ReadonlyMap<Standing, readonly string[]>;
  /** Why nobody can tell, where no single check says so. */
  readonly because?: string;
}

const words: Readonly<Record<GateRecord['status'], Standing>> = { 0: 'READY', 1: 'NOT READY', 3: 'NOT DECIDED' };
const gateWords: Readonly<Record<GateRecord['status'], string>> = { 0: 'passed', 1: 'FAILED', 3: 'INCOMPLETE' };

/** `Gate: FAILED (1)`. */
export const gateText = (status: GateRecord['status']): string => `Gate: ${gateWords[status]} (${status})`;

/** How a report stands at the gate. */
export function readiness(report: Report, style: Style): Readiness {
  const { failOn, allowIncomplete = false } = style;
  const { status } = gateRecord(report, { failOn, allowIncomplete });
  const because = status === 3 ? boundBy(report) : undefined;
  if (failOn === 'never' && status === 0) return { status, standing: 'NO GATE', profiles: new Map() };
  const byId = cards(report);
  const standing = ({ id }: { readonly id: string }): Standing | undefined => {
    if (because !== undefined) return 'NOT DECIDED';
    const own = report.verdicts.filter((v) => v.outcome !== 'not-applicable' && byId.get(v.rule)?.profiles.includes(id));
    return own.length === 0 ? undefined : ofVerdicts(own, style);
  };
  const known = Map.groupBy(report.profiles, standing);
  const profiles = [...known].flatMap(([word, of]) => (word === undefined ? [] : [[word, of.map((p) => p.id)] as const]));
  return { status, standing: words[status], profiles: new Map(profiles), ...(because === undefined ? {} : { because }) };
}

function ofVerdicts(verdicts: readonly Verdict[], { failOn, allowIncomplete = false }: Style): Standing {
  const counting = verdicts.filter((v) => !isWaived(v) && reaches(v.severity, failOn));
  if (counting.some((v) => v.outcome === 'fail' || answerOf(v) === 'no')) return 'NOT READY';
  return !allowIncomplete && counting.some(isUndecided) ? 'NOT DECIDED' : 'READY';
}

/** What keeps the gate from deciding, whatever the single checks say. */
function boundBy({ caveats = [], verdicts, target, undecidedProfiles = [], profiles }: Report): string | undefined {
  const caveat = caveats.find((c) => c.about !== 'target');
  if (caveat) return caveat.said;
  if (verdicts.length === 0 && target.truncated) return 'the snapshot is cut off before all that could be judged.';
  if (verdicts.every((v) => v.outcome === 'not-applicable')) return 'nothing was judged: no check applies.';
  if (verdicts.every((v) => v.outcome === 'not-applicable' || isUndecided(v))) return 'no check could be decided.';
  if (target.truncated) return 'the snapshot is cut off, and what it lacks is not known.';
  if (undecidedProfiles.length > 0 && profiles.every((p) => p.id === 'base')) return 'what runs here could not be found out; -p names the profile.';
  return undefined;
}
