/** Failures that one fix closes: told as one, and put in the order in which they are best closed. */
import { type Report, severities, type Verdict } from '../../verdicts/report.ts';
import { type Step, tellStep } from '../../verdicts/steps.ts';
import { reaches } from '../../verdicts/summarize.ts';
import { canonical } from '../canonical.ts';
import { isWaived } from '../findings.ts';
import type { Style } from '../style.ts';

/** Failures with one cause, the most severe first. */
export interface Cause {
  readonly verdicts: readonly [Verdict, ...Verdict[]];
  /** How many of them fail the gate. */
  readonly closes: number;
  /** The rules that fail; with what it is about where a rule fails more than once on this target. */
  readonly ids: string;
  /** What to do first. */
  readonly first?: FirstStep;
}

/** The first step of a fix, in words. */
export interface FirstStep {
  /** The account that does it; empty: whoever likes. */
  readonly who: string;
  readonly line: string;
  readonly isCommand: boolean;
  /** How many steps the fix has, without its checks. */
  readonly of: number;
}

/** The causes of a report's failures; those that close most of the gate stand first. */
export function causesOf({ verdicts }: Report, { failOn }: Style): Cause[] {
  const open = verdicts.filter((v) => v.outcome === 'fail' && !isWaived(v));
  const once = new Set([...Map.groupBy(open, (v) => v.rule)].flatMap(([rule, of]) => (of.length === 1 ? [rule] : [])));
  const groups = [...Map.groupBy(open, keyOf)].map(([, of]) => cause(of as [Verdict, ...Verdict[]], once, failOn));
  return groups.toSorted((a, b) => b.closes - a.closes || rank(a.verdicts[0]) - rank(b.verdicts[0]) || b.verdicts.length - a.verdicts.length);
}

const rank = ({ severity }: Verdict): number => severities.indexOf(severity);

/** The first step of the fix, whatever is said beside it; a failure without a fix stands alone. */
function keyOf(verdict: Verdict): string {
  const step = firstOf(verdict);
  if (!step) return JSON.stringify([verdict.rule, verdict.subject ?? '']);
  const { note: _note, ...what } = step;
  return JSON.stringify(canonical(what));
}

const firstOf = ({ remedy = [] }: Verdict): Step | undefined => remedy.find((step) => !('verify' in step));

function cause(of: readonly [Verdict, ...Verdict[]], once: ReadonlySet<string>, failOn: Style['failOn']): Cause {
  const verdicts = of.toSorted((a, b) => rank(a) - rank(b)) as [Verdict, ...Verdict[]];
  const closes = verdicts.filter((v) => failOn === 'never' || reaches(v.severity, failOn)).length;
  const [worst] = verdicts;
  const step = firstOf(worst);
  return { verdicts, closes, ids: idsOf(verdicts, once), ...(step ? { first: told(step, worst) } : {}) };
}

function idsOf(verdicts: readonly Verdict[], once: ReadonlySet<string>): string {
  const about = (of: readonly Verdict[]): string => of.map((v) => v.subject ?? 'the host').join(', ');
  return [...Map.groupBy(verdicts, (v) => v.rule)].map(([rule, of]) => (once.has(rule) ? rule : `${rule} (${about(of)})`)).join(', ');
}

function told(step: Step, { subject = '', remedy = [] }: Verdict): FirstStep {
  const { line, isCommand, content } = tellStep(step);
  const user = /^user:(.+)$/s.exec(subject)?.[1] ?? 'the user';
  return {
    who: step.needs === 'root' ? 'root' : step.needs === 'user' ? user : '',
    line: content === undefined ? line : line.replace(/, mode 0644$/, ''),
    isCommand,
    of: remedy.filter((other) => !('verify' in other)).length,
  };
}
