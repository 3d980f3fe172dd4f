/** Builds `dist/`: one file of code, and the shipped rules already read. Runs on `npm ci` through `prepare`. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { readPacks } from '../cli/pack-files.ts';
import { packageRoot, shippedRules } from '../cli/paths.ts';
import { problemText } from '../cli/print.ts';

const dist = join(packageRoot, 'dist');
rmSync(dist, { recursive: true, force: true });
mkdirSync(dist, { recursive: true });

await build({
  entryPoints: { cli: join(packageRoot, 'src', 'build', 'entry.ts') },
  outdir: dist,
  outExtension: { '.js': '.mjs' },
  chunkNames: 'chunk-[hash]',
  bundle: true,
  splitting: true,
  platform: 'node',
  format: 'esm',
  target: 'node22.18',
  minifySyntax: true,
  external: ['typescript', 'ts-node'],
  legalComments: 'none',
  logLevel: 'error',
  // Bundled CommonJS packages call require for Node's own modules.
  banner: { js: "import { createRequire as pretripRequire } from 'node:module'; const require = pretripRequire(import.meta.url);" },
});

const { pack, problems } = readPacks([shippedRules]);
if (problems.length > 0) {
  process.stderr.write(`${problemText(problems)}the rules have ${problems.length} mistakes; they are read at run time instead\n`);
} else writeFileSync(join(dist, 'pack.json'), JSON.stringify(pack));
