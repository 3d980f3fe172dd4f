/**
 * How long the walk of a tree takes, against `find -xdev -ls` and `head -c 4096` of every file one after the other; and what
 * judging a recording of the walk takes beyond starting Node. Medians of five, in turn, after two rounds that do not count.
 * Usage: node test/bench/walk.ts [ROOT]: a root file system; else one of 20,000 inodes is made for it.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packageRoot } from '../../src/cli/paths.ts';
import { walkDisk } from '../../src/collect/disk/walk.ts';
import { walkedNames } from '../../src/facts/host/walked-names.ts';
import { makeRoot } from './root.ts';

const scratch = mkdtempSync(join(tmpdir(), 'pretrip-walk-bench-'));
process.on('exit', () => rmSync(scratch, { recursive: true, force: true }));

function made(): string {
  const root = join(scratch, 'root');
  makeRoot(root);
  return root;
}

const milliseconds = async (work: () => unknown): Promise<number> => {
  const started = performance.now();
  await work();
  return performance.now() - started;
};

const root = process.argv[2] ?? made();
const snapshot = join(scratch, 'walked.jsonl');
const pretrip = (...args: string[]): unknown =>
  spawnSync(process.execPath, [join(packageRoot, 'bin/pretrip.js'), ...args], { env: { ...process.env, TMPDIR: scratch }, stdio: 'ignore' });
pretrip('capture', root, '-o', snapshot);
let inodes = 0;
const works: Readonly<Record<string, () => unknown>> = {
  'find -ls, and head of every file': () =>
    spawnSync('sh', ['-c', 'find "$1" -xdev -ls >/dev/null; find "$1" -xdev -type f -exec head -c 4096 {} + >/dev/null', 'sh', root]),
  'the walk': async () => {
    const answer = await walkDisk(root, '/', walkedNames);
    if (answer.is === 'got') inodes = answer.value.inodes;
  },
  'node, nothing': () => spawnSync(process.execPath, ['-e', '0']),
  'pretrip scan of the recorded walk, all rules': () => pretrip('scan', snapshot, '--select', '*', '--fail-on', 'never', '-o', `json=${join(scratch, 'out')}`),
};
const times = new Map(Object.keys(works).map((name) => [name, [] as number[]]));
for (let run = -1; run <= 5; run++)
  for (const [name, work] of Object.entries(works)) {
    const taken = await milliseconds(work);
    if (run > 0) times.get(name)?.push(taken);
  }

const medianOf = (name: string): number => times.get(name)?.toSorted((a, b) => a - b)[2] ?? Number.NaN;
const [find = '', walk = '', node = '', scan = ''] = Object.keys(works);
process.stdout.write(`${inodes} inodes\n`);
for (const name of Object.keys(works)) process.stdout.write(`${name.padEnd(46)} ${medianOf(name).toFixed(0)} ms\n`);
process.stdout.write(
  `the walk: ${(medianOf(walk) / medianOf(find)).toFixed(2)} x find and head; the scan: ${(medianOf(scan) / medianOf(node)).toFixed(1)} x node\n`,
);
