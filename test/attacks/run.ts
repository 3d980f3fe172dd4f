/**
 * Every file that a rule reads, with one line of it 64 KiB over and with 5,000 different ones, against the same host with
 * one line: at most 3 times the processor time and 1.5 times the memory. Prints what is worse.
 * Usage: npm run attacks [-- TEXT-IN-THE-PATH]
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { HostSpec } from '../../src/collect/composed/composed.ts';
import { type Grown, grown, type How, withLines } from './growth.ts';

interface Took {
  readonly cpu: number;
  readonly rss: number;
  readonly defects: readonly string[];
}

const dir = mkdtempSync(join(tmpdir(), 'pretrip-attacks-'));
const seconds = 60;
const waits = 1200;
let files = 0;

/** What it takes to judge a host in a process of its own; undefined: it did not end within its processor time. */
function measured(host: HostSpec): Promise<Took | undefined> {
  files++;
  const file = join(dir, `${files}.json`);
  writeFileSync(file, JSON.stringify(host));
  return new Promise((done) => {
    // Processor time: on a machine with other work nothing else says how long it takes.
    const argv = ['-c', 'ulimit -t "$1"; shift; exec "$@"', 'sh', String(seconds), process.execPath, join(import.meta.dirname, 'measure.ts'), file];
    const child = spawn('sh', argv, { stdio: ['ignore', 'pipe', 'ignore'], timeout: waits * 1000 });
    let text = '';
    child.stdout.on('data', (chunk: Buffer) => {
      text += chunk.toString();
    });
    child.on('close', () => {
      rmSync(file, { force: true });
      done(text === '' ? undefined : (JSON.parse(text) as Took));
    });
  });
}

const text = ({ host, path, line }: Grown): string => {
  const spec = host.files?.[path];
  return ((typeof spec === 'string' ? spec : ((spec as { content?: string } | undefined)?.content ?? '')).split('\n')[line] ?? '').trimEnd();
};

async function tried(one: Grown): Promise<string[]> {
  const base = await measured(withLines(one, 1, 'same'));
  if (!base) return [`${one.path}: not even one line was judged within ${seconds} s of processor time`];
  const cases: readonly (readonly [number, How])[] = [
    [Math.ceil(65_536 / (text(one).length + 1)), 'same'],
    [5000, 'different'],
  ];
  const wrong: string[] = [];
  for (const [lines, how] of cases) {
    const took = await measured(withLines(one, lines, how));
    const said = `${one.path}:${one.line + 1} (${one.rule.id}), ${lines} lines, ${how}`;
    if (!took) wrong.push(`${said}: not judged within ${seconds} s of processor time`);
    else if (took.defects.length > 0) wrong.push(`${said}: ${took.defects[0]?.split('\n')[0]}`);
    else if (took.cpu > 3 * base.cpu || took.rss > 1.5 * base.rss)
      wrong.push(`${said}: ${(took.cpu / base.cpu).toFixed(1)} x processor time, ${(took.rss / base.rss).toFixed(1)} x memory`);
  }
  return wrong;
}

const byPath = [...new Map(grown(1).map((one) => [one.path, one])).values()].filter(({ path }) => path.includes(process.argv[2] ?? ''));
const worse: string[] = [];
/** How far it is, for those who watch: a whole run takes an hour. */
const tell = (at: number): void => {
  if (at % 50 === 0) process.stderr.write(`${at} of ${byPath.length} files\n`);
};
let next = 0;
await Promise.all(
  Array.from({ length: availableParallelism() }, async () => {
    for (let one = byPath[next++]; one; one = byPath[next++]) {
      const wrong = await tried(one);
      worse.push(...wrong);
      for (const line of wrong) process.stdout.write(`${line}\n`);
      tell(next);
    }
  }),
);
rmSync(dir, { recursive: true, force: true });
process.stdout.write(`${byPath.length} files, ${worse.length} that take too much\n`);
process.exitCode = worse.length > 0 ? 1 : 0;
