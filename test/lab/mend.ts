/**
 * One host, broken in several ways at once: the plan that `pretrip fix` prints is carried out word for word, in its order,
 * as whom each step names. Then the host is booted, as whoever sets up a host does once, and the scan that failed has to
 * end with 0.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../src/cli/paths.ts';
import type { PlanStep } from '../../src/report/plan.ts';
import type { Step } from '../../src/verdicts/steps.ts';
import { batch, boot, halt, ports, push, reboot } from './host.ts';
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
    const plan = JSON.parse(first.get('plan')?.printed ?? '') as { readonly steps: readonly Planned[] };
    const undone = plan.steps.filter(({ closes }) => closes.length > 0).filter((step, at) => !carriedOut(port, step, at + 1));
    reboot(port);
    const second = batch(port, new Map(scanning('after')));
    console.log(`# ${suite} mended: ${summary(second)}`);
    console.log(second.get('left')?.printed ?? '');
    const healed = statusOf(first) === 1 && statusOf(second) === 0;
    console.log(`exit ${statusOf(first)}, then ${statusOf(second)}; left to a person, or to a host with a network: ${undone.length} steps`);
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
