/** Law 4: every expectation matters. Each mutant of a rule must turn one of its own cases red. */
import { describe, expect, test } from 'vitest';
import { type Expectation, type Item, isGroup, type Rule } from '../../src/rules/rule.ts';
import { differences } from '../../src/try.ts';
import { everyRule, judge, type Tried } from './every-rule.ts';

interface Mutant {
  readonly what: string;
  readonly rule: Rule;
}

function mutants(rule: Rule): Mutant[] {
  const inList = (items: readonly Item[], rebuild: (items: readonly Item[]) => Rule): Mutant[] =>
    items.flatMap((item, at) => {
      const replaced = (next: Item | undefined): Rule => rebuild([...items.slice(0, at), ...(next ? [next] : []), ...items.slice(at + 1)]);
      const place = `${item.at.path}:${item.at.line}`;
      const dropped = items.length > 1 ? [{ what: `${place}: item dropped`, rule: replaced(undefined) }] : [];
      const severity = item.severity ? [{ what: `${place}: severity of the item dropped`, rule: replaced(without(item, 'severity')) }] : [];
      if (isGroup(item)) return [...dropped, ...severity, ...inList(item.items, (inner) => replaced({ ...item, items: inner }))];
      const missing =
        item.ifMissing === 'fail' || item.expect.some((e) => e.path[0] === 'exists')
          ? []
          : [{ what: `${place}: ifMissing dropped`, rule: replaced({ ...item, ifMissing: 'fail' }) }];
      return [
        ...dropped,
        ...severity,
        ...missing,
        ...item.expect.flatMap((e, i) =>
          expectationMutants(e, (next) => replaced({ ...item, expect: next ? item.expect.with(i, next) : item.expect.toSpliced(i, 1) }), item.expect.length),
        ),
      ];
    });
  const filters = rule.forEach
    ? rule.forEach.filter.flatMap((e, i) =>
        expectationMutants(
          e,
          (next) => ({
            ...rule,
            forEach: {
              ...(rule.forEach as NonNullable<Rule['forEach']>),
              filter: next ? (rule.forEach?.filter ?? []).with(i, next) : (rule.forEach?.filter ?? []).toSpliced(i, 1),
            },
          }),
          2,
        ),
      )
    : [];
  return [
    ...inList(rule.when, (when) => ({ ...rule, when })),
    ...(rule.when.length === 1 ? [{ what: `${rule.at.path}: when dropped`, rule: { ...rule, when: [] } }] : []),
    ...inList(rule.check, (check) => ({ ...rule, check })),
    ...filters,
  ];
}

function expectationMutants(e: Expectation, rebuild: (e: Expectation | undefined) => Rule, siblings: number): Mutant[] {
  const place = `${e.at.path}:${e.at.line} ${e.path.join('.')}`;
  return [
    ...(siblings > 1 ? [{ what: `${place}: expectation dropped`, rule: rebuild(undefined) }] : []),
    { what: `${place}: expectation negated`, rule: rebuild({ ...e, tests: [{ operator: 'not', inner: e.tests }] }) },
    ...(e.tests.length > 1
      ? e.tests.map((t, i) => ({ what: `${place}: ${t.operator} dropped`, rule: rebuild({ ...e, tests: e.tests.toSpliced(i, 1) }) }))
      : []),
    ...(e.ifUnset ? [{ what: `${place}: ifUnset dropped`, rule: rebuild(without(e, 'ifUnset')) }] : []),
  ];
}

function without<T extends object, K extends keyof T>(from: T, key: K): T {
  const { [key]: _, ...rest } = from;
  return rest as T;
}

const turnsRed = (mutant: Rule, tried: readonly Tried[]): boolean => tried.some((t) => differences(t.trial, judge(mutant, t).verdicts).length > 0);

describe.each(everyRule)('$rule.id', ({ rule, tried }) => {
  test('its cases hold', () => {
    for (const t of tried) expect(differences(t.trial, judge(rule, t).verdicts), t.trial.it).toEqual([]);
  });

  test('law 4: every mutant of it turns a case red', () => {
    const survivors = mutants(rule)
      .filter((m) => !turnsRed(m.rule, tried))
      .map((m) => m.what);
    expect(survivors).toEqual([]);
  });
});
