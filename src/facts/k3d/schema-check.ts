/** What k3d refuses or passes over in a config file. Pure. Held against k3d itself in test/facts/k3d/schema.test.ts. */
import type { Where } from '../fact.ts';
import { type MapNode, placed, type TextNode } from '../text/node.ts';
import { type Keys, type Rule, simple, type Word } from './config-schema.ts';
import { isNodeFilter } from './node-filters.ts';

export interface SchemaProblem {
  readonly said: string;
  readonly where: Where;
}

const versions = /^k3d\.io\/v1alpha([2-5])$/;

/** The number N of `k3d.io/v1alphaN`; undefined for what k3d does not know. */
export const schemaVersion = (apiVersion: string | undefined): number | undefined => {
  const n = versions.exec(apiVersion ?? '')?.[1];
  return n === undefined ? undefined : Number(n);
};

/** k3d runs Go's os.ExpandEnv over the whole file before it parses it (cmd/util/config/config.go). */
export const expands = /\$(?:[A-Za-z0-9_{*#$@!?-])/;

export interface SchemaAnswer {
  readonly problems: readonly SchemaProblem[];
  /** A value whose type a variable decides. */
  readonly open?: SchemaProblem;
}

/** What k3d refuses or passes over in a file of v1alpha4 or v1alpha5. Older ones have schemas of their own, which are not known here. */
export function schemaProblems(root: TextNode, path: string, version: number | undefined): SchemaAnswer {
  const problems: SchemaProblem[] = [];
  const open: SchemaProblem[] = [];
  const tell: Tell = (said, node, undecided) => void (undecided ? open : problems).push({ said, where: placed(path, node.at) });
  if (version === undefined) tell('apiVersion is none that k3d knows: k3d.io/v1alpha2 to v1alpha5', root);
  const kind = root.is === 'map' ? root.entries.findLast((e) => e.key === 'kind') : undefined;
  if (kind?.value.is !== 'scalar' || kind.value.value !== 'Simple') tell('kind is not Simple', kind ?? root);
  if (version === undefined || version >= 4) check(root, simple(version ?? 5), '', tell);
  return { problems, ...(open[0] ? { open: open[0] } : {}) };
}

type Tell = (said: string, node: { at: { line: number; column: number } }, undecided?: true) => void;

function check(node: TextNode, rule: Rule, path: string, tell: Tell): void {
  if (rule === 'any') return;
  if (typeof rule === 'string' && rule !== 'filters') return void checkScalar(node, rule, path, tell);
  const wanted = rule === 'filters' || 'list' in rule ? 'list' : 'map';
  if (node.is === 'scalar' && typeof node.value === 'string' && expands.test(node.value)) return void tell(`a variable decides what ${path} is`, node, true);
  if (node.is === 'scalar' && node.value === null && path) return void tell(`${path} is empty, which k3d refuses: leave the key out`, node);
  if (node.is !== wanted) return void tell(wanted === 'list' ? `${path} is no list` : `${path || 'the file'} holds no keys`, node);
  if (node.is === 'map') return void checkKeys(node, rule as Keys, path, tell);
  if (node.is !== 'list') return;
  if (rule === 'filters') return void checkFilters(node.items, path, tell);
  for (const [at, item] of node.items.entries()) check(item, (rule as { list: Rule }).list, `${path}[${at}]`, tell);
}

function checkKeys(node: MapNode, rule: Keys, path: string, tell: Tell): void {
  const seen = new Set<string>();
  for (const { key, at, value } of node.entries) {
    const full = path ? `${path}.${key}` : key;
    if (seen.has(key)) tell(`${full} is given twice, which k3d refuses`, { at });
    seen.add(key);
    if (Object.hasOwn(rule.map, key)) check(value, rule.map[key] as Rule, full, tell);
    // Past the schema, which compares exactly, keys are compared without regard to case.
    else if (!rule.open || !Object.keys(rule.map).some((k) => k.toLowerCase() === key.toLowerCase()))
      tell(`${full} is no key that k3d knows${rule.open ? ': it passes over it' : ''}`, { at });
  }
  for (const key of rule.wants ?? []) if (!seen.has(key)) tell(`${path} lacks ${key}`, node);
}

const nouns: Readonly<Record<Word, string>> = {
  string: 'string',
  hostname: 'host name',
  ipv4: 'IPv4 address',
  number: 'number',
  count: 'number',
  positive: 'number',
  boolean: 'boolean',
};

function checkScalar(node: TextNode, rule: Word, path: string, tell: Tell): void {
  const type = node.is === 'scalar' ? (node.type === 'integer' || node.type === 'float' ? 'number' : node.type) : node.is;
  const text = rule === 'string' || rule === 'hostname' || rule === 'ipv4';
  const wanted = text ? 'string' : rule === 'boolean' ? 'boolean' : 'number';
  const value = node.is === 'scalar' ? node.value : null;
  if (typeof value === 'string' && expands.test(value)) return void (text || tell(`a variable decides what ${path} is`, node, true));
  if (type === 'null') return void tell(`${path} is empty, which k3d refuses: leave the key out`, node);
  if (type !== wanted) return void tell(`${path} is a ${type}, where k3d wants a ${wanted}${text ? ': put it in quotes' : ''}`, node);
  if ((rule === 'hostname' && !hostname.test(String(value))) || (rule === 'ipv4' && !ipv4.test(String(value))))
    tell(`${path} is ${String(value)}, which is no ${nouns[rule]}`, node);
  const least = rule === 'positive' ? 1 : rule === 'count' ? 0 : undefined;
  if (least !== undefined && Number(value) < least) tell(`${path} is ${String(value)}, and the least is ${least}`, node);
}

/** The formats of JSON schema as k3d's library has them. */
const label = '[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?';
const hostname = new RegExp(`^(?=.{1,255}$)${label}(?:\\.${label})*$`);
const ipv4 = /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?!$)|$)){4}$/;

function checkFilters(items: readonly TextNode[], path: string, tell: Tell): void {
  for (const item of items) {
    const text = item.is === 'scalar' ? String(item.value) : '';
    if (expands.test(text)) tell(`a variable decides what ${path} holds`, item, true);
    else if (!isNodeFilter(text)) tell(`${path} holds ${text || 'something'}, which is no node filter such as server:0, agent:* or all`, item);
  }
}
