/** Remedy steps as written → templates, each key and value checked against its row (src/verdicts/steps.ts). */
import { isMap, isScalar, isSeq } from 'yaml';
import type { Field } from '../../facts/fields.ts';
import { afterPattern, afterWords } from '../../verdicts/afters.ts';
import { type Act, acts, allNeeds, besideTexts, rowOf, writtenFields } from '../../verdicts/steps.ts';
import { textReferences } from '../fill.ts';
import type { Probe, RemedyStep, StepTemplate } from '../rule.ts';
import { modePattern, pathPattern } from '../step-patterns.ts';
import { checkReference, isStepReference, probeOf, readConditions, readListPath, type StepScope } from './read-facts.ts';
import { readRunning } from './read-items.ts';
import type { Scope } from './scope.ts';
import type { Source, YamlNode } from './source.ts';
import { hintFor } from './suggest.ts';

type Entry = ReturnType<Source['entries']>[number];

/** A remedy: its steps, and what they want to know beyond what the rule looks at. */
interface Remedy {
  readonly steps: readonly RemedyStep[];
  readonly learn: readonly Probe[];
}

/** The steps of a rule; mistakes go to the source. `looked`: what `when` and `check` look at. */
export function readSteps(source: Source, node: YamlNode, scope: Scope, looked: readonly Probe[]): Remedy {
  const inner: StepScope = { ...scope, looked, learn: [] };
  const steps = source.items(node, 'remedy').flatMap((item) => readStep(source, item, inner) ?? []);
  return { steps, learn: inner.learn };
}

/** Keys that say when a step is one, and for what; they are no part of it. */
const around = ['if', 'unless', 'running', 'every'];

function readStep(source: Source, item: YamlNode, outer: StepScope): RemedyStep | undefined {
  const entries = source.entries(item, 'a remedy step');
  const [act, second] = acts.filter((name) => entries.some((e) => e.key === name));
  if (!act || second) {
    source.problem(item, 'a remedy step does exactly one thing', `one of: ${acts.join(', ')}`);
    return undefined;
  }
  const value = (key: string): YamlNode => entries.find((e) => e.key === key)?.value;
  const every = entries.some((e) => e.key === 'every') ? readListPath(source, value('every'), outer) : undefined;
  const scope: StepScope = every ? { ...outer, item: every.element } : outer;
  const conditions = (key: 'if' | 'unless') => (entries.some((e) => e.key === key) ? readConditions(source, value(key), scope) : []);
  checkStep(source, item, act, entries);
  const inside = entries.filter((e) => !around.includes(e.key));
  for (const entry of inside) noteReferences(source, entry.value, scope);
  const template = Object.fromEntries(inside.map(({ key, value: v }) => [key, source.json(v)])) as StepTemplate;
  for (const { kind, query } of rowOf(act).wants?.(template as never) ?? []) probeOf(source, item, kind, Object.values(query)[0], scope);
  const running = entries.some((e) => e.key === 'running') ? readRunning(source, value('running')) : undefined;
  const when = { if: conditions('if'), unless: conditions('unless'), ...(running === undefined ? {} : { running }) };
  return { template, ...when, ...(every ? { every: every.path } : {}) };
}

function checkStep(source: Source, item: YamlNode, act: Act, entries: readonly Entry[]): void {
  const texts: readonly Field[] = Object.keys(besideTexts).map((name) => ({ name, holds: 'text', optional: true }));
  const own = writtenFields(act);
  const fields: readonly Field[] = [...own, ...texts.filter(({ name }) => !own.some((f) => f.name === name))];
  const names = [...fields.map((f) => f.name), 'needs', 'after', ...around];
  for (const { key, keyNode, value } of entries) {
    const field = fields.find((f) => f.name === key);
    if (field) checkValue(source, value, field, rowOf(act).choices?.[key]);
    else if (key === 'needs') source.word(value, 'needs', allNeeds);
    else if (key === 'after') checkAfter(source, value);
    else if (!around.includes(key)) source.problem(keyNode, `unknown key "${key}" in a ${act} step`, hintFor(key, names));
  }
  for (const { name, optional } of fields) if (!optional && !entries.some((e) => e.key === name)) source.problem(item, `a ${act} step needs "${name}"`);
}

function checkAfter(source: Source, node: YamlNode): void {
  if (!isSeq(node) || node.items.length === 0) {
    source.problem(node, '"after" needs a list of words that is not empty', `of: ${afterWords.join(', ')}`);
    return;
  }
  for (const word of node.items as YamlNode[])
    if (!new RegExp(afterPattern).test(textOf(word) ?? ''))
      source.problem(word, 'this is nothing that can be due after a step', `one of: ${afterWords.join(', ')}`);
}

const textOf = (node: YamlNode): string | undefined => (isScalar(node) && typeof node.value === 'string' ? node.value : undefined);

/** A value of a type that nobody could carry out is a mistake. What a reference stands for is known later. */
function checkValue(source: Source, node: YamlNode, { name, holds }: Field, choices?: readonly string[]): void {
  if (isStepReference(node) && !['argv', 'words', 'check', 'choice', 'keys'].includes(holds)) return;
  const text = textOf(node);
  switch (holds) {
    case 'words':
    case 'argv':
      checkWords(source, node, name);
      break;
    case 'check':
      if (text === undefined) checkWords(source, node, name);
      break;
    case 'path':
      if (text === undefined || !new RegExp(pathPattern).test(text)) source.problem(node, `"${name}" needs a path from / or ~/`);
      break;
    case 'mode':
      if (text === undefined || !new RegExp(modePattern).test(text)) source.problem(node, `"${name}" needs a quoted octal mode`, 'for example "0600"');
      break;
    case 'choice':
      source.word(node, name, choices ?? []);
      break;
    case 'value':
      checkSetting(source, node, name);
      break;
    case 'keys':
      checkMap(source, node, name, (section) => checkMap(source, section, name, (value) => checkSetting(source, value, name)));
      break;
    case 'names':
      if (text === undefined) checkMap(source, node, name, (value) => checkValue(source, value, { name, holds: 'text', optional: false }));
      break;
    default:
      if (text === undefined) source.problem(node, `"${name}" needs text`, 'put it in quotes');
  }
}

function checkMap(source: Source, node: YamlNode, name: string, inner: (value: YamlNode) => void): void {
  if (!isMap(node) || node.items.length === 0 || isStepReference(node)) source.problem(node, `"${name}" needs a map that is not empty`);
  else for (const { value } of source.entries(node, `"${name}"`)) inner(value);
}

/** What a key of a file may be set to. */
function checkSetting(source: Source, node: YamlNode, name: string): void {
  const isPlain = (one: YamlNode): boolean => isStepReference(one) || (isScalar(one) && ['string', 'number', 'boolean'].includes(typeof one.value));
  if (!isPlain(node) && !(isSeq(node) && (node.items as YamlNode[]).every(isPlain)))
    source.problem(node, `"${name}" needs text, a number, true, false, or a list of these`);
}

function checkWords(source: Source, node: YamlNode, name: string): void {
  if (!isSeq(node) || node.items.length === 0)
    source.problem(node, `"${name}" needs a list of words that is not empty`, 'one for the program, one for each argument');
  else
    for (const word of node.items as YamlNode[])
      if (!isStepReference(word) && textOf(word) === undefined) source.problem(word, `each word of "${name}" must be text`, 'put it in quotes');
}

/** What stands in where no file decided: text, or what was found, with a text for where that is not known. */
function noteOtherwise(source: Source, node: YamlNode, scope: StepScope): void {
  if (!isMap(node)) {
    if (textOf(node) === undefined) source.problem(node, '"otherwise" must be text or { found: path, otherwise: text }');
    else noteReferences(source, node, scope);
    return;
  }
  const [found, last, ...more] = source.entries(node, '"otherwise"');
  const name = found && textOf(found.value);
  if (found?.key !== 'found' || name === undefined || last?.key !== 'otherwise' || textOf(last.value) === undefined || more.length > 0)
    source.problem(node, '"otherwise" must be text or { found: path, otherwise: text }');
  else checkReference(source, node, { word: 'found', name }, scope);
}

/** Checks references anywhere inside a step: as a value of their own, and within text. */
function noteReferences(source: Source, node: YamlNode, scope: StepScope): void {
  const text = textOf(node);
  if (text !== undefined) {
    for (const { word, name } of textReferences(text)) checkReference(source, node, { word, name }, scope);
    return;
  }
  if (isMap(node)) {
    if (isStepReference(node)) {
      const [first, second] = source.entries(node, 'a reference');
      const name = first && textOf(first.value);
      if (first && name !== undefined) checkReference(source, node, { word: first.key, name }, scope);
      else source.problem(node, 'a reference names what it stands for');
      if (second) noteOtherwise(source, second.value, scope);
      return;
    }
    for (const pair of node.items) noteReferences(source, pair.value as YamlNode, scope);
  } else if (node && 'items' in node) for (const child of node.items as YamlNode[]) noteReferences(source, child, scope);
}
