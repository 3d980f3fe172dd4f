/**
 * How much processor time judging all rules on a recorded host takes beyond starting Node.
 * Prints minimum, first quartile and median of user plus system time, each in the same run.
 * Usage: npm run bench [-- SNAPSHOT [RUNS]]
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../src/cli/paths.ts';

const snapshot = process.argv[2] ?? join(packageRoot, 'fixtures/hosts/debian-12.pretrip.jsonl');
const runs = Number(process.argv[3] ?? 15);
if (!existsSync(snapshot)) throw new Error(`${snapshot} is missing`);

/** Prints the process's own processor time on standard error as it ends. */
const meter = `data:text/javascript,${encodeURIComponent("process.on('exit', () => { const u = process.cpuUsage(); process.stderr.write('\\ncpu ' + (u.user + u.system)); });")}`;

function cpu(...args: string[]): number {
  const { stderr } = spawnSync(process.execPath, ['--import', meter, ...args], { encoding: 'utf8' });
  const found = /\ncpu (\d+)$/.exec(stderr)?.[1];
  if (found === undefined) throw new Error(`no measurement: ${stderr}`);
  return Number(found) / 1000;
}

const bin = join(packageRoot, 'bin/pretrip.js');
const cases: Record<string, string[]> = {
  'node, nothing': ['-e', '0'],
  'pretrip scan SNAPSHOT, all rules': [bin, 'scan', snapshot, '--select', '*', '--fail-on', 'never', '-o', 'concise'],
  'pretrip scan SNAPSHOT, all rules, JSON': [bin, 'scan', snapshot, '--select', '*', '--fail-on', 'never', '-o', 'json'],
};
const times = new Map(Object.keys(cases).map((name) => [name, [] as number[]]));
// Interleaved, so that noise on a shared machine falls on all of them.
for (let run = 0; run <= runs; run++) {
  for (const [name, args] of Object.entries(cases)) {
    const ms = cpu(...args);
    if (run > 0) times.get(name)?.push(ms);
  }
}
const at = (sorted: number[], part: number): number => sorted[Math.floor(part * (sorted.length - 1))] ?? Number.NaN;
const [base = []] = times.values();
const baseMedian = at(
  [...base].sort((a, b) => a - b),
  0.5,
);
for (const [name, all] of times) {
  const sorted = [...all].sort((a, b) => a - b);
  const [min, quartile, median] = [at(sorted, 0), at(sorted, 0.25), at(sorted, 0.5)];
  process.stdout.write(
    `${name.padEnd(42)} ${min.toFixed(0)} / ${quartile.toFixed(0)} / ${median.toFixed(0)} ms; beyond node ${(median - baseMedian).toFixed(0)} ms, ${(median / baseMedian).toFixed(1)} x\n`,
  );
}
