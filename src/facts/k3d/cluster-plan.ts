/** What a k3d config file or command line asks for, in one form, with the place of each value. */
import type { Account } from '../ask.ts';
import { FactBuilder, type Json, type Known, type Unknown, type Where } from '../fact.ts';
import { met, metInWords } from '../host/path-list.ts';
import { boolean, list, map, number, record, string } from '../shape.ts';
import { imageForm } from './image-form.ts';
import { volumeMount } from './mounts.ts';
import { gateReaches, gateWithoutFilter, isNodeFilter, type NodeArg } from './node-filters.ts';

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
  /** The address on which the API is published: `kubeAPI.hostIP` or the host of `--api-port`. */
  readonly apiBind?: Traced<string>;
  /** The address of a registry that it creates: `registries.create.host`, `--registry-create NAME:HOST:PORT`, `--port HOST:PORT`. */
  readonly registryBind?: Traced<string>;
  /** How the cluster token is given; the token itself is never kept. */
  readonly token?: Traced<'literal' | 'variable'>;
  readonly hostPid?: Traced<boolean>;
  /** `disableLoadbalancer` or --no-lb. The load balancer is a node like the others. */
  readonly noLoadbalancer?: Traced<boolean>;
  /** What k3d refuses or passes over in a config file; undefined for a command line. */
  readonly problems?: readonly Traced<string>[];
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
  apiBind: string('address on which the API is published; 0.0.0.0 when unset'),
  imageForm: string('how the image is named; default when it is left to k3d', ['digest', 'version', 'channel', 'floating', 'invalid', 'default']),
  token: string('how the cluster token is given; unset when k3d makes one up', ['literal', 'variable']),
  hostPid: boolean('whether nodes share the process ids of the host'),
  problems: list(string('what is wrong'), 'what k3d refuses or passes over in a config file; unset for a command line'),
  config: string('the config file that a command line names'),
  registries: record({
    create: boolean('whether k3d is to create a registry with the cluster'),
    use: list(string('name of a registry'), 'registries that the cluster uses'),
    network: string('network of a registry created by itself; bridge when unset'),
    bind: string('address on which a created registry is published; 0.0.0.0 when unset, and unset when none is created'),
  }),
  extraArgs: list(
    record({
      arg: string('argument for K3s'),
      filters: list(string('node filter'), 'nodes that get it; without one k3d refuses it, unless there is one node in all'),
      valid: boolean('whether k3d accepts every filter'),
    }),
    'arguments for K3s',
  ),
  kubeletUserns: record({
    servers: boolean('whether every server kubelet gets KubeletInUserNamespace=true'),
    agents: boolean('whether every agent kubelet gets it; true without agents'),
  }),
  volumes: list(string('[source:]destination'), 'volumes of the nodes'),
  mounts: record({
    each: list(
      record({ source: string('the path, as it is written'), target: string('where the nodes see it') }),
      'volumes that are a path of the host; others are new and empty',
    ),
    matching: list(string('a volume'), 'volumes by which nodes have a path that the rule names'),
  }),
  sudo: record({
    used: boolean('whether sudo starts k3d'),
    keepsEngine: boolean('whether that sudo is told to keep DOCKER_HOST and DOCKER_SOCK'),
    keeps: list(string('variable'), 'variables it is told to keep'),
  }),
  exports: map(string('value'), 'variables that the script sets for the command'),
});

/** Paths of the host to look for among the volumes, and whose `~` and `{uid}` are meant. */
export interface LookedFor {
  readonly hostPaths: readonly string[];
  readonly as: Account;
}

/** The fact of one plan. */
export function clusterFact(plan: ClusterPlan, lookedFor?: LookedFor): Known {
  const fact = new FactBuilder().consulted(plan.at);
  fact
    .set('id', plan.id, plan.at)
    .set('source', plan.source, plan.at)
    .set('does', plan.does, plan.at)
    .set('path', plan.at.path, plan.at)
    .set('line', plan.at.line, plan.at);
  for (const field of scalarFields) setTraced(fact, [field], plan[field], plan.at);
  setTraced(fact, ['servers'], plan.servers ?? { value: 1, where: { ...plan.at, said: 'not set: 1 server', looked: true as const } }, plan.at);
  setTraced(fact, ['agents'], plan.agents ?? { value: 0, where: { ...plan.at, said: 'not set: no agents', looked: true as const } }, plan.at);
  if (plan.does === 'cluster-create') fact.set('joins', joins(plan.network?.value), plan.network?.where ?? { ...plan.at, said: 'no network given' });
  setRegistries(fact, plan);
  setArgs(fact, plan);
  fact.set(
    'volumes',
    plan.volumes.map((v) => v.value),
    ...places(plan.volumes, plan.at),
  );
  setMounts(fact, plan, lookedFor);
  setPublished(fact, plan);
  const keeps = plan.sudo?.keeps ?? [];
  fact.set(['sudo', 'used'], plan.sudo !== undefined, plan.sudo?.where ?? plan.at).set(['sudo', 'keeps'], keeps, plan.sudo?.where ?? plan.at);
  fact.set(['sudo', 'keepsEngine'], keeps.includes('*') || (keeps.includes('DOCKER_HOST') && keeps.includes('DOCKER_SOCK')), plan.sudo?.where ?? plan.at);
  fact.set('exports', {}, plan.at);
  for (const [name, { value, where }] of plan.exports) fact.set(['exports', name], value, where);
  for (const { path, said, where } of plan.notes) fact.note(path.split('.'), said, where);
  for (const [field, why] of plan.gaps) for (const path of gapPaths(field)) fact.gap(path, why);
  return fact.build();
}

function setMounts(fact: FactBuilder, plan: ClusterPlan, lookedFor: LookedFor | undefined): void {
  const each = plan.volumes.map((v) => ({ ...v, mount: volumeMount(v.value) })).filter((v) => /^[./]/.test(v.mount.source));
  fact.set(
    ['mounts', 'each'],
    each.map(({ mount }) => ({ source: mount.source, target: mount.destination })),
    ...places(each, plan.at),
  );
  if (!lookedFor) return;
  const found = each.flatMap(({ value, where, mount: { source } }) => {
    const how = met(source, lookedFor.hostPaths, lookedFor.as);
    return how ? [{ value, where: { ...where, said: metInWords(source, how) } }] : [];
  });
  fact.set(
    ['mounts', 'matching'],
    found.map((f) => f.value),
    ...(found.length > 0 ? found.map((f) => f.where) : places(plan.volumes, plan.at)),
  );
}

function setPublished(fact: FactBuilder, plan: ClusterPlan): void {
  const unset = (said: string): Where => ({ ...plan.at, said });
  if (plan.does === 'cluster-create') {
    fact.set('apiBind', plan.apiBind?.value ?? '0.0.0.0', plan.apiBind?.where ?? unset('not set: 0.0.0.0'));
    fact.set('imageForm', plan.image ? imageForm(plan.image.value) : 'default', plan.image?.where ?? unset('no image: that of the k3d release'));
    fact.set('hostPid', plan.hostPid?.value ?? false, plan.hostPid?.where ?? plan.at);
    setTraced(fact, ['token'], plan.token, plan.at);
  }
  if (plan.does === 'registry-create' || plan.registryCreate?.value)
    fact.set(
      ['registries', 'bind'],
      plan.registryBind?.value ?? '0.0.0.0',
      plan.registryBind?.where ?? plan.registryCreate?.where ?? unset('not set: 0.0.0.0'),
    );
  if (plan.problems)
    fact.set(
      'problems',
      plan.problems.map((p) => p.value),
      ...places(plan.problems, plan.at),
    );
}

/** A field that cannot be told takes with it what is derived from it. */
function gapPaths(field: string): (string | string[])[] {
  if (field === 'volumes') return ['volumes', 'mounts'];
  if (field === 'image') return ['image', 'imageForm'];
  if (field === 'registries') return ['registries'];
  if (field === 'network') return ['network', 'joins'];
  if (field === 'noLoadbalancer') return ['kubeletUserns'];
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
  const servers = plan.servers?.value ?? 1;
  const agents = plan.agents?.value ?? 0;
  const alone = servers + agents === 1 && plan.noLoadbalancer?.value === true;
  fact.set(['kubeletUserns', 'servers'], gateReaches(args, 'server', servers, alone), ...where);
  fact.set(['kubeletUserns', 'agents'], agents === 0 || gateReaches(args, 'agent', agents, alone), ...where, ...(plan.agents ? [plan.agents.where] : []));
  const bare = plan.args.find((a) => gateWithoutFilter(a.value));
  if (bare && !alone) fact.note(['kubeletUserns', 'servers'], 'k3d refuses an argument without a node filter: the load balancer is a node, too', bare.where);
}

const places = (traced: readonly Traced<unknown>[], at: Where): Where[] => (traced.length > 0 ? traced.map((t) => t.where) : [at]);

/** `podman` and `bridge` are the default network of the engine, which has no DNS. */
function joins(network: string | undefined): string {
  if (network === undefined || network === '') return 'own';
  if (network === 'podman' || network === 'bridge') return 'default';
  return network === 'host' ? 'host' : 'custom';
}
