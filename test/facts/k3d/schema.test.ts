/** Config files that k3d takes and refuses. The answers are those of k3d 5.9.0; where a k3d 5.9 or newer is installed, it is asked again. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { configPlan } from '../../../src/facts/k3d/config-file.ts';
import { oracle } from '../../oracles.ts';

const folder = mkdtempSync(join(tmpdir(), 'k3d-schema-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const taken: readonly string[] = [
  'servers: 1.5',
  'kubeAPI: { host: edge.local, hostIP: 127.0.0.1, hostPort: "6445" }',
  'metadata: { name: Edge-1 }',
  'options: { k3d: { timeout: 5 } }',
  'options: { k3d: { timeout: } }',
  'options: { k3d: { loadbalancer: { configOverrides: [ 1, a ] } } }',
  'files: [ { source: a, destination: b } ]',
  'registries: { create: { name: r, enforcePortMatch: true } }',
  'registries: { Use: [ a ] }',
  'registries: { config: "mirrors: {}" }',
  'hostAliases: [ { ip: 10.0.0.1, hostnames: [ a.local ] } ]',
  'options: { runtime: { ulimits: [ { name: nofile, soft: 5, hard: 6 } ] } }',
  'token: a$NOTSET',
];

const refused: readonly string[] = [
  'kubeAPI: { hostPort: 6445 }',
  'kubeAPI: { hostIP: localhost }',
  'kubeAPI: { hostIP: "::1" }',
  'kubeAPI: { hostIP: 256.0.0.1 }',
  'kubeAPI: { host: a_b }',
  'metadata: { name: a_b }',
  'metadata: { name: "-a" }',
  'servers: 0',
  'servers: "2"',
  'agents: -1',
  'Servers: 2',
  'port: []',
  'manifests: []',
  'volumes:',
  'token:',
  'registries:',
  'registries: { create: }',
  'registries: { create: true }',
  'registries: { create: { hostPort: 5000 } }',
  'registries: { create: { host: 1 } }',
  'registries: { create: { Name: r } }',
  'files: [ { source: a } ]',
  'env: [ { envVar: A=B, NodeFilters: [ all ] } ]',
  'options: { runtime: { hostPidMode: "true" } }',
  'options: { runtime: { ulimits: [ { name: nofile, soft: "5" } ] } }',
  'options: { k3s: { nodeLabels: [ { label: a=b, nodeFilters: } ] } }',
  'servers: 1\nservers: 2',
  'network: 5',
];

/** k3d takes these, and nothing comes of the key. */
const passedOver: readonly string[] = [
  'registries: { uses: [ a ] }',
  'options: { runtime: { typo: 1 } }',
  'hostAliases: [ { ip: 10.0.0.1, hostname: a.local } ]',
];

const head = (apiVersion: string): string => `apiVersion: k3d.io/${apiVersion}\nkind: Simple\n`;
const problems = (text: string): string[] => (configPlan(text, '/k3d.yaml').problems ?? []).map((p) => p.value);

function k3dTakes(text: string): boolean {
  const file = join(folder, 'k3d.yaml');
  writeFileSync(file, text);
  const { status, stderr } = spawnSync('k3d', ['config', 'migrate', file], { encoding: 'utf8', env: { PATH: process.env.PATH ?? '' } });
  if (status !== 0) expect(stderr).toMatch(/Schema Validation failed|unmarshal errors/);
  return status === 0;
}

describe('a config file is', () => {
  test.each(taken)('taken with %s', (text) => expect(problems(head('v1alpha5') + text)).toEqual([]));
  test.each(refused)('refused with %s', (text) => expect(problems(head('v1alpha5') + text)).toEqual([expect.not.stringContaining('passes over')]));
  test.each(passedOver)('taken with %s, which does nothing', (text) =>
    expect(problems(head('v1alpha5') + text)).toEqual([expect.stringContaining('passes over')]),
  );

  test('of v1alpha4 checked against the schema of v1alpha4', () => {
    expect(problems(`${head('v1alpha4')}files: []\nregistries: { create: { enforcePortMatch: true } }\n`)).toHaveLength(2);
    expect(problems(`${head('v1alpha4')}options: { runtime: { ulimits: [] } }\n`)).toEqual([expect.stringContaining('passes over')]);
  });

  test('not judged where a variable decides of what type a value is', () => {
    const plan = configPlan(`${head('v1alpha5')}servers: $N\n`, '/k3d.yaml');
    expect(plan.problems).toEqual([]);
    expect(plan.gaps.get('problems')?.said).toContain('servers');
    expect(configPlan(`${head('v1alpha5')}servers: $N\nport: []\n`, '/k3d.yaml').gaps.has('problems')).toBe(false);
    expect(configPlan(`${head('v1alpha5')}token: $N\n`, '/k3d.yaml').gaps.has('problems')).toBe(false);
  });
});

describe('k3d 5.9 or newer, where it is installed, agrees', oracle('k3d'), () => {
  test.each([...taken, ...passedOver])('it takes %s', (text) => expect(k3dTakes(head('v1alpha5') + text)).toBe(true));
  test.each(refused)('it refuses %s', (text) => expect(k3dTakes(head('v1alpha5') + text)).toBe(false));
  test('and checks v1alpha4 against its own schema', () => {
    expect(k3dTakes(`${head('v1alpha4')}files: []\n`)).toBe(false);
    expect(k3dTakes(`${head('v1alpha4')}registries: { create: { enforcePortMatch: true } }\n`)).toBe(false);
    expect(k3dTakes(`${head('v1alpha4')}options: { runtime: { ulimits: [] } }\n`)).toBe(true);
  });
});
