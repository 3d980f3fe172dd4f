/** Steps for each element of a list: conditions on the element, and the file that decided it. */
import { expect, test } from 'vitest';
import { loadRule } from '../../src/rules/text/load.ts';
import { judge } from '../laws/judging.ts';

const ruleOf = (steps: string): string => `id: podman.config.example
title: every key is known
severity: low
why: because
check:
  - config: containers.conf
    expect: { unknownKeys: { equals: [] } }
remedy:
${steps}`;

const host = {
  files: {
    '/etc/containers/containers.conf': '[engine]\nfirst = 1\n',
    '/etc/containers/containers.conf.d/b.conf': '[engine]\nsecond = 2\n',
  },
  commands: { 'podman --version': { stdout: 'podman version 5.4.2\n' } },
};

const problemsOf = (steps: string): string => (loadRule('r.yaml', ruleOf(steps)).problems ?? []).map((p) => p.message).join();

function remedyOf(steps: string): readonly unknown[] {
  const { rule, problems } = loadRule('r.yaml', ruleOf(steps));
  if (!rule) throw new Error(JSON.stringify(problems));
  return judge(rule, { host, trial: { params: {} } }).verdicts[0]?.remedy ?? [];
}

test('a step is taken for each element, in the file that decided it', () => {
  const steps = `  - every: '"config containers.conf".unknownKeys'\n    unset: { at: item }\n    format: toml\n    key: "{item}"\n`;
  expect(remedyOf(steps)).toEqual([
    { unset: '/etc/containers/containers.conf', format: 'toml', key: 'engine.first' },
    { unset: '/etc/containers/containers.conf.d/b.conf', format: 'toml', key: 'engine.second' },
  ]);
});

test('only elements of which the conditions hold', () => {
  const steps = `  - every: '"config containers.conf".unknownKeys'
    if: { item: { matches: '^engine' } }
    unless: { at.item: { matches: '\\.conf\\.d/' } }
    remove: { at: item }
`;
  expect(remedyOf(steps)).toEqual([{ remove: '/etc/containers/containers.conf' }]);
});

test('item without every, and fields that an element does not have, are mistakes', () => {
  expect(problemsOf(`  - if: { item: x }\n    remove: /x\n`)).toMatch(/only beside every/);
  expect(problemsOf(`  - remove: { at: item }\n`)).toMatch(/only beside every/);
  expect(problemsOf(`  - every: '"config containers.conf".layers'\n    remove: "/x/{item.path}"\n`)).toMatch(/there is no "path" in item/);
});
