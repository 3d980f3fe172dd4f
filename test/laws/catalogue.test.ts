/** Every check of the catalogue is a rule, and every rule of these families is in the catalogue. */
import { expect, test } from 'vitest';
import { catalogueIds } from './catalogue-ids.ts';
import { pack } from './every-rule.ts';

const shipped = new Set(pack.rules.flatMap((r) => [r.id, ...r.formerly]));
const all = Object.values(catalogueIds).flat();

test('the list is whole: 139 ids, each once', () => {
  expect(Object.fromEntries(Object.entries(catalogueIds).map(([family, ids]) => [family, ids.length]))).toEqual({
    'podman.api': 16,
    'podman.config': 33,
    'podman.net': 10,
    'podman.rootless': 13,
    quadlet: 18,
    cgroup: 12,
    k3d: 23,
    macos: 14,
  });
  expect(new Set(all).size).toBe(139);
});

test.each(Object.entries(catalogueIds))('no check of %s is missing', (_, ids) => {
  expect(ids.filter((id) => !shipped.has(id))).toEqual([]);
});

test.each(Object.entries(catalogueIds))('no rule of %s is beside the list', (_, ids) => {
  const families = new Set(ids.map((id) => id.split('.')[0]));
  const listed = new Set(all);
  expect(pack.rules.map((r) => r.id).filter((id) => families.has(id.split('.')[0]) && !listed.has(id))).toEqual([]);
});
