/**
 * One host, broken in several ways at once: the plan that `pretrip fix` prints is carried out word for word, in its order,
 * as whom each step names. Then the host is booted, as whoever sets up a host does once, what the scan is then still to be
 * told is done, and the scan that failed has to end with 0.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../src/cli/paths.ts';
import type { PlanStep } from '../../src/report/plan.ts';
import type { Step } from '../../src/verdicts/steps.ts';
import { batch, boot, bring, halt, ports, push, reboot } from './host.ts';
import { oneLine } from './result.ts';
import type { Suite } from './state.ts';

/** What breaks it. */
const broken = readFileSync(join(packageRoot, 'test/lab/broken.sh'), 'utf8');
/** Whom the inspection is for: the account that has the containers, and root's own. */
const look = '-p podman-rootless -p podman-edge --account driver';

type Planned = PlanStep & { readonly say: string; readonly commands?: readonly string[] };

/** Breaks a fresh host, mends it, and tells each step; the exit status of this command. `keep`: a host that runs, clean still, and goes on. */
export function mendOne(suite: Suite, tool: string, keep: boolean): number {
  const port = ports[suite];
  if (keep) push(port, tool);
  else boot(suite, port, tool);
  try {
    const first = batch(port, new Map([['break', broken], ...scanning('before')]));
    console.log(`# ${suite} as broken: ${summary(first)}`);
    const steps = planIn(first).filter(({ closes }) => closes.length > 0);
    const packages = steps.flatMap(({ step }) => ('package' in step && step.command ? step.command.filter((word) => /^[a-z]/.test(word)).slice(2) : []));
    if (packages.length > 0) bring(suite, port, packages);
    const undone = steps.filter((step, at) => !carriedOut(port, step, at + 1));
    reboot(port);
    let last = batch(port, new Map(scanning('after')));
    console.log(`# ${suite} mended: ${summary(last)}`);
    // What decides the unknowns without looking again is done as well.
    const deciding = planIn(last).filter(({ decides, step }) => decides.length > 0 && 'run' in step && step.run[0] !== 'pretrip' && step.run[0] !== 'sudo');
    for (const [at, step] of deciding.entries()) carriedOut(port, step, steps.length + at + 1);
    if (deciding.length > 0) {
      last = batch(port, new Map(scanning('decided')));
      console.log(`# ${suite} decided: ${summary(last)}`);
    }
    console.log(last.get('left')?.printed ?? '');
    const healed = statusOf(first) === 1 && statusOf(last) === 0;
    console.log(`exit ${statusOf(first)}, then ${statusOf(last)}; left to a person: ${undone.length} steps`);
    return healed ? 0 : 1;
  } finally {
    if (!keep) halt(port);
  }
}

/** The scan as people call it, with the patience that an emulated host asks for, its report, and the plan of that report. */
const scanning = (name: string): [string, string][] => [
  ['scan', `pretrip scan ${look} --timeout 3600 -o json=/tmp/${name}.json >/dev/null 2>/tmp/${name}.err; echo $?; cat /tmp/${name}.err`],
  ['plan', `pretrip fix /tmp/${name}.json -o json`],
  [
    'left',
    `jq -r '.verdicts[] | select(.outcome == "fail" or .outcome == "unknown") | "\\(.outcome) \\(.severity) \\(.rule) \\(.subject // "-"): \\(.message)"' /tmp/${name}.json`,
  ],
];

/** The plan of what was scanned. */
const planIn = (answers: Answers): readonly Planned[] => (JSON.parse(answers.get('plan')?.printed ?? '') as { readonly steps: readonly Planned[] }).steps;

type Answers = ReturnType<typeof batch>;
const statusOf = (answers: Answers): number => Number.parseInt(answers.get('scan')?.printed ?? '', 10);
const summary = (answers: Answers): string => `exit ${oneLine(answers.get('scan')?.printed ?? '', 400)}`;

/** Carries out one step; false where it fails, or where a person has to do it. */
function carriedOut(port: number, { step, who, say, commands }: Planned, at: number): boolean {
  const line = (outcome: string): void => console.log([at, who, oneLine(say, 140), outcome].join('\t'));
  if ('run' in step && /^systemctl reboot$/.test([step.run].flat().join(' '))) {
    reboot(port);
    line('done');
    return true;
  }
  const lines = commands ?? byHand(step);
  if (!lines) {
    line('by hand');
    return false;
  }
  const [name, text] = [`/tmp/step.${at}`, lines.join('\n')];
  const shell = who === 'root' ? `cd /; timeout 300 sh -e ${name}` : `systemctl start "user@$(id -u ${who})"; as ${who} timeout 300 sh -e ${name}`;
  const answer = batch(port, new Map([['step', `cat >${name} <<'LAB-STEP'\n${text}\nLAB-STEP\nchmod 644 ${name}; ${shell} </dev/null`]])).get('step');
  line(answer?.exit === 0 ? 'done' : `exit ${answer?.exit}: ${oneLine(answer?.printed ?? '', 200)}`);
  return answer?.exit === 0;
}

/** What a person does in an editor and a shell cannot: a key of a JSON file. */
function byHand(step: Step): readonly string[] | undefined {
  if (!('set' in step) || step.format !== 'json' || typeof step.set !== 'string') return undefined;
  const path = JSON.stringify(step.key.split('.').map((part) => (/^\d+$/.test(part) ? Number(part) : part)));
  return [`jq 'setpath(${path}; ${JSON.stringify(step.value)})' ${step.set} >${step.set}.new`, `cat ${step.set}.new >${step.set}`, `rm ${step.set}.new`];
}
