/**
 * What to do about a report, in order: the steps of all its remedies, each once, and what decides what is unknown. The
 * report on a terminal and `pretrip fix` tell of it, by the same numbers. Pure.
 */
import type { After } from '../verdicts/afters.ts';
import { rankOfAfter } from '../verdicts/afters.ts';
import { type Report, severities, type Verdict } from '../verdicts/report.ts';
import { actOf, isActing, type Step } from '../verdicts/steps.ts';
import { reaches } from '../verdicts/summarize.ts';
import { canonical } from './canonical.ts';
import { isWaived } from './findings.ts';
import { type Way, waysToDecide } from './missing.ts';
import { remedyIn } from './offline.ts';
import { type Node, packagesOnce, standsOn } from './plan-order.ts';

/** A verdict by its rule and its subject. */
export interface Finding {
  readonly rule: string;
  readonly subject?: string;
}

/** One step of the plan. */
export interface PlanStep {
  /** From 1; whoever tells of a part of the plan keeps it. */
  readonly number: number;
  /** What to do; what is due afterwards is a step of its own. */
  readonly step: Step;
  /** `root`, or the name of the account; empty: whoever likes. */
  readonly who: string;
  /** Failures whose remedy has the step. */
  readonly closes: readonly Finding[];
  /** Of these, how many the gate counts. */
  readonly ofGate: number;
  /** Unknown verdicts that are decided by it. */
  readonly decides: readonly Finding[];
}

/**
 * The plan of a report: what closes critical failures first, then what closes most of the gate, dependencies before what
 * rests on them; what is due afterwards once for all, a reboot last; then what decides what is unknown. `failOn`: the gate's
 * threshold, where it is not the report's own. `here`: the report is about a host that was looked at just now, from here.
 */
export function stepsOf(report: Report, failOn = report.gate?.failOn ?? 'high', here = false): PlanStep[] {
  const nodes = new Map<string, Node>();
  for (const verdict of report.verdicts) if (verdict.outcome === 'fail' && !isWaived(verdict)) addRemedy(nodes, remedyIn(report, verdict), verdict);
  packagesOnce(nodes);
  withoutNeedless(nodes);
  const inGate = (v: Verdict): boolean => reaches(v.severity, failOn);
  const steps = ordered(nodes, inGate).map(({ step, findings }) => ({
    step,
    who: whoOf(step),
    closes: findings.map(findingOf),
    ofGate: findings.filter(inGate).length,
    decides: [],
  }));
  return [...steps, ...waysToDecide(report, here).map(deciding)].map((step, at) => ({ number: at + 1, ...step }));
}

const findingOf = ({ rule, subject }: Verdict): Finding => ({ rule, ...(subject === undefined ? {} : { subject }) });
const whoOf = ({ needs, account }: Step): string => (needs === 'user' ? (account ?? 'the account') : 'root');

/** Two steps are one when they do the same for the same account, whatever stands beside them; packages, by the command. */
function keyOf({ note: _, destroys: __, cuts: ___, undo: ____, after: _____, ...step }: Step): string {
  return JSON.stringify('package' in step && step.command ? [step.command, step.needs ?? '', step.account ?? ''] : canonical(step));
}

/** What runs needs what was written to be read; what is written, by a step or by a person, does not. */
const runs = (step: Step): boolean => ['network', 'unit', 'run'].includes(actOf(step));

function addRemedy(nodes: Map<string, Node>, remedy: readonly Step[], verdict: Verdict): void {
  const steps = remedy.filter(isActing);
  let last: string | undefined;
  let written: string[] = [];
  for (const [at, step] of steps.entries()) {
    const { after = [], ...own } = step;
    const waits = runs(step) && written.length > 0 ? [addReload(nodes, steps.slice(0, at), own as Step, verdict, written)] : [];
    if (waits.length > 0) written = [];
    const key = addNode(nodes, { step: own as Step, due: 0, verdict, before: [...(last === undefined ? [] : [last]), ...waits] });
    last = key;
    const later = steps.slice(at + 1).some(runs);
    for (const due of after) {
      if (due.do === 'daemon-reload' && later) written.push(key);
      else addNode(nodes, { step: stepOfAfter(due), due: 1 + rankOfAfter(due), verdict, before: [key] });
    }
  }
}

/** The reload that a step waits for, by itself: that of all others comes at the end. */
function addReload(nodes: Map<string, Node>, before: readonly Step[], step: Step, verdict: Verdict, written: readonly string[]): string {
  const reload = before.flatMap(({ after = [] }) => after).findLast((due) => due.do === 'daemon-reload') as After;
  return addNode(nodes, { step: stepOfAfter(reload), due: 0, verdict, before: written }, keyOf(step));
}

interface Added {
  readonly step: Step;
  readonly due: number;
  readonly verdict: Verdict;
  readonly before: readonly string[];
}

/** `apart`: what makes it another step than those that do the same. */
function addNode(nodes: Map<string, Node>, { step, due, verdict, before }: Added, apart = ''): string {
  const key = keyOf(step) + apart;
  const node = nodes.get(key) ?? { step, due, findings: [], before: new Set<string>() };
  // What is due after other steps waits for all of them, wherever it stands in a remedy.
  node.due = Math.max(node.due, due);
  nodes.set(key, node);
  if (!node.findings.includes(verdict)) node.findings.push(verdict);
  for (const one of before) if (one !== key) node.before.add(one);
  return key;
}

/** What is due afterwards as a step. */
function stepOfAfter({ run, say, needs, account, cuts }: After): Step {
  const beside = { needs, ...(account === undefined ? {} : { account }), ...(cuts === undefined ? {} : { cuts }) };
  return run ? { run, ...beside } : { manual: say ?? '', ...beside };
}

/** Whoever boots the host anew need not log in anew, nor restart a manager. */
function withoutNeedless(nodes: Map<string, Node>): void {
  const last = 1 + rankOfAfter({ do: 'reboot', needs: 'root' });
  const reboot = [...nodes.values()].find(({ due }) => due === last);
  if (!reboot) return;
  for (const [key, { due, findings }] of nodes) {
    if (due < 1 + rankOfAfter({ do: 'relogin', needs: 'root' }) || due === last) continue;
    nodes.delete(key);
    for (const verdict of findings) if (!reboot.findings.includes(verdict)) reboot.findings.push(verdict);
    for (const other of nodes.values()) other.before.delete(key);
  }
}

/** Steps whose predecessors are done, the weightiest first. A circle is broken where the weight says. */
function ordered(nodes: ReadonlyMap<string, Node>, inGate: (v: Verdict) => boolean): Node[] {
  for (const node of nodes.values()) for (const [key, other] of nodes) if (other !== node && standsOn(node.step, other.step)) node.before.add(key);
  const weights = weighed(nodes, inGate);
  const waiting = new Map(nodes);
  const done: Node[] = [];
  while (waiting.size > 0) {
    const ready = [...waiting].filter(([, node]) => ![...node.before].some((key) => waiting.has(key)));
    const [next] = (ready.length > 0 ? ready : [...waiting]).toSorted(([a], [b]) => compare(weights.get(a) ?? [], weights.get(b) ?? []));
    if (!next) break;
    waiting.delete(next[0]);
    done.push(next[1]);
  }
  return done;
}

/** How early each step is due, by itself or for the sake of what rests on it: the smaller the earlier. */
function weighed(nodes: ReadonlyMap<string, Node>, inGate: (v: Verdict) => boolean): ReadonlyMap<string, readonly number[]> {
  const weights = new Map([...nodes].map(([key, node]) => [key, weightOf(node, inGate)]));
  // At most as many rounds as a chain is long.
  for (let round = 0, moved = true; moved && round < nodes.size; round++) {
    moved = false;
    for (const [key, { before }] of nodes)
      for (const one of before) {
        const [mine, other] = [weights.get(key) ?? [], weights.get(one)];
        if (!other || compare(mine, other) >= 0) continue;
        weights.set(one, mine);
        moved = true;
      }
  }
  return weights;
}

function weightOf({ due, findings, step }: Node, inGate: (v: Verdict) => boolean): readonly number[] {
  const counted = findings.filter(inGate);
  const gravest = Math.min(...findings.map((v) => severities.indexOf(v.severity)));
  const order = ['package', 'module', 'subid', 'linger'].indexOf(actOf(step));
  return [
    due,
    counted.length > 0 && gravest === 0 ? 0 : 1,
    -counted.length,
    gravest,
    -findings.length,
    order < 0 ? (runs(step) ? 6 : 5) : order,
    step.needs === 'user' ? 1 : 0,
  ];
}

function compare(a: readonly number[], b: readonly number[]): number {
  const at = a.findIndex((n, i) => n !== b[i]);
  return at < 0 ? 0 : (a[at] ?? 0) - (b[at] ?? 0);
}

/** A step that decides unknown verdicts. */
function deciding({ verdicts, who = '', argv, step, note }: Way): Omit<PlanStep, 'number'> {
  const needs = who === '' ? {} : who === 'root' ? { needs: 'root' as const } : { needs: 'user' as const, account: who };
  const beside = { ...needs, ...(note === undefined ? {} : { note }) };
  return { step: argv ? { run: argv, ...beside } : { manual: step, ...beside }, who, closes: [], ofGate: 0, decides: verdicts.map(findingOf) };
}
