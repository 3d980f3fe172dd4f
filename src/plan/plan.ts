/** Rules → every path, argument vector, socket and variable that may be touched. */

import type { Json } from '../facts/fact.ts';
import { groundOfFind, groundOfQuery, type Kind, type Query } from '../facts/kind.ts';
import { describePattern, isNamed, isPath, type Pattern } from '../facts/pattern.ts';
import { itemsOf, type Rule, type Value } from '../rules/rule.ts';
import { probesIn } from './asked.ts';
import type { ParamValues } from './questions.ts';

/** One thing that may be touched, and the rules that want it. */
export interface Touch {
  readonly pattern: Pattern;
  readonly rules: readonly string[];
}

/**
 * What the rules may touch, once each, sorted by sort of ask and text. Where it is not known yet which profiles will be
 * chosen, `params` holds the values of each of them.
 */
export function plan(rules: readonly Rule[], kinds: ReadonlyMap<string, Kind>, ...params: readonly ParamValues[]): Touch[] {
  const touches = new Map<string, { pattern: Pattern; rules: Set<string> }>();
  const add = (rule: Rule, patterns: readonly Pattern[]): void => {
    for (const pattern of patterns) {
      const key = keyOfPattern(pattern);
      const known = touches.get(key) ?? { pattern, rules: new Set<string>() };
      known.rules.add(rule.id);
      touches.set(key, { ...known, pattern: merged(known.pattern, pattern) });
    }
  };
  for (const rule of rules) {
    const ranged = rule.forEach && kinds.get(rule.forEach.kind);
    if (ranged) add(rule, groundOfFind(ranged).touches);
    for (const probe of [...probesIn(itemsOf(rule)), ...rule.learn]) {
      const kind = kinds.get(probe.kind);
      const open = Object.values(probe.query).some((value) => 'param' in value);
      for (const values of kind ? params.slice(0, open ? undefined : 1) : []) {
        const query = Object.fromEntries(Object.entries(probe.query).map(([k, v]) => [k, beforehand(v, rule, values)]));
        if (kind) add(rule, groundOfQuery(kind, query as Query).touches);
      }
    }
  }
  return [...touches.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, t]) => ({ pattern: t.pattern, rules: [...t.rules].sort() }));
}

/** Patterns of one text are one, but for those that the capture script follows through different keys. */
const keyOfPattern = (pattern: Pattern): string =>
  describePattern(pattern) + (isNamed(pattern) && pattern.do !== 'get' && pattern.namedIn ? ` ${JSON.stringify(pattern.namedIn)}` : '');

/** Two patterns of one text: what one kind leaves for later another may want at once. */
function merged(a: Pattern, b: Pattern): Pattern {
  if (a.later) return b;
  if (b.later || !isPath(a) || !isPath(b)) return a;
  const first = a.first || b.first ? { first: [...new Set([...(a.first ?? [a.path]), ...(b.first ?? [b.path])])] } : {};
  return { ...a, ...first, ...(a.withDropIns || b.withDropIns ? { withDropIns: true } : {}) };
}

/** A subject's field is not known before the scan: any value. */
function beforehand(value: Value, rule: Rule, params: ParamValues): Json {
  return 'literal' in value ? value.literal : 'param' in value ? params(rule, value.param) : '*';
}
