/** The rule that the page of the language begins with is run: it loads without a mistake, and its cases on the page come out as they say. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { hostNamed } from '../../src/cli/hosts.ts';
import { readPacks } from '../../src/cli/pack-files.ts';
import { packageRoot, shippedRules } from '../../src/cli/paths.ts';
import { loadCases } from '../../src/rules/text/cases.ts';
import { loadPack, packProblems } from '../../src/rules/text/load-pack.ts';
import { readHost } from '../../src/rules/text/read-host.ts';
import { tryCase } from '../../src/try.ts';

const page = readFileSync(join(packageRoot, 'docs/rule-language.md'), 'utf8');
const blocks = [...page.matchAll(/^```yaml\n([\s\S]*?)^```$/gm)].map(([, text = '']) => text);
const block = (start: string): string => blocks.find((text) => text.startsWith(start)) ?? '';

const { rules, problems } = loadPack([{ path: 'acme/podman/log-size.yaml', text: block('# yaml-language-server') }], 'page');
const { pack: shipped } = readPacks([shippedRules]);
const read = loadCases('page/acme/podman/log-size.test.yaml', block('on:'));

test('the rule is one, in profiles that there are', () => {
  expect([...problems, ...packProblems([...shipped.rules, ...rules], shipped.profiles)]).toEqual([]);
  expect(rules).toHaveLength(1);
});

test('its cases show every outcome', () => {
  expect(read.problems).toEqual([]);
  expect(new Set(read.cases?.cases.flatMap((c) => Object.values(c.gives)))).toEqual(new Set(['pass', 'fail', 'unknown', 'not-applicable']));
});

test.each((read.cases?.cases ?? []).map((c) => [c.it, c] as const))('%s', (_, trial) => {
  const [rule] = rules;
  const base = hostNamed(read.cases?.on ?? '');
  expect(rule && base && tryCase(rule, base, trial)).toEqual([]);
});

test('what a host can hold is held by one', () => {
  expect(readHost('page', block('files:')).problems).toEqual([]);
});
