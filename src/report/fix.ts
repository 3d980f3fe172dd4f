/** What `pretrip fix` prints: the plan of a report as a list for a shell, and as JSON. Text of a host is made visible. */
import type { Report } from '../verdicts/report.ts';
import { shellOf, tellStep, undoOf } from '../verdicts/steps.ts';
import type { FailOn } from '../verdicts/summarize.ts';
import { canonical } from './canonical.ts';
import { type Finding, type PlanStep, stepsOf } from './plan.ts';
import { jsonText, visible } from './text.ts';

/** Findings named beside a step; the JSON has all. */
const mostNamed = 4;

/** The plan as comments and commands: whoever reads it carries it out step by step. */
export function fixText(report: Report, failOn: FailOn): string {
  const steps = stepsOf(report, failOn);
  if (steps.length === 0) return `# ${visible(report.target.name)}: there is nothing to fix\n`;
  const ofGate = new Set(steps.flatMap(({ closes, ofGate: counted }) => (counted > 0 ? closes.map(keyOf) : []))).size;
  const head = [
    `# ${visible(report.target.name)}: ${count(steps.length, 'step')}; ${failOn === 'never' ? 'no failure counts for the gate' : `${count(ofGate, 'failure')} of those with steps for the gate (--fail-on ${failOn})`}`,
    '# Printed, not carried out: read each step, then run it as who it names, from top to bottom. Then scan again.',
  ];
  return `${[...head, ...steps.flatMap((step, at) => ['', ...stepLines(step, at + 1)])].join('\n')}\n`;
}

const count = (n: number, noun: string): string => `${n} ${noun}${n === 1 ? '' : 's'}`;
const keyOf = ({ rule, subject = '' }: Finding): string => `${rule} ${subject}`;

function stepLines({ step, who, closes, decides }: PlanStep, at: number): string[] {
  const told = tellStep(step);
  const shell = shellOf(step)?.flatMap((line) => line.split('\n'));
  // What cannot be shown as it is cannot be typed either.
  const typed = shell?.every((line) => visible(line) === line) ? shell : undefined;
  const undo = undoOf(step);
  const about = closes.length > 0 ? `closes ${closes.length}: ${named(closes)}` : `decides ${decides.length}: ${named(decides)}`;
  const decide = 'decide' in step && step.decide !== undefined ? [`#    you decide: ${visible(step.decide)}`] : [];
  const note = told.note === undefined ? [] : [`#    mind: ${visible(told.note)}`];
  const back = undo === undefined || !typed ? [] : [`#    undo: ${visible(undo)}`];
  return [
    `# ${at}. as ${visible(who)}${typed ? '' : ', by hand'}; ${about}`,
    ...decide,
    ...note,
    ...back,
    ...(typed ?? [`#    ${visible(told.line)}`, ...(told.content ?? '').split('\n').flatMap((line) => (line === '' ? [] : [`#      ${visible(line)}`]))]),
  ];
}

const named = (findings: readonly Finding[]): string => {
  const shown = findings.slice(0, mostNamed).map(({ rule, subject }) => visible(subject === undefined ? rule : `${rule} (${subject})`));
  return `${shown.join(', ')}${findings.length > mostNamed ? ` and ${findings.length - mostNamed} more` : ''}`;
};

/** The plan as data: each step with its commands, where a shell can do it. */
export function fixJson(report: Report, failOn: FailOn): string {
  const steps = stepsOf(report, failOn).map((planned) => {
    const commands = shellOf(planned.step);
    const undo = undoOf(planned.step);
    return { ...planned, say: tellStep(planned.step).line, ...(commands ? { commands } : {}), ...(undo === undefined ? {} : { undo }) };
  });
  return jsonText(canonical({ format: 'pretrip-plan/1', target: report.target, steps }));
}
