/** Results that are kept from run to run, and the page made of them. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Comparison } from './compare.ts';
import { agrees, oneLine, type Result, subjectOf, verdictOf } from './result.ts';
import { type State, type Suite, suites } from './state.ts';

/** What is known of one suite. */
export interface Kept {
  readonly results: readonly Result[];
  readonly compared?: readonly Comparison[];
}

const keyOf = (r: Result): string => [r.state, r.rule, subjectOf(r)].join('\t');
const fileOf = (directory: string, suite: Suite): string => join(directory, `${suite}.json`);

/** What earlier runs left there. */
export function kept(directory: string, suite: Suite): Kept {
  const file = fileOf(directory, suite);
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Kept) : { results: [] };
}

/** Adds results, in the place of earlier ones of the same states. */
export function keep(directory: string, suite: Suite, results: readonly Result[], compared?: readonly Comparison[]): void {
  const earlier = kept(directory, suite);
  const states = new Set(results.map((r) => r.state));
  const all = [...new Map([...earlier.results.filter((r) => !states.has(r.state)), ...results].map((r) => [keyOf(r), r])).values()];
  const latest = compared ?? earlier.compared;
  mkdirSync(directory, { recursive: true });
  writeFileSync(fileOf(directory, suite), `${JSON.stringify({ results: all, ...(latest ? { compared: latest } : {}) })}\n`);
}

const cell = (text: string): string => text.replaceAll('\\', '\\\\').replaceAll('|', '\\|').replaceAll('<', '&lt;').replaceAll('*', '\\*');
const begin = '<!-- results: written by test/lab/run.ts -->';
const end = '<!-- end of results -->';

const plural = (n: number, thing: string): string => `${n} ${thing}${n === 1 ? '' : 's'}`;

const comparison = (c: Comparison): string =>
  ` All rules on the host as installed${c.suite === 'bullseye' ? ', but for a user API that stays (see above)' : ''}, as ${c.user}: ${c.verdicts} verdicts of ${c.rules} rules, each ${c.ways.length} ways (${c.ways.map((w) => w.name).join(', ')}), ${c.differ} different.`;

function summary(suite: Suite, { results, compared = [] }: Kept): string {
  const states = new Set(results.map((r) => r.state)).size;
  const bad = results.filter((r) => !agrees(r)).length;
  const ways = [...Map.groupBy(results, (r) => r.seen.map((s) => s.way).join(', '))].map(([names, rs]) => `${rs.length} seen ${names}`).join('; ');
  return `- ${suite}: ${plural(states, 'state')}, ${plural(results.length, 'verdict')}, ${results.length - bad} agree, ${bad} disagree; ${ways}.${compared.map(comparison).join('')}`;
}

/** Without the marks of a log line, which differ from run to run. */
const answered = (r: Result): string => oneLine(r.said.replace(/time="[^"]*" level=\S+ msg=/g, ''), 64);
/** An account that was made for one state has a name that says nothing. */
const about = (r: Result): string =>
  subjectOf(r)
    .replace(/^(quadlet|k3d-config):.*\//, '')
    .replace(/^user:[a-z]\d+$/, 'an account');

/** What one suite has to say in a row. */
function verdict(r: Result | undefined): string {
  if (!r) return '';
  return agrees(r) ? verdictOf(r) : `${verdictOf(r)} (program: ${r.wanted})`;
}

function rows(all: ReadonlyMap<Suite, Kept>, order: ReadonlyMap<string, number>): string[] {
  const results = [...all.values()].flatMap((k) => k.results);
  const groups = [...Map.groupBy(results, keyOf).values()].sort((a, b) => (order.get(a[0]?.state ?? '') ?? 0) - (order.get(b[0]?.state ?? '') ?? 0));
  return groups.flatMap((group) => {
    const [first] = group;
    if (!first) return [];
    const answers = [...new Set(group.map((r) => answered(r)))].join(' / ');
    const by = suites.map((suite) => verdict(group.find((r) => r.suite === suite)));
    return [`| ${[first.state, `\`${first.rule}\``, about(first), cell(answers), ...by].join(' | ')} |`];
  });
}

/** What was answered and seen then, judged as the table has it now; nothing for what the table does not hold any more. */
function judgedAnew(result: Result, states: readonly State[]): Result[] {
  const claims = states.find((s) => s.name === result.state)?.claims;
  const claim = claims?.find((c) => c.rule === result.rule && c.subject === result.subject);
  if (!claim) return [];
  const { mayWarn: _, ...rest } = result;
  return [{ ...rest, wanted: result.broken ? result.wanted : claim.says(result.said, result.suite), ...(claim.mayWarn ? { mayWarn: true as const } : {}) }];
}

/** Puts what is kept of the states there are into a Markdown file, between its marker lines. */
export function writeInto(file: string, directory: string, states: readonly State[]): void {
  const text = readFileSync(file, 'utf8');
  const [head, rest] = text.split(begin);
  const tail = rest?.split(end)[1];
  if (head === undefined || tail === undefined) throw new Error(`${file} lacks the lines ${begin} and ${end}`);
  const order = new Map(states.map((s, at) => [s.name, at]));
  const all = new Map(
    suites.map((suite) => {
      const { results, compared } = kept(directory, suite);
      return [suite, { results: results.flatMap((r) => judgedAnew(r, states)), ...(compared ? { compared } : {}) }];
    }),
  );
  const table = ['| State | Rule | About | What the program says | 11 | 12 | 13 |', '|---|---|---|---|---|---|---|', ...rows(all, order)];
  const counts = [...all].filter(([, k]) => k.results.length > 0).map(([suite, k]) => summary(suite, k));
  writeFileSync(file, `${head}${begin}\n\n${counts.join('\n')}\n\n${table.join('\n')}\n\n${end}${tail}`);
}
