/** Builds `dist/`: one file of code, and the shipped rules already read. Runs on `npm ci` through `prepare`. */
import { existsSync, lstatSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { readPacks } from '../cli/pack-files.ts';
import { builtPack, builtTexts, packageRoot, shippedRules } from '../cli/paths.ts';
import { problemText } from '../cli/print.ts';
import { storePack } from '../rules/stored-pack.ts';
import { apartPackages } from './apart-packages.ts';
import { inAscii } from './ascii.ts';
import { lazyPackages } from './lazy-packages.ts';
import { lazyRequires, quietDebug } from './lazy-requires.ts';

const dist = join(packageRoot, 'dist');
const program = join(dist, 'cli.cjs');

/** Of these a scan of one recorded host needs none, or one: read with the program they would be a third of it (test/bench/judge.ts). */
const apart = ['cli-spinners', 'ejs', 'execa', 'fast-glob', 'lilconfig', 'minimatch', 're2js', 'saxes', 'tinyglobby', 'wrap-ansi', 'yaml'];

rmSync(dist, { recursive: true, force: true });
mkdirSync(dist, { recursive: true });

/** CommonJS: one file that Node compiles lazily starts in half the time of modules (measured with test/bench/judge.ts). */
const common = {
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node22.18',
  minify: true,
  legalComments: 'none',
  logLevel: 'error',
  define: { 'import.meta.url': 'pretripModuleUrl' },
  // The function that Node would put around it, so that bin/load.js need not copy all of it to do so.
  banner: { js: "(function (exports, require, module, __filename, __dirname) {const pretripModuleUrl = require('node:url').pathToFileURL(__filename).href;" },
  footer: { js: '})' },
} as const;

await build({
  ...common,
  entryPoints: [join(packageRoot, 'src', 'build', 'entry.ts')],
  outfile: program,
  external: ['typescript', 'ts-node'],
  plugins: [
    lazyRequires,
    quietDebug,
    lazyPackages(['fast-glob', 'node:child_process', 'node:fs/promises', 'node:timers/promises', 'node:zlib', 're2js', 'saxes', 'yaml']),
    apartPackages(apart),
  ],
});
const outfiles = new Map(apart.map((name) => [name, join(dist, 'packages', `${name}.cjs`)]));
for (const [name, outfile] of outfiles) await build({ ...common, entryPoints: [name], outfile, absWorkingDir: packageRoot });
for (const file of [program, ...outfiles.values()]) writeFileSync(file, inAscii(readFileSync(file, 'utf8')));

const { pack, problems } = readPacks([shippedRules]);
if (problems.length > 0) {
  process.stderr.write(`${problemText(problems)}the rules have ${problems.length} mistakes; they are read at run time instead\n`);
} else {
  const stored = storePack(pack);
  writeFileSync(builtTexts, inAscii(stored.texts));
  writeFileSync(builtPack, inAscii(stored.pack));
}

// npm links the commands of dependencies, not the project's own: without this, "npx pretrip" in a checkout would look elsewhere.
const links = join(packageRoot, 'node_modules', '.bin');
const own = join(links, 'pretrip');
if (existsSync(links) && !lstatSync(own, { throwIfNoEntry: false })) symlinkSync(join('..', '..', 'bin', 'pretrip.js'), own);
