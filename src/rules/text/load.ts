/** Text of a rule file → the rule, or every mistake in it with its line. */
import { isMap, isScalar } from 'yaml';
import type { Json } from '../../facts/fact.ts';
import type { Kind } from '../../facts/kind.ts';
import { kinds } from '../../kinds/kinds.ts';
import { type Reference, severities } from '../../verdicts/report.ts';
import { type ForEach, type IfNone, type Item, idPattern, isGroup, itemsOf, type Param, type Probe, type Problem, type Rule } from '../rule.ts';
import { readExpect, readItems, readRunning } from './read-items.ts';
import { readSteps } from './read-steps.ts';
import type { Scope } from './scope.ts';
import { Source, type YamlNode } from './source.ts';
import { hintFor } from './suggest.ts';

const ruleKeys = [
  'id',
  'title',
  'failing',
  'severity',
  'profiles',
  'running',
  'why',
  'controls',
  'references',
  'formerly',
  'params',
  'forEach',
  'ifNone',
  'when',
  'check',
  'remedy',
] as const;
const required = ['id', 'title', 'severity', 'why', 'check'] as const;

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
  const scope: Scope = { kinds, params: new Map(Object.entries(params).map(([name, p]) => [name, p.default])), usedParams: new Set(), drawn: [] };
  const forEach = get('forEach', (n) => readForEach(source, n, scope));
  const inner: Scope = forEach?.kind.find ? { ...scope, each: forEach.kind.find.shape } : scope;
  const ifNone = get('ifNone', (n) => readIfNone(source, n, forEach !== undefined, scope));
  const failing = get('failing', (n) => source.text(n, 'failing'));
  // Where there is no subject, only a `when` that does without one can be judged.
  // Where there is no subject, only a `when` that does without one can be judged.
  const when = get('when', (n) => readItems(source, n, 'when', ifNone?.outcome === 'unknown' ? scope : inner)) ?? [];
  const check = get('check', (n) => readItems(source, n, 'check', inner)) ?? [];
  const remedy = get('remedy', (n) => readSteps(source, n, inner, [...probesOf(check), ...probesOf(when)])) ?? { steps: [], learn: [] };
  const rule: Rule = {
    id,
    title: get('title', (n) => source.text(n, 'title')) ?? '',
    ...(failing === undefined ? {} : { failing }),
    severity: get('severity', (n) => source.word(n, 'severity', severities)) ?? 'medium',
    why: get('why', (n) => source.text(n, 'why')) ?? '',
    profiles: get('profiles', (n) => source.texts(n, 'profiles')) ?? [],
    ...whereRunning(get('running', (n) => readRunning(source, n))),
    controls: get('controls', (n) => source.texts(n, 'controls')) ?? [],
    references: get('references', (n) => readReferences(source, n)) ?? [],
    formerly: get('formerly', (n) => source.texts(n, 'formerly')) ?? [],
    params,
    ...(forEach ? { forEach: forEach.forEach } : {}),
    ...(ifNone ? { ifNone } : {}),
    when,
    check,
    remedy: remedy.steps,
    learn: remedy.learn,
    at: { path: file, line: 1 },
  };
  const asked = itemsOf(rule).flatMap(kindsIn);
  for (const { kind, at } of scope.drawn ?? [])
    if (!asked.includes(kind))
      source.problem(at, `the rule does not ask "${kind}", of which this sentence speaks`, `it asks: ${[...new Set(asked)].join(', ')}`);
  for (const name of Object.keys(params))
    if (!scope.usedParams.has(name)) source.problem(top.get('params'), `parameter "${name}" is not used`, `use it as { param: ${name} }, or take it away`);
  return source.problems.length > 0 ? { problems: source.problems } : { rule, problems: [] };
}

const kindsIn = (item: Item): string[] => (isGroup(item) ? item.items.flatMap(kindsIn) : [item.kind]);
const probesOf = (items: readonly Item[]): readonly Probe[] => items.flatMap((item) => (isGroup(item) ? probesOf(item.items) : [item]));

function readId(source: Source, node: YamlNode, idFromPath: string | undefined): string | undefined {
  const id = source.text(node, 'id');
  if (id === undefined) return undefined;
  if (!idPattern.test(id)) source.problem(node, `"${id}" is no rule id`, 'dotted and lower case, such as podman.api.service-timeout');
  else if (idFromPath !== undefined && id !== idFromPath)
    source.problem(node, `the id says "${id}", the path says "${idFromPath}"`, 'the path of a rule file is its id');
  return id;
}

const whereRunning = (running: boolean | undefined): Pick<Rule, 'running'> => (running === undefined ? {} : { running });

function readParams(source: Source, node: YamlNode): Record<string, Param> {
  const params: Record<string, Param> = {};
  for (const { key, value } of source.entries(node, 'params')) {
    const fields = source.fields(value, `parameter "${key}"`, ['default', 'describe', 'stricter']);
    if (!fields.has('default')) source.problem(value, `parameter "${key}" needs a default`);
    const stricter = fields.has('stricter') ? readStricter(source, fields.get('stricter')) : undefined;
    params[key] = {
      default: source.json(fields.get('default')),
      describe: (fields.has('describe') && source.text(fields.get('describe'), 'describe')) || '',
      ...(stricter ? { stricter } : {}),
    };
  }
  return params;
}

/** `more`, `less`, or the values from the mildest to the strictest. */
function readStricter(source: Source, node: YamlNode): Param['stricter'] {
  if (isScalar(node)) return source.word(node, 'stricter', ['more', 'less'] as const);
  const values = source.json(node);
  if (Array.isArray(values)) return values as readonly Json[];
  source.problem(node, 'stricter must be more, less, or a list from the mildest value to the strictest');
  return undefined;
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

/** `unknown`, `{ unknown: why and what to do, severity: medium, when: [item, …] }`, or `{ not-applicable: what is not here }`. */
function readIfNone(source: Source, node: YamlNode, ranges: boolean, scope: Scope): IfNone | undefined {
  if (!ranges) source.problem(node, '"ifNone" has a meaning only beside forEach');
  if (isScalar(node)) {
    const outcome = source.word(node, 'ifNone', ['unknown'] as const);
    return outcome && { outcome, when: [] };
  }
  const fields = source.fields(node, 'ifNone', ['unknown', 'not-applicable', 'severity', 'when']);
  if (fields.has('not-applicable')) {
    if (fields.size > 1) source.problem(node, '"not-applicable" stands alone in ifNone');
    const said = source.text(fields.get('not-applicable'), 'not-applicable');
    return { outcome: 'not-applicable', when: [], ...(said ? { say: said } : {}) };
  }
  if (!fields.has('unknown')) source.problem(node, 'ifNone needs "unknown"', 'ifNone: { unknown: why, and what to do }');
  const say = fields.has('unknown') ? source.text(fields.get('unknown'), 'unknown') : undefined;
  const severity = fields.has('severity') ? source.word(fields.get('severity'), 'severity', severities) : undefined;
  const when = fields.has('when') ? readItems(source, fields.get('when'), 'when', scope) : [];
  return { outcome: 'unknown', when, ...(say ? { say } : {}), ...(severity ? { severity } : {}) };
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
