/**
 * What to do about a report, in order: the steps of all its remedies, each once, and what decides what is unknown. The
 * report on a terminal and `pretrip fix` tell of it. Pure.
 */
import type { After } from '../verdicts/afters.ts';
import { rankOfAfter } from '../verdicts/afters.ts';
import { type Missing, ownHost, type Report, severities, type Verdict } from '../verdicts/report.ts';
import { actOf, isActing, type Step } from '../verdicts/steps.ts';
import { reaches } from '../verdicts/summarize.ts';
import { canonical } from './canonical.ts';
import { isUndecided, isWaived } from './findings.ts';

/** A verdict by its rule and its subject. */
export interface Finding {
  readonly rule: string;
  readonly subject?: string;
}

/** One step of the plan. */
export interface PlanStep {
  /** What to do; what is due afterwards is a step of its own. */
  readonly step: Step;
  /** `root`, or the name of the account. */
  readonly who: string;
  /** Failures whose remedy has the step. */
  readonly closes: readonly Finding[];
  /** Of these, how many the gate counts. */
  readonly ofGate: number;
  /** Unknown verdicts that are decided by it. */
  readonly decides: readonly Finding[];
}

/** A step while the plan is made. */
interface Node {
  readonly step: Step;
  phase: number;
  readonly findings: Verdict[];
  /** Keys of steps that come before it. */
  readonly before: Set<string>;
}

/**
 * The plan of a report: dependencies before what rests on them, then what closes most of the gate; what is due afterwards
 * once for all, a reboot last; then what decides what is unknown. `failOn`: the gate's threshold, where it is not the
 * report's own.
 */
export function stepsOf(report: Report, failOn = report.gate?.failOn ?? 'high'): PlanStep[] {
  const nodes = new Map<string, Node>();
  for (const verdict of report.verdicts) if (verdict.outcome === 'fail' && !isWaived(verdict) && verdict.remedy) addRemedy(nodes, verdict.remedy, verdict);
  withoutNeedless(nodes);
  const inGate = (v: Verdict): boolean => reaches(v.severity, failOn);
  const steps = ordered(nodes, inGate).map(({ step, findings }) => ({
    step,
    who: whoOf(step),
    closes: findings.map(findingOf),
    ofGate: findings.filter(inGate).length,
    decides: [],
  }));
  return [...steps, ...deciding(report)];
}

const findingOf = ({ rule, subject }: Verdict): Finding => ({ rule, ...(subject === undefined ? {} : { subject }) });
const whoOf = ({ needs, account }: Step): string => (needs === 'user' ? (account ?? 'the account') : 'root');

/** Two steps are one when they do the same for the same account, whatever stands beside them. */
function keyOf({ note: _, destroys: __, cuts: ___, undo: ____, after: _____, ...step }: Step): string {
  return JSON.stringify(canonical(step));
}

/** The phases of a plan: what others need comes first. */
const phases: readonly (readonly string[])[] = [
  ['package'],
  ['module', 'subid', 'linger'],
  ['write', 'set', 'unset', 'dropIn', 'sysctl', 'chmod', 'chown', 'link', 'remove', 'bootArgument'],
  ['network', 'unit', 'run'],
  ['manual'],
];
const phaseOf = (step: Step): number => phases.findIndex((acts) => acts.includes(actOf(step)));

function addRemedy(nodes: Map<string, Node>, remedy: readonly Step[], verdict: Verdict): void {
  let last: string | undefined;
  let reload: string | undefined;
  for (const step of remedy.filter(isActing)) {
    const { after = [], ...own } = step;
    // What runs needs what was written to be read; what is written does not.
    const waits = reload !== undefined && phaseOf(step) > 2 ? [reload] : [];
    const key = addNode(nodes, own as Step, phaseOf(step), verdict, [...(last === undefined ? [] : [last]), ...waits]);
    last = key;
    for (const due of after) {
      const dueKey = addNode(nodes, stepOfAfter(due), phases.length + rankOfAfter(due), verdict, [key]);
      if (due.do === 'daemon-reload') reload = dueKey;
    }
  }
}

function addNode(nodes: Map<string, Node>, step: Step, phase: number, verdict: Verdict, before: readonly string[]): string {
  const key = keyOf(step);
  const node = nodes.get(key) ?? { step, phase, findings: [], before: new Set<string>() };
  // What is due after other steps waits for all of them, wherever it stands in a remedy.
  node.phase = Math.max(node.phase, phase);
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
  const last = phases.length + rankOfAfter({ do: 'reboot', needs: 'root' });
  const reboot = [...nodes.values()].find(({ phase }) => phase === last);
  if (!reboot) return;
  for (const [key, { phase, findings }] of nodes) {
    if (phase < phases.length + rankOfAfter({ do: 'relogin', needs: 'root' }) || phase === last) continue;
    nodes.delete(key);
    for (const verdict of findings) if (!reboot.findings.includes(verdict)) reboot.findings.push(verdict);
    for (const other of nodes.values()) other.before.delete(key);
  }
}

/** Steps whose predecessors are done, the weightiest first. A circle is broken where the weight says. */
function ordered(nodes: ReadonlyMap<string, Node>, inGate: (v: Verdict) => boolean): Node[] {
  const weight = (node: Node): readonly number[] => [
    node.phase,
    -node.findings.filter(inGate).length,
    Math.min(...node.findings.map((v) => severities.indexOf(v.severity))),
    -node.findings.length,
    node.step.needs === 'user' ? 1 : 0,
  ];
  const waiting = new Map([...nodes].map(([key, node]) => [key, { node, weight: weight(node) }]));
  const done: Node[] = [];
  while (waiting.size > 0) {
    const ready = [...waiting].filter(([, { node }]) => ![...node.before].some((key) => waiting.has(key)));
    const [next] = (ready.length > 0 ? ready : [...waiting]).toSorted(([, a], [, b]) => compare(a.weight, b.weight));
    if (!next) break;
    waiting.delete(next[0]);
    done.push(next[1].node);
  }
  return done;
}

function compare(a: readonly number[], b: readonly number[]): number {
  const at = a.findIndex((n, i) => n !== b[i]);
  return at < 0 ? 0 : (a[at] ?? 0) - (b[at] ?? 0);
}

/** The steps that decide unknown verdicts, by what they need; those that decide most first. */
function deciding({ verdicts, target }: Report): PlanStep[] {
  const open = verdicts.filter((v) => isUndecided(v) && v.missing && v.missing.length > 0);
  const ways = new Map<string, { step: Step; decides: Finding[] }>();
  for (const verdict of open) {
    const step = stepFor(verdict.missing ?? [], target);
    const way = ways.get(keyOf(step)) ?? { step, decides: [] };
    ways.set(keyOf(step), way);
    way.decides.push(findingOf(verdict));
  }
  return [...ways.values()]
    .toSorted((a, b) => b.decides.length - a.decides.length)
    .map(({ step, decides }) => ({ step, who: whoOf(step), closes: [], ofGate: 0, decides }));
}

/** What gets hold of what is missing: the hardest of it decides. */
function stepFor(missing: readonly Missing[], target: Report['target']): Step {
  const broken = missing.find((m) => m.do === 'mend');
  if (broken && 'path' in broken) return { manual: `fix ${broken.path}: ${broken.because}`, needs: 'root' };
  const look = missing.find((m) => m.do === 'look');
  if (look) return { manual: `look${'path' in look && look.path !== undefined ? ` at ${look.path}` : ''}: ${look.because}`, needs: 'root' };
  const privileges = missing.flatMap((m) => ('privilege' in m ? [m.privilege] : []));
  const here = target.kind === ownHost;
  if (privileges.includes('running host')) return { manual: 'scan the running host', needs: 'root' };
  const account = privileges.includes('root') ? undefined : privileges[0]?.slice('user '.length);
  if (here && account === undefined) return { run: ['sudo', 'pretrip', 'scan'], needs: 'root' };
  if (account === undefined) return { manual: `scan ${target.name} as root`, needs: 'root' };
  return here ? { run: ['pretrip', 'scan'], needs: 'user', account } : { manual: `scan ${target.name} as ${account}`, needs: 'user', account };
}
