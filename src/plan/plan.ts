/** Rules → every path, argument vector, socket and variable that may be touched. */

import type { ParamValues } from '../evaluate/judge.ts';
import type { Json } from '../facts/fact.ts';
import type { Kind, Pattern, Query } from '../facts/kind.ts';
import type { Rule, Value } from '../rules/rule.ts';
import { probesIn } from './inquire.ts';

/** One thing that may be touched, and the rules that want it. */
export interface Touch {
  readonly pattern: Pattern;
  readonly rules: readonly string[];
}

/** What the rules may touch, once each, sorted by sort of ask and text. */
export function plan(rules: readonly Rule[], kinds: ReadonlyMap<string, Kind>, params: ParamValues): Touch[] {
  const touches = new Map<string, { pattern: Pattern; rules: Set<string> }>();
  const add = (rule: Rule, patterns: readonly Pattern[]): void => {
    for (const pattern of patterns) {
      const key = describePattern(pattern);
      const known = touches.get(key) ?? { pattern, rules: new Set<string>() };
      known.rules.add(rule.id);
      touches.set(key, { ...known, pattern: merged(known.pattern, pattern) });
    }
  };
  for (const rule of rules) {
    if (rule.forEach) add(rule, kinds.get(rule.forEach.kind)?.find?.touches() ?? []);
    for (const probe of [...probesIn(rule.when), ...probesIn(rule.check)]) {
      const query = Object.fromEntries(Object.entries(probe.query).map(([k, v]) => [k, beforehand(v, rule, params)]));
      add(rule, kinds.get(probe.kind)?.touches(query as Query) ?? []);
    }
  }
  return [...touches.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, t]) => ({ pattern: t.pattern, rules: [...t.rules].sort() }));
}

/** Two patterns of one text: what one kind leaves for later another may want at once. */
function merged(a: Pattern, b: Pattern): Pattern {
  if (a.later) return b;
  if (b.later) return a;
  if (!('path' in a) || a.do === 'get' || !('path' in b) || b.do === 'get') return a;
  const first = a.first || b.first ? { first: [...new Set([...(a.first ?? [a.path]), ...(b.first ?? [b.path])])] } : {};
  const namedIn = a.namedIn ?? b.namedIn;
  return { ...a, ...first, ...(a.withDropIns || b.withDropIns ? { withDropIns: true } : {}), ...(namedIn ? { namedIn } : {}) };
}

/** A subject's field is not known before the scan: any value. */
function beforehand(value: Value, rule: Rule, params: ParamValues): Json {
  return 'literal' in value ? value.literal : 'param' in value ? params(rule, value.param) : '*';
}

/** One line: `read /etc/passwd`, `run podman --version`, `get /run/podman/podman.sock /_ping`, `env DOCKER_HOST`. */
export function describePattern(pattern: Pattern): string {
  switch (pattern.do) {
    case 'run':
      return `run  ${pattern.asUser ? '{user}@ ' : ''}${pattern.argv.map((w) => (/^[\w@%+=:,./*~{}-]+$/.test(w) ? w : JSON.stringify(w))).join(' ')}`;
    case 'get':
      return `get  ${pattern.socket} ${pattern.path}`;
    case 'env':
      return `env  ${pattern.name}`;
    default:
      return `${pattern.do} ${pattern.path}${pattern.process === undefined ? '' : ` (process ${pattern.process})`}`;
  }
}
