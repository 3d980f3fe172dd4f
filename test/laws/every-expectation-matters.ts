/** Law 4: every expectation matters. Each mutant of a rule must turn one of its own cases red. */
import { type Expectation, type Item, isGroup, type Rule } from '../../src/rules/rule.ts';
import { differences } from '../../src/try.ts';
import type { RuleTried } from './every-rule.ts';
import { judgeEach, whole } from './judging.ts';

/** A rule's cases are as they say. */
export function* casesHold({ rule, tried }: RuleTried): Generator<string> {
  for (const t of tried) for (const wrong of differences(t.trial, whole(rule, t).inspection.verdicts)) yield `${t.trial.it}: ${wrong}`;
}

export function* everyExpectationMatters({ rule, tried }: RuleTried): Generator<string> {
  let alive: readonly Mutant[] = mutants(rule);
  for (const t of tried) {
    if (alive.length === 0) return;
    const verdicts = judgeEach(
      alive.map((m) => m.rule),
      t,
    );
    alive = alive.filter((_, at) => differences(t.trial, verdicts[at] ?? []).length === 0);
  }
  for (const { what } of alive) yield what;
}

interface Mutant {
  readonly what: string;
  readonly rule: Rule;
}

const mutants = (rule: Rule): Mutant[] => [
  ...(rule.running !== undefined ? [{ what: `${rule.at.path}: running dropped`, rule: without(rule, 'running') }] : []),
  ...inList(rule.when, (when) => ({ ...rule, when })),
  ...(rule.when.length === 1 ? [{ what: `${rule.at.path}: when dropped`, rule: { ...rule, when: [] } }] : []),
  ...inList(rule.check, (check) => ({ ...rule, check })),
  ...inFilter(rule),
  ...inNone(rule),
];

function inNone({ ifNone, ...rule }: Rule): Mutant[] {
  // `not-applicable` is but the words for it.
  if (!ifNone || ifNone.outcome === 'not-applicable') return [];
  const place = `${rule.at.path}: ifNone`;
  return [
    { what: `${place} dropped`, rule },
    ...(ifNone.severity ? [{ what: `${place}: severity dropped`, rule: { ...rule, ifNone: without(ifNone, 'severity') } }] : []),
    ...inList(ifNone.when, (when) => ({ ...rule, ifNone: { ...ifNone, when } })),
    ...(ifNone.when.length === 1 ? [{ what: `${place}: when dropped`, rule: { ...rule, ifNone: { ...ifNone, when: [] } } }] : []),
  ];
}

const placeOf = ({ at }: Item | Expectation): string => `${at?.path}:${at?.line}`;

function inList(items: readonly Item[], rebuild: (items: readonly Item[]) => Rule): Mutant[] {
  return items.flatMap((item, at) => {
    const replaced = (next: Item | undefined): Rule => rebuild([...items.slice(0, at), ...(next ? [next] : []), ...items.slice(at + 1)]);
    const place = placeOf(item);
    const dropped = items.length > 1 ? [{ what: `${place}: item dropped`, rule: replaced(undefined) }] : [];
    const running = item.running === undefined ? [] : [{ what: `${place}: running dropped`, rule: replaced(without(item, 'running')) }];
    const severity = item.severity ? [{ what: `${place}: severity of the item dropped`, rule: replaced(without(item, 'severity')) }] : [];
    const question = item.question ? [{ what: `${place}: question dropped`, rule: replaced(without(item, 'question')) }] : [];
    if (isGroup(item)) return [...dropped, ...running, ...severity, ...question, ...inList(item.items, (inner) => replaced({ ...item, items: inner }))];
    const missing =
      item.ifMissing === 'fail' || item.expect.some((e) => e.path[0] === 'exists')
        ? []
        : [{ what: `${place}: ifMissing dropped`, rule: replaced({ ...item, ifMissing: 'fail' }) }];
    return [
      ...dropped,
      ...running,
      ...severity,
      ...question,
      ...missing,
      ...item.expect.flatMap((e, i) =>
        expectationMutants(e, (next) => replaced({ ...item, expect: next ? item.expect.with(i, next) : item.expect.toSpliced(i, 1) }), item.expect.length),
      ),
    ];
  });
}

function inFilter(rule: Rule): Mutant[] {
  const { forEach } = rule;
  if (!forEach) return [];
  const { filter } = forEach;
  return filter.flatMap((e, i) =>
    expectationMutants(e, (next) => ({ ...rule, forEach: { ...forEach, filter: next ? filter.with(i, next) : filter.toSpliced(i, 1) } }), 2),
  );
}

function expectationMutants(e: Expectation, rebuild: (e: Expectation | undefined) => Rule, siblings: number): Mutant[] {
  const place = `${placeOf(e)} ${e.path.join('.')}`;
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
