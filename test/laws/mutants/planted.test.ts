/** Whether each planted fault can be planted; whether the laws notice is asked by `npm run mutants`. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { packageRoot } from '../../../src/cli/paths.ts';
import { planted } from './planted.ts';

test('there are many, each with words of its own', () => {
  expect(planted.length).toBeGreaterThanOrEqual(30);
  expect(new Set(planted.map(({ what, file }) => `${file} ${what}`)).size).toBe(planted.length);
});

test.each(planted)('$file: $what', ({ file, from }) => {
  const times = readFileSync(join(packageRoot, 'src', file), 'utf8').split(from).length - 1;
  expect(times, `the text to change stands there ${times} times: plant the fault anew in test/laws/mutants/planted.ts`).toBe(1);
});
