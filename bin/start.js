// Answers --version at once, then hands over to the built code, or to the sources where nothing was built.
import { existsSync, readFileSync } from 'node:fs';
import { createRequire, enableCompileCache } from 'node:module';
import { fileURLToPath } from 'node:url';

const argv = process.argv.slice(2);
if (argv.length === 1 && (argv[0] === '--version' || argv[0] === '-v')) {
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  process.stdout.write(`pretrip ${version}\n`);
} else {
  enableCompileCache?.();
  const built = new URL('../dist/cli.cjs', import.meta.url);
  const table = existsSync(built) ? built : new URL('../src/cli/commands.ts', import.meta.url);
  const { main } = existsSync(built) ? createRequire(import.meta.url)(fileURLToPath(built)) : await import('../src/cli/main.ts');
  await main(argv, fileURLToPath(table));
}
