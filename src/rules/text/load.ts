/** Text of a rule file → the rule, or every mistake in it with its line. */
import { isMap, isScalar } from 'yaml';
import type { Kind } from '../../facts/kind.ts';
import { kinds } from '../../kinds/kinds.ts';
import { type Reference, severities } from '../../verdicts/report.ts';
import { type ForEach, idPattern, type Param, type Problem, type Rule, type StepTemplate } from '../rule.ts';
import { readExpect, readItems, type Scope } from './read-items.ts';
import { Source, type YamlNode } from './source.ts';
import { hintFor } from './suggest.ts';

const ruleKeys = ['id', 'title', 'severity', 'profiles', 'why', 'controls', 'references', 'formerly', 'params', 'forEach', 'when', 'check', 'remedy'] as const;
const required = ['id', 'title', 'severity', 'why', 'check'] as const;

/** The acting word of each remedy step, with the fields that may stand beside it. */
const stepKeys: Readonly<Record<string, readonly string[]>> = {
  write: ['content', 'mode'],
  chmod: ['mode'],
  chown: ['owner'],
  link: ['to'],
  remove: [],
  run: [],
  manual: [],
  verify: [],
};

export type Loaded = { readonly rule: Rule; readonly problems: readonly [] } | { readonly rule?: never; readonly problems: readonly Problem[] };

/**
 * Reads one rule. `file` is the path shown in messages; `idFromPath` the id that
 * the file's place in its pack gives, when it has one.
 */
export function loadRule(file: string, text: string, idFromPath?: string): Loaded {
  const source = new Source(file, text);
  if (source.problems.length > 0) return { problems: source.problems };
  const top = source.fields(source.root, 'a rule', ruleKeys);
  for (const key of required) if (!top.has(key)) source.problem(source.root, `a rule needs "${key}"`);
  const get = <T>(key: (typeof ruleKeys)[number], read: (node: YamlNode) => T): T | undefined => (top.has(key) ? read(top.get(key)) : undefined);

  const id = get('id', (n) => readId(source, n, idFromPath)) ?? '';
  const params = get('params', (n) => readParams(source, n)) ?? {};
  const scope: Scope = { kinds, params: new Set(Object.keys(params)), usedParams: new Set() };
  const forEach = get('forEach', (n) => readForEach(source, n, scope));
  const inner: Scope = forEach?.kind.find ? { ...scope, each: forEach.kind.find.shape } : scope;
  const rule: Rule = {
    id,
    title: get('title', (n) => source.text(n, 'title')) ?? '',
    severity: get('severity', (n) => source.word(n, 'severity', severities)) ?? 'medium',
    why: get('why', (n) => source.text(n, 'why')) ?? '',
    profiles: get('profiles', (n) => source.texts(n, 'profiles')) ?? [],
    controls: get('controls', (n) => source.texts(n, 'controls')) ?? [],
    references: get('references', (n) => readReferences(source, n)) ?? [],
    formerly: get('formerly', (n) => source.texts(n, 'formerly')) ?? [],
    params,
    ...(forEach ? { forEach: forEach.forEach } : {}),
    when: get('when', (n) => readItems(source, n, 'when', inner)) ?? [],
    check: get('check', (n) => readItems(source, n, 'check', inner)) ?? [],
    remedy: get('remedy', (n) => readSteps(source, n, inner)) ?? [],
    at: { path: file, line: 1 },
  };
  for (const name of Object.keys(params))
    if (!scope.usedParams.has(name)) source.problem(top.get('params'), `parameter "${name}" is not used`, `use it as { param: ${name} }, or take it away`);
  return source.problems.length > 0 ? { problems: source.problems } : { rule, problems: [] };
}

function readId(source: Source, node: YamlNode, idFromPath: string | undefined): string | undefined {
  const id = source.text(node, 'id');
  if (id === undefined) return undefined;
  if (!idPattern.test(id)) source.problem(node, `"${id}" is no rule id`, 'dotted and lower case, such as podman.api.service-timeout');
  else if (idFromPath !== undefined && id !== idFromPath)
    source.problem(node, `the id says "${id}", the path says "${idFromPath}"`, 'the path of a rule file is its id');
  return id;
}

function readParams(source: Source, node: YamlNode): Record<string, Param> {
  const params: Record<string, Param> = {};
  for (const { key, value } of source.entries(node, 'params')) {
    const fields = source.fields(value, `parameter "${key}"`, ['default', 'describe']);
    if (!fields.has('default')) source.problem(value, `parameter "${key}" needs a default`);
    params[key] = { default: source.json(fields.get('default')), describe: (fields.has('describe') && source.text(fields.get('describe'), 'describe')) || '' };
  }
  return params;
}

function readForEach(source: Source, node: YamlNode, scope: Scope): { forEach: ForEach; kind: Kind } | undefined {
  const findable = kinds.filter((k) => k.find);
  const named = (name: string, at: YamlNode): Kind | undefined => {
    const kind = findable.find((k) => k.name === name);
    if (!kind)
      source.problem(
        at,
        `forEach cannot range over "${name}"`,
        hintFor(
          name,
          findable.map((k) => k.name),
        ),
      );
    return kind;
  };
  if (isScalar(node)) {
    const kind = named(String(node.value), node);
    return kind ? { kind, forEach: { kind: kind.name, filter: [], at: source.at(node) } } : undefined;
  }
  const entries = source.entries(node, 'forEach');
  const [entry] = entries;
  if (!entry || entries.length > 1) {
    source.problem(node, 'forEach names exactly one kind');
    return undefined;
  }
  const kind = named(entry.key, entry.keyNode);
  if (!kind?.find) return undefined;
  const all = isScalar(entry.value) && entry.value.value === 'all';
  const filter = all ? [] : readExpect(source, entry.value, kind.find.shape, { ...scope, each: kind.find.shape }, entry.keyNode, 'the filter');
  return { kind, forEach: { kind: kind.name, filter, at: source.at(entry.keyNode) } };
}

function readReferences(source: Source, node: YamlNode): Reference[] {
  return source.items(node, 'references').flatMap((item) => {
    if (!isMap(item)) {
      const title = source.text(item, 'a reference');
      return title ? [{ title }] : [];
    }
    const fields = source.fields(item, 'a reference', ['title', 'url']);
    const title = source.text(fields.get('title') ?? item, 'title of a reference');
    const url = fields.has('url') ? source.text(fields.get('url'), 'url') : undefined;
    return title ? [{ title, ...(url ? { url } : {}) }] : [];
  });
}

function readSteps(source: Source, node: YamlNode, scope: Scope): StepTemplate[] {
  return source.items(node, 'remedy').flatMap((item) => {
    const entries = source.entries(item, 'a remedy step');
    const acts = entries.filter((e) => Object.hasOwn(stepKeys, e.key));
    const [act, second] = acts;
    if (!act || second) {
      source.problem(item, 'a remedy step does exactly one thing', `one of: ${Object.keys(stepKeys).join(', ')}`);
      return [];
    }
    const names = [act.key, ...(stepKeys[act.key] ?? []), 'needs', 'note'];
    for (const { key, keyNode, value } of entries) {
      if (!names.includes(key)) source.problem(keyNode, `unknown key "${key}" in a ${act.key} step`, hintFor(key, names));
      if (key === 'needs') source.word(value, 'needs', ['root', 'user']);
    }
    for (const key of stepKeys[act.key] ?? []) {
      if (key !== 'mode' || act.key === 'chmod') if (!entries.some((e) => e.key === key)) source.problem(item, `a ${act.key} step needs "${key}"`);
    }
    noteReferences(source, item, scope);
    return [source.json(item) as StepTemplate];
  });
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
  if (!scope.params.has(name)) source.problem(node, `there is no parameter "${name}"`, hintFor(name, [...scope.params]));
  scope.usedParams.add(name);
}
