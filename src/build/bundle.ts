/** Builds `dist/`: one file of code, and the shipped rules already read. Runs on `npm ci` through `prepare`. */
import { existsSync, lstatSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { readPacks } from '../cli/pack-files.ts';
import { packageRoot, shippedRules } from '../cli/paths.ts';
import { problemText } from '../cli/print.ts';
import { inAscii } from './ascii.ts';
import { lazyPackages } from './lazy-packages.ts';
import { lazyRequires, quietDebug } from './lazy-requires.ts';
import { judgingPart, textsOf } from './stored-pack.ts';

const dist = join(packageRoot, 'dist');
const program = join(dist, 'cli.cjs');
rmSync(dist, { recursive: true, force: true });
mkdirSync(dist, { recursive: true });

await build({
  entryPoints: [join(packageRoot, 'src', 'build', 'entry.ts')],
  outfile: program,
  bundle: true,
  platform: 'node',
  // CommonJS: one file that Node compiles lazily starts in half the time of modules (measured with test/bench/judge.ts).
  format: 'cjs',
  target: 'node22.18',
  minify: true,
  external: ['typescript', 'ts-node'],
  legalComments: 'none',
  logLevel: 'error',
  plugins: [lazyRequires, quietDebug, lazyPackages(['fast-glob', 'node:fs/promises', 're2js', 'saxes', 'yaml'])],
  define: { 'import.meta.url': 'pretripModuleUrl' },
  // The function that Node would put around it, so that bin/load.js need not copy all of it to do so.
  banner: { js: "(function (exports, require, module, __filename, __dirname) {const pretripModuleUrl = require('node:url').pathToFileURL(__filename).href;" },
  footer: { js: '})' },
});

writeFileSync(program, inAscii(readFileSync(program, 'utf8')));

const { pack, problems } = readPacks([shippedRules]);
if (problems.length > 0) {
  process.stderr.write(`${problemText(problems)}the rules have ${problems.length} mistakes; they are read at run time instead\n`);
} else {
  writeFileSync(join(dist, 'texts.json'), inAscii(JSON.stringify(textsOf(pack))));
  writeFileSync(join(dist, 'pack.json'), inAscii(JSON.stringify(judgingPart(pack))));
}

// npm links the commands of dependencies, not the project's own: without this, "npx pretrip" in a checkout would look elsewhere.
const links = join(packageRoot, 'node_modules', '.bin');
const own = join(links, 'pretrip');
if (existsSync(links) && !lstatSync(own, { throwIfNoEntry: false })) symlinkSync(join('..', '..', 'bin', 'pretrip.js'), own);
