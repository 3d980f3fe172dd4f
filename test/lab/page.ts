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

/** One line a suite: counted in the table, and what is known of this run's verdicts and comparisons, else what the page said of them. */
function summary(suite: Suite, { results, compared }: Kept, table: readonly Row[], said: string | undefined): string {
  const own = table.filter((r) => r.by[suite] !== '');
  const bad = own.filter((r) => r.by[suite].includes('(program:')).length;
  const ways = [...Map.groupBy(results, (r) => r.seen.map((s) => s.way).join(', '))].map(([names, rs]) => `${rs.length} seen ${names}`);
  const earlier = own.length > results.length ? [`${own.length - results.length} of earlier runs`] : [];
  const all = compared ? compared.map(comparison).join('') : (/ All rules on the host.*/.exec(said ?? '')?.[0] ?? '');
  const counts = [plural(new Set(own.map((r) => r.state)).size, 'state'), plural(own.length, 'verdict'), `${own.length - bad} agree`, `${bad} disagree`];
  const head = `- ${suite}: ${counts.join(', ')}; `;
  if (results.length === 0 && !compared && said?.startsWith(head)) return said;
  return `${head}${[...ways, ...earlier].join('; ')}.${all}`;
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

/** A row of the table: what is asked, what was answered, and the verdict on each suite, empty where it was not tried. */
interface Row {
  readonly state: string;
  /** State, rule and subject as the cells have them. */
  readonly about: string;
  readonly answer: string;
  readonly by: Readonly<Record<Suite, string>>;
}

const bySuite = (cellOf: (suite: Suite, at: number) => string): Record<Suite, string> =>
  Object.fromEntries(suites.map((suite, at) => [suite, cellOf(suite, at)])) as Record<Suite, string>;

function rowsOf(all: ReadonlyMap<Suite, Kept>): Row[] {
  const results = [...all.values()].flatMap((k) => k.results);
  return [...Map.groupBy(results, keyOf).values()].flatMap((group) => {
    const [first] = group;
    if (!first) return [];
    const answer = cell([...new Set(group.map((r) => answered(r)))].join(' / '));
    const by = bySuite((suite) => verdict(group.find((r) => r.suite === suite)));
    return [{ state: first.state, about: [first.state, `\`${first.rule}\``, about(first)].join(' | '), answer, by }];
  });
}

/** The rows that the page has already. */
const writtenRows = (text: string): Row[] =>
  text
    .split('\n')
    .filter((line) => /^\| (?!State \||Rule \||`)/.test(line))
    .map((line) => {
      const cells = line.slice(2, -1).split(/ \|(?: |$)/);
      const [state = '', , , answer = ''] = cells;
      return { state, about: cells.slice(0, 3).join(' | '), answer, by: bySuite((_, at) => cells[4 + at]?.trim() ?? '') };
    });

/** This run's rows, with what the page has of other suites, and the page's rows of states that were not tried and are there still. */
function merged(fresh: readonly Row[], written: readonly Row[], order: ReadonlyMap<string, number>): Row[] {
  const before = new Map(written.map((r) => [r.about, r]));
  const now = fresh.map((r): Row => {
    const old = before.get(r.about);
    const other = old !== undefined && suites.some((s) => r.by[s] === '' && old.by[s] !== '') && old.answer !== r.answer;
    return old ? { ...r, answer: other ? `${r.answer} / ${old.answer}` : r.answer, by: bySuite((s) => r.by[s] || old.by[s]) } : r;
  });
  const tried = new Set(fresh.map((r) => r.state));
  const rest = written.filter((r) => !tried.has(r.state) && order.has(r.state));
  return [...now, ...rest].sort((a, b) => (order.get(a.state) ?? 0) - (order.get(b.state) ?? 0));
}

/** What was answered and seen then, judged as the table has it now; nothing for what the table does not hold any more. */
function judgedAnew(result: Result, states: readonly State[]): Result[] {
  const claims = states.find((s) => s.name === result.state)?.claims;
  const claim = claims?.find((c) => c.rule === result.rule && c.subject === result.subject);
  if (!claim) return [];
  const { mayWarn: _, ...rest } = result;
  return [{ ...rest, wanted: result.broken ? result.wanted : claim.says(result.said, result.suite), ...(claim.mayWarn ? { mayWarn: true as const } : {}) }];
}

/** For each rule, on how many states its verdicts were compared on each suite, and how many verdicts do not agree. */
function countsByRule(rows: readonly Row[]): string[] {
  const counted = [...Map.groupBy(rows, (r) => r.about.split(' | ')[1] ?? '')].sort(([a], [b]) => (a < b ? -1 : 1));
  const lines = counted.map(([rule, own]) => {
    const cells = suites.map((suite) => {
      const tried = own.filter((r) => r.by[suite] !== '');
      const bad = tried.filter((r) => r.by[suite].includes('(program:')).length;
      const states = new Set(tried.map((r) => r.state)).size;
      return tried.length === 0 ? '' : `${states} / ${tried.length}${bad > 0 ? `, ${bad} disagree` : ''}`;
    });
    return `| ${rule} | ${cells.join(' | ')} |`;
  });
  return ['For each rule, states and verdicts:', '', '| Rule | 11 | 12 | 13 |', '|---|---|---|---|', ...lines];
}

const lineOf = (r: Row): string => `| ${[r.about, r.answer, ...suites.map((s) => r.by[s])].join(' | ')} |`;

/** Puts what is kept of the states there are into a Markdown file, between its marker lines; what was not tried stays as the page has it. */
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
  const written = rest?.split(end)[0] ?? '';
  const rows = merged(rowsOf(all), writtenRows(written), order);
  const table = ['| State | Rule | About | What the program says | 11 | 12 | 13 |', '|---|---|---|---|---|---|---|', ...rows.map(lineOf)];
  const said = (suite: Suite): string | undefined => written.split('\n').find((line) => line.startsWith(`- ${suite}: `));
  const counts = [...all].filter(([suite]) => rows.some((r) => r.by[suite] !== '')).map(([suite, k]) => summary(suite, k, rows, said(suite)));
  writeFileSync(file, `${head}${begin}\n\n${counts.join('\n')}\n\n${countsByRule(rows).join('\n')}\n\n${table.join('\n')}\n\n${end}${tail}`);
}
