/** What tests are held against, CI installs: a program that one list names and the other lacks would be skipped, or fail. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { packageRoot } from '../../src/cli/paths.ts';
import { packages } from '../oracles.ts';

test('.ci/run installs every package of Debian that an oracle is from', () => {
  const installed = /^oracles="([^"]*)"$/m.exec(readFileSync(join(packageRoot, '.ci/run'), 'utf8'))?.[1]?.split(' ') ?? [];
  expect(packages.filter((name) => !installed.includes(name))).toEqual([]);
  expect(packages.length).toBeGreaterThan(10);
});
