/** What is generated is told from what is on disk, says so itself, and is marked for reviews. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { differences } from '../../src/build/differences.ts';
import { generated } from '../../src/build/generated.ts';
import { withParts } from '../../src/build/marked.ts';

function rootWith(files: Record<string, string>): string {
  const root = mkdtempSync(join(tmpdir(), 'pretrip-generated-'));
  onTestFinished(() => rmSync(root, { recursive: true }));
  mkdirSync(join(root, 'pages'));
  for (const [path, text] of Object.entries(files)) writeFileSync(join(root, path), text);
  return root;
}

test('a file that is missing, stale or superfluous is named, and nothing is touched', () => {
  const files = { 'pages/same.md': 'same\n', 'pages/old.md': 'old\n', 'pages/gone.md': 'gone\n', 'list.ts': 'one\n' };
  const root = rootWith(files);
  const texts = new Map([
    ['pages/same.md', 'same\n'],
    ['pages/old.md', 'new\n'],
    ['pages/forgotten.md', 'never written\n'],
  ]);
  expect(differences(root, texts, 'pages')).toEqual([
    { path: 'pages/old.md', is: 'stale' },
    { path: 'pages/forgotten.md', is: 'missing' },
    { path: 'pages/gone.md', is: 'superfluous' },
  ]);
  expect(readdirSync(join(root, 'pages')).sort()).toEqual(['gone.md', 'old.md', 'same.md']);
  for (const [path, text] of Object.entries(files)) expect(readFileSync(join(root, path), 'utf8')).toBe(text);
});

test('a folder that is not there yet has nothing superfluous', () => {
  expect(differences(rootWith({}), new Map([['new/a.md', 'a']]), 'new')).toEqual([{ path: 'new/a.md', is: 'missing' }]);
});

test('a marked part is made anew, and the rest stays; a lost mark is told', () => {
  const page = 'by hand\n<!-- a -->\nold $1\n<!-- /a -->\nby hand\n';
  expect(withParts('P.md', page, { a: 'new $1' })).toBe('by hand\n<!-- a -->\nnew $1\n<!-- /a -->\nby hand\n');
  expect(() => withParts('P.md', page, { b: '' })).toThrow('P.md: there is no place for "b"');
});

// What stands on disk: `npm run check` holds it against what would be generated.
test.each(generated.flatMap((row) => ('file' in row ? [row.file] : 'folder' in row ? [row.folder] : [])))('%s says at its top that it is generated', (path) => {
  const paths = statSync(path).isDirectory() ? readdirSync(path).map((name) => join(path, name)) : [path];
  expect(paths.length).toBeGreaterThan(0);
  for (const each of paths) expect(readFileSync(each, 'utf8').split('\n').slice(0, 2).join(), each).toMatch(/Generated from .* by `?npm run generate/);
});

test('reviews fold whatever is generated as a whole', () => {
  const marked = readFileSync('.gitattributes', 'utf8');
  for (const row of generated) {
    const path = 'file' in row ? row.file : 'folder' in row ? `${row.folder}/**` : undefined;
    if (path !== undefined) expect(marked).toContain(`${path} linguist-generated\n`);
  }
});
