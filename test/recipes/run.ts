/**
 * Carries out the recipes of CONTRIBUTING.md, literally, in a copy of the tree, and counts by git what each costs by hand.
 * `npm run recipes [-- WORD]`: those that add something with this word. Ends with status 1 at the first that fails, and
 * leaves that copy to be looked at.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { packageRoot } from '../../src/cli/paths.ts';
import { type Copy, copyOf } from './copy.ts';
import { type Costs, costs } from './costs.ts';
import { type Recipe, recipesIn, type Step } from './recipe.ts';

const say = (text: string): void => void process.stdout.write(`${text}\n`);

class RecipeError extends Error {}

/** What writes files that nobody writes by hand: references, lists, goldens. */
const generates = /^(?:npm run generate|npx vitest )/;

function run(command: string, { at }: Copy): void {
  // As on a desk: in CI, vitest would write no golden. The report of the whole is none of theirs.
  const { CI: _, PRETRIP_TEST_REPORT: __, REPORT: ___, ...env } = process.env;
  const report = join(tmpdir(), `pretrip-recipe-${process.pid}.json`);
  const { status, stdout, stderr, error } = spawnSync('bash', ['-c', command], {
    cwd: at,
    env: { ...env, NO_COLOR: '1', PRETRIP_TEST_REPORT: report },
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  const said = `${stdout}${stderr}`;
  if (error || status !== 0) throw new RecipeError(`${error?.message ?? `status ${status}`}\n${said.split('\n').slice(-60).join('\n')}`);
  if (command.startsWith('npx vitest') && !(passedIn(report) > 0)) throw new RecipeError(`no test was run\n${said}`);
}

/** How many tests passed, as the runner's report has it. The report is taken away. */
function passedIn(report: string): number {
  if (!existsSync(report)) return 0;
  const { numPassedTests } = JSON.parse(readFileSync(report, 'utf8')) as { numPassedTests: number };
  rmSync(report);
  return numPassedTests;
}

/** Not in the last commit. */
const isNew = (path: string, { git }: Copy): boolean => git('ls-tree', '--name-only', 'HEAD', '--', path) === '';

function carryOut(step: Step, copy: Copy): void {
  if (step.do === 'run') run(step.command, copy);
  else if (step.do === 'add') appendFileSync(join(copy.at, step.path), step.text);
  else {
    if (!isNew(step.path, copy)) throw new RecipeError('it is there already: choose another example');
    const path = join(copy.at, step.path);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, step.text);
  }
}

/** Files that differ from the last commit, each with a digest of what it is now. */
function changed({ git, at }: Copy): Map<string, string> {
  git('add', '--all');
  const paths = git('diff', '--cached', '--name-only', '--no-renames', '-z', 'HEAD').split('\0');
  const digest = (path: string): string =>
    existsSync(join(at, path))
      ? createHash('sha256')
          .update(readFileSync(join(at, path)))
          .digest('hex')
      : 'gone';
  return new Map(paths.filter((path) => path !== '').map((path) => [path, digest(path)]));
}

/** Carries out all steps; gives the files that were changed by hand, and how many besides. */
function follow({ steps }: Recipe, copy: Copy): { byHand: Set<string>; generated: number } {
  const byHand = new Set<string>();
  let before = changed(copy);
  for (const step of steps) {
    try {
      carryOut(step, copy);
    } catch (error) {
      if (!(error instanceof RecipeError)) throw error;
      throw new RecipeError(`CONTRIBUTING.md:${step.line}: ${step.do === 'run' ? step.command : step.path}: ${error.message}`);
    }
    const after = changed(copy);
    if (step.do !== 'run' || !generates.test(step.command)) for (const [path, digest] of after) if (before.get(path) !== digest) byHand.add(path);
    before = after;
  }
  return { byHand, generated: before.size - byHand.size };
}

/** Counts new files, and lines in files that were there. */
function count(byHand: ReadonlySet<string>, copy: Copy): Costs {
  const created = [...byHand].filter((path) => isNew(path, copy));
  const tests = created.filter((path) => path.startsWith('test/')).length;
  const edited = [...byHand].filter((path) => !created.includes(path));
  const numbers = edited.flatMap((path) => copy.git('diff', '--cached', '--numstat', 'HEAD', '--', path).split('\t').slice(0, 2));
  return { files: created.length - tests, tests, lines: numbers.reduce((sum, n) => sum + Number(n), 0) };
}

const plural = (n: number, one: string): string => `${n} ${one}${n === 1 ? '' : 's'}`;
const inWords = ({ files, tests, lines }: Costs): string =>
  [plural(files, 'file'), ...(tests > 0 ? [plural(tests, 'test')] : []), plural(lines, 'line')].join(', ');

const word = process.argv[2] ?? '';
const recipes = recipesIn(readFileSync(join(packageRoot, 'CONTRIBUTING.md'), 'utf8')).filter((r) => r.adds.includes(word));
const copy = copyOf(packageRoot);
/** For whoever adds up what the steps of CI came to. */
const report = (passed: number, failed: number): void => {
  if (process.env.REPORT) writeFileSync(process.env.REPORT, `${JSON.stringify({ passed, failed })}\n`);
};
let passed = 0;
try {
  for (const recipe of recipes) {
    const start = performance.now();
    const { byHand, generated } = follow(recipe, copy);
    const cost = count(byHand, copy);
    const wanted = costs[recipe.adds];
    say(`${recipe.adds}: ${inWords(cost)}; ${plural(generated, 'file')} generated; ${Math.round((performance.now() - start) / 1000)} s`);
    if (!wanted || inWords(cost) !== inWords(wanted))
      throw new RecipeError(`${recipe.adds} may cost ${wanted ? inWords(wanted) : 'nothing'}, and it cost ${inWords(cost)}: ${[...byHand].join(', ')}`);
    passed++;
    copy.git('commit', '--quiet', '--message', `With ${recipe.adds}`);
  }
  copy.remove();
  say(`recipes: ${passed} passed, 0 failed`);
  report(passed, 0);
} catch (error) {
  if (!(error instanceof RecipeError)) throw error;
  say(`${error.message}\n\nrecipes: failed; the copy is ${copy.at}`);
  report(passed, recipes.length - passed);
  process.exitCode = 1;
}
