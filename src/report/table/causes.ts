/** Failures that one fix closes: told as one, in the order in which the plan closes them. */
import { type Report, severities, type Verdict } from '../../verdicts/report.ts';
import { isActing, type Step, tellStep } from '../../verdicts/steps.ts';
import { reaches } from '../../verdicts/summarize.ts';
import { isWaived, numberOf } from '../findings.ts';
import { remedyIn } from '../offline.ts';
import { type PlanStep, stepsOf } from '../plan.ts';
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
  /** Its number in the plan. */
  readonly number: number;
  /** The account that does it. */
  readonly who: string;
  readonly line: string;
  /** It is typed as it stands, and never cut. */
  readonly isCommand: boolean;
  /** How many steps the fix has, what is due afterwards among them, checks not. */
  readonly of: number;
}

/** The causes of a report's failures, what the plan does first before the others; those without a fix stand last. */
export function causesOf(report: Report, { failOn }: Style): Cause[] {
  const plan = stepsOf(report, failOn).filter((step) => step.closes.length > 0);
  const open = report.verdicts.filter((v) => v.outcome === 'fail' && !isWaived(v));
  const once = new Set([...Map.groupBy(open, (v) => v.rule)].flatMap(([rule, of]) => (of.length === 1 ? [rule] : [])));
  const name = nameIn(report, once);
  const groups = [...Map.groupBy(open, (v) => causeKey(report, v))].map(([, of]) => cause(report, of as [Verdict, ...Verdict[]], plan, name, failOn));
  return groups.toSorted((a, b) => a.at - b.at || rank(a.verdicts[0]) - rank(b.verdicts[0]));
}

const rank = ({ severity }: Verdict): number => severities.indexOf(severity);

/** What is done first, whatever a rule calls it, but for a copy, which alone closes nothing; a failure without a fix stands alone. */
function causeKey(report: Report, verdict: Verdict): string {
  const steps = remedyIn(report, verdict).filter(isActing);
  const step = steps.find((one) => !('copy' in one)) ?? steps[0];
  return step ? wordsOf(step) : JSON.stringify([verdict.rule, verdict.subject ?? '']);
}

function wordsOf(step: Step): string {
  const { who, line, content } = tellStep(step);
  return JSON.stringify([who, bareLine(line, content), content]);
}

/** Of a file to write the usual mode goes without saying. */
const bareLine = (line: string, content: string | undefined): string => (content === undefined ? line : line.replace(/, mode 0?644$/, ''));

function cause(
  report: Report,
  of: readonly [Verdict, ...Verdict[]],
  plan: readonly PlanStep[],
  name: (rule: string, of: readonly Verdict[]) => string,
  failOn: Style['failOn'],
): Cause & { readonly at: number } {
  const verdicts = of.toSorted((a, b) => rank(a) - rank(b)) as [Verdict, ...Verdict[]];
  const closes = verdicts.filter((v) => failOn === 'never' || reaches(v.severity, failOn)).length;
  const [worst] = verdicts;
  const step = remedyIn(report, worst).find(isActing);
  const at = step ? plan.findIndex((planned) => wordsOf(planned.step) === wordsOf(step)) : plan.length;
  const planned = plan[at];
  const own = plan.filter(({ closes: all }) => all.some((f) => f.rule === worst.rule && f.subject === worst.subject));
  return { verdicts, closes, at, ids: idsOf(verdicts, name), ...(planned ? { first: told(planned, own.length) } : {}) };
}

const idsOf = (verdicts: readonly Verdict[], name: (rule: string, of: readonly Verdict[]) => string): string =>
  [...Map.groupBy(verdicts, (v) => v.rule)].map(([rule, of]) => name(rule, of)).join(', ');

/** How a rule is called on the page: with its number, where a benchmark was chosen, and with what it is about where it fails more than once. */
function nameIn(report: Report, once: ReadonlySet<string>): (rule: string, of: readonly Verdict[]) => string {
  const number = numberOf(report);
  const about = (of: readonly Verdict[]): string => of.map((v) => v.subject ?? 'the host').join(', ');
  return (rule, of) => [number(rule), rule, once.has(rule) ? undefined : `(${about(of)})`].filter((part) => part !== undefined).join(' ');
}

function told({ number, step, who }: PlanStep, of: number): FirstStep {
  const { line, isCommand, content } = tellStep(step);
  // A key and its value are as good as a command: neither may lose its end.
  return { number, who, line: bareLine(line, content), isCommand: isCommand || (content === undefined && !('manual' in step)), of };
}
