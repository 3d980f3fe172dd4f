/** Kind `k3d-config`: what config files and command lines create. */
import { type Account, type Asking, together } from '../../facts/ask.ts';
import { type Fact, missing, type Subject, type Subjects, type Unknown } from '../../facts/fact.ts';
import { accountOf } from '../../facts/host/accounts.ts';
import { hasRealHome } from '../../facts/host/container-traces.ts';
import { meantAccounts } from '../../facts/host/meant-accounts.ts';
import { type ClusterPlan, clusterFact, clusterShape, type LookedFor } from '../../facts/k3d/cluster-plan.ts';
import { givenFiles } from '../../facts/k3d/given-files.ts';
import { plansOf } from '../../facts/k3d/plans.ts';
import { defineKind } from '../../facts/kind.ts';
import { ofAnyone } from '../../facts/podman/patterns.ts';

export const k3dConfig = defineKind({
  name: 'k3d-config',
  describe: 'A k3d config file, or a command line in a given script that creates a k3d cluster or registry.',
  main: 'id',
  fields: {
    id: { type: 'string', required: true, describe: 'k3d-config:PATH, or k3d-command:PATH:LINE' },
    hostPaths: {
      type: 'strings',
      describe:
        'for `mounts.matching`: paths of the host; a volume of a path above one has it too, and one below it where it ends in /**; * is any name, **/NAME a name anywhere',
    },
  },
  shape: clusterShape,
  touches: () => [givenFiles],
  *learn(query, as, { files }): Asking<Fact> {
    const given = yield* givenFiles(as, files);
    const plan = plansOf(given).find((p) => p.id === query.id);
    const { hostPaths } = query;
    return plan ? factOf(plan, hostPaths && { hostPaths, as }) : missing(...given.consulted);
  },
  find: {
    none: 'no k3d config or command that this is about was found',
    shape: clusterShape,
    touches: () => [givenFiles, meantAccounts, ...ofAnyone([givenFiles])],
    *learn(as, { files, accounts = [] }): Asking<Subjects> {
      const own = yield* givenFiles(as, files);
      const { others, unsure } = as.uid === 0 ? yield* accountsBeside(as, accounts) : { others: [] };
      const theirs = yield* together(others.map((account) => givenFiles(account, [])));
      const each = new Map(plansOf(own).map((p): [string, Subject] => [p.id, { key: p.id, fact: clusterFact(p) }]));
      for (const [at, given] of theirs.entries())
        for (const p of plansOf(given)) if (!each.has(p.id)) each.set(p.id, { key: p.id, as: others[at] as Account, fact: clusterFact(p) });
      const all = [own, ...theirs];
      const incomplete = all.flatMap((g) => g.blocked)[0]?.why ?? unsure;
      return { is: 'known', each: [...each.values()], consulted: all.flatMap((g) => g.consulted), ...(incomplete ? { incomplete } : {}) };
    },
  },
});

/** Root judges for those who run k3d: their files lie in their homes. */
function* accountsBeside(as: Account, names: readonly string[]): Asking<{ readonly others: readonly Account[]; readonly unsure?: Unknown }> {
  const uses = yield* meantAccounts(as, names);
  if (uses.is === 'unknown') return { others: [], unsure: uses };
  const unsure = uses.each.map((u) => u.rootless).find((r) => typeof r === 'object') ?? uses.elsewhere;
  return { others: uses.each.filter((u) => u.rootless === true && hasRealHome(u.entry)).map(accountOf), ...(unsure ? { unsure } : {}) };
}

/** A file of which nothing is known makes the whole fact unknown; within forEach it stays one subject. */
function factOf(plan: ClusterPlan, lookedFor: LookedFor | undefined): Fact {
  return plan.gaps.get('') ?? clusterFact(plan, lookedFor);
}
