/**
 * Ids are for ever: people write them into gates, waivers and papers. Each is its file's path, none is used twice or
 * again, and whatever our own papers and tests call a rule is still called so. That no rule is lost is seen in
 * test/fixtures/__snapshots__, where every rule has its verdicts.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import glob from 'fast-glob';
import { expect, test } from 'vitest';
import { packageRoot } from '../../src/cli/paths.ts';
import { idPattern } from '../../src/rules/rule.ts';
import { pack } from './every-rule.ts';

const ids = pack.rules.map((r) => r.id);
const formerIds = pack.rules.flatMap((r) => r.formerly);
const known = new Set([...ids, ...formerIds]);

const files = glob.sync(['**/*.yaml', '!**/*.test.yaml', '!profiles/**'], { cwd: join(packageRoot, 'rules') });

test('each rule has the id that its path says', () => {
  expect(ids.toSorted()).toEqual(files.map((f) => f.replace(/\.yaml$/, '').replaceAll('/', '.')).sort());
  for (const id of known) expect(id).toMatch(idPattern);
});

test('no id is used twice, and none that a rule once had is used again', () => {
  const all = [...ids, ...formerIds];
  expect(all.filter((id, at) => all.indexOf(id) !== at)).toEqual([]);
});

/** Words that can only be a rule: where a folder of rules bears the name before the last dot, but for names of units and files. */
function idsIn(text: string): string[] {
  const families = new Set(ids.map((id) => id.slice(0, id.lastIndexOf('.'))));
  const isFile = /\.(?:service|socket|timer|slice|scope|target|sock|conf|container|ya?ml|json|ts|db|pid)$/;
  return [...text.matchAll(/`([^`\s]+)`/g)].flatMap(([, word = '']) =>
    idPattern.test(word) && families.has(word.slice(0, word.lastIndexOf('.'))) && !isFile.test(word) ? [word] : [],
  );
}

const papers = glob.sync(['*.md', 'docs/*.md', 'docs/claims/*.md', '!CONTRIBUTING.md'], { cwd: packageRoot });

test.each(papers)('%s calls rules by ids that they have, or had', (paper) => {
  expect(idsIn(readFileSync(join(packageRoot, paper), 'utf8')).filter((id) => !known.has(id))).toEqual([]);
});

test('the papers name many: the reading of them sees what it is there for', () => {
  const named = papers.flatMap((paper) => idsIn(readFileSync(join(packageRoot, paper), 'utf8')));
  expect(new Set(named).size).toBeGreaterThan(80);
  expect(idsIn('`podman.api.no-such-rule` and `podman.socket`, podman.api.other')).toEqual(['podman.api.no-such-rule']);
});
