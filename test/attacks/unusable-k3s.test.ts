/** Files of K3s and CRI-O that no program can use: no pass rests on one, nothing crashes, and every failure shows its place. */
import { describe, expect, test } from 'vitest';
import { hostNamed } from '../../src/cli/hosts.ts';
import { form } from '../laws/form.ts';
import type { Read } from './unusable.ts';
import { filesOf, type How, rules, waysFor, wrongWith } from './unusable-k3s.ts';

const few = ['k3s-hardened-1.36', 'k3s-agent-1.33', 'k3s-rootless-1.33', 'crio-healthy'];
const others = [
  'k3s-etcd-1.31',
  'k3s-sqlite-1.36',
  'k3d-node-1.31',
  'k3s-hardened-1.28',
  ...['1.28', '1.31', '1.32.3', '1.33', '1.36'].map((v) => `k3s-server-${v}`),
];

/** In short each file meets one of the ways, and the configuration of K3s all of them. */
function waysOf({ path }: Read, at: number): How[] {
  const ways = waysFor(path);
  return form === 'full' || path.endsWith('/k3s/config.yaml') ? ways : ways.filter((_, n) => (n + at) % ways.length === 0);
}

test('the rules are those of K3s and CRI-O', () => {
  expect(rules.length).toBeGreaterThan(200);
});

describe.each(form === 'full' ? [...few, ...others] : few)('%s', (name) => {
  test('no verdict rests on a file that no program can use', () => {
    const host = hostNamed(name);
    if (!host) throw new Error(`there is no fixtures/hosts/${name}.yaml`);
    const on = { host, trial: { params: {} } };
    const files = filesOf(on);
    expect(files.length).toBeGreaterThan(9);
    expect(files.flatMap((file, at) => waysOf(file, at).flatMap((how) => [...wrongWith(on, file, how)]))).toEqual([]);
  }, 600_000);
});
