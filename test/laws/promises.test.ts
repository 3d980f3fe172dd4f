/**
 * A promise is worth something when it is kept: each pattern that a source or a kind promises is asked by some case, or
 * says why not. Patterns that nothing asks yet are counted, and their number may only fall.
 */
import { expect, test } from 'vitest';
import type { Account, Ask } from '../../src/facts/ask.ts';
import { groundOfFind, groundOfQuery, type Query } from '../../src/facts/kind.ts';
import { describePattern, isNamed, matcher, mayFollow, type Pattern } from '../../src/facts/pattern.ts';
import { anyone, type Ground, watchAsks } from '../../src/facts/source.ts';
import { kinds } from '../../src/kinds/kinds.ts';
import { probesIn } from '../../src/plan/questions.ts';
import { itemsOf } from '../../src/rules/rule.ts';
import { everyRule } from './every-rule.ts';
import { judge } from './judging.ts';

/** How many promises no case keeps yet. Whoever makes it fewer lowers it. */
const open = 2483;

/** What each source asked itself, by the name of the source. */
const asked = new Map<string, Map<string, { ask: Ask; as: Account | undefined }>>();

function grounds(): Ground[] {
  const found = new Map<object, Ground>();
  const add = (ground: Ground): void => {
    for (const below of ground.on) add(below);
    const known = found.get(ground.origin);
    found.set(ground.origin, known ? { ...known, own: [...known.own, ...ground.own] } : ground);
  };
  for (const kind of kinds) {
    if (kind.find) add(groundOfFind(kind));
    for (const { rule } of everyRule)
      for (const probe of probesIn(itemsOf(rule)).filter((p) => p.kind === kind.name))
        add(groundOfQuery(kind, Object.fromEntries(Object.entries(probe.query).map(([k, v]) => [k, 'literal' in v ? v.literal : '*'])) as Query));
  }
  return [...found.values()];
}

const kept = (pattern: Pattern, asks: Iterable<{ ask: Ask; as: Account | undefined }>): boolean =>
  [...asks].some(({ ask, as }) => (isNamed(pattern) ? mayFollow([pattern], ask) : matcher(pattern, as ?? anyone)(ask)));

test('no source promises any path, and promises that no case keeps only become fewer', { timeout: 600_000 }, () => {
  watchAsks(
    (by, ask, as) => {
      const own = asked.get(by.name) ?? new Map();
      asked.set(by.name, own.set(JSON.stringify([ask, as?.uid]), { ask, as }));
    },
    () => {
      for (const { rule, tried } of everyRule) for (const t of tried) judge(rule, t, undefined, undefined, true);
    },
  );
  const wide = /^(?:stat|read|list) +\/(?:[^/*]+\/)?\*\*$/;
  const unkept: string[] = [];
  for (const ground of grounds()) {
    for (const pattern of new Set(ground.own)) {
      expect(describePattern(pattern), ground.name).not.toMatch(wide);
      if (pattern.unasked === undefined && !kept(pattern, asked.get(ground.name)?.values() ?? [])) unkept.push(`${ground.name}: ${describePattern(pattern)}`);
    }
  }
  console.log(`promises that no case keeps: ${new Set(unkept).size}`);
  expect(new Set(unkept).size, [...new Set(unkept)].slice(0, 20).join('\n')).toBeLessThanOrEqual(open);
});
