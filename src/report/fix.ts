/** What `pretrip fix` prints: the plan of a report as a list for a shell, and as JSON. Text of a host is made visible. */
import type { Report } from '../verdicts/report.ts';
import { shellOf, tellStep, undoOf } from '../verdicts/steps.ts';
import { type FailOn, reaches } from '../verdicts/summarize.ts';
import { canonical } from './canonical.ts';
import { below, offlineNote } from './offline.ts';
import { type Finding, type PlanStep, stepsOf } from './plan.ts';
import { jsonText, visible } from './text.ts';

/** Findings named beside a step; the JSON has all. */
const mostNamed = 4;

/** Where a report comes from. */
export interface From {
  /** It is about a host that was looked at just now, from here. */
  readonly here?: boolean;
  /** The directory in which the root of the target lies, if it does not run. */
  readonly root?: string;
}

/** The plan as comments and commands: whoever reads it carries it out step by step. */
export function fixText(report: Report, failOn: FailOn, from: From = {}): string {
  const steps = stepsOf(report, failOn, from.here);
  if (steps.length === 0) return `# ${visible(report.target.name)}: ${visible(nothingJudged(report) ?? 'there is nothing to fix')}\n`;
  const gating = new Set(report.verdicts.filter((v) => reaches(v.severity, failOn)).map(keyOf));
  const ofGate = new Set(steps.flatMap(({ closes }) => closes.map(keyOf).filter((key) => gating.has(key)))).size;
  const head = [
    `# ${visible(report.target.name)}: ${count(steps.length, 'step')}; ${whatFor(steps, ofGate, failOn)}`,
    `# Printed, not carried out: ${howToGo(steps.map((step) => isByHand(placed(report, step, from), isTyped(report, from))))} Then scan again.`,
    ...(report.target.offline ? [`# ${visible(offlineNote(from.root))}`] : []),
  ];
  return `${[...head, ...steps.flatMap((step) => ['', ...stepLines(placed(report, step, from), isTyped(report, from))])].join('\n')}\n`;
}

/** Why nothing can be said of a target, where nothing of it was judged. */
export function nothingJudged({ verdicts, caveats = [] }: Report): string | undefined {
  if (verdicts.some((v) => v.outcome !== 'not-applicable')) return undefined;
  const [because] = caveats.filter(({ about }) => about !== 'target');
  return because ? `nothing was judged: ${because.said}` : 'nothing was judged: no check applies';
}

/** What the steps are for: the failures that count, or else what nobody could decide. */
function whatFor(steps: readonly PlanStep[], ofGate: number, failOn: FailOn): string {
  if (steps.every(({ closes }) => closes.length === 0))
    return `nothing failed that could be fixed, and ${steps.length === 1 ? 'it decides' : 'they decide'} what is open`;
  if (failOn === 'never') return 'no failure counts for the gate';
  if (steps.length === 1)
    return `it fixes ${ofGate === 0 ? 'nothing' : count(ofGate, 'failure')} that ${ofGate > 1 ? 'fail' : 'fails'} the gate (--fail-on ${failOn})`;
  return `they fix ${ofGate === 0 ? 'nothing' : count(ofGate, 'failure')} that ${ofGate > 1 ? 'fail' : 'fails'} the gate (--fail-on ${failOn})`;
}

/** How the plan is gone through. */
const howToGo = (byHand: readonly boolean[]): string =>
  byHand.every((is) => is)
    ? `${byHand.length === 1 ? 'the step is' : 'every step is'} one for a person, and no command does it.`
    : `read each step, then run it as who it names, from top to bottom.${byHand.includes(true) ? ' What says "by hand" has no command.' : ''}`;

const count = (n: number, noun: string): string => `${n} ${noun}${n === 1 ? '' : 's'}`;
const keyOf = ({ rule, subject = '' }: Finding): string => `${rule} ${subject}`;

/** Of what does not run, commands are given where its root is known. */
const isTyped = ({ target }: Report, { root }: From): boolean => !target.offline || root !== undefined;
const placed = ({ target }: Report, step: PlanStep, { root }: From): PlanStep =>
  target.offline && root !== undefined && step.closes.length > 0 ? { ...step, step: below(step.step, root) } : step;

function stepLines({ number, step, who, closes, decides }: PlanStep, mayType: boolean): string[] {
  const told = tellStep(step);
  const typed = typedLines({ step, closes }, mayType);
  const undo = undoOf(step);
  const about = closes.length > 0 ? `closes ${closes.length}: ${named(closes)}` : `decides ${decides.length}: ${named(decides)}`;
  const decide = 'decide' in step && step.decide !== undefined ? [`#    you decide: ${visible(step.decide)}`] : [];
  const note = told.note === undefined ? [] : [`#    mind: ${visible(told.note)}`];
  const back = undo === undefined || !typed ? [] : [`#    undo: ${visible(undo)}`];
  return [
    `# ${number}. ${[...(who === '' ? [] : [`as ${visible(who)}`]), ...(typed ? [] : ['by hand'])].join(', ') || 'as whoever inspects'}; ${about}`,
    ...decide,
    ...note,
    ...back,
    ...(typed ?? [`#    ${visible(told.line)}`, ...(told.content ?? '').split('\n').flatMap((line) => (line === '' ? [] : [`#      ${visible(line)}`]))]),
  ];
}

/** The lines to type; undefined where a person has to do it. What cannot be shown as it is cannot be typed either. */
function typedLines({ step, closes }: Pick<PlanStep, 'step' | 'closes'>, mayType: boolean): readonly string[] | undefined {
  const shell = shellOf(step)?.flatMap((line) => line.split('\n'));
  return (mayType || closes.length === 0) && shell?.every((line) => visible(line) === line) ? shell : undefined;
}

const isByHand = (step: PlanStep, mayType: boolean): boolean => typedLines(step, mayType) === undefined;

const named = (findings: readonly Finding[]): string => {
  const shown = findings.slice(0, mostNamed).map(({ rule, subject }) => visible(subject === undefined ? rule : `${rule} (${subject})`));
  return `${shown.join(', ')}${findings.length > mostNamed ? ` and ${findings.length - mostNamed} more` : ''}`;
};

/** The plan as data: each step with its commands, where a shell can do it. */
export function fixJson(report: Report, failOn: FailOn, from: From = {}): string {
  const steps = stepsOf(report, failOn, from.here).map((step) => {
    const planned = placed(report, step, from);
    const commands = isTyped(report, from) || planned.closes.length === 0 ? shellOf(planned.step) : undefined;
    const undo = undoOf(planned.step);
    return { ...planned, say: tellStep(planned.step).line, ...(commands ? { commands } : {}), ...(undo === undefined ? {} : { undo }) };
  });
  return jsonText(canonical({ format: 'pretrip-plan/1', target: report.target, steps }));
}
