/**
 * A pack as the build stores it, a line of JSON for each part, since every run reads it: what each rule is about comes first
 * and is read at once; how a rule judges and what reports tell of it stands in a line of its own, read for the rules that
 * turn out to apply.
 */
import type { Pack } from './pack.ts';
import { type Expectation, type Item, isGroup, type Rule } from './rule.ts';

type Head = Pick<Rule, 'id' | 'severity' | 'profiles' | 'running' | 'controls' | 'formerly' | 'params' | 'forEach' | 'ifNone'>;
type Body = Pick<Rule, 'title' | 'failing' | 'check' | 'learn' | 'at'>;
/** What reports tell of a rule, and no verdict rests on. */
type Texts = Pick<Rule, 'why' | 'references' | 'remedy'>;

/** `when` of a rule as places in `items`: many rules begin with the same question. */
interface Stored extends Omit<Pack, 'rules'> {
  readonly items: readonly Item[];
  readonly rules: readonly (Head & { readonly when: readonly number[] })[];
}

const headNames = ['id', 'severity', 'profiles', 'running', 'controls', 'formerly', 'params'] as const satisfies readonly (keyof Head)[];
const bodyNames = ['title', 'failing', 'check', 'learn', 'at'] as const satisfies readonly (keyof Body)[];
const textNames = ['why', 'references', 'remedy'] as const satisfies readonly (keyof Texts)[];

/**
 * The texts of two files: the pack, and what few reports tell. Without the places of items and expectations, which only
 * who writes a rule wants to know.
 */
export function storePack({ rules, ...pack }: Pack): { readonly pack: string; readonly texts: string } {
  const items = new Map<string, number>();
  const placeOf = (one: Item): number => {
    const text = JSON.stringify(item(one));
    if (!items.has(text)) items.set(text, items.size);
    return items.get(text) as number;
  };
  const heads = rules.map(({ forEach, ifNone, when, ...rule }) => ({
    ...picked(rule, headNames),
    ...(forEach ? { forEach: { kind: forEach.kind, filter: forEach.filter.map(expectation) } } : {}),
    ...(ifNone ? { ifNone: { ...ifNone, when: ifNone.when.map(item) } } : {}),
    when: when.map(placeOf),
  }));
  const bodies = rules.map((rule): Body => ({ ...picked(rule, bodyNames), check: rule.check.map(item) }));
  const stored: Stored = { ...pack, rules: heads, items: [...items.keys()].map((text) => JSON.parse(text) as Item) };
  const lines = (all: readonly unknown[]): string => all.map((one) => `${JSON.stringify(one)}\n`).join('');
  return { pack: lines([stored, ...bodies]), texts: lines(rules.map((rule) => picked(rule, textNames))) };
}

/** These fields of a rule, those that it has. */
const picked = <K extends keyof Rule>(rule: Pick<Rule, K>, names: readonly K[]): Pick<Rule, K> =>
  Object.fromEntries(names.flatMap((name) => (rule[name] === undefined ? [] : [[name, rule[name]]]))) as Pick<Rule, K>;

const expectation = ({ at: _place, ...rest }: Expectation): Expectation => rest;

function item(one: Item): Item {
  if (isGroup(one)) {
    const { at: _place, ...group } = one;
    return { ...group, items: group.items.map(item) };
  }
  const { at: _place, ...probe } = one;
  return { ...probe, expect: probe.expect.map(expectation) };
}

/** The pack from these texts; the second is read when a report first tells something of it. */
export function restorePack(text: string, texts: () => string): Pack {
  const lines = text.split('\n');
  const { rules, items, ...pack } = JSON.parse(lines[0] ?? '') as Stored;
  const places = new Map(rules.map(({ id }, at) => [id, at]));
  const bodies: (Body | undefined)[] = [];
  const told: (Texts | undefined)[] = [];
  let toldLines: readonly string[] | undefined;
  const placeOf = (rule: Pick<Rule, 'id'>): number => places.get(rule.id) as number;
  const bodyOf = (at: number): Body => {
    bodies[at] ??= JSON.parse(lines[at + 1] as string) as Body;
    return bodies[at];
  };
  const textsOf = (at: number): Texts => {
    toldLines ??= texts().split('\n');
    told[at] ??= JSON.parse(toldLines[at] as string) as Texts;
    return told[at];
  };
  // The same few functions for all rules, whose shape stays one for V8.
  const later = {
    ...Object.fromEntries(bodyNames.map((name) => [name, field((rule) => bodyOf(placeOf(rule))[name])])),
    ...Object.fromEntries(textNames.map((name) => [name, field((rule) => textsOf(placeOf(rule))[name])])),
  };
  return { ...pack, rules: rules.map((rule) => Object.defineProperties({ ...rule, when: rule.when.map((at) => items[at] as Item) }, later) as object as Rule) };
}

const field = (of: (rule: Rule) => unknown): PropertyDescriptor => ({
  get(this: Rule): unknown {
    return of(this);
  },
  enumerable: true,
  configurable: true,
});
