/** The recipes can be read; `npm run recipes` carries them out. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { packageRoot } from '../../src/cli/paths.ts';
import { type Costs, costs } from './costs.ts';
import { recipesIn } from './recipe.ts';

const recipes = recipesIn(readFileSync(join(packageRoot, 'CONTRIBUTING.md'), 'utf8'));

test('each has its costs, and ends with the check', () => {
  expect(recipes.map((r) => r.adds)).toEqual(Object.keys(costs));
  for (const { steps } of recipes) expect(steps.at(-1)).toMatchObject({ do: 'run', command: 'npm run check' });
});

test('what they write is not there, and what they add to is', () => {
  for (const { adds, steps } of recipes)
    for (const step of steps)
      if (step.do !== 'run') expect(existsSync(join(packageRoot, step.path)), `${adds}: ${step.path}: choose another example`).toBe(step.do === 'add');
});

test.each(recipes)('what $adds costs is what its recipe says', ({ adds, steps }) => {
  const written = steps.flatMap((s) => (s.do === 'write' ? [s.path] : []));
  const added = steps.reduce((sum, s) => sum + (s.do === 'add' ? s.text.split('\n').length - 1 : 0), 0);
  const tests = written.filter((path) => path.startsWith('test/')).length;
  expect({ files: written.length - tests, tests, lines: added }).toEqual(costs[adds] satisfies Costs | undefined);
});

test('blocks are read with their lines; one that does not say what it is for is refused', () => {
  const page = '## In a minute\n```sh\nnpm ci\n```\n## Add x\nWrite `a/b.ts`:\n\n```ts\none\n\ntwo\n```\n\n```sh\nnpm a   # why\n\nnpm b\n```\n';
  expect(recipesIn(page)).toEqual([
    {
      adds: 'x',
      steps: [
        { do: 'write', line: 8, path: 'a/b.ts', text: 'one\n\ntwo\n' },
        { do: 'run', line: 15, command: 'npm a' },
        { do: 'run', line: 17, command: 'npm b' },
      ],
    },
  ]);
  expect(() => recipesIn('## Add x\n\nSomewhere:\n```ts\none\n```\n')).toThrow(/^line 4: /);
  expect(() => recipesIn('## Add x\n```sh\nnpm a\n')).toThrow(/^line 2: .* no end/);
});
