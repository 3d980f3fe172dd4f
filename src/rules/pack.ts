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
  readonly name: string;
  readonly value: Json;
}

/** Looks parameters up: command line, then the chosen profiles, then the rule's default. */
export function paramValues(given: readonly GivenParam[], profiles: readonly Profile[]): (rule: Rule, name: string) => Json {
  return (rule, name) => {
    const own = given.findLast((g) => g.rule === rule.id && g.name === name) ?? given.findLast((g) => g.rule === undefined && g.name === name);
    if (own) return own.value;
    for (const profile of profiles) {
      const value = profile.params[rule.id]?.[name];
      if (value !== undefined) return value;
    }
    return rule.params[name]?.default ?? null;
  };
}

/** Whether a value can stand in for the default of a parameter: a list for a list, otherwise of the same type. */
export function fitsParam({ default: usual }: Param, value: Json): boolean {
  if (Array.isArray(usual)) return Array.isArray(value) && value.every((v) => typeof v === 'string');
  return typeof value === typeof usual && !Array.isArray(value);
}
