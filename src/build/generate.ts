/**
 * Writes everything that is generated (`npm run generate`). With `--check` nothing is written: each file that is missing,
 * stale or superfluous is named, and the exit status is 1. Asks no git, so that it works in a tarball as well.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ProblemsError, UsageError } from '../cli/errors.ts';
import { packageRoot } from '../cli/paths.ts';
import { problemText } from '../cli/print.ts';
import { type Difference, differences } from './differences.ts';
import { type Generated, generated, textsOf } from './generated.ts';

const check = process.argv.includes('--check');
try {
  const found = await (check ? compare() : write());
  process.stdout.write(found.map((f) => `${f}\n`).join(''));
  if (check && found.length > 0) {
    process.stderr.write('generated files are not what they are made from: run npm run generate\n');
    process.exitCode = 1;
  }
} catch (error) {
  if (error instanceof ProblemsError) process.stderr.write(problemText(error.problems));
  else if (error instanceof UsageError) process.stderr.write(`${error.message}\n${error.hint ? `    ${error.hint}\n` : ''}`);
  else throw error;
  process.exitCode = 2;
}

/** Everything that differs, one line each. A stale list stops it: the rest is made by the code that imports the list. */
async function compare(): Promise<string[]> {
  const lists = await Promise.all(generated.filter(isFirst).map(differing));
  const stale = lists.flat();
  const rest = stale.length > 0 ? [] : await Promise.all(generated.filter((row) => !isFirst(row)).map(differing));
  return [...stale, ...rest.flat()].map(({ path, is }) => `${path}: ${is}`);
}

/** Writes what differs and removes what is superfluous, row by row: what comes first is imported by the rest. */
async function write(): Promise<string[]> {
  const done: string[] = [];
  for (const row of generated) {
    const texts = await textsOf(row);
    for (const { path, is } of differences(packageRoot, texts, folderOf(row))) {
      const at = join(packageRoot, path);
      if (is === 'superfluous') rmSync(at, { recursive: true });
      else {
        mkdirSync(dirname(at), { recursive: true });
        writeFileSync(at, texts.get(path) ?? '');
      }
      done.push(is === 'superfluous' ? `removed ${path}` : `wrote ${path}`);
    }
  }
  return done;
}

async function differing(row: Generated): Promise<Difference[]> {
  return differences(packageRoot, await textsOf(row), folderOf(row));
}
function isFirst(row: Generated): boolean {
  return 'file' in row && row.first === true;
}
function folderOf(row: Generated): string | undefined {
  return 'folder' in row ? row.folder : undefined;
}
