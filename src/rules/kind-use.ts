/** Which rules each kind serves: a kind that serves one rule only may have taken the rule's judgement. Pure. */
import { type Item, isGroup, itemsOf, type Rule } from './rule.ts';

/** The ids of the rules that ask about each of these kinds, in `forEach`, `when` or `check`. */
export function rulesByKind(rules: readonly Rule[], kinds: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>(kinds.map((kind) => [kind, []]));
  for (const rule of rules) for (const kind of new Set(kindsOf(rule))) found.get(kind)?.push(rule.id);
  return found;
}

const kindsOf = (rule: Rule): string[] => [...(rule.forEach ? [rule.forEach.kind] : []), ...asked(itemsOf(rule))];

const asked = (items: readonly Item[]): string[] => items.flatMap((item) => (isGroup(item) ? asked(item.items) : [item.kind]));
