import { expect, test } from 'vitest';
import { readPacks } from '../../src/cli/pack-files.ts';
import { shippedRules } from '../../src/cli/paths.ts';
import type { Item } from '../../src/rules/rule.ts';
import { restorePack, storePack } from '../../src/rules/stored-pack.ts';

const { pack } = readPacks([shippedRules]);
const stored = storePack(pack);

/** Without the places of items and expectations, which are not stored; that of the rule is. */
const placeless = (value: unknown): unknown => JSON.parse(JSON.stringify(value, (key, one) => (key === 'at' && typeof one === 'object' ? undefined : one)));

test('what was stored is what was read, but for the places of what a rule is made of', () => {
  const again = restorePack(stored.pack, () => stored.texts);
  expect(placeless(again)).toEqual(placeless(pack));
  expect(again.rules.map((r) => r.at)).toEqual(pack.rules.map((r) => r.at));
});

test('a copy of a rule has all of its fields', () => {
  const [rule] = restorePack(stored.pack, () => stored.texts).rules;
  expect(Object.keys({ ...rule }).sort()).toEqual(Object.keys(pack.rules[0] ?? {}).sort());
});

test('texts for reports are read when one of them is wanted', () => {
  let read = 0;
  const { rules } = restorePack(stored.pack, () => {
    read++;
    return stored.texts;
  });
  const kinds = (items: readonly Item[]): string[] => items.flatMap((i) => ('group' in i ? kinds(i.items) : [i.kind]));
  expect(rules.flatMap((r) => kinds(r.check)).length).toBeGreaterThan(rules.length);
  expect(read).toBe(0);
  expect(rules.map((r) => r.why)).toEqual(pack.rules.map((r) => r.why));
  expect(read).toBe(1);
});
