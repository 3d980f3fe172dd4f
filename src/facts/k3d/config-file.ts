/** k3d config files (kind Simple, v1alpha2 to v1alpha5; k3d pkg/config/v1alpha5/types.go and its forerunners). */
import type { Unknown, Where } from '../fact.ts';
import { entry, placed, type TextEntry, type TextNode } from '../text/node.ts';
import { parseYaml } from '../text/yaml.ts';
import type { ClusterPlan, Traced } from './cluster-plan.ts';
import type { NodeArg } from './node-filters.ts';
import { expands, schemaProblems, schemaVersion } from './schema-check.ts';

/** Whether a text is meant as a k3d config file, even when it does not parse. */
export const looksLikeK3dConfig = (text: string): boolean => /^[ \t]*["']?apiVersion["']?[ \t]*:[ \t]*["']?k3d\.io\//m.test(text);

/** The plan in a config file. A file that is no YAML or no map is a plan of which nothing is known. */
export function configPlan(text: string, path: string): ClusterPlan {
  const id = `k3d-config:${path}`;
  const parsed = parseYaml(text);
  if (parsed.is === 'broken')
    return unreadable(id, { path, line: parsed.problem.line, column: parsed.problem.column }, `${path} is no YAML: ${parsed.problem.message}`);
  if (parsed.root.is !== 'map') return unreadable(id, placed(path, parsed.root.at), `${path} holds no mapping`);
  return new ConfigReader(parsed.root, path).plan(id);
}

function unreadable(id: string, at: Where, said: string): ClusterPlan {
  const why: Unknown = { is: 'unknown', why: 'unparsable', said, where: [at] };
  return emptyPlan(id, at, new Map([['', why]]));
}

function emptyPlan(id: string, at: Where, gaps: ReadonlyMap<string, Unknown>): ClusterPlan {
  return { id, source: 'file', does: 'cluster-create', at, registryUse: [], args: [], volumes: [], exports: new Map(), gaps, notes: [] };
}

class ConfigReader {
  readonly #root: TextNode;
  readonly #path: string;
  readonly #gaps = new Map<string, Unknown>();
  readonly #notes: ClusterPlan['notes'][number][] = [];

  constructor(root: TextNode, path: string) {
    this.#root = root;
    this.#path = path;
  }

  plan(id: string): ClusterPlan {
    const apiVersion = this.#text(['apiVersion'], 'apiVersion');
    const texts = {
      apiVersion,
      name: this.#text(['metadata', 'name'], 'name') ?? this.#text(['name'], 'name'),
      network: this.#text(['network'], 'network'),
      subnet: this.#text(['subnet'], 'subnet'),
      image: this.#text(['image'], 'image'),
      apiHost: this.#text(['kubeAPI', 'host'], 'apiHost') ?? this.#text(['kubeAPI', 'hostIP'], 'apiHost'),
    };
    const api = this.#text(['kubeAPI', 'hostIP'], 'apiBind') ?? this.#text(['exposeAPI', 'hostIP'], 'apiBind');
    const bind = this.#text(['registries', 'create', 'host'], 'registries.bind');
    const more = {
      ...(api ? { apiBind: api } : {}),
      ...(bind ? { registryBind: bind } : {}),
      ...this.#token(),
      ...this.#switch('hostPid', ['options', 'runtime', 'hostPidMode']),
      ...this.#switch('noLoadbalancer', ['options', 'k3d', 'disableLoadbalancer']),
    };
    const counts = { servers: this.#count('servers'), agents: this.#count('agents'), registryCreate: this.#registryCreate() };
    const schema = schemaProblems(this.#root, this.#path, schemaVersion(apiVersion?.value));
    if (schema.open && schema.problems.length === 0)
      this.#gaps.set('problems', { is: 'unknown', why: 'ambiguous', said: `${schema.open.said}, from the environment of k3d`, where: [schema.open.where] });
    const args = [...this.#extraArgs(), ...this.#oldArgs('extraServerArgs', 'server:*'), ...this.#oldArgs('extraAgentArgs', 'agent:*')];
    return {
      ...emptyPlan(id, placed(this.#path, this.#root.at), this.#gaps),
      ...Object.fromEntries(Object.entries({ ...texts, ...counts }).filter(([, v]) => v !== undefined)),
      registryUse: this.#texts(['registries', 'use'], 'registries.use'),
      args,
      volumes: this.#list(['volumes'], 'volumes').flatMap((item) => this.#scalar(entry(item, 'volume')?.value, 'volumes') ?? []),
      ...more,
      problems: schema.problems.map(({ said, where }) => ({ value: said, where })),
      notes: this.#notes,
    };
  }

  /** A token that is one variable and nothing else is no secret. The value itself is not kept. */
  #token(): { token?: Traced<'literal' | 'variable'> } {
    const found = this.#at(['token']);
    const text = found?.value.is === 'scalar' && found.value.value !== null ? String(found.value.value) : '';
    if (!found || text === '') return {};
    const variable = /^\$(?:\{\w+\}|\w+)$/.test(text);
    if (!variable && expands.test(text))
      this.#notes.push({ path: 'token', said: 'k3d takes a $ in it for a variable and fills that in', where: placed(this.#path, found.at) });
    return { token: { value: variable ? 'variable' : 'literal', where: placed(this.#path, found.at) } };
  }

  #switch<K extends string>(field: K, keys: readonly string[]): { readonly [key in K]?: Traced<boolean> } {
    const text = this.#scalar(this.#at(keys)?.value, field);
    return text ? ({ [field]: { value: /^(?:true|True|TRUE|t|T|1)$/.test(text.value), where: text.where } } as { [key in K]: Traced<boolean> }) : {};
  }

  #at(keys: readonly string[]): TextEntry | undefined {
    let found: TextEntry | undefined;
    for (const key of keys) {
      // viper compares keys without regard to case.
      const parent: TextNode | undefined = found ? found.value : this.#root;
      found = entry(parent, key) ?? (parent.is === 'map' ? parent.entries.findLast((e) => e.key.toLowerCase() === key.toLowerCase()) : undefined);
      if (!found) return undefined;
    }
    return found;
  }

  /** A scalar as text. What k3d expands from its environment is a gap. */
  #scalar(node: TextNode | undefined, field: string): Traced<string> | undefined {
    if (node?.is !== 'scalar' || node.value === null) return undefined;
    const text = String(node.value);
    const where = placed(this.#path, node.at);
    if (expands.test(text)) this.#gaps.set(field, { is: 'unknown', why: 'ambiguous', said: `k3d fills ${text} in from its environment`, where: [where] });
    return { value: text, where };
  }

  #text(keys: readonly string[], field: string): Traced<string> | undefined {
    const found = this.#scalar(this.#at(keys)?.value, field);
    return found && found.value !== '' ? found : undefined;
  }

  #count(field: 'servers' | 'agents'): Traced<number> | undefined {
    const found = this.#scalar(this.#at([field])?.value, field);
    if (!found || this.#gaps.has(field)) return undefined;
    if (/^\d{1,6}$/.test(found.value)) return { ...found, value: Number(found.value) };
    this.#gaps.set(field, { is: 'unknown', why: 'unparsable', said: `${field} is ${found.value}, which is no count`, where: [found.where] });
    return undefined;
  }

  #list(keys: readonly string[], field: string): readonly TextNode[] {
    const node = this.#at(keys)?.value;
    if (!node || node.is === 'list' || (node.is === 'scalar' && node.value === null)) return node?.is === 'list' ? node.items : [];
    this.#gaps.set(field, { is: 'unknown', why: 'unparsable', said: `${keys.join('.')} is no list`, where: [placed(this.#path, node.at)] });
    return [];
  }

  #texts(keys: readonly string[], field: string): Traced<string>[] {
    return this.#list(keys, field).flatMap((item) => this.#scalar(item, field) ?? []);
  }

  /** A map (v1alpha3 and later) or a boolean (v1alpha2). */
  #registryCreate(): Traced<boolean> | undefined {
    const found = this.#at(['registries', 'create']);
    if (!found || (found.value.is === 'scalar' && found.value.type === 'null')) return undefined;
    const value = found.value.is === 'scalar' ? found.value.value === true : true;
    return { value, where: placed(this.#path, found.at) };
  }

  #extraArgs(): Traced<NodeArg>[] {
    return this.#list(['options', 'k3s', 'extraArgs'], 'args').flatMap((item) => {
      const arg = this.#scalar(entry(item, 'arg')?.value, 'args');
      const filters = entry(item, 'nodeFilters')?.value;
      if (!arg) return [];
      const names = filters?.is === 'list' ? filters.items.flatMap((f) => this.#scalar(f, 'args')?.value ?? []) : [];
      return [{ value: { arg: arg.value, filters: names }, where: arg.where }];
    });
  }

  #oldArgs(key: string, filter: string): Traced<NodeArg>[] {
    return this.#texts(['options', 'k3s', key], 'args').map((arg) => ({ ...arg, value: { arg: arg.value, filters: [filter] } }));
  }
}
