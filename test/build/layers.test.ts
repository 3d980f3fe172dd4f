/** The rows that dependency-cruiser enforces are an order, and none of the folders is without a row. */
import { join } from 'node:path';
import glob from 'fast-glob';
import { expect, test } from 'vitest';
import { filesOf, layerRules, layers } from '../../src/build/layers.ts';
import { packageRoot } from '../../src/cli/paths.ts';

const rowsOf = (file: string): string[] => layers.filter((l) => new RegExp(filesOf(l.at)).test(file)).map((l) => l.at);

test('a row names only rows above it', () => {
  for (const [at, layer] of layers.entries()) {
    const above = layers.slice(0, at).map((l) => l.at);
    for (const name of layer.mayImport)
      expect(above, `${layer.at} may import ${name}`).toContain(name.endsWith('.ts') && !above.includes(name) ? name.replace(/\/[^/]+$/, '') : name);
  }
});

test('every file stands in exactly one row, and every row has files', () => {
  const files = glob.sync('src/**/*.ts', { cwd: packageRoot });
  expect(files.length).toBeGreaterThan(300);
  for (const file of files) expect(rowsOf(file), file).toHaveLength(1);
  for (const { at } of layers)
    expect(
      files.some((f) => new RegExp(filesOf(at)).test(f)),
      at,
    ).toBe(true);
});

test('a rule refuses what its row does not name, and only that', () => {
  const [from, to] = ['src/facts/host/accounts.ts', 'src/facts/podman/store.ts'];
  const rule = (layerRules() as { from: { path: string }; to: { path: string; pathNot: string[] } }[]).find((r) => new RegExp(r.from.path).test(from));
  const refused = (path: string): boolean => new RegExp(rule?.to.path ?? '').test(path) && !rule?.to.pathNot.some((p) => new RegExp(p).test(path));
  expect(refused(to)).toBe(true);
  expect(refused(join('src/facts', 'ask.ts'))).toBe(false);
  expect(refused('src/facts/host/subids.ts')).toBe(false);
});
