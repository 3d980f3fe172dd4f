/** Remedy steps as written → templates, each key and value checked against its row (src/verdicts/steps.ts). */
import { isMap, isScalar, isSeq } from 'yaml';
import { type Field, fieldsOf } from '../../facts/fields.ts';
import { type Act, acts, allNeeds, steps } from '../../verdicts/steps.ts';
import type { StepTemplate } from '../rule.ts';
import { isReference, type Scope } from './read-items.ts';
import type { Source, YamlNode } from './source.ts';
import { hintFor } from './suggest.ts';

type Entry = ReturnType<Source['entries']>[number];

/** The steps of a rule; mistakes go to the source. */
export function readSteps(source: Source, node: YamlNode, scope: Scope): StepTemplate[] {
  return source.items(node, 'remedy').flatMap((item) => {
    const entries = source.entries(item, 'a remedy step');
    const [act, second] = acts.filter((name) => entries.some((e) => e.key === name));
    if (!act || second) {
      source.problem(item, 'a remedy step does exactly one thing', `one of: ${acts.join(', ')}`);
      return [];
    }
    checkStep(source, item, act, entries);
    noteReferences(source, item, scope);
    return [source.json(item) as StepTemplate];
  });
}

function checkStep(source: Source, item: YamlNode, act: Act, entries: readonly Entry[]): void {
  const fields: readonly Field[] = [...fieldsOf(steps[act].fields), { name: 'note', holds: 'text', optional: true }];
  const names = [...fields.map((f) => f.name), 'needs'];
  for (const { key, keyNode, value } of entries) {
    const field = fields.find((f) => f.name === key);
    if (field) checkValue(source, value, field);
    else if (key === 'needs') source.word(value, 'needs', allNeeds);
    else source.problem(keyNode, `unknown key "${key}" in a ${act} step`, hintFor(key, names));
  }
  for (const { name, optional } of fields) if (!optional && !entries.some((e) => e.key === name)) source.problem(item, `a ${act} step needs "${name}"`);
}

/** A value of a type that nobody could carry out is a mistake. What a reference stands for is known later. */
function checkValue(source: Source, node: YamlNode, { name, holds }: Field): void {
  if (isReference(node) && holds !== 'argv' && holds !== 'words' && holds !== 'check') return;
  const text = isScalar(node) && typeof node.value === 'string' ? node.value : undefined;
  switch (holds) {
    case 'words':
    case 'argv':
      checkWords(source, node, name);
      break;
    case 'check':
      if (text === undefined) checkWords(source, node, name);
      break;
    case 'path':
      if (text === undefined || !/^(?:\/|~\/)/.test(text)) source.problem(node, `"${name}" needs a path from / or ~/`);
      break;
    case 'mode':
      if (text === undefined || !/^0[0-7]{3,4}$/.test(text)) source.problem(node, `"${name}" needs a quoted octal mode`, 'for example "0600"');
      break;
    default:
      if (text === undefined) source.problem(node, `"${name}" needs text`, 'put it in quotes');
  }
}

function checkWords(source: Source, node: YamlNode, name: string): void {
  if (!isSeq(node) || node.items.length === 0)
    source.problem(node, `"${name}" needs a list of words that is not empty`, 'one for the program, one for each argument');
  else
    for (const word of node.items as YamlNode[])
      if (!isReference(word) && !(isScalar(word) && typeof word.value === 'string'))
        source.problem(word, `each word of "${name}" must be text`, 'put it in quotes');
}

/** Checks `{ param }` and `{ each }` anywhere inside a step. */
function noteReferences(source: Source, node: YamlNode, scope: Scope): void {
  if (isMap(node)) {
    const keys = node.items.map((p) => String((p.key as { value?: unknown })?.value));
    if (keys.length === 1 && (keys[0] === 'param' || keys[0] === 'each')) {
      checkReference(source, node, keys[0], node.items[0]?.value as YamlNode, scope);
      return;
    }
    for (const pair of node.items) noteReferences(source, pair.value as YamlNode, scope);
  } else if (node && 'items' in node) for (const child of node.items as YamlNode[]) noteReferences(source, child, scope);
}

function checkReference(source: Source, node: YamlNode, word: 'param' | 'each', value: YamlNode, scope: Scope): void {
  const name = source.text(value, word);
  if (name === undefined) return;
  if (word === 'each') {
    if (!scope.each) source.problem(node, '"each" has a meaning only under forEach');
    else if (!Object.hasOwn(scope.each.fields, name)) source.problem(node, `the subject has no "${name}"`, hintFor(name, Object.keys(scope.each.fields)));
    return;
  }
  if (!scope.params.has(name)) source.problem(node, `there is no parameter "${name}"`, hintFor(name, [...scope.params.keys()]));
  scope.usedParams.add(name);
}
