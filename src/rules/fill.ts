/** Templates in rules: plain values with references in them. */
import type { Json } from '../facts/fact.ts';
import { listedChecks, type Step } from '../verdicts/steps.ts';
import type { StepTemplate } from './rule.ts';

/** Fills `{ param }` and `{ each }` into a step or any plain value. */
function fill(template: Json, lookup: (word: 'param' | 'each', name: string) => Json): Json {
  if (Array.isArray(template)) return template.map((t: Json) => fill(t, lookup));
  if (template === null || typeof template !== 'object') return template;
  const entries = Object.entries(template);
  const [first] = entries;
  if (entries.length === 1 && first && (first[0] === 'param' || first[0] === 'each') && typeof first[1] === 'string') return lookup(first[0], first[1]);
  return Object.fromEntries(entries.map(([k, v]) => [k, fill(v as Json, lookup)]));
}

/** The step that a template gives; its loader has checked its fields. */
export const fillStep = (template: StepTemplate, lookup: (word: 'param' | 'each', name: string) => Json): Step =>
  listedChecks(fill(template, lookup) as unknown as Step);
