/**
 * Plants faults into Debian's root file systems, one at a time, and compares the verdicts of `-p vehicle-image` with those
 * before: the fault is found by its rule, and no other rule fails or is healed. Two trees a suite: `clean`, as build.sh builds it,
 * and `prepared`, with what the maker of a vehicle adds (prepared.ts). As root; mmdebstrap builds what the cache has not.
 * Usage: npm run plant [-- SUITE...] [--only REGEX] [--clean | --prepared] [--verdicts]
 *   --only      faults whose rule or words match
 *   --clean, --prepared   this tree alone
 *   --verdicts  print what fails and is unknown before anything is planted, and nothing else
 * Prints a line a fault, and the counts; exit status 1 when one is missed, or another rule takes it for its own.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { packageRoot } from '../../src/cli/paths.ts';
import { selectionFrom } from '../../src/cli/selection.ts';
import { packFrom } from '../../src/cli/shipped-pack.ts';
import { thisTool } from '../../src/cli/this-tool.ts';
import { openTarget } from '../../src/collect/targets/open.ts';
import { scan } from '../../src/scan.ts';
import { compare, type Fault, type Finding, type Look, type Suite, suites } from './fault.ts';
import { faults } from './faults.ts';
import { mayFail, paramsOf, prepare } from './prepared.ts';
import { Tree } from './tree.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { only: { type: 'string' }, clean: { type: 'boolean' }, prepared: { type: 'boolean' }, verdicts: { type: 'boolean' } },
});
const cache = process.env.PRETRIP_PLANT ?? join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'pretrip-plant');
const pack = await packFrom([]);
const tool = thisTool();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
const print = (line: string): void => void process.stdout.write(`${line}\n`);

type State = 'clean' | 'prepared';
const states: readonly State[] = values.clean ? ['clean'] : values.prepared ? ['prepared'] : ['clean', 'prepared'];

function suiteOf(name: string): Suite {
  const suite = suites.find((s) => s === name);
  if (!suite) throw new Error(`no such suite: ${name}; there are ${suites.join(', ')}`);
  return suite;
}

/** A copy of the suite's tree, which ends with the process. */
function copyOf(suite: Suite): string {
  const built = join(cache, suite);
  mkdirSync(cache, { recursive: true, mode: 0o700 });
  if (!existsSync(built)) run(join(packageRoot, 'test/plant/build.sh'), suite, built);
  const scratch = mkdtempSync(join(cache, `${suite}.copy-`));
  process.on('exit', () => rmSync(scratch, { recursive: true, force: true }));
  const copy = join(scratch, suite);
  mkdirSync(copy);
  run('cp', '-a', '--reflink=auto', `${built}/.`, copy);
  return copy;
}

function run(...[program = '', ...args]: string[]): void {
  const { status, error } = spawnSync(program, args, { stdio: ['ignore', 'inherit', 'inherit'] });
  if (error || status !== 0) throw new Error(`${program} ${args.join(' ')}: ${error?.message ?? `exit status ${status}`}`);
}

async function look(root: string, suite: Suite, state: State): Promise<Look> {
  const selection = selectionFrom({ profile: ['vehicle-image', 'base'], ...(state === 'prepared' ? { param: paramsOf(suite) } : {}) }, pack);
  const opened = await openTarget({ name: root });
  const { report, defects } = await scan(
    'snapshot' in opened ? opened.snapshot : opened.host,
    { pack, selection },
    { takenAt: '2026-12-01T00:00:00Z', files: [], tool },
  );
  if (defects.length > 0) throw new Error(defects.join('\n'));
  return report.verdicts.map(({ rule, subject, outcome, severity, message }) => ({
    rule,
    ...(subject === undefined ? {} : { subject }),
    outcome,
    severity,
    message,
  }));
}

const outcomeOf = (verdicts: Look, rule: string): string[] => verdicts.filter((v) => v.rule === rule).map((v) => v.outcome);

/** Prints what is not right before anything was planted. */
function tell(suite: Suite, state: State, verdicts: Look): void {
  for (const outcome of ['fail', 'unknown'] as const)
    for (const v of verdicts.filter((one) => one.outcome === outcome))
      print(`${suite} ${state}\t${outcome}\t${v.rule}${v.subject ? ` ${v.subject}` : ''}\t${v.severity}\t${v.message}`);
  const counts = Object.entries(Object.groupBy(verdicts, (v) => v.outcome)).map(([outcome, list]) => `${list?.length} ${outcome}`);
  print(`${suite} ${state}: ${counts.join(', ')}`);
}

interface Count {
  readonly planted: number;
  readonly found: number;
  readonly wrong: number;
}

async function plantIn(suite: Suite, state: State, root: string): Promise<Count> {
  using tree = new Tree(root);
  const before = await look(root, suite, state);
  if (values.verdicts) {
    tell(suite, state, before);
    return { planted: 0, found: 0, wrong: 0 };
  }
  const stray = state === 'clean' ? [] : before.filter((v) => v.outcome === 'fail' && !mayFail(v));
  for (const v of stray) print(`${suite} ${state}\t${v.rule}\tWRONG\tfails before anything is planted: ${v.message}`);
  const count = { planted: 0, found: 0, wrong: stray.length };
  for (const fault of faults.filter((f) => applies(f, suite, state, before))) {
    const finding = await foundIn(tree, fault, before, () => look(root, suite, state));
    count.planted += 1;
    count.found += finding.found === undefined ? 0 : 1;
    count.wrong += finding.wrong.length;
    tellOf(`${suite} ${state}\t${fault.rule}\t${fault.what}`, finding);
  }
  return count;
}

/** Plants a fault, looks again, and takes it out. */
async function foundIn(tree: Tree, fault: Fault, before: Look, again: () => Promise<Look>): Promise<Finding> {
  try {
    fault.plant(tree);
    return compare(before, await again(), fault);
  } catch (error) {
    return { wrong: [`cannot be planted: ${error instanceof Error ? error.message : error}`], beside: [] };
  } finally {
    tree.restore();
  }
}

function tellOf(fault: string, { found, wrong, beside }: Finding): void {
  print(`${fault}\t${found === undefined ? 'MISSED' : wrong.length > 0 ? 'WRONG' : 'found'}\t${found ?? ''}`);
  for (const said of wrong) print(`${fault}\tWRONG\t${said}`);
  for (const said of beside) print(`${fault}\tbeside\t${said}`);
}

/** Where the rule fails already there is nothing to be planted. */
function applies(fault: Fault, suite: Suite, state: State, before: Look): boolean {
  if (fault.suites && !fault.suites.includes(suite)) return false;
  if (fault.preparedOnly && state !== 'prepared') return false;
  if (values.only !== undefined && !new RegExp(values.only).test(`${fault.rule} ${fault.what}`)) return false;
  return outcomeOf(before, fault.rule).some((outcome) => outcome !== 'fail');
}

const counts: string[] = [];
let failed = false;
for (const suite of positionals.length > 0 ? positionals.map(suiteOf) : suites) {
  const root = copyOf(suite);
  using whole = new Tree(root);
  for (const state of states) {
    if (state === 'prepared') prepare(whole, suite);
    const { planted, found, wrong } = await plantIn(suite, state, root);
    counts.push(`${suite} ${state}: ${planted} planted, ${found} found, ${wrong} wrong`);
    failed ||= found < planted || wrong > 0;
  }
}
if (!values.verdicts) print(counts.join('; '));
process.exitCode = failed ? 1 : 0;
