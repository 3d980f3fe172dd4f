/** Kinds `k3d-config` (what config files and command lines create) and `k3d-scripts` (the variables that given files set). */
import type { Account, Asking } from '../ask.ts';
import { FactBuilder, type Fact, missing, type Subjects, type Unknown } from '../fact.ts';
import type { Kind } from '../kind.ts';
import { record, string } from '../shape.ts';
import { type ClusterPlan, clusterFact, clusterShape, type Traced } from './cluster-plan.ts';
import { configPlan, looksLikeK3dConfig, unreadPlan } from './config-file.ts';
import { type GivenFiles, givenFiles, givenTouches } from './given-files.ts';
import { exportsIn, k3dCommands } from './k3d-commands.ts';
import { variableNames } from './variables.ts';

export const k3dConfig: Kind = {
  name: 'k3d-config',
  describe: 'A k3d config file, or a command line in a given script that creates a k3d cluster or registry.',
  main: 'id',
  fields: { id: { type: 'string', required: true, describe: 'k3d-config:PATH, or k3d-command:PATH:LINE' } },
  shape: clusterShape,
  touches: () => givenTouches,
  *learn(query, as): Asking<Fact> {
    const given = yield* givenFiles(as);
    const plan = plansOf(given).find((p) => p.id === query.id);
    return plan ? factOf(plan) : missing(...given.consulted);
  },
  find: {
    shape: clusterShape,
    touches: () => givenTouches,
    *learn(as): Asking<Subjects> {
      const given = yield* givenFiles(as);
      const plans = plansOf(given);
      const incomplete = given.blocked.find((b) => b.folder)?.why;
      return { is: 'known', each: plans.map((p) => ({ key: p.id, fact: clusterFact(p) })), consulted: given.consulted, ...(incomplete ? { incomplete } : {}) };
    },
  },
};

/** A file of which nothing is known makes the whole fact unknown; within forEach it stays one subject. */
function factOf(plan: ClusterPlan): Fact {
  return plan.gaps.get('') ?? clusterFact(plan);
}

function plansOf(given: GivenFiles): ClusterPlan[] {
  const configs = given.files.filter((f) => looksLikeK3dConfig(f.text)).map((f) => configPlan(f.text, f.path));
  const unread = given.blocked.filter((b) => !b.folder).map((b) => unreadPlan(b.path, b.why));
  const scripts = given.files.filter((f) => f.given && !looksLikeK3dConfig(f.text)).flatMap((f) => k3dCommands(f.text, f.path));
  const merged = scripts.map((plan) => (plan.config ? withConfig(plan, plan.config, configs) : plan));
  return [...configs, ...unread, ...merged].sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** Flags beat the config file; lists of registries and arguments come from both (k3d cmd/cluster/clusterCreate.go). */
function withConfig(plan: ClusterPlan, named: Traced<string>, configs: readonly ClusterPlan[]): ClusterPlan {
  const name = named.value.replace(/^\.\//, '');
  const fits = configs.filter((c) => c.at.path === named.value || (!name.startsWith('/') && c.at.path.endsWith(`/${name}`)));
  const config = fits.length === 1 ? fits[0] : undefined;
  if (!config) {
    const why: Unknown = { is: 'unknown', why: 'ambiguous', said: `the command reads ${named.value}, which was not given to look at`, where: [named.where] };
    const open = ['network', 'servers', 'agents', 'args', 'registries'].filter((f) => !(f in plan) || Array.isArray(plan[f as 'args']));
    return { ...plan, gaps: new Map([...open.map((f) => [f, why] as const), ...plan.gaps]) };
  }
  const gaps = new Map([...config.gaps].filter(([field]) => !(field in plan)));
  return {
    ...config,
    ...plan,
    registryUse: plan.registryUse.length > 0 ? plan.registryUse : config.registryUse,
    args: [...config.args, ...plan.args],
    volumes: [...config.volumes, ...plan.volumes],
    gaps: new Map([...gaps, ...plan.gaps]),
    notes: [...config.notes, ...plan.notes],
  };
}

export const k3dScripts: Kind = {
  name: 'k3d-scripts',
  describe: 'The environment variables that given files (--file: scripts, documents, CI descriptions) set for k3d and Podman.',
  fields: {},
  shape: record({ exports: record(Object.fromEntries(variableNames.map((name) => [name, string(`the last value given to ${name}`)]))) }),
  touches: () => givenTouches,
  *learn(_, as: Account): Asking<Fact> {
    const given = yield* givenFiles(as);
    const named = given.files.filter((f) => f.given);
    const blocked = given.blocked.find((b) => !b.folder || b.path.startsWith('env:'));
    const fact = new FactBuilder().consulted(...given.consulted).set('exports', {}, ...named.map(({ path }) => ({ path })));
    for (const file of named) for (const [name, { value, where }] of exportsIn(file.text, file.path)) fact.set(['exports', name], value, where);
    if (blocked) fact.gap('exports', blocked.why);
    return fact.build(named.length > 0 || blocked !== undefined);
  },
};
