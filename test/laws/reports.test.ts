import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { packageRoot } from '../../src/cli/paths.ts';
import { reRendering } from './re-rendering.ts';

const hosts = readdirSync(join(packageRoot, 'fixtures/hosts'))
  .filter((f) => f.endsWith('.yaml'))
  .map((f) => f.replace(/\.yaml$/, ''));

test.each(hosts)('law 6: %s gives a report that re-renders from its JSON', async (name) => {
  expect(await Array.fromAsync(reRendering(name))).toEqual([]);
});
