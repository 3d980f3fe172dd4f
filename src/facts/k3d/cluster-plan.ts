/** What a k3d config file or command line asks for, in one form, with the place of each value. */
import { FactBuilder, type Json, type Known, type Unknown, type Where } from '../fact.ts';
import { boolean, list, map, number, record, string } from '../shape.ts';
import { gateReaches, isNodeFilter, type NodeArg } from './node-filters.ts';

export interface Traced<T> {
  readonly value: T;
  readonly where: Where;
}

export interface ClusterPlan {
  readonly id: string;
  readonly source: 'file' | 'command';
  readonly does: 'cluster-create' | 'registry-create';
  readonly at: Where;
  readonly apiVersion?: Traced<string>;
  readonly name?: Traced<string>;
  readonly servers?: Traced<number>;
  readonly agents?: Traced<number>;
  readonly network?: Traced<string>;
  readonly subnet?: Traced<string>;
  readonly image?: Traced<string>;
  readonly apiHost?: Traced<string>;
  /** `registries.create` or `--registry-create`. */
  readonly registryCreate?: Traced<boolean>;
  readonly registryUse: readonly Traced<string>[];
  /** Network of `k3d registry create`; unset means k3d's default, bridge. */
  readonly registryNetwork?: Traced<string>;
  readonly args: readonly Traced<NodeArg>[];
  readonly volumes: readonly Traced<string>[];
  readonly config?: Traced<string>;
  readonly sudo?: { readonly keeps: readonly string[]; readonly where: Where };
  /** Variables that the script sets for the command. */
  readonly exports: ReadonlyMap<string, Traced<string>>;
  /** Fields whose value cannot be told; the empty name is everything. */
  readonly gaps: ReadonlyMap<string, Unknown>;
  readonly notes: readonly { readonly path: string; readonly said: string; readonly where: Where }[];
}

const scalarFields = ['apiVersion', 'name', 'network', 'subnet', 'image', 'apiHost', 'config'] as const;

export const clusterShape = record({
  id: string('the key of the subject'),
  source: string('whether a config file or a command line', ['file', 'command']),
  does: string('what is created', ['cluster-create', 'registry-create']),
  path: string('the file'),
  line: number('the line of the command'),
  apiVersion: string('apiVersion of a config file'),
  name: string('name of the cluster or registry, without the prefix k3d-'),
  servers: number('server nodes; 1 when unset'),
  agents: number('agent nodes; 0 when unset'),
  network: string('an existing network that the cluster joins; unset when k3d makes its own'),
  joins: string('what that network is: its own, an engine default, the host, or one that somebody made', ['own', 'default', 'host', 'custom']),
  subnet: string('the subnet asked for'),
  image: string('the K3s image'),
  apiHost: string('host of the API in the kubeconfig; 0.0.0.0 when unset'),
  config: string('the config file that a command line names'),
  registries: record({
    create: boolean('whether k3d is to create a registry with the cluster'),
    use: list(string('name of a registry'), 'registries that the cluster uses'),
    network: string('network of a registry created by itself; bridge when unset'),
  }),
  extraArgs: list(
    record({
      arg: string('argument for K3s'),
      filters: list(string('node filter'), 'nodes that get it; none means all'),
      valid: boolean('whether k3d accepts every filter'),
    }),
    'arguments for K3s',
  ),
  kubeletUserns: record({
    servers: boolean('whether every server kubelet gets KubeletInUserNamespace=true'),
    agents: boolean('whether every agent kubelet gets it; true without agents'),
  }),
  volumes: list(string('[source:]destination'), 'volumes of the nodes'),
  sudo: record({
    used: boolean('whether sudo starts k3d'),
    keepsEngine: boolean('whether that sudo is told to keep DOCKER_HOST and DOCKER_SOCK'),
    keeps: list(string('variable'), 'variables it is told to keep'),
  }),
  exports: map(string('value'), 'variables that the script sets for the command'),
});

/** The fact of one plan. */
export function clusterFact(plan: ClusterPlan): Known {
  const fact = new FactBuilder().consulted(plan.at);
  fact
    .set('id', plan.id, plan.at)
    .set('source', plan.source, plan.at)
    .set('does', plan.does, plan.at)
    .set('path', plan.at.path, plan.at)
    .set('line', plan.at.line, plan.at);
  for (const field of scalarFields) setTraced(fact, [field], plan[field], plan.at);
  setTraced(fact, ['servers'], plan.servers ?? { value: 1, where: { ...plan.at, said: 'not set: 1 server' } }, plan.at);
  setTraced(fact, ['agents'], plan.agents ?? { value: 0, where: { ...plan.at, said: 'not set: no agents' } }, plan.at);
  if (plan.does === 'cluster-create') fact.set('joins', joins(plan.network?.value), plan.network?.where ?? { ...plan.at, said: 'no network given' });
  setRegistries(fact, plan);
  setArgs(fact, plan);
  fact.set(
    'volumes',
    plan.volumes.map((v) => v.value),
    ...places(plan.volumes, plan.at),
  );
  const keeps = plan.sudo?.keeps ?? [];
  fact.set(['sudo', 'used'], plan.sudo !== undefined, plan.sudo?.where ?? plan.at).set(['sudo', 'keeps'], keeps, plan.sudo?.where ?? plan.at);
  fact.set(['sudo', 'keepsEngine'], keeps.includes('*') || (keeps.includes('DOCKER_HOST') && keeps.includes('DOCKER_SOCK')), plan.sudo?.where ?? plan.at);
  fact.set('exports', {}, plan.at);
  for (const [name, { value, where }] of plan.exports) fact.set(['exports', name], value, where);
  for (const { path, said, where } of plan.notes) fact.note(path.split('.'), said, where);
  for (const [field, why] of plan.gaps) for (const path of gapPaths(field)) fact.gap(path, why);
  return fact.build();
}

/** A field that cannot be told takes with it what is derived from it. */
function gapPaths(field: string): (string | string[])[] {
  if (field === 'network') return ['network', 'joins'];
  if (field === 'args') return ['extraArgs', 'kubeletUserns'];
  if (field === 'servers' || field === 'agents') return [field, ['kubeletUserns', field]];
  return [field.includes('.') ? field.split('.') : field];
}

function setTraced(fact: FactBuilder, path: readonly string[], traced: Traced<Json> | undefined, at: Where): void {
  if (traced) fact.set(path, traced.value, traced.where);
  else fact.at(path, at);
}

function setRegistries(fact: FactBuilder, plan: ClusterPlan): void {
  fact.set(['registries', 'create'], plan.registryCreate?.value ?? false, plan.registryCreate?.where ?? plan.at);
  fact.set(
    ['registries', 'use'],
    plan.registryUse.map((u) => u.value),
    ...places(plan.registryUse, plan.at),
  );
  if (plan.does === 'registry-create')
    fact.set(
      ['registries', 'network'],
      plan.registryNetwork?.value ?? 'bridge',
      plan.registryNetwork?.where ?? { ...plan.at, said: 'no --default-network: bridge' },
    );
}

function setArgs(fact: FactBuilder, plan: ClusterPlan): void {
  const args = plan.args.map((a) => a.value);
  const where = places(plan.args, plan.at);
  fact.set(
    'extraArgs',
    args.map(({ arg, filters }) => ({ arg, filters, valid: filters.every(isNodeFilter) })),
    ...where,
  );
  for (const [index, a] of plan.args.entries()) fact.at(['extraArgs', String(index)], a.where);
  const agents = plan.agents?.value ?? 0;
  fact.set(['kubeletUserns', 'servers'], gateReaches(args, 'server', plan.servers?.value ?? 1), ...where);
  fact.set(['kubeletUserns', 'agents'], agents === 0 || gateReaches(args, 'agent', agents), ...where, ...(plan.agents ? [plan.agents.where] : []));
}

const places = (traced: readonly Traced<unknown>[], at: Where): Where[] => (traced.length > 0 ? traced.map((t) => t.where) : [at]);

/** `podman` and `bridge` are the default network of the engine, which has no DNS. */
function joins(network: string | undefined): string {
  if (network === undefined || network === '') return 'own';
  if (network === 'podman' || network === 'bridge') return 'default';
  return network === 'host' ? 'host' : 'custom';
}
