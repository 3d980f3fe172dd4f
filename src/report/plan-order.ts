/** What of a plan rests on what, although no rule says so, and packages that several findings want. Pure. */
import type { Verdict } from '../verdicts/report.ts';
import { actOf, type Step } from '../verdicts/steps.ts';

/** A step while the plan is made. */
export interface Node {
  readonly step: Step;
  /** When it is due, after all that is not: 0 for what is done at once. */
  due: number;
  readonly findings: Verdict[];
  /** Keys of steps that come before it. */
  readonly before: Set<string>;
}

/** Whether a step can only be carried out, or only has effect, after the other. */
export function standsOn(step: Step, other: Step): boolean {
  switch (actOf(other)) {
    case 'package':
      return 'network' in step || programOf(step).some((name) => packagesOf(other).includes(name));
    case 'module':
      return 'network' in step;
    case 'linger':
      return 'linger' in other && isUsers(step, other.linger);
    case 'subid':
      return 'account' in other && isUsers(step, String(other.account));
    default:
      return false;
  }
}

/** A unit or a program of this account, which its manager or Podman starts. */
const isUsers = (step: Step, name: string): boolean => ('unit' in step || 'run' in step || 'network' in step) && step.needs === 'user' && step.account === name;

/** The program that a step runs, or that the unit belongs to. */
const programOf = (step: Step): string[] => ('unit' in step ? [step.unit.replace(/\.\w+$/, '')] : 'run' in step ? step.run.slice(0, 1) : []);

const packagesOf = (step: Step): readonly string[] => ('package' in step ? (step.command ?? []) : []);

/** Takes out a package that another step installs among others. */
export function packagesOnce(nodes: Map<string, Node>): void {
  const installing = [...nodes].filter(([, { step }]) => packagesOf(step).length > 0);
  for (const [key, node] of installing) {
    const wider = installing.find(
      ([other, { step }]) => other !== key && nodes.has(other) && packagesOf(node.step).every((word) => packagesOf(step).includes(word)),
    );
    if (!wider) continue;
    const [into, taking] = wider;
    nodes.delete(key);
    for (const verdict of node.findings) if (!taking.findings.includes(verdict)) taking.findings.push(verdict);
    for (const one of node.before) if (one !== into) taking.before.add(one);
    for (const { before } of nodes.values()) if (before.delete(key)) before.add(into);
  }
}
