/**
 * The one list of what is generated. A row makes texts and touches nothing; `generate.ts` writes them, or compares them
 * with what is on disk.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../cli/paths.ts';
import { layerTable } from './layers.ts';
import { commandTable, kindList } from './lists.ts';
import { withParts } from './marked.ts';

/** A file, a folder in which every file is generated, or a page of which parts are. Paths are below the package's root. */
export type Generated =
  | { readonly file: string; text(): string | Promise<string>; readonly first?: true }
  | { readonly folder: string; texts(): Promise<Readonly<Record<string, string>>> }
  | { readonly page: string; parts(): Promise<Readonly<Record<string, string>>> };

// What rests on the product is imported when it is made: the lists that it imports come first.
const pages = () => import('./pages.ts');
const readme = () => import('./readme.ts');

export const generated: readonly Generated[] = [
  { file: 'src/cli/commands.ts', text: commandTable, first: true },
  { file: 'src/kinds/kinds.ts', text: kindList, first: true },
  { file: '.gitattributes', text: attributes },
  { file: 'rules/schema.json', text: async () => (await pages()).ruleSchemaText() },
  { file: 'rules/profile.schema.json', text: async () => (await pages()).profileSchemaText() },
  { file: 'schemas/report.schema.json', text: async () => (await pages()).reportSchemaText() },
  { file: 'schemas/attestations.schema.json', text: async () => (await pages()).attestSchemaText() },
  { file: 'docs/kinds.md', text: async () => (await pages()).kindsPage() },
  { file: 'docs/rules.md', text: async () => (await pages()).rulesPage() },
  { file: 'docs/sentences.md', text: async () => (await import('./sentences.ts')).sentencesPage() },
  { folder: 'docs/rules', texts: async () => (await pages()).rulePages() },
  { page: 'docs/rule-language.md', parts: async () => ({ operators: (await pages()).operatorTable(), steps: (await pages()).stepTable() }) },
  { page: 'ARCHITECTURE.md', parts: async () => ({ layers: layerTable() }) },
  { page: 'README.md', parts: async () => (await readme()).readmeParts((await pages()).shippedPack()) },
];

/** The texts of a row, by path below the package's root. Throws ProblemsError where the rules have mistakes, UsageError where a page lacks a mark. */
export async function textsOf(row: Generated): Promise<ReadonlyMap<string, string>> {
  if ('file' in row) return new Map([[row.file, await row.text()]]);
  if ('folder' in row) return new Map(Object.entries(await row.texts()).map(([name, text]) => [`${row.folder}/${name}`, text]));
  return new Map([[row.page, withParts(row.page, readFileSync(join(packageRoot, row.page), 'utf8'), await row.parts())]]);
}

/** `.gitattributes`: reviews fold what no person wrote. */
function attributes(): string {
  const paths = generated.flatMap((row) => ('file' in row ? [row.file] : 'folder' in row ? [`${row.folder}/**`] : []));
  return `# Generated from src/build/generated.ts by \`npm run generate\`.\n${paths.map((path) => `${path} linguist-generated\n`).join('')}`;
}
