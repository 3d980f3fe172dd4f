/** Who scans a machine that this repository lies on is not told of keys that only tests are made of. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import glob from 'fast-glob';
import { expect, test } from 'vitest';
import { packageRoot } from '../../src/cli/paths.ts';
import { credentialsIn } from '../../src/facts/text/credentials.ts';

const files = glob.sync(['bin/**', 'docs/**', 'fixtures/**', 'rules/**', 'src/**', 'test/**', '*'], { cwd: packageRoot, dot: true });

test('no file of this repository holds what a scan takes for a private key', () => {
  expect(files.length).toBeGreaterThan(3000);
  const keys = files.flatMap((file) => {
    const found = credentialsIn(readFileSync(join(packageRoot, file), 'utf8'));
    return found.filter(({ is }) => is === 'private-key').map(({ line }) => `${file}:${line}`);
  });
  expect(keys).toEqual([]);
});
