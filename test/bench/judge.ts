/**
 * How much processor time judging all rules on a recorded host takes beyond starting Node, and on a recorded walk of a root
 * file system of 20,000 inodes.
 * Prints minimum, first quartile and median of user plus system time, how often bare Node each is, and the most memory held.
 * Usage: npm run bench [-- SNAPSHOT [RUNS]]
 */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packageRoot } from '../../src/cli/paths.ts';
import { makeRoot } from './root.ts';

const snapshot = process.argv[2] ?? join(packageRoot, 'fixtures/hosts/debian-12.pretrip.jsonl');
const runs = Number(process.argv[3] ?? 15);
if (!existsSync(snapshot)) throw new Error(`${snapshot} is missing`);

/** Prints the process's own processor time (microseconds) and largest resident set (KiB) on standard error as it ends. */
const metered = (): void => {
  process.on('exit', () => {
    const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
    process.stderr.write(`\nused ${userCPUTime + systemCPUTime} ${maxRSS}`);
  });
};
const meter = `data:text/javascript,${encodeURIComponent(`(${metered})()`)}`;

interface Use {
  readonly ms: number;
  readonly mebibytes: number;
}

function useOf(temporary: string, ...args: string[]): Use {
  const env = { ...process.env, TMPDIR: temporary };
  const { stderr } = spawnSync(process.execPath, ['--import', meter, ...args], { encoding: 'utf8', env, maxBuffer: 64 * 1024 * 1024 });
  const found = /\nused (\d+) (\d+)$/.exec(stderr);
  if (!found) throw new Error(`no measurement: ${stderr}`);
  return { ms: Number(found[1]) / 1000, mebibytes: Number(found[2]) / 1024 };
}

const scratch = mkdtempSync(join(tmpdir(), 'pretrip-bench-'));
process.on('exit', () => rmSync(scratch, { recursive: true, force: true }));

/** The package as npm installs it. A checkout also looks whether a rule is newer than the build. */
function packaged(): string {
  const to = join(scratch, 'package');
  const { files } = JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8')) as { files: string[] };
  for (const name of ['package.json', ...files]) cpSync(join(packageRoot, name), join(to, name), { recursive: true });
  return to;
}
const bin = join(packaged(), 'bin/pretrip.js');

/** A snapshot of a directory of 20,000 inodes. */
function walked(): string {
  const [root, to] = [join(scratch, 'root'), join(scratch, 'walked.jsonl')];
  makeRoot(root);
  const { status, stderr } = spawnSync(process.execPath, [bin, 'capture', root, '-o', to], { encoding: 'utf8', env: { ...process.env, TMPDIR: scratch } });
  if (status !== 0) throw new Error(`no snapshot of the walk: ${stderr}`);
  return to;
}

const all = (of: string, format: string): string[] => [bin, 'scan', of, '--select', '*', '--fail-on', 'never', '-o', format];
const cases: Record<string, string[]> = {
  'node, nothing': ['-e', '0'],
  'pretrip scan SNAPSHOT, all rules': all(snapshot, 'concise'),
  'pretrip scan SNAPSHOT, all rules, JSON': all(snapshot, 'json'),
  'pretrip scan of a walk of 20,000 inodes': all(walked(), 'concise'),
};
// What runs keep for the next one (bin/load.js) is of the same command on the same host, as where one is inspected again and again.
const places = new Map(Object.keys(cases).map((name) => [name, mkdtempSync(join(scratch, 'run-'))]));
const uses = new Map(Object.keys(cases).map((name) => [name, [] as Use[]]));
// Interleaved, so that noise on a shared machine falls on all of them.
for (let run = -3; run <= runs; run++) {
  for (const [name, args] of Object.entries(cases)) {
    const use = useOf(places.get(name) ?? scratch, ...args);
    if (run > 0) uses.get(name)?.push(use);
  }
}

/** Minimum, first quartile and median. */
function spread(times: readonly number[]): [number, number, number] {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (part: number): number => sorted[Math.floor(part * (sorted.length - 1))] ?? Number.NaN;
  return [at(0), at(0.25), at(0.5)];
}

const [nothing = []] = uses.values();
const bare = spread(nothing.map((u) => u.ms));
for (const [name, each] of uses) {
  const times = spread(each.map((u) => u.ms));
  const ratios = times.map((ms, at) => ms / (bare[at] ?? Number.NaN));
  const most = Math.max(...each.map((u) => u.mebibytes));
  process.stdout.write(
    `${name.padEnd(42)} ${times.map((ms) => ms.toFixed(0)).join(' / ')} ms, ${ratios.map((r) => r.toFixed(1)).join(' / ')} x node; at most ${most.toFixed(0)} MiB\n`,
  );
}
