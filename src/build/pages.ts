/** Reference pages and schemas, made from the kinds and the shipped rules. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ProblemsError } from '../cli/errors.ts';
import { readPacks } from '../cli/pack-files.ts';
import { shippedRules } from '../cli/paths.ts';
import { attestSchema } from '../explain/attest-schema.ts';
import { describeRule } from '../explain/describe.ts';
import { describeKinds } from '../explain/describe-kinds.ts';
import { reportSchema } from '../explain/report-schema.ts';
import { profileSchema, ruleSchema } from '../explain/schema.ts';
import { operatorTable, stepTable } from '../explain/tables.ts';
import { kinds } from '../kinds/kinds.ts';
import type { Pack } from '../rules/pack.ts';
import type { Rule } from '../rules/rule.ts';
import { loadCases } from '../rules/text/cases.ts';

let pack: Pack | undefined;

/** The shipped rules, read once. Throws ProblemsError where they have mistakes. */
export function shippedPack(): Pack {
  if (pack) return pack;
  const read = readPacks([shippedRules]);
  if (read.problems.length > 0) throw new ProblemsError(read.problems);
  pack = read.pack;
  return pack;
}

export const ruleSchemaText = (): string => schemaText(ruleSchema(kinds), 'the fact kinds in src/kinds and the operators');
export const profileSchemaText = (): string => schemaText(profileSchema(), 'src/explain/schema.ts');

const schemaText = (schema: object, from: string, indent = 1): string =>
  `${JSON.stringify({ $comment: `Generated from ${from} by npm run generate.`, ...schema }, null, indent)}\n`;

export const attestSchemaText = (): string => schemaText(attestSchema, 'src/explain/attest-schema.ts', 2);
export const reportSchemaText = (): string => schemaText(reportSchema, 'src/explain/report-schema.ts', 2);

/** The tables of docs/rule-language.md. */
export { operatorTable, stepTable };

export const kindsPage = (): string => page('the files in src/kinds', describeKinds(kinds));

/** docs/rules.md: every rule in a row. */
export function rulesPage(): string {
  const rows = rulesInOrder().map((r) => `| [${r.id}](rules/${r.id}.md) | ${r.severity} | ${r.title.replaceAll('|', '\\|')} | ${r.profiles.join(', ')} |`);
  return page(
    'rules/',
    `# Rules\n\n${rows.length} rules.\n\n| Rule | Severity | What holds when it passes | Profiles |\n|---|---|---|---|\n${rows.join('\n')}\n`,
  );
}

/** docs/rules/ID.md: all about one rule. */
export function rulePages(): Record<string, string> {
  return Object.fromEntries(
    rulesInOrder().map((rule) => [
      `${rule.id}.md`,
      page(`rules/${fileOf(rule)}.yaml`, describeRule(rule, casesOf(rule), { command: `pretrip plan --select ${rule.id}` })),
    ]),
  );
}

const page = (from: string, text: string): string => `<!-- Generated from ${from} by npm run generate. -->\n\n${text}`;

const rulesInOrder = (): Rule[] => [...shippedPack().rules].sort((a, b) => (a.id < b.id ? -1 : 1));
const fileOf = (rule: Rule): string => rule.id.replaceAll('.', '/');

function casesOf(rule: Rule): { it: string; gives: string }[] {
  const file = `${fileOf(rule)}.test.yaml`;
  const { cases, problems } = loadCases(`rules/${file}`, readFileSync(join(shippedRules, file), 'utf8'));
  if (!cases) throw new ProblemsError(problems);
  return cases.cases.map((c) => ({ it: c.it, gives: [...new Set(Object.values(c.gives))].join(', ') }));
}
