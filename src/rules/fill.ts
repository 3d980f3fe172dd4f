/** Templates in rules: plain values with references in them, as values of their own or within text. */
import type { Json } from '../facts/fact.ts';
import { fieldsOf } from '../facts/fields.ts';
import { afterOf } from '../verdicts/afters.ts';
import { actOf, listedChecks, rowOf, type Step } from '../verdicts/steps.ts';
import type { StepTemplate } from './rule.ts';

/**
 * What a reference may name: a parameter, a field of the subject, a value of a fact, the file that decided a value, the
 * account in question, and an element of the list of `every`.
 */
export const referenceWords: readonly string[] = ['param', 'each', 'found', 'at', 'account', 'item'];

/** What a reference stands for. Undefined: nobody can tell. */
export type Lookup = (word: string, name: string) => Json | undefined;

const within = /\{(param|each|found|at|account|item)(?:\.((?:"[^"]*"|[^{}"])+))?\}/g;

/** The references within a text: `{each.name}`. */
export const textReferences = (text: string): { word: string; name: string }[] =>
  [...text.matchAll(within)].map(([, word = '', name = '']) => ({ word, name }));

/** Fills references into any plain value. What nobody can tell stands as `<name>`. */
function fill(template: Json, lookup: Lookup): Json {
  if (typeof template === 'string') return template.replace(within, (_, word: string, name = '') => textOf(lookup(word, name) ?? `<${name || word}>`));
  if (Array.isArray(template)) return template.map((t: Json) => fill(t, lookup));
  if (template === null || typeof template !== 'object') return template;
  const entries = Object.entries(template);
  const [first, second] = entries;
  if (first && referenceWords.includes(first[0]) && typeof first[1] === 'string' && (!second || (second[0] === 'otherwise' && entries.length === 2)))
    return lookup(first[0], first[1]) ?? (second ? fill(second[1] as Json, lookup) : `<${first[1]}>`);
  return Object.fromEntries(entries.map(([k, v]) => [k, fill(v as Json, lookup)]));
}

const textOf = (value: Json): string => (Array.isArray(value) ? value.map(String).join(' ') : String(value));

/** The step that a template gives; its loader has checked its fields. */
export function fillStep(template: StepTemplate, lookup: Lookup): Step {
  const filled = fill(template, lookup) as Record<string, Json>;
  const { fields } = rowOf(actOf(filled as unknown as Step));
  const kept = fieldsOf(fields).flatMap(({ name, holds }) => (holds === 'value' || holds === 'keys' || holds === 'names' ? [name] : []));
  const texts = Object.entries(filled).map(([key, value]) => [key, kept.includes(key) ? value : inTexts(value)]);
  return listedChecks(Object.fromEntries(texts) as Step);
}

/** A number that a reference gave is text where it is a path, or a word of a command. */
const inTexts = (value: Json): Json => (Array.isArray(value) ? value.map((v: Json) => textOf(v)) : typeof value === 'object' ? value : String(value));

/** The step whatever the host: fields of a subject and of facts stand as `<name>`. */
export function generalStep(template: StepTemplate, param: (name: string) => Json): Step {
  const step = fillStep(template, (word, name) => (word === 'param' ? param(name) : undefined));
  const words = (step as { after?: readonly unknown[] }).after;
  const who = { name: 'the account', uid: 'UID', asRoot: step.needs !== 'user' };
  return words ? { ...step, after: words.map((word) => afterOf(String(word), who)) } : step;
}
