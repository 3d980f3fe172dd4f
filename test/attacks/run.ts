/**
 * Every file that a rule reads, with one line of it 64 KiB over and with 5,000 different ones, against the same host with
 * one line: at most 3 times the processor time and 1.5 times the memory. Prints what is worse.
 *
 * A process that has judged before tells for each file what more lines cost; where that is far below what is allowed,
 * nothing more is asked. All others are measured as they are used: each host in a process of its own.
 *
 * Usage: npm run attacks [-- [TEXT-IN-THE-PATH] [PART/PARTS] [sample]]
 * `sample`: of files of one directory with one ending only the first, since the same kinds read them by the same pattern.
 */
import { availableParallelism } from 'node:os';
import { type Grown, grown, type How, withLines } from './growth.ts';
import { measured, seconds, type Took, Warm } from './judges.ts';

const most = { cpu: 3, rss: 1.5 };
/** Of what is allowed, what a warm process may take: the first time the same work takes up to three times as long. */
const clear = 0.3;
/** Of what an empty host takes in a process of its own: any host takes about half of it in one that is warm. */
const usual = 0.75;

const text = ({ host, path, line }: Grown): string => {
  const spec = host.files?.[path];
  return ((typeof spec === 'string' ? spec : ((spec as { content?: string } | undefined)?.content ?? '')).split('\n')[line] ?? '').trimEnd();
};

interface Case {
  readonly lines: number;
  readonly how: How;
}

const casesOf = (one: Grown): readonly Case[] => [
  { lines: Math.ceil(65_536 / (text(one).length + 1)), how: 'same' },
  { lines: 5000, how: 'different' },
];

/** The cases of a file that are not clearly within bounds. What the host takes with one line is asked where it matters. */
async function doubtful(one: Grown, warm: Warm, alone: Took): Promise<Case[]> {
  const room = { cpu: clear * (most.cpu - 1) * alone.cpu, rss: clear * (most.rss - 1) * alone.rss };
  const found: Case[] = [];
  for (const each of casesOf(one)) {
    const had = warm.rss;
    const took = await warm.judge(withLines(one, each.lines, each.how));
    if (took && took.defects.length === 0 && took.rss - had <= room.rss) {
      if (took.cpu <= usual * alone.cpu) continue;
      const base = await warm.judge(withLines(one, 1, 'same'));
      if (base && took.cpu - Math.min(base.cpu, alone.cpu) <= room.cpu) continue;
    }
    found.push(each);
  }
  return found;
}

/** What is wrong with these cases, each judged in a process of its own. */
async function wrongIn(one: Grown, cases: readonly Case[]): Promise<string[]> {
  const base = await measured(withLines(one, 1, 'same'));
  if (!base) return [`${one.path}: not even one line was judged within ${seconds} s of processor time`];
  const wrong: string[] = [];
  for (const { lines, how } of cases) {
    const took = await measured(withLines(one, lines, how));
    const said = `${one.path}:${one.line + 1} (${one.rule.id}), ${lines} lines, ${how}`;
    if (!took) wrong.push(`${said}: not judged within ${seconds} s of processor time`);
    else if (took.defects.length > 0) wrong.push(`${said}: ${took.defects[0]?.split('\n')[0]}`);
    else if (took.cpu > most.cpu * base.cpu || took.rss > most.rss * base.rss)
      wrong.push(`${said}: ${(took.cpu / base.cpu).toFixed(1)} x processor time, ${(took.rss / base.rss).toFixed(1)} x memory`);
  }
  return wrong;
}

const isPart = (arg: string): boolean => /^\d+\/\d+$/.test(arg);
const given = process.argv.slice(2);
const [part, parts] = (given.find(isPart) ?? '1/1').split('/').map(Number) as [number, number];
const wanted = given.find((arg) => !isPart(arg) && arg !== 'sample') ?? '';
const sortOf = (path: string): string => path.replace(/[^/]+(\.[^./]+)$/, '*$1').replace(/\d+/g, 'N');
const byPath = new Map(grown(1).map((one) => [one.path, one]));
const sampled = given.includes('sample') ? new Map([...byPath.values()].reverse().map((one) => [sortOf(one.path), one])) : byPath;
const files = [...sampled.values()].filter(({ path }) => path.includes(wanted)).filter((_, at) => at % parts === part - 1);

const alone = await measured({});
if (!alone) throw new Error(`an empty host was not judged within ${seconds} s of processor time`);
const worse: string[] = [];
let next = 0;
let closer = 0;
await Promise.all(
  Array.from({ length: parts > 1 ? 1 : availableParallelism() }, async () => {
    const warm = new Warm();
    await warm.judge({});
    for (let one = files[next++]; one; one = files[next++]) {
      const cases = await doubtful(one, warm, alone);
      closer += cases.length > 0 ? 1 : 0;
      const wrong = cases.length > 0 ? await wrongIn(one, cases) : [];
      worse.push(...wrong);
      for (const line of wrong) process.stdout.write(`${line}\n`);
      if (next % 50 === 0) process.stderr.write(`${next} of ${files.length} files\n`);
    }
    warm.end();
  }),
);
process.stdout.write(`${files.length} files, ${closer} of them measured in processes of their own, ${worse.length} that take too much\n`);
process.exitCode = worse.length > 0 ? 1 : 0;
