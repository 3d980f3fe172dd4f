/** Everything that the files at hand would create with k3d. */
import type { Unknown } from '../fact.ts';
import type { ClusterPlan, Traced } from './cluster-plan.ts';
import { configPlan, looksLikeK3dConfig } from './config-file.ts';
import type { GivenFiles } from './given-files.ts';
import { k3dCommands } from './k3d-commands.ts';

const known = new WeakMap<GivenFiles, ClusterPlan[]>();

/** The plans of files, worked out once: every command is a subject that is looked up among all of them. */
export function plansOf(given: GivenFiles): readonly ClusterPlan[] {
  const plans = known.get(given) ?? plansIn(given);
  known.set(given, plans);
  return plans;
}

/** The plans of all config files, and of the command lines in given scripts joined with the config files they name; sorted by id. */
function plansIn(given: GivenFiles): ClusterPlan[] {
  const configs = given.files.filter((f) => looksLikeK3dConfig(f.text)).map((f) => configPlan(f.text, f.path));
  const scripts = given.files.filter((f) => f.given && !looksLikeK3dConfig(f.text)).flatMap((f) => k3dCommands(f.text, f.path));
  const merged = scripts.map((plan) => (plan.config ? withConfig(plan, plan.config, configs) : plan));
  return [...configs, ...merged].sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** Flags beat the config file; lists of registries and arguments come from both (k3d cmd/cluster/clusterCreate.go). */
function withConfig(plan: ClusterPlan, named: Traced<string>, configs: readonly ClusterPlan[]): ClusterPlan {
  const name = named.value.replace(/^\.\//, '');
  const fits = configs.filter((c) => c.at.path === named.value || (!name.startsWith('/') && c.at.path.endsWith(`/${name}`)));
  const config = fits.length === 1 ? fits[0] : undefined;
  if (!config) {
    const why: Unknown = { is: 'unknown', why: 'ambiguous', said: `the command reads ${named.value}, which was not given to look at`, where: [named.where] };
    const open = ['network', 'servers', 'agents', 'args', 'registries', 'image', 'volumes', 'apiBind', 'hostPid', 'token'].filter(
      (f) => !(f in plan) || Array.isArray(plan[f as 'args']),
    );
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
