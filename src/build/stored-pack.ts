/** The shipped rules as the build stores them: a third smaller, for every run reads all of them. */
import type { Pack } from '../rules/pack.ts';
import { type Expectation, type Item, isGroup } from '../rules/rule.ts';

/** The pack without the places of items and expectations, which only who writes a rule wants to know. */
export const withoutPlaces = (pack: Pack): Pack => ({
  ...pack,
  rules: pack.rules.map(({ forEach, ifNone, ...rule }) => ({
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
