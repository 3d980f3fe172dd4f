/**
 * Compares verdicts with the real programs on booted hosts: for every state, sets it up, looks in every way,
 * asks the program, undoes it. Prints one line a verdict; exit status 1 when one disagrees.
 * Usage: npm run lab [-- SUITE... | --all] [--only REGEX | --brief] [--compare [--as NAME]…] [--keep] [--way NAME]… [--once] [--heal] [--mend-one] [--results DIRECTORY] [--write FILE] [--report FILE] [--tool DIRECTORY]
 *   --brief    the few states that CI tries (see states.ts)
 *   --compare  before the states, compare the verdicts of all rules on the host as installed, in all ways
 *   --as       compare them as these accounts, too; nobody is one that owns nothing
 *   --keep     use the hosts that run already (see `ports` in host.ts), and leave them running
 *   --way      look in this way only (see ways.ts); default: all ways for rounds that have a name, live and from a snapshot for others
 *   --heal     instead of asking programs, carry out the remedies of what fails, and look again (see heal.ts)
 *   --mend-one break a host in many ways, carry out the plan of `pretrip fix`, and scan again (see mend.ts); nothing else is done
 *   --once     do not try again what disagrees, or differs
 *   --write    put the results into FILE, between its marker lines; with --heal also into healed.json of docs, from which rules check counts
 *   --results  a directory where results are kept, in the place of earlier ones of the same states; --write then puts all of them, beside what FILE has of others
 *   --report   a file for { passed, failed }: verdicts that agree, and that do not, and suites whose ways differ
 *   --tool     a directory that holds the packed tool already (what push.sh keeps)
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Comparison, compare } from './compare.ts';
import { type Cured, curedLine, curedTable, heal, mayFail } from './heal.ts';
import { keepHealed, writeHealed } from './healed.ts';
import { batch, boot, Gone, halt, ports, push, reboot } from './host.ts';
import { looking } from './look.ts';
import { mendOne } from './mend.ts';
import { keep, writeInto } from './page.ts';
import { agrees, lineOf, type Result, tableOf } from './result.ts';
import { type Claim, type State, type Suite, suites } from './state.ts';
import { brief, states } from './states.ts';
import { ways as allWays, lookFor, type Way, type Where } from './ways.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    all: { type: 'boolean' },
    only: { type: 'string' },
    brief: { type: 'boolean' },
    compare: { type: 'boolean' },
    as: { type: 'string', multiple: true },
    keep: { type: 'boolean' },
    write: { type: 'string' },
    results: { type: 'string' },
    report: { type: 'string' },
    tool: { type: 'string' },
    way: { type: 'string', multiple: true },
    once: { type: 'boolean' },
    heal: { type: 'boolean' },
    'mend-one': { type: 'boolean' },
  },
});
/** Rounds of many states are looked at in all ways; elsewhere what costs an emulated host most is left out. */
const waysFor = (round: readonly State[]): Way[] => {
  const names = values.way ?? (round[0]?.round === undefined && !values.brief ? ['live', 'snapshot'] : allWays.map((way) => way.name));
  return allWays.filter((way) => names.includes(way.name));
};
const chosen = values.all ? suites : positionals.length > 0 ? positionals.map(suiteOf) : (['bookworm'] as const);

function suiteOf(name: string): Suite {
  const suite = suites.find((s) => s === name);
  if (!suite) throw new Error(`no such suite: ${name}; there are ${suites.join(', ')}`);
  return suite;
}

/** States that do not touch each other are set up together and looked at in one go: one round. */
function roundsOf(list: readonly State[]): State[][] {
  const alone = (s: State): boolean => s.by !== undefined || s.reboot === true || s.alone === true;
  const named = Map.groupBy(
    list.filter((s) => s.round !== undefined),
    (s) => s.round,
  );
  const areas = [
    ...Map.groupBy(
      list.filter((s) => !alone(s) && s.round === undefined),
      areaOf,
    ).values(),
  ];
  const together = Array.from({ length: Math.max(0, ...areas.map((a) => a.length)) }, (_, at) => areas.flatMap((a) => a[at] ?? []));
  return [...named.values(), ...together, ...list.filter((s) => s.round === undefined && alone(s)).map((s) => [s])];
}

const unique = (commands: readonly (string | undefined)[]): string[] => [...new Set(commands.filter((c) => c !== undefined))];
const areaOf = (state: State): string => state.name.split(':')[0] ?? state.name;

const about = (claim: Claim): Pick<Result, 'rule' | 'subject' | 'mayWarn' | 'unseenBy'> => ({
  rule: claim.rule,
  ...(claim.subject ? { subject: claim.subject } : {}),
  ...(claim.mayWarn ? { mayWarn: true } : {}),
  ...(claim.unseenBy ? { unseenBy: claim.unseenBy } : {}),
});

/** Commands to run before the next round, in its first call. */
let pending = 'restore';

function judge(suite: Suite, round: readonly State[]): Result[] {
  const port = ports[suite];
  const started = Date.now();
  const first = round[0] as State;
  const before: [string, string][] = [
    ['undo', pending],
    ...round.map((state, at): [string, string] => [`set-up:${at}`, `set -e\n${state.setUp ?? ':'}`]),
    ['settle', unique(round.map((s) => s.settle)).join('\n') || ':'],
  ];
  const asks = round.flatMap((state, s) => state.claims.map((claim, c): [string, string] => [`ask:${s}:${c}`, claim.ask]));
  pending = ['restore', ...unique(round.map((s) => s.undo)), ...unique(round.map((s) => s.settle))].join('\n');
  const look = lookFor(round);
  const ways = waysFor(round);
  const where: Where = { port, user: first.by ?? 'root', tool };
  const looks = looking(ways, look, where);
  const inOneCall = first.by === undefined && !first.reboot && ways.every((way) => way.onHost);
  const apart = (name: string): boolean => name.startsWith('ask:') && round.every((state) => state.apart === true);
  const answers = batch(port, new Map([...before, ...(first.by === undefined ? looks : []), ...(inOneCall ? asks : [])]), 'root', apart);
  const ask = (parts: readonly [string, string][], user?: string): void =>
    batch(port, new Map(parts), user).forEach((answer, name) => void answers.set(name, answer));
  if (first.by !== undefined) ask(looks, first.by);
  const reports = ways.map((way) => ({ way: way.name, report: way.judge(look, answers.get(`way:${way.name}`)?.printed ?? '', where) }));
  if (first.reboot) reboot(port);
  if (!inOneCall) ask(asks);
  const seconds = (Date.now() - started) / 1000;
  return round.flatMap((state, s) =>
    state.claims.map((claim, c): Result => {
      const said = answers.get(`ask:${s}:${c}`)?.printed ?? '';
      const seen = reports.map(({ way, report }) => {
        const verdict = report.verdicts.find((v) => v.rule === claim.rule && v.subject === claim.subject);
        return {
          way,
          outcome: verdict?.outcome ?? ('none' as const),
          severity: verdict?.severity,
          message: verdict?.message ?? `no verdict about ${claim.subject ?? 'the host'}`,
        };
      });
      const setUp = answers.get(`set-up:${s}`);
      const result = { suite, state: state.name, ...about(claim), said, wanted: claim.says(said, suite), seen, seconds };
      return setUp?.exit === 0 ? result : { ...result, said: `not set up: ${setUp?.printed}`, broken: true };
    }),
  );
}

/** Judges a round; what disagrees is tried once more by itself, so that a slow moment or a neighbour decides nothing. */
function run(suite: Suite, list: readonly State[]): Result[] {
  return roundsOf(list).flatMap((round) => {
    const first = tried(suite, round);
    const found = round.flatMap((state) => {
      const own = first.filter((r) => r.state === state.name);
      return values.once || own.every(agrees) ? own : tried(suite, [state]);
    });
    for (const result of found) console.log(lineOf(result));
    keep(kept, suite, found);
    console.log(`# ${round.length} states, first look ${first[0]?.seconds ?? 0} s`);
    return found;
  });
}

function tried(suite: Suite, round: readonly State[]): Result[] {
  try {
    return judge(suite, round);
  } catch (error) {
    if (error instanceof Gone) {
      // An emulated host may crash: a new one takes its place, once for each round.
      console.log(`# ${error.message}; booting anew`);
      boot(suite, ports[suite], tool, round[0]?.boot ?? []);
      pending = 'restore';
      return judge(suite, round);
    }
    const said = error instanceof Error ? error.message : String(error);
    return round.flatMap((state) =>
      state.claims.map((claim): Result => ({ suite, state: state.name, ...about(claim), said, wanted: 'unknown', seen: [], seconds: 0, broken: true })),
    );
  }
}

/** Remedies of a round; one that cannot be tried hinders no other. */
function cure(suite: Suite, round: readonly State[]): void {
  const started = Date.now();
  try {
    const found = heal(suite, round, { port: ports[suite], user: 'root', tool });
    for (const each of found) console.log(curedLine(each));
    cured.push(...found);
    if (values.write !== undefined) keepHealed(found, join(tool, 'pretrip', 'rules'), states);
    console.log(`# ${round.length} states, ${(Date.now() - started) / 1000} s`);
  } catch (error) {
    console.log(`# ${error instanceof Error ? error.message : String(error)}`);
    if (error instanceof Gone) boot(suite, ports[suite], tool);
  }
}

const only = values.only === undefined ? undefined : new RegExp(values.only);
const isWanted = (name: string): boolean => (only?.test(name) ?? true) && (!values.brief || brief.includes(name));

/** Runs the states of a suite: on one clean host, and on one more for each set of kernel arguments. */
function runSuite(suite: Suite): Result[] {
  const wanted = states.filter((s) => (s.suites ?? suites).includes(suite) && isWanted(s.name) && (!values.heal || mayFail(suite)(s)));
  const byBoot = Map.groupBy(wanted, (s) => (s.boot ?? []).join(' '));
  return [...byBoot].flatMap(([kernelArguments, list]) => {
    const own = !values.keep || kernelArguments !== '';
    if (own) boot(suite, ports[suite], tool, kernelArguments.split(' ').filter(Boolean));
    else push(ports[suite], tool);
    pending = 'restore';
    try {
      if (values.compare && kernelArguments === '') {
        const all = ['root', ...(values.as ?? [])].map((user) => compare(suite, { port: ports[suite], user, tool }, values.way, values.once ? 0 : undefined));
        compared.push(...all);
        keep(kept, suite, [], all);
      }
      if (!values.heal) return run(suite, list);
      for (const round of roundsOf(list)) cure(suite, round);
      return [];
    } finally {
      if (own) halt(ports[suite]);
      else batch(ports[suite], new Map([['undo', pending]]));
    }
  });
}

/** The tool as it is now, whatever happens to the work tree meanwhile: the same one looks there and judges here. */
const tool = values.tool ?? mkdtempSync(join(tmpdir(), 'pretrip-lab-'));
if (values.tool === undefined) process.on('exit', () => rmSync(tool, { recursive: true, force: true }));

/** Where results stay. */
const kept = values.results ?? join(tool, 'results');
const compared: Comparison[] = [];
const cured: Cured[] = [];
if (values['mend-one']) process.exit(Math.max(...chosen.map((suite) => mendOne(suite, tool, values.keep === true))));
const results = chosen.flatMap(runSuite);
const bad = results.filter((r) => !agrees(r));
if (bad.length > 0) console.log(`\n${tableOf(bad)}`);
if (values.write !== undefined && values.heal) writeHealed(values.write);
else if (values.write !== undefined) writeInto(values.write, kept, states);
console.log(
  `${new Set(results.map((r) => `${r.suite} ${r.state}`)).size} states, ${results.length} verdicts, ${results.length - bad.length} agree, ${bad.length} disagree`,
);
if (values.heal) console.log(curedTable(cured));
const failed = bad.length + compared.filter((c) => c.differ > 0).length + cured.filter((c) => c.outcome === 'not healed').length;
if (values.report !== undefined)
  writeFileSync(values.report, `${JSON.stringify({ passed: results.length + compared.length + cured.length - failed, failed })}\n`);
process.exitCode = failed > 0 || results.length + compared.length + cured.length === 0 ? 1 : 0;
