/** What k3d takes in a config file (k3d-io/k3d pkg/config/v1alpha5/schema.json and its forerunner v1alpha4). Pure. */
import type { Where } from '../fact.ts';
import { placed, type TextNode } from '../text/node.ts';
import { isNodeFilter } from './node-filters.ts';

type Rule = 'string' | 'number' | 'boolean' | 'any' | { readonly list: Rule } | { readonly map: Readonly<Record<string, Rule>> } | 'filters';

const filtered = (field: string): Rule => ({ list: { map: { [field]: 'string', nodeFilters: 'filters' } } });

/** v1alpha5; what v1alpha4 lacks is left to k3d, which migrates before it checks. */
const simple: Rule = {
  map: {
    apiVersion: 'string',
    kind: 'string',
    metadata: { map: { name: 'string' } },
    servers: 'number',
    agents: 'number',
    kubeAPI: { map: { host: 'string', hostIP: 'string', hostPort: 'string' } },
    image: 'string',
    network: 'string',
    subnet: 'string',
    token: 'string',
    volumes: filtered('volume'),
    ports: filtered('port'),
    env: filtered('envVar'),
    manifests: { list: { map: { name: 'string', manifest: 'string' } } },
    files: { list: { map: { description: 'string', source: 'string', destination: 'string', nodeFilters: 'filters' } } },
    hostAliases: { list: { map: { ip: 'string', hostnames: { list: 'string' } } } },
    registries: {
      map: {
        create: {
          map: {
            name: 'string',
            host: 'string',
            hostPort: 'string',
            image: 'string',
            proxy: { map: { remoteURL: 'string', username: 'string', password: 'string' } },
            volumes: { list: 'string' },
          },
        },
        use: { list: 'string' },
        config: 'string',
      },
    },
    options: {
      map: {
        k3d: {
          map: {
            wait: 'boolean',
            timeout: 'any',
            disableLoadbalancer: 'boolean',
            disableImageVolume: 'boolean',
            disableRollback: 'boolean',
            loadbalancer: { map: { configOverrides: { list: 'string' } } },
          },
        },
        k3s: { map: { extraArgs: filtered('arg'), nodeLabels: filtered('label') } },
        kubeconfig: { map: { updateDefaultKubeconfig: 'boolean', switchCurrentContext: 'boolean' } },
        runtime: {
          map: {
            gpuRequest: 'string',
            serversMemory: 'string',
            agentsMemory: 'string',
            hostPidMode: 'boolean',
            labels: filtered('label'),
            ulimits: { list: { map: { name: 'string', soft: 'number', hard: 'number' } } },
          },
        },
      },
    },
  },
};

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

/** What k3d refuses or passes over in a file of v1alpha4 or v1alpha5. Older ones are checked after migration, which k3d does itself. */
export function schemaProblems(root: TextNode, path: string, version: number | undefined): SchemaProblem[] {
  const problems: SchemaProblem[] = [];
  const tell: Tell = (said, node) => void problems.push({ said, where: placed(path, node.at) });
  if (version === undefined) tell('apiVersion is none that k3d knows: k3d.io/v1alpha2 to v1alpha5', root);
  const kind = root.is === 'map' ? root.entries.findLast((e) => e.key.toLowerCase() === 'kind') : undefined;
  if (kind?.value.is !== 'scalar' || kind.value.value !== 'Simple') tell('kind is not Simple', kind ?? root);
  if (version !== undefined && version < 4) return problems;
  check(root, simple, '', tell);
  return problems;
}

type Tell = (said: string, node: { at: { line: number; column: number } }) => void;

function check(node: TextNode, rule: Rule, path: string, tell: Tell): void {
  // An empty value is no value.
  if (rule === 'any' || (node.is === 'scalar' && node.value === null)) return;
  if (rule === 'filters') return void checkFilters(node, path, tell);
  if (typeof rule === 'string') {
    const type = node.is === 'scalar' ? (node.type === 'integer' || node.type === 'float' ? 'number' : node.type) : node.is;
    if (type !== rule) tell(`${path} is a ${type}, where k3d wants a ${rule}${rule === 'string' ? ': put it in quotes' : ''}`, node);
    return;
  }
  if ('list' in rule) {
    if (node.is !== 'list') return void tell(`${path} is no list`, node);
    for (const [at, item] of node.items.entries()) check(item, rule.list, `${path}[${at}]`, tell);
    return;
  }
  if (node.is !== 'map') return void tell(`${path || 'the file'} holds no keys`, node);
  for (const { key, at, value } of node.entries) {
    // viper compares keys without regard to case.
    const known = Object.keys(rule.map).find((k) => k.toLowerCase() === key.toLowerCase());
    const full = path ? `${path}.${key}` : key;
    if (known === undefined) tell(`${full} is no key that k3d knows`, { at });
    else check(value, rule.map[known] as Rule, full, tell);
  }
}

function checkFilters(node: TextNode, path: string, tell: Tell): void {
  if (node.is !== 'list') return void tell(`${path} is no list`, node);
  for (const item of node.items) {
    const text = item.is === 'scalar' ? String(item.value) : '';
    if (!isNodeFilter(text)) tell(`${path} holds ${text || 'something'}, which is no node filter such as server:0, agent:* or all`, item);
  }
}
