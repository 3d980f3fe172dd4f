/** The schemas that editors use say what the loader says. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import glob from 'fast-glob';
import { describe, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { packageRoot } from '../../src/cli/paths.ts';
import { ruleSchema } from '../../src/explain/schema.ts';
import { kinds } from '../../src/kinds/kinds.ts';
import { loadRule } from '../../src/rules/text/load.ts';
import { acts } from '../../src/verdicts/steps.ts';
import { fc } from '../property.ts';

const validate = new Ajv({ strict: false }).compile(ruleSchema(kinds));
const files = glob.sync('rules/**/*.yaml', { cwd: packageRoot, ignore: ['**/*.test.yaml', 'rules/profiles/**'] });

test('every shipped rule satisfies the schema', () => {
  expect(files.length).toBeGreaterThan(100);
  for (const file of files) {
    const valid = validate(parse(readFileSync(join(packageRoot, file), 'utf8')));
    expect(valid ? [] : validate.errors, file).toEqual([]);
  }
});

describe('remedy steps', () => {
  const rule = {
    id: 'a.b',
    title: 't',
    severity: 'low',
    why: 'w',
    params: { p: { default: 'x' } },
    check: [{ file: { param: 'p' }, expect: { exists: true } }],
  };
  const value = fc.oneof(
    fc.constantFrom<unknown>('/x', '~/x', '0600', '600', 'words', 7, true, null, { param: 'p' }, {}, [], ['a'], ['a', { param: 'p' }], ['a', 7]),
    fc.constantFrom('root', 'user'),
  );
  const step = fc
    .tuple(
      fc.constantFrom(...acts),
      fc.dictionary(fc.constantFrom('mode', 'content', 'owner', 'to', 'needs', 'note', 'run', 'wirte'), value, { maxKeys: 3 }),
      value,
    )
    .map(([act, beside, own]) => ({ ...beside, [act]: own }));

  test('the schema refuses what the loader refuses', () => {
    const seen = { true: 0, false: 0 };
    fc.assert(
      fc.property(step, (one) => {
        const text = stringify({ ...rule, remedy: [one] });
        const { problems } = loadRule('a/b.yaml', text);
        expect(validate(parse(text)), problems.map((p) => p.message).join('; ')).toBe(problems.length === 0);
        seen[`${problems.length === 0}`]++;
      }),
      { numRuns: 500 },
    );
    expect(Math.min(seen.true, seen.false)).toBeGreaterThan(20);
  });

  test('an id is an id to both', () => {
    for (const id of ['a.b', 'a', 'foo-bar', 'a.b-c.d', 'A.b', 'a..b', 'a.-b', 'a-b.c']) {
      const text = stringify({ ...rule, id });
      expect(validate(parse(text)), id).toBe(loadRule('x.yaml', text).problems.length === 0);
    }
  });
});
