/** Which rules a source file may bear on: those whose kinds import it, near or far. */
import { readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import glob from 'fast-glob';
import { packageRoot } from '../../../src/cli/paths.ts';
import { probesIn } from '../../../src/plan/asked.ts';
import { itemsOf } from '../../../src/rules/rule.ts';
import type { RuleTried } from '../every-rule.ts';

const source = join(packageRoot, 'src');

/** The rules, or all of them where no kind imports the file: then it judges, plans or collects. */
export function affectedBy(file: string, rules: readonly RuleTried[]): readonly RuleTried[] {
  const importers = importersOf(join(source, file));
  const kinds = new Set([...importers].filter((f) => /\/src\/kinds\/[^/]+\//.test(f)).map((f) => basename(f, '.ts')));
  if (kinds.size === 0) return rules;
  const isAffected = ({ rule }: RuleTried): boolean =>
    [rule.forEach?.kind, ...probesIn(itemsOf(rule)).map((p) => p.kind)].some((k) => k !== undefined && kinds.has(k));
  return rules.filter(isAffected);
}

/** The file, and all that import it. */
function importersOf(file: string): Set<string> {
  const found = new Set([file]);
  const by = new Map(glob.sync('**/*.ts', { cwd: source, absolute: true }).map((path) => [path, importsOf(path)]));
  for (let before = -1; before !== found.size; ) {
    before = found.size;
    for (const [path, imports] of by) if (imports.some((i) => found.has(i))) found.add(path);
  }
  return found;
}

const importsOf = (path: string): string[] => [...readFileSync(path, 'utf8').matchAll(/ from '(\.[^']+)'/g)].map(([, to]) => resolve(path, '..', to ?? ''));
