/** A pack: the rules and profiles that one inspection draws from. */
import type { Json } from '../facts/fact.ts';
import type { Profile } from './profile.ts';
import type { Param, Rule } from './rule.ts';

export interface Pack {
  readonly rules: readonly Rule[];
  readonly profiles: readonly Profile[];
  /** `sha256:…` over the texts, so that a report names what it was judged by. */
  readonly digest: string;
}

/** A parameter given on the command line: for one rule, or for every rule that has it. */
export interface GivenParam {
  readonly rule?: string;
  /** It is a parameter of this profile; its rules that have one of that name get it as well. */
  readonly profile?: string;
  readonly name: string;
  readonly value: Json;
}

/** A value, and the chosen profile that it is from where profiles differ. */
export interface Chosen {
  readonly value: Json;
  readonly from?: string;
}

/** Looks parameters up: command line (one of a profile reaches its rules that have one of that name), then the strictest of the chosen profiles that have the rule, then the rule's default. */
export function paramChoice(given: readonly GivenParam[], profiles: readonly Profile[]): (rule: Rule, name: string) => Chosen {
  return (rule, name) => {
    const named = given.filter((g) => g.name === name);
    const own =
      named.findLast((g) => g.rule === rule.id) ??
      named.findLast((g) => g.rule === undefined && g.profile === undefined) ??
      named.findLast((g) => g.profile !== undefined && rule.profiles.includes(g.profile) && Object.hasOwn(rule.params, name));
    if (own) return { value: own.value };
    const usual = rule.params[name]?.default ?? null;
    const offers = profiles.filter((p) => rule.profiles.includes(p.id)).map(({ id, params }) => ({ value: params[rule.id]?.[name] ?? usual, from: id }));
    const [first, ...others] = offers;
    if (!first) return { value: usual };
    if (others.every((o) => isSame(o.value, first.value))) return { value: first.value };
    return offers.reduce((one, other) => (isStricter(rule.params[name], other.value, one.value) ? other : one));
  };
}

/** The values alone. */
export function paramValues(given: readonly GivenParam[], profiles: readonly Profile[]): (rule: Rule, name: string) => Json {
  const choice = paramChoice(given, profiles);
  return (rule, name) => choice(rule, name).value;
}

const isSame = (one: Json, other: Json): boolean => JSON.stringify(one) === JSON.stringify(other);

/** Whether one value asks for more than another, as the parameter says; without that, the first profile's counts. */
function isStricter(param: Param | undefined, one: Json, other: Json): boolean {
  const by = param?.stricter;
  if (by === 'more' || by === 'less') return typeof one === 'number' && typeof other === 'number' && (by === 'more' ? one > other : one < other);
  if (!by) return false;
  const rank = (value: Json): number => by.findIndex((v) => isSame(v, value));
  return rank(one) > rank(other);
}

/** Whether a value can stand in for the default of a parameter: a list for a list, otherwise of the same type. */
export function fitsParam({ default: usual }: Param, value: Json): boolean {
  if (Array.isArray(usual)) return Array.isArray(value) && value.every((v) => typeof v === 'string');
  return typeof value === typeof usual && !Array.isArray(value);
}
