/** The shipped rules as the build stores them, for every run reads all of them: what judges, and apart from it what only reports tell. */
import type { Pack, RuleTexts, StoredPack } from '../rules/pack.ts';
import { type Expectation, type Item, isGroup } from '../rules/rule.ts';

/** What some reports tell of each rule, in the order of the pack. */
export const textsOf = ({ rules }: Pack): RuleTexts[] => rules.map(({ why, references, remedy }) => ({ why, references, remedy }));

/** The pack without these texts, and without the places of items and expectations, which only who writes a rule wants to know. */
export const judgingPart = (pack: Pack): StoredPack => ({
  ...pack,
  rules: pack.rules.map(({ forEach, ifNone, why: _why, references: _references, remedy: _remedy, ...rule }) => ({
    ...rule,
    ...(forEach ? { forEach: { kind: forEach.kind, filter: forEach.filter.map(expectation) } } : {}),
    ...(ifNone ? { ifNone: { ...ifNone, when: ifNone.when.map(item) } } : {}),
    when: rule.when.map(item),
    check: rule.check.map(item),
  })),
});

const expectation = ({ at: _place, ...rest }: Expectation): Expectation => rest;

function item(one: Item): Item {
  if (isGroup(one)) {
    const { at: _place, ...group } = one;
    return { ...group, items: group.items.map(item) };
  }
  const { at: _place, ...probe } = one;
  return { ...probe, expect: probe.expect.map(expectation) };
}
