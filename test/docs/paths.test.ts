/** What the papers and the comments name is there: paths of this repository, relative links, places in pages, `{@link …}`. */
import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import glob from 'fast-glob';
import { expect, test } from 'vitest';
import { packageRoot } from '../../src/cli/paths.ts';

const text = (file: string): string => readFileSync(join(packageRoot, file), 'utf8');
const filesAt = (patterns: readonly string[]): string[] => glob.sync([...patterns], { cwd: packageRoot, dot: true }).sort();
const pages = filesAt(['*.md', 'docs/*.md', 'docs/claims/*.md']);
/** Steps of recipes: what they write is not there yet, and `npm run recipes` carries them out. */
const recipeSteps = /^Write `[^`]+`:$|^```[\s\S]*?^```$/gm;
/** Written by people: without the parts that are generated, and the targets of links. */
const byHand = (page: string): string =>
  text(page)
    .replace(page === 'CONTRIBUTING.md' ? recipeSteps : /$^/, '')
    .replace(/<!-- (\w+) -->[\s\S]*?<!-- \/\1 -->/g, '')
    .replace(/\]\([^)]*\)/g, ']');
const sources = filesAt(['src/**/*.ts', 'test/**/*.ts', 'bin/*.{js,ts}', '*.{cjs,ts}']);

const folders = '(?:src|test|docs|rules|fixtures|schemas|bin|\\.ci)/';
/** A path that begins with a folder of this repository, and is not the rest of another one's. NAME, <area> and x.ts stand for any. */
const own = new RegExp(`(?<![\\w/.:~*@{}$-])${folders}[\\w.*{},/<>-]*[\\w*}>/]`, 'g');
const standsForAny = /[A-Z]{2,}|<[a-z]+>|\bx\.|\bacme\b/;

/** The repository that a text speaks of before a path: `containers/podman pkg/…, docs/…` */
const ofAnother = new RegExp(`(?<![\\w./-])(?!${folders})[\\w.-]+/[\\w.-]+[ :]\`?[\\w./, \`()-]*$`);

function pathsIn(line: string): string[] {
  return [...line.matchAll(own)].filter(({ index }) => !ofAnother.test(line.slice(0, index))).map(([path]) => path);
}

const isThere = (path: string): boolean => standsForAny.test(path) || (/[*{]/.test(path) ? filesAt([path]).length > 0 : existsSync(join(packageRoot, path)));

const comments = /^[ \t]*\/\*[\s\S]*?\*\/|(?<=^|\s)\/\/.*$/gm;
/** The comments of a file, each on one line. */
const commentsOf = (source: string): string[] => [...source.matchAll(comments)].map(([comment]) => comment.replace(/\s*\n\s*\*?\s*/g, ' '));

test('the papers are looked at', () => {
  expect(pages).toEqual(expect.arrayContaining(['ARCHITECTURE.md', 'CONTRIBUTING.md', 'README.md', 'docs/rule-language.md', 'docs/claims/quadlet.md']));
  expect(pathsIn('see `src/scan.ts`, docs/claims and test/lab; containers/podman docs/source, src/x.c; k3s-io/k3s:docs/x.md')).toEqual([
    'src/scan.ts',
    'docs/claims',
    'test/lab',
  ]);
});

test.each(pages)('%s names paths that are there', (page) => {
  const wrong = byHand(page)
    .split('\n')
    .flatMap(pathsIn)
    .filter((path) => !isThere(path));
  expect(wrong).toEqual([]);
});

test('files of other repositories are named in one way, as owner/repo:path', () => {
  const otherwise = /(?<![\w/.:~*@{}-])[A-Za-z][\w-]+\/[A-Za-z][\w.-]+ `?[\w.-]+(?:\/[\w.-]+|\.(?:go|md|c|sh|conf)\b)/;
  expect(otherwise.test('containers/podman libpod/runtime.go')).toBe(true);
  expect(otherwise.test('containers/podman:libpod/runtime.go, systemd/systemd issue 18293')).toBe(false);
  const files = [...pages, ...filesAt(['rules/**/*.yaml']).filter((file) => !file.endsWith('.test.yaml'))];
  const wrong = files.flatMap((file) => {
    const [found] = otherwise.exec(byHand(file)) ?? [];
    return found === undefined ? [] : [`${file}: ${found}`];
  });
  expect(wrong).toEqual([]);
});

test('ARCHITECTURE.md can be read in one sitting', () => {
  expect(byHand('ARCHITECTURE.md').split('\n').length).toBeLessThanOrEqual(120);
});

test('comments name paths that are there', () => {
  const wrong = sources.flatMap((file) =>
    commentsOf(text(file)).flatMap((comment) => pathsIn(comment).flatMap((path) => (isThere(path) ? [] : [`${file}: ${path}`]))),
  );
  expect(wrong).toEqual([]);
});

test('comments name files that are there', () => {
  const names = new Set(sources.map((file) => basename(file)));
  const namedIn = (comment: string): string[] => [...comment.matchAll(/(?<![\w.*])[a-z][\w-]*\.ts\b/g)].map(([name]) => name);
  const wrong = sources.flatMap((file) =>
    commentsOf(text(file))
      .flatMap(namedIn)
      .flatMap((name) => (name === 'x.ts' || names.has(name) ? [] : [`${file}: ${name}`])),
  );
  expect(wrong).toEqual([]);
});

test('a file of src says first what it is for', () => {
  // A command says it in its summary, which people read.
  const silent = sources.filter((file) => /^src\/(?!cli\/commands\/)/.test(file) && !text(file).startsWith('/**'));
  expect(silent).toEqual([]);
});

test('links in comments lead to a name of the file', () => {
  const wrong = sources.flatMap((file) => {
    const source = text(file);
    const code = source.replace(comments, '');
    const links = commentsOf(source).flatMap((comment) => [...comment.matchAll(/\{@link ([\w.]+)/g)].map(([, name = '']) => name));
    return links.flatMap((name) => (new RegExp(`\\b${name.split('.')[0]}\\b`).test(code) ? [] : [`${file}: ${name}`]));
  });
  expect(wrong).toEqual([]);
});

/** The anchor of a heading, as GitHub makes it. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\w\- ]/g, '')
    .replaceAll(' ', '-');
const anchorsIn = (page: string): string[] => [...text(page).matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) => anchorOf(heading));

/** What Markdown shows as it is typed, within a line. */
const codeSpans = /(?<!`)(`+)(?!`)(?:(?!\1).)+?\1(?!`)/g;

test.each([...pages, ...filesAt(['docs/rules/*.md'])])('links of %s lead somewhere', (page) => {
  const wrong = [
    ...text(page)
      .replace(codeSpans, '')
      .matchAll(/\]\(([^)\s]+)\)/g),
  ].flatMap(([, link = '']) => {
    if (/^[a-z]+:/.test(link)) return [];
    const [path = '', anchor] = link.split('#');
    const target = path === '' ? page : join(dirname(page), path);
    if (!existsSync(join(packageRoot, target))) return [link];
    return anchor === undefined || anchorsIn(target).includes(anchor) ? [] : [link];
  });
  expect(wrong).toEqual([]);
});
