/** What remedy steps say of facts: conditions, and references to what was found. Each way is checked against the shapes. */
import { isMap, isScalar, isSeq } from 'yaml';
import { splitPath } from '../../facts/fact.ts';
import type { Kind } from '../../facts/kind.ts';
import { type RecordShape, record, type Shape, shapeAt } from '../../facts/shape.ts';
import { referenceWords } from '../fill.ts';
import type { Expectation, Probe } from '../rule.ts';
import { readMatcher } from './read-items.ts';
import type { Scope } from './scope.ts';
import type { Source, YamlNode } from './source.ts';
import { hintFor } from './suggest.ts';

/** Where steps stand: the scope of the rule, what it looks at, and what its steps want to know besides. */
export interface StepScope extends Scope {
  readonly looked: readonly Probe[];
  readonly learn: Probe[];
  /** Beside `every`: what an element of the list is. */
  readonly item?: Shape;
}

/** `{ each: field }`, `{ at: path, otherwise: path }` and their like. */
export function isStepReference(node: YamlNode): boolean {
  if (!isMap(node)) return false;
  const [first, second, third] = node.items.map((p) => String((p.key as { value?: unknown })?.value));
  return first !== undefined && referenceWords.includes(first) && third === undefined && (second === undefined || (first === 'at' && second === 'otherwise'));
}

const accountFields = record({
  name: { type: 'string', describe: 'login name' },
  uid: { type: 'number', describe: 'user id' },
  home: { type: 'string', describe: 'home directory' },
});

/** A reference in a step: what it stands for is there. */
export function checkReference(source: Source, node: YamlNode, { word, name }: { word: string; name: string }, scope: StepScope): void {
  switch (word) {
    case 'param':
      if (!scope.params.has(name)) source.problem(node, `there is no parameter "${name}"`, hintFor(name, [...scope.params.keys()]));
      scope.usedParams.add(name);
      break;
    case 'each':
      if (!scope.each) source.problem(node, '"each" has a meaning only under forEach');
      else checkPath(source, node, name, scope.each, 'the subject');
      break;
    case 'account':
      checkPath(source, node, name, accountFields, 'the account');
      break;
    case 'item':
      itemPath(source, node, name === '' ? [] : (splitPath(name) ?? []), scope);
      break;
    default:
      factPath(source, node, name, scope);
  }
}

function checkPath(source: Source, node: YamlNode, name: string, shape: RecordShape, whose: string): void {
  const path = splitPath(name);
  const found = path && shapeAt(shape, path);
  if (!found?.shape) source.problem(node, `${whose} has no "${name}"`, hintFor(name, Object.keys(shape.fields)));
}

/** `KIND.path`, or `"KIND MAIN".path` of the fact that `KIND: MAIN` asks for; `each.path` is the subject's. */
function factPath(source: Source, node: YamlNode, text: string, scope: StepScope): { path: readonly string[]; shape: Shape } | undefined {
  const path = splitPath(text);
  const [head = '', ...rest] = path ?? [];
  if (head === 'at') {
    const decided = factPath(source, node, rest.map((segment) => (/^[^".\s]+$/.test(segment) ? segment : JSON.stringify(segment))).join('.'), scope);
    return decided && { path: ['at', ...decided.path], shape: { type: 'string', describe: 'the file that decided it' } };
  }
  if (head === 'item') return itemPath(source, node, rest, scope);
  const shape = head === 'each' ? scope.each : shapeOfFact(source, node, head, scope);
  if (head === 'each' && !shape) source.problem(node, '"each" has a meaning only under forEach');
  if (!shape) return undefined;
  if (rest.length === 0) {
    source.problem(node, `"${text}" names no field`, `${head}.FIELD: ${Object.keys(shape.fields).slice(0, 12).join(', ')}`);
    return undefined;
  }
  const found = shapeAt(shape, rest);
  if (found.shape) return { path: [head, ...rest], shape: found.shape };
  source.problem(node, `there is no "${rest[found.at]}" in ${[head, ...rest.slice(0, found.at)].join('.')}`, hintFor(rest[found.at] ?? '', found.names));
  return undefined;
}

/** `item`, or `item.path`: the element beside `every`. */
function itemPath(source: Source, node: YamlNode, rest: readonly string[], { item }: StepScope): { path: readonly string[]; shape: Shape } | undefined {
  if (!item) {
    source.problem(node, '"item" has a meaning only beside every');
    return undefined;
  }
  if (rest.length === 0) return { path: ['item'], shape: item };
  const found = shapeAt(item, rest);
  if (found.shape) return { path: ['item', ...rest], shape: found.shape };
  source.problem(node, `there is no "${rest[found.at]}" in item`, hintFor(rest[found.at] ?? '', found.names));
  return undefined;
}

function shapeOfFact(source: Source, node: YamlNode, head: string, scope: StepScope): RecordShape | undefined {
  const [name = '', ...main] = head.split(' ');
  const kind = probeOf(source, node, name, main.length > 0 ? main.join(' ') : undefined, scope);
  return kind && { ...kind.shape, fields: { exists: { type: 'boolean', describe: 'whether it is there' }, ...kind.shape.fields } };
}

/** The kind of a fact that a step speaks of. What the rule does not look at is learnt besides. */
export function probeOf(source: Source, node: YamlNode, name: string, main: string | undefined, scope: StepScope): Kind | undefined {
  const kind = scope.kinds.find((k) => k.name === name);
  if (!kind) {
    source.problem(
      node,
      `unknown fact kind "${name}"`,
      hintFor(
        name,
        scope.kinds.map((k) => k.name),
      ),
    );
    return undefined;
  }
  const asks = (probe: Probe): boolean =>
    probe.kind === name && (main === undefined || kind.main === undefined || JSON.stringify(probe.query[kind.main]) === JSON.stringify({ literal: main }));
  if ([...scope.looked, ...scope.learn].some(asks)) return kind;
  const needed = Object.entries(kind.fields).flatMap(([field, { required }]) => (required && (field !== kind.main || main === undefined) ? [field] : []));
  if (needed.length > 0) {
    source.problem(node, `the rule does not look at ${name}`, `add it to check, or write "${name} ${(kind.main ?? 'what').toUpperCase()}".FIELD`);
    return undefined;
  }
  const query = main !== undefined && kind.main !== undefined ? { [kind.main]: { literal: main } } : {};
  scope.learn.push({ kind: name, query, ifMissing: 'pass', expect: [], at: source.at(node) });
  return kind;
}

/** `every: KIND.list`: the way to a list. */
export function readListPath(source: Source, node: YamlNode, scope: StepScope): { path: readonly string[]; element: Shape } | undefined {
  const text = isScalar(node) && typeof node.value === 'string' ? node.value : undefined;
  if (text === undefined) {
    source.problem(node, '"every" names a list that was found', 'every: KIND.path');
    return undefined;
  }
  const found = factPath(source, node, text, scope);
  if (!found) return undefined;
  if (found.shape.type === 'list') return { path: found.path, element: found.shape.of };
  if (found.shape.type !== 'any') source.problem(node, `"${text}" is a ${found.shape.type}, not a list`);
  return { path: found.path, element: { type: 'any', describe: 'an element' } };
}

/** `{ KIND.path: matcher, … }`, all of which must hold; of a list of such maps, one must. */
export function readConditions(source: Source, node: YamlNode, scope: StepScope): readonly (readonly Expectation[])[] {
  const ways = isSeq(node) ? (node.items as YamlNode[]) : [node];
  if (ways.length === 0) source.problem(node, '"if" is empty');
  return ways.map((way) => {
    const entries = source.entries(way, '"if"');
    if (isMap(way) && entries.length === 0) source.problem(way, '"if" is empty');
    return entries.flatMap(({ key, keyNode, value }): Expectation[] => {
      const found = factPath(source, keyNode, key, scope);
      if (!found) return [];
      const { tests, ifUnset } = readMatcher(source, value, found.shape, scope, keyNode);
      return [{ path: found.path, tests, ...(ifUnset ? { ifUnset } : {}), at: source.at(keyNode) }];
    });
  });
}
