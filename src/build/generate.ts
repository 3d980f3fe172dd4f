/** Writes everything that is derived: command table, rule schema, reference pages. `npm run check` compares. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import glob from 'fast-glob';
import { readPacks } from '../cli/pack-files.ts';
import { packageRoot, shippedRules } from '../cli/paths.ts';
import { problemText } from '../cli/print.ts';
import { describeRule } from '../explain/describe.ts';
import { describeKinds } from '../explain/describe-kinds.ts';
import { reportSchema } from '../explain/report-schema.ts';
import { profileSchema, ruleSchema } from '../explain/schema.ts';
import { operatorTable, stepTable } from '../explain/tables.ts';
import { kinds, kindsByName } from '../kinds/kinds.ts';
import { loadCases } from '../rules/text/cases.ts';
import { layerTable } from './layers.ts';
import { writeMarked } from './marked.ts';
import { writeReadme } from './readme.ts';

const write = (path: string, text: string): void => writeFileSync(join(packageRoot, path), text);

write('src/cli/commands.ts', commandTable());
write('src/kinds/kinds.ts', kindList());
write('rules/schema.json', `${JSON.stringify(ruleSchema(kinds), null, 1)}\n`);
write('schemas/report.schema.json', `${JSON.stringify(reportSchema, null, 2)}\n`);
write('rules/profile.schema.json', `${JSON.stringify(profileSchema(), null, 1)}\n`);
writeMarked('ARCHITECTURE.md', { layers: layerTable() });
writeMarked('docs/rule-language.md', { operators: operatorTable(), steps: stepTable() });
const { pack, problems } = readPacks([shippedRules]);
if (problems.length > 0) {
  process.stderr.write(problemText(problems));
  process.exitCode = 2;
} else {
  rulePages();
  write('docs/kinds.md', describeKinds(kinds));
  await writeReadme(pack);
}

/** One import a command, from the files below `commands`. */
function commandTable(): string {
  const files = glob.sync('**/*.ts', { cwd: join(packageRoot, 'src/cli/commands') }).sort();
  const named = files.map((file) => {
    const id = file.replace(/\.ts$/, '').replaceAll('/', ':');
    return { id, file, name: id.replace(/[:-](.)/g, (_, c: string) => c.toUpperCase()) };
  });
  const key = (id: string): string => (/^\w+$/.test(id) ? '' : `'${id}': `);
  return `/** The command table. Generated from the directory \`commands\` by \`npm run generate\`. */
${named.map((n) => `import ${n.name} from './commands/${n.file}';\n`).join('')}
export const COMMANDS = {
${named.map((n) => `  ${key(n.id)}${n.name},\n`).join('')}};
`;
}

/** One import a kind, from the files below `kinds`: the file bears the name of its kind, and exports it in camel case. */
function kindList(): string {
  const files = glob.sync('*/*.ts', { cwd: join(packageRoot, 'src/kinds') }).map((f) => f.replace(/\.ts$/, ''));
  const named = files.sort().map((file) => ({ file: `${file}.ts`, name: basename(file).replace(/-(.)/g, (_, c: string) => c.toUpperCase()) }));
  return `/** The list of fact kinds. Generated from this directory by \`npm run generate\`. */
import type { Kind } from '../facts/kind.ts';
${named.map((n) => `import { ${n.name} } from './${n.file}';\n`).join('')}
export const kinds: readonly Kind[] = [
${named.map((n) => `  ${n.name},\n`).join('')}];

export const kindsByName: ReadonlyMap<string, Kind> = new Map(kinds.map((k) => [k.name, k]));
`;
}

/** docs/rules.md lists every rule; docs/rules/ID.md shows one. */
function rulePages(): void {
  const directory = join(packageRoot, 'docs/rules');
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true });
  const rules = [...pack.rules].sort((a, b) => (a.id < b.id ? -1 : 1));
  for (const rule of rules) {
    const cases = loadCases(rule.id, readFileSync(join(shippedRules, `${rule.id.replaceAll('.', '/')}.test.yaml`), 'utf8')).cases?.cases ?? [];
    write(
      `docs/rules/${rule.id}.md`,
      describeRule(
        rule,
        kindsByName,
        cases.map((c) => ({ it: c.it, gives: [...new Set(Object.values(c.gives))].join(', ') })),
      ),
    );
  }
  const rows = rules.map((r) => `| [${r.id}](rules/${r.id}.md) | ${r.severity} | ${r.title.replaceAll('|', '\\|')} | ${r.profiles.join(', ')} |`);
  write(
    'docs/rules.md',
    `# Rules\n\nGenerated from \`rules/\`; ${rules.length} rules.\n\n| Rule | Severity | What holds when it passes | Profiles |\n|---|---|---|---|\n${rows.join('\n')}\n`,
  );
}
