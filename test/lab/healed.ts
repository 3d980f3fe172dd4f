/** What came of remedies that were carried out, kept from run to run, and the table made of it. */
import { readFileSync, writeFileSync } from 'node:fs';
import { type Carried, carriedOut, healedFile, remedyDigest } from '../../src/cli/lab-proofs.ts';
import { packFiles } from '../../src/cli/pack-files.ts';
import { loadPack } from '../../src/rules/text/load-pack.ts';
import type { Cured } from './heal.ts';
import { type State, suites } from './state.ts';

const keyOf = (c: Pick<Carried, 'suite' | 'state' | 'rule' | 'subject'>): string => [c.rule, c.suite, c.state, c.subject].join('\t');

/** Adds outcomes in the place of earlier ones of the same failures, with the remedy as the rules in `pack`, those that were tried, have it. */
export function keepHealed(cured: readonly Cured[], pack: string, states: readonly State[]): void {
  const digests = new Map(loadPack(packFiles(pack), 'rules').rules.map((rule) => [rule.id, remedyDigest(rule)]));
  const fresh = cured.map(({ rule, suite, state, subject, outcome }): Carried => ({ rule, suite, state, subject, outcome, remedy: digests.get(rule) ?? '' }));
  const known = new Set(states.map(({ name }) => name));
  const all = new Map([...carriedOut().filter((c) => known.has(c.state)), ...fresh].map((c) => [keyOf(c), c]));
  const lines = [...all.values()].toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1)).map((c) => JSON.stringify(c));
  writeFileSync(healedFile, `[\n${lines.join(',\n')}\n]\n`);
}

const begin = '<!-- remedies: written by test/lab/run.ts -->';
const end = '<!-- end of remedies -->';

/** Puts all that is kept into a Markdown file, between its marker lines: a row for each rule, and what it comes to. */
export function writeHealed(file: string): void {
  const text = readFileSync(file, 'utf8');
  const [head, rest] = text.split(begin);
  const tail = rest?.split(end)[1];
  if (head === undefined || tail === undefined) throw new Error(`${file} lacks the lines ${begin} and ${end}`);
  const all = carriedOut();
  const rows = [...Map.groupBy(all, (c) => c.rule)].map(
    ([rule, of]) => `| \`${rule}\` | ${suites.map((s) => counts(of.filter((c) => c.suite === s))).join(' | ')} |`,
  );
  const states = new Set(all.filter((c) => c.outcome === 'healed').map((c) => `${c.suite} ${c.state}`));
  const rules = new Set(all.map((c) => c.rule)).size;
  const sum = `${all.length} remedies of ${rules} rules: ${counts(all)}. Failing states in which a remedy healed: ${states.size}.`;
  const table = ['| Rule | 11 | 12 | 13 |', '|---|---|---|---|', ...rows].join('\n');
  writeFileSync(file, `${head}${begin}\n\n${sum}\n\n${table}\n\n${end}${tail}`);
}

/** How many healed, did not, and are for a person; nothing of what is none. */
function counts(of: readonly Carried[]): string {
  const outcomes = ['healed', 'not healed', 'by hand'] as const;
  return outcomes
    .map((outcome) => ({ outcome, n: of.filter((c) => c.outcome === outcome).length }))
    .flatMap(({ outcome, n }) => (n > 0 ? [`${n} ${outcome}`] : []))
    .join(', ');
}
