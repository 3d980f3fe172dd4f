/**
 * Plants faults in the sources, one at a time, and tells whether the laws notice, in their short form and in full.
 * Exit status 1 when the short form misses one, or when a text to change is no longer there once.
 * Usage: npm run mutants [-- --only REGEX] [--report FILE]
 *   --only    faults whose words or file match
 *   --report  a file for { passed, failed }
 */
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { type Planted, planted } from './planted.ts';
import type { Found, Tried } from './try.ts';

const { values } = parseArgs({ options: { only: { type: 'string' }, report: { type: 'string' } } });
const only = values.only === undefined ? undefined : new RegExp(values.only);
const script = fileURLToPath(new URL('./try.ts', import.meta.url));

const chosen = [...planted.entries()].filter(([, { what, file }]) => only === undefined || only.test(what) || only.test(file));
const waiting = [...chosen];
const results = new Map<Planted, Tried>();

const asked = async (...words: readonly string[]): Promise<unknown> => {
  const { stdout } = await promisify(execFile)(process.execPath, [script, ...words], { maxBuffer: 1 << 26 });
  return JSON.parse(stdout);
};

async function work(): Promise<void> {
  for (let next = waiting.shift(); next; next = waiting.shift()) {
    const [at, fault] = next;
    const tried = (await asked(String(at))) as Tried;
    results.set(fault, tried);
    process.stdout.write(`${lineOf(fault, tried)}\n`);
  }
}

function lineOf({ what, file, law }: Planted, tried: Tried): string {
  const says = (found: Found | null): string => (found === null ? 'missed' : 'found');
  const fate = 'stale' in tried ? [`stands there ${tried.stale} times`] : [`short ${says(tried.short)}`, `full ${says(tried.full)}`, `${tried.rules} rules`];
  return [...fate, law, `src/${file}`, what].join('\t');
}

await Promise.all(Array.from({ length: availableParallelism() }, work));

/** A law that complains without the fault, too, has not noticed it. */
async function alwaysComplaining(): Promise<Planted[]> {
  const noticed = [...results].flatMap(([fault, t]) => ('stale' in t || t.short === null ? [] : [{ fault, rule: t.short.rule }]));
  const byLaw = Map.groupBy(noticed, ({ fault }) => fault.law);
  const found = await Promise.all(
    [...byLaw].map(async ([law, those]) => {
      const rules = (await asked(law, ...new Set(those.map(({ rule }) => rule)))) as string[];
      return those.filter(({ rule }) => rules.includes(rule)).map(({ fault }) => fault);
    }),
  );
  return found.flat();
}

const found = (form: 'short' | 'full'): number => [...results.values()].filter((t) => !('stale' in t) && t[form] !== null).length;
const always = await alwaysComplaining();
for (const { what, law } of always) process.stdout.write(`not noticed: without it, too, the law "${law}" is broken: ${what}\n`);
const isFound = (fault: Planted): boolean => {
  const tried = results.get(fault);
  return tried !== undefined && !('stale' in tried) && tried.short !== null && tried.full !== null && !always.includes(fault);
};
const failed = chosen.filter(([, fault]) => !isFound(fault)).length;
process.stdout.write(`${chosen.length} planted faults: the short form finds ${found('short')}, the full form ${found('full')}\n`);
if (values.report !== undefined) writeFileSync(values.report, `${JSON.stringify({ passed: chosen.length - failed, failed })}\n`);
process.exitCode = failed > 0 || chosen.length === 0 ? 1 : 0;
