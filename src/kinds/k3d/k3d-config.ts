/** Kind `k3d-config`: what config files and command lines create. */
import type { Asking } from '../../facts/ask.ts';
import { type Fact, missing, type Subjects } from '../../facts/fact.ts';
import { type ClusterPlan, clusterFact, clusterShape, type LookedFor } from '../../facts/k3d/cluster-plan.ts';
import { givenFiles } from '../../facts/k3d/given-files.ts';
import { plansOf } from '../../facts/k3d/plans.ts';
import { defineKind } from '../../facts/kind.ts';

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
    shape: clusterShape,
    touches: () => [givenFiles],
    *learn(as, { files }): Asking<Subjects> {
      const given = yield* givenFiles(as, files);
      const plans = plansOf(given);
      const incomplete = given.blocked[0]?.why;
      return { is: 'known', each: plans.map((p) => ({ key: p.id, fact: clusterFact(p) })), consulted: given.consulted, ...(incomplete ? { incomplete } : {}) };
    },
  },
});

/** A file of which nothing is known makes the whole fact unknown; within forEach it stays one subject. */
function factOf(plan: ClusterPlan, lookedFor: LookedFor | undefined): Fact {
  return plan.gaps.get('') ?? clusterFact(plan, lookedFor);
}
