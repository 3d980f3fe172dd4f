/** Kind `k3d-scripts`: what the given files together do to the environment and to registries. */
import type { Asking } from '../../facts/ask.ts';
import { type Fact, FactBuilder } from '../../facts/fact.ts';
import type { ClusterPlan } from '../../facts/k3d/cluster-plan.ts';
import { givenFiles } from '../../facts/k3d/given-files.ts';
import { exportsIn } from '../../facts/k3d/k3d-commands.ts';
import { plansOf } from '../../facts/k3d/plans.ts';
import { toldVariables } from '../../facts/k3d/variables.ts';
import { defineKind } from '../../facts/kind.ts';
import { list, record, string } from '../../facts/shape.ts';

export const k3dScripts = defineKind({
  name: 'k3d-scripts',
  noun: 'the given scripts',
  describe: 'The given files (--file: scripts, documents, CI descriptions) taken together: the variables they set, and what their k3d commands leave out.',
  fields: {},
  shape: record({
    exports: record(Object.fromEntries(toldVariables.map((name) => [name, string(`the last value given to ${name}`)]))),
    bareSudo: list(string('FILE:LINE'), 'commands that set DOCKER_HOST or DOCKER_SOCK and then lose them to sudo'),
    bridgeRegistries: list(string('FILE:LINE'), 'k3d registry create without a network, which means bridge'),
  }),
  touches: () => [givenFiles],
  *learn(_, as, { files }): Asking<Fact> {
    const given = yield* givenFiles(as, files);
    const named = given.files.filter((f) => f.given);
    const blocked = given.blocked.find((b) => b.given);
    const fact = new FactBuilder().consulted(...given.consulted).set('exports', {}, ...named.map(({ path }) => ({ path })));
    for (const file of named) for (const [name, { value, where }] of exportsIn(file.text, file.path)) fact.set(['exports', name], value, where);
    const plans = plansOf(given).filter((p) => p.source === 'command');
    addPlaces(
      fact,
      'bareSudo',
      plans.filter((p) => p.sudo && losesEngine(p)),
    );
    addPlaces(
      fact,
      'bridgeRegistries',
      plans.filter(
        (p) => p.does === 'registry-create' && !p.gaps.has('') && !p.gaps.has('registries.network') && (p.registryNetwork?.value ?? 'bridge') === 'bridge',
      ),
    );
    if (blocked) for (const part of ['exports', 'bareSudo', 'bridgeRegistries']) fact.gap(part, blocked.why);
    return fact.build(named.length > 0 || blocked !== undefined);
  },
});

/** sudo starts with a clean environment, so what the script has set before does not reach k3d unless it is named. */
function losesEngine({ sudo, exports }: ClusterPlan): boolean {
  const keeps = sudo?.keeps ?? [];
  return !keeps.includes('*') && ['DOCKER_HOST', 'DOCKER_SOCK'].some((name) => exports.has(name) && !keeps.includes(name));
}

function addPlaces(fact: FactBuilder, part: string, plans: readonly ClusterPlan[]): void {
  fact.set(
    part,
    plans.map((p) => `${p.at.path}:${p.at.line ?? 0}`),
    ...plans.map((p) => p.at),
  );
}
