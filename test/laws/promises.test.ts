/**
 * A promise is worth something when it is kept: each pattern that a source or a kind promises is asked by some case, or
 * on the host of some case to which what the pattern names was added, or says why not.
 */
import { expect, test } from 'vitest';
import { overlay } from '../../src/collect/composed/composed.ts';
import type { Account, Ask } from '../../src/facts/ask.ts';
import { groundOfFind, groundOfQuery, type Query } from '../../src/facts/kind.ts';
import { describePattern, isNamed, matcher, mayFollow, type Pattern, withFiles } from '../../src/facts/pattern.ts';
import { anyone, type Ground, watchAsks } from '../../src/facts/source.ts';
import { kinds } from '../../src/kinds/kinds.ts';
import { probesIn } from '../../src/plan/asked.ts';
import type { Rule } from '../../src/rules/rule.ts';
import { everyRule, type RuleTried } from './every-rule.ts';
import { judge } from './judging.ts';
import { onHostsOfTheirOwn } from './promise-hosts.ts';
import { placesOf, withPlaces } from './promised.ts';

/** Who promises what: a pattern of the account in question is the same promise once it is moved to another account. */
const promiseOf = (name: string, pattern: Pattern): string =>
  `${name}: ${describePattern(pattern)
    .replace(/ (?:\/root|\/\*\*)\//, ' ~/')
    .replace('/run/user/*/', '/run/user/{uid}/')
    .replace(/\/(?:0|\*)\//, '/{uid}/')}`;

/** Promises that nothing was heard of yet, by the name of who made them, as the texts of {@link promiseOf}. */
const open = new Map<string, Map<string, Pattern[]>>();

/** Hears who asks what meanwhile, and strikes out the promises that are kept by it. */
function listening<T>(given: readonly string[], during: () => T): T {
  return watchAsks((by, ask, as) => {
    const own = open.get(by.name);
    for (const [said, patterns] of own ?? []) if (patterns.some((p) => matches(p, ask, as, given))) own?.delete(said);
  }, during);
}

const listenTo = (rule: Rule, tried: Parameters<typeof judge>[1]): unknown =>
  listening(tried.host.given ?? [], () => judge(rule, tried, undefined, undefined, true));

/** What a pattern takes, for each account: there are many asks. */
const matchers = new WeakMap<Pattern, Map<string, (ask: Ask) => boolean>>();
function matches(pattern: Pattern, ask: Ask, as: Account | undefined, given: readonly string[]): boolean {
  if (pattern.do !== ask.do) return false;
  if (isNamed(pattern)) return mayFollow([pattern], ask);
  const known = matchers.get(pattern) ?? new Map<string, (ask: Ask) => boolean>();
  matchers.set(pattern, known);
  const key = JSON.stringify([as, given]);
  const made = known.get(key) ?? matcher(withFiles(pattern, given), as ?? anyone);
  known.set(key, made);
  return made(ask);
}

/** All that a rule's probes and subjects stand on. */
function groundsOf({ rule }: RuleTried): Ground[] {
  const found = new Map<object, Ground>();
  const add = (ground: Ground): void => {
    for (const below of ground.on) add(below);
    const { origin, name, on } = ground;
    found.set(origin, { origin, name, on, touches: [], own: [...(found.get(origin)?.own ?? []), ...ground.own] });
  };
  for (const kind of kinds) {
    if (kind.find && rule.forEach?.kind === kind.name) add(groundOfFind(kind));
    for (const probe of [...probesIn(rule.when), ...probesIn(rule.check)].filter((p) => p.kind === kind.name))
      add(groundOfQuery(kind, Object.fromEntries(Object.entries(probe.query).map(([k, v]) => [k, 'literal' in v ? v.literal : '*'])) as Query));
  }
  return [...found.values()];
}

const grounds = new Map(everyRule.map((each) => [each, groundsOf(each)]));
for (const { name, own } of [...grounds.values()].flat())
  for (const pattern of own.filter((p) => p.unasked === undefined)) {
    const promises = open.get(name) ?? new Map<string, Pattern[]>();
    const said = promiseOf(name, pattern);
    const same = promises.get(said) ?? [];
    if (!same.some((p) => JSON.stringify(p) === JSON.stringify(pattern))) promises.set(said, [...same, pattern]);
    open.set(name, promises);
  }

/** What a rule stands on has promised, and nobody has asked yet. */
const unkept = (each: RuleTried): Pattern[] =>
  [...new Set((grounds.get(each) ?? []).map((g) => g.name))].flatMap((name) => [...(open.get(name)?.values() ?? [])].flat());

/** Where each place was tried. */
const tries = new Map<string, Set<RuleTried['tried'][number]>>();

/** Judges a rule on the hosts of its first cases, each with what a pattern names that nothing asked for yet: a place on so many hosts at most. */
function tryWithPlaces(each: RuleTried, cases: number, hosts: number): void {
  for (const t of each.tried.slice(0, cases)) {
    const promised = unkept(each);
    if (promised.length === 0) return;
    for (const place of placesOf(promised)) {
      const key = JSON.stringify(place);
      const seen = tries.get(key) ?? new Set();
      const files = seen.size < hosts && !seen.has(t) ? withPlaces(place, t.host) : undefined;
      if (!files) continue;
      tries.set(key, seen.add(t));
      listenTo(each.rule, { ...t, host: overlay(t.host, { files }) });
    }
  }
}

test('no source promises any path', () => {
  const wide = /^(?:stat|read|list) +\/(?:[^/*]+\/)?\*\*$/;
  for (const each of everyRule)
    for (const { name, own } of grounds.get(each) ?? []) for (const pattern of own) expect(describePattern(pattern), name).not.toMatch(wide);
});

test('every promise is kept, or says why not', { timeout: 600_000 }, () => {
  for (const ask of onHostsOfTheirOwn) listening([], ask);
  for (const each of everyRule)
    for (const t of each.tried) {
      if (unkept(each).length === 0) break;
      listenTo(each.rule, t);
    }
  // Most others are kept on a host of one of the first cases, whichever rule it is of; only then more are tried, and at last all.
  const all = Number.POSITIVE_INFINITY;
  for (const [cases, hosts] of [
    [2, 12],
    [2, all],
    [all, all],
  ] as const)
    for (const each of everyRule) tryWithPlaces(each, cases, hosts);
  expect([...open.values()].flatMap((promises) => [...promises.keys()]).sort()).toEqual([]);
});
