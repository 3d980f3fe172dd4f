/** Reads packs of rules from disk. */
import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { basename, dirname, join, relative, sep } from 'node:path';
import glob from 'fast-glob';
import type { Pack } from '../rules/pack.ts';
import type { Problem } from '../rules/rule.ts';
import { loadPack, type PackFile, packProblems } from '../rules/text/load-pack.ts';
import { UsageError } from './errors.ts';

/** Rule files below a directory, or one rule file; test files are left out. Sorted, and at least one. */
export function packFiles(path: string): PackFile[] {
  const info = statSync(path, { throwIfNoEntry: false });
  if (!info) throw new UsageError(`there are no rules at ${path}: it does not exist`, wanted);
  if (!info.isDirectory()) return [ruleFile(path, info.isFile())];
  const files = filesBelow(path);
  if (files.length === 0)
    throw new UsageError(`there are no rules at ${path}`, 'a rule is a file such as acme/motd.yaml below it; pretrip rules new starts one');
  return files;
}

const wanted = 'name a directory of rules, or one rule file';

/** One rule file. Throws UsageError for what is something else. */
function ruleFile(path: string, regular: boolean): PackFile {
  if (!regular || !/\.ya?ml$/.test(path)) throw new UsageError(`${path} is not a rule file`, `a rule file ends in .yaml; ${wanted}`);
  if (/\.test\.ya?ml$/.test(path))
    throw new UsageError(`${path} holds the cases of a rule, not a rule`, `the rule is ${path.replace(/\.test(\.ya?ml)$/, '$1')}`);
  const text = readFileSync(path, 'utf8');
  if (!/^(?:id|title|check):/m.test(text)) throw new UsageError(`${path} is not a rule file: it has neither id, title nor check`, wanted);
  return { path: basename(path), text };
}

function filesBelow(path: string): PackFile[] {
  return glob
    .sync('**/*.{yaml,yml}', { cwd: path, ignore: ['**/*.test.{yaml,yml}', 'refs/**'], followSymbolicLinks: false })
    .sort()
    .map((file) => ({ path: file, text: readFileSync(join(path, file), 'utf8') }));
}

function digestOf(files: readonly PackFile[]): string {
  const hash = createHash('sha256');
  for (const { path, text } of files) hash.update(path).update('\0').update(text).update('\0');
  return `sha256:${hash.digest('hex')}`;
}

/** The texts of one pack, and the directory that messages name. */
export interface PackText {
  readonly name: string;
  readonly files: readonly PackFile[];
}

/** Throws UsageError when a path names nothing, or what may not be read. */
export function packTexts(paths: readonly string[]): PackText[] {
  return paths.map((path) => {
    try {
      const files = packFiles(path);
      return { name: shown(path), files };
    } catch (error) {
      const { code, path: at = path } = error as NodeJS.ErrnoException;
      if (code !== 'EACCES' && code !== 'EPERM') throw error;
      throw new UsageError(`${at}: the rules may not be read: permission denied`, 'give this account the right to read them');
    }
  });
}

/** Reads all rules of all packs, with every mistake in them. */
export const readPacks = (paths: readonly string[]): { pack: Pack; problems: Problem[] } => packOf(packTexts(paths));

/** The pack that these texts make, with every mistake in them. */
export function packOf(all: readonly PackText[]): { pack: Pack; problems: Problem[] } {
  const loaded = all.map(({ name, files }) => loadPack(files, name));
  const rules = loaded.flatMap((l) => l.rules);
  const profiles = loaded.flatMap((l) => l.profiles);
  const problems = [...loaded.flatMap((l) => l.problems), ...(loaded.some((l) => l.problems.length > 0) ? [] : packProblems(rules, profiles))];
  return { pack: { rules, profiles, digest: digestOf(all.flatMap((a) => a.files)) }, problems };
}

/** The directory that messages name: relative to the working directory where that is shorter. */
function shown(path: string): string {
  const root = statSync(path).isFile() ? dirname(path) : path;
  const short = relative(process.cwd(), root);
  return short !== '' && !short.startsWith(`..${sep}..`) ? short : root;
}
