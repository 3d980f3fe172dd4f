/** The lists that are made from folders: of commands, and of fact kinds. Nothing of the product is imported, since it imports them. */
import { basename, join } from 'node:path';
import glob from 'fast-glob';
import { packageRoot } from '../cli/paths.ts';

/** `src/cli/commands.ts`: one import a command, from the files below `commands`. */
export function commandTable(): string {
  const named = namesIn('src/cli/commands', '**/*').map((path) => {
    const id = path.replaceAll('/', ':');
    return { id, file: `${path}.ts`, name: inCamelCase(id) };
  });
  const key = (id: string): string => (/^\w+$/.test(id) ? '' : `'${id}': `);
  return `/** The command table. Generated from the directory \`commands\` by \`npm run generate\`. */
${named.map((n) => `import ${n.name} from './commands/${n.file}';\n`).join('')}
export const COMMANDS = {
${named.map((n) => `  ${key(n.id)}${n.name},\n`).join('')}};
`;
}

/** `src/kinds/kinds.ts`: one import a kind. A file bears the name of its kind, and exports it in camel case. */
export function kindList(): string {
  const named = namesIn('src/kinds', '*/*').map((path) => ({ file: `${path}.ts`, name: inCamelCase(basename(path)) }));
  return `/** The list of fact kinds. Generated from this directory by \`npm run generate\`. */
import type { Kind } from '../facts/kind.ts';
${named.map((n) => `import { ${n.name} } from './${n.file}';\n`).join('')}
export const kinds: readonly Kind[] = [
${named.map((n) => `  ${n.name},\n`).join('')}];

export const kindsByName: ReadonlyMap<string, Kind> = new Map(kinds.map((k) => [k.name, k]));
`;
}

/** The TypeScript files of a folder without their ending, in the order that the formatter wants. */
const namesIn = (folder: string, pattern: string): string[] =>
  glob
    .sync(`${pattern}.ts`, { cwd: join(packageRoot, folder) })
    .map((file) => file.replace(/\.ts$/, ''))
    .sort();

const inCamelCase = (id: string): string => id.replace(/[:-](.)/g, (_, c: string) => c.toUpperCase());
