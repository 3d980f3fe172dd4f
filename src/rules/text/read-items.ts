/** Reads `when` and `check`: items, queries, expectations. Every mistake becomes a located problem. */
import { isMap, isScalar, isSeq } from 'yaml';
import { operators } from '../../expect/operators.ts';
import { patternProblem } from '../../expect/pattern.ts';
import { type Json, splitPath } from '../../facts/fact.ts';
import type { Kind, QueryField } from '../../facts/kind.ts';
import { type RecordShape, type Shape, shapeAt } from '../../facts/shape.ts';
import { severities } from '../../verdicts/report.ts';
import type { Expectation, Group, Item, Probe, Test, Value } from '../rule.ts';
import { readSay } from './read-say.ts';
import type { Scope } from './scope.ts';
import type { Source, YamlNode } from './source.ts';
import { hintFor } from './suggest.ts';

const groupWords = ['any', 'all', 'none'] as const;
const itemKeys = ['ifMissing', 'expect', 'running', 'severity', 'say', 'question'];

export function readItems(source: Source, node: YamlNode, what: string, scope: Scope): Item[] {
  const nodes = source.items(node, what);
  if (isSeq(node) && nodes.length === 0) source.problem(node, `${what} is empty: it would pass without looking`, 'name at least one thing to look at');
  return nodes.flatMap((n) => readItem(source, n, what, scope) ?? []);
}

function readItem(source: Source, node: YamlNode, what: string, scope: Scope): Item | undefined {
  const entries = source.entries(node, `an item of ${what}`);
  const names = [...groupWords, ...scope.kinds.map((k) => k.name)];
  const heads = entries.filter((e) => !itemKeys.includes(e.key));
  for (const head of heads)
    if (!names.includes(head.key)) source.problem(head.keyNode, `unknown fact kind or key "${head.key}"`, hintFor(head.key, [...names, ...itemKeys]));
  const known = heads.filter((h) => names.includes(h.key));
  const [head, second] = known;
  if (!head) {
    if (heads.length === 0 && entries.length > 0) source.problem(node, 'this item names no fact kind', 'start it with a kind, such as "file: /etc/passwd"');
    return undefined;
  }
  if (second) source.problem(second.keyNode, `one item, one fact: "${head.key}" stands here already`, 'start a new item with "- "');
  const field = (name: string): YamlNode => entries.find((e) => e.key === name)?.value;
  const base = {
    at: source.at(head.keyNode),
    ...optional('running', field('running') ? readRunning(source, field('running')) : undefined),
    ...optional('severity', field('severity') ? source.word(field('severity'), 'severity', severities) : undefined),
    ...optional('question', field('question') ? source.text(field('question'), 'question') : undefined),
  };
  if ((groupWords as readonly string[]).includes(head.key)) {
    for (const wrong of ['ifMissing', 'expect']) {
      const entry = entries.find((e) => e.key === wrong);
      if (entry) source.problem(entry.keyNode, `"${wrong}" belongs to the items below ${head.key}, not to the group`);
    }
    const items = readItems(source, head.value, head.key, scope);
    return { ...base, group: head.key as Group['group'], items, ...optional('say', readSay(source, field('say'), scope, probesOf(items))) };
  }
  const kind = scope.kinds.find((k) => k.name === head.key) as Kind;
  const probe: Probe = {
    ...base,
    kind: kind.name,
    query: readQuery(source, head.value, kind, scope, head.keyNode),
    ifMissing: (field('ifMissing') && source.word(field('ifMissing'), 'ifMissing', ['fail', 'pass', 'not-applicable'])) || 'fail',
    expect: readExpect(
      source,
      field('expect'),
      { ...kind.shape, fields: { exists: { type: 'boolean', describe: 'whether it is there' }, ...kind.shape.fields } },
      scope,
      head.keyNode,
      'expect',
    ),
  };
  return { ...probe, ...optional('say', readSay(source, field('say'), scope, [probe])) };
}

const probesOf = (items: readonly Item[]): Probe[] => items.flatMap((i) => ('group' in i ? probesOf(i.items) : [i]));
export function readRunning(source: Source, node: YamlNode): boolean | undefined {
  if (isScalar(node) && typeof node.value === 'boolean') return node.value;
  source.problem(node, 'running must be true or false', 'true: only where a running host answers; false: only where none does');
  return undefined;
}

function readQuery(source: Source, node: YamlNode, kind: Kind, scope: Scope, keyNode: YamlNode): Record<string, Value> {
  const query: Record<string, Value> = {};
  const add = (name: string, field: QueryField, value: YamlNode): void => {
    const read = readValue(source, value, scope);
    if (!read) return;
    const known = 'literal' in read ? read.literal : 'param' in read ? scope.params.get(read.param) : undefined;
    if (known !== undefined && !fits(known, field)) {
      const whose = 'param' in read ? `, and so must the default of parameter "${read.param}"` : '';
      source.problem(value, `${kind.name}.${name} must be ${typeWords[field.type]}${whose}`);
      return;
    }
    if (known !== undefined && field.values && !field.values.includes(String(known))) {
      source.problem(value, `${kind.name}.${name} must be one of: ${field.values.join(', ')}`, hintFor(String(known), field.values));
      return;
    }
    query[name] = read;
  };
  if (isMap(node) && !isReference(node)) {
    for (const { key, keyNode: at, value } of source.entries(node, `the query of ${kind.name}`)) {
      const field = Object.hasOwn(kind.fields, key) ? kind.fields[key] : undefined;
      if (field) add(key, field, value);
      else source.problem(at, `${kind.name} has no query field "${key}"`, hintFor(key, Object.keys(kind.fields)));
    }
  } else if (kind.main !== undefined) add(kind.main, kind.fields[kind.main] as QueryField, node);
  else if (!(isScalar(node) && node.value === true)) source.problem(node ?? keyNode, `${kind.name} is asked about as a whole`, `write "${kind.name}: true"`);
  for (const [name, field] of Object.entries(kind.fields)) {
    if (field.required && !(name in query) && !source.problems.some((p) => p.line === source.at(node).line))
      source.problem(node ?? keyNode, `${kind.name} needs "${name}": ${field.describe}`);
  }
  return query;
}

const typeWords: Record<QueryField['type'], string> = { string: 'text', boolean: 'true or false', number: 'a number', strings: 'a list of texts' };

function fits(value: Json, field: QueryField): boolean {
  if (field.type === 'strings') return Array.isArray(value) && value.every((v) => typeof v === 'string');
  return typeof value === field.type && value !== '';
}

/** Reads a map of paths to matchers. An empty one is a mistake: it would pass without looking. */
export function readExpect(source: Source, node: YamlNode, shape: RecordShape, scope: Scope, near: YamlNode, what: string): Expectation[] {
  if (!node) {
    source.problem(near, `nothing is expected here: it would pass without looking`, 'add "expect:" with at least one path');
    return [];
  }
  const entries = source.entries(node, what);
  if (isMap(node) && entries.length === 0) source.problem(node, `${what} is empty: it would pass without looking`);
  return entries.flatMap(({ key, keyNode, value }) => {
    const path = splitPath(key);
    if (!path) {
      source.problem(keyNode, `"${key}" is no path`, 'segments are joined by dots; a segment with a dot goes in double quotes');
      return [];
    }
    const found = shapeAt(shape, path);
    if (!found.shape) {
      const wrong = path[found.at] as string;
      source.problem(keyNode, `there is no "${wrong}"${found.at > 0 ? ` in ${path.slice(0, found.at).join('.')}` : ''} here`, hintFor(wrong, found.names));
      return [];
    }
    const { tests, ifUnset } = readMatcher(source, value, found.shape, scope, keyNode);
    return [{ path, tests, ...(ifUnset ? { ifUnset } : {}), at: source.at(keyNode) }];
  });
}

export function readMatcher(source: Source, node: YamlNode, shape: Shape, scope: Scope, near: YamlNode): { tests: Test[]; ifUnset?: Value } {
  if (!isMap(node) || isReference(node)) {
    if (node === null || node === undefined || (isScalar(node) && node.value === null)) {
      source.problem(near, 'an expectation needs a value or operators', 'for an unset value write { present: false }');
      return { tests: [] };
    }
    const value = readValue(source, node, scope);
    if (value) checkArgument(source, node, 'equals', value, shape);
    return { tests: value ? [{ operator: 'equals', value }] : [] };
  }
  const tests: Test[] = [];
  let ifUnset: Value | undefined;
  for (const { key, keyNode, value } of source.entries(node, 'a matcher')) {
    if (key === 'ifUnset') ifUnset = readValue(source, value, scope);
    else if (key === 'not') tests.push({ operator: 'not', inner: readMatcher(source, value, shape, scope, keyNode).tests });
    else {
      const operator = Object.hasOwn(operators, key) ? operators[key] : undefined;
      if (!operator) {
        source.problem(keyNode, `unknown operator "${key}"`, hintFor(key, [...Object.keys(operators), 'not', 'ifUnset']));
        continue;
      }
      if (!operator.on.includes(shape.type))
        source.problem(
          keyNode,
          `"${key}" cannot be used on ${article(shape.type)}`,
          `${shape.describe}; use ${Object.keys(operators)
            .filter((o) => operators[o]?.on.includes(shape.type))
            .join(', ')}`,
        );
      const read = readValue(source, value, scope);
      if (!read) continue;
      checkArgument(source, value, key, read, shape);
      tests.push({ operator: key, value: read });
    }
  }
  if (tests.length === 0)
    source.problem(
      node,
      'this matcher tests nothing: it would pass without looking',
      ifUnset ? 'ifUnset only stands in for an unset value; add an operator' : undefined,
    );
  return { tests, ...(ifUnset ? { ifUnset } : {}) };
}

function checkArgument(source: Source, node: YamlNode, name: string, value: Value, shape: Shape): void {
  if (!('literal' in value)) return;
  const { literal } = value;
  const list = Array.isArray(literal);
  const argument = operators[name]?.argument;
  switch (argument) {
    case 'choices':
    case 'list':
      if (!list || literal.length === 0) source.problem(node, `"${name}" needs a list that is not empty`);
      break;
    case 'scalar-or-list':
      if (literal === null || (list && literal.length === 0)) source.problem(node, `"${name}" needs a value or a list that is not empty`);
      break;
    case 'pattern': {
      if (typeof literal !== 'string') source.problem(node, `"${name}" needs text`);
      const problem = typeof literal === 'string' ? patternProblem(literal) : undefined;
      if (problem) source.problem(node, `not an RE2 regular expression: ${problem}`, 'look-around and back-references do not exist in RE2');
      break;
    }
    case 'ordered':
      if (typeof literal === 'number' && (shape.type === 'version' || shape.type === 'string'))
        source.problem(node, `a version must be quoted`, `write "${literal}"`);
      else if (typeof literal === 'string' && shape.type === 'number')
        source.problem(node, `"${name}" compares a number here`, `write ${literal} without quotes`);
      break;
    case 'mode':
      if (typeof literal !== 'string' || !/^0[0-7]{3,4}$/.test(literal)) source.problem(node, `"${name}" needs a quoted octal mode`, 'for example "0600"');
      break;
    case 'boolean':
      if (typeof literal !== 'boolean') source.problem(node, `"${name}" needs true or false`);
      break;
    default:
      checkLiteral(source, node, literal, shape);
  }
  for (const item of argument === 'choices' && list ? literal : []) checkLiteral(source, node, item as Json, shape);
}

/** A literal that can never equal a value of this shape is a mistake. */
function checkLiteral(source: Source, node: YamlNode, literal: Json, shape: Shape): void {
  const wrong =
    shape.type === 'boolean'
      ? typeof literal !== 'boolean'
      : shape.type === 'number'
        ? typeof literal !== 'number'
        : shape.type === 'string' || shape.type === 'version'
          ? typeof literal !== 'string'
          : shape.type === 'mode'
            ? !(typeof literal === 'string' && /^0[0-7]{3,4}$/.test(literal))
            : shape.type === 'list'
              ? !Array.isArray(literal)
              : false;
  if (wrong)
    source.problem(
      node,
      `${JSON.stringify(literal)} can never equal ${article(shape.type)}`,
      shape.type === 'mode' ? 'modes are quoted: "0600"' : shape.describe,
    );
  else if (shape.type === 'string' && shape.values && !shape.values.includes(literal as string))
    source.problem(node, `this is never ${JSON.stringify(literal)}`, hintFor(String(literal), shape.values));
}

const article = (type: Shape['type']): string => (type === 'any' ? 'any value' : `a ${type}`);

/** `{ param: name }` or `{ each: field }`. */
function isReference(node: YamlNode): boolean {
  return isMap(node) && node.items.length === 1 && ['param', 'each'].includes(String((node.items[0]?.key as { value?: unknown })?.value));
}

function readValue(source: Source, node: YamlNode, scope: Scope): Value | undefined {
  if (!isReference(node)) return { literal: source.json(node) };
  const [entry] = source.entries(node, 'a reference');
  const name = source.text(entry?.value, entry?.key ?? 'reference');
  if (!entry || name === undefined) return undefined;
  if (entry.key === 'param') {
    if (!scope.params.has(name))
      source.problem(
        entry.value,
        `there is no parameter "${name}"`,
        scope.params.size > 0 ? hintFor(name, [...scope.params.keys()]) : 'declare it under "params:"',
      );
    scope.usedParams.add(name);
    return { param: name };
  }
  if (!scope.each) {
    source.problem(entry.value, '"each" has a meaning only under forEach');
    return undefined;
  }
  const path = splitPath(name);
  const found = path ? shapeAt(scope.each, path) : undefined;
  if (!found?.shape) source.problem(entry.value, `the subject has no "${name}"`, hintFor(name, Object.keys(scope.each.fields)));
  return { each: name };
}

const optional = <K extends string, V>(key: K, value: V | undefined): { [P in K]?: V } => (value === undefined ? {} : ({ [key]: value } as { [P in K]?: V }));
