/** Kind `k3d-registry-use`: each registry that a config file or command line uses, and whether it is there. */

import { type Account, type Asking, run } from '../../facts/ask.ts';
import { commandPlace } from '../../facts/asks.ts';
import { type Fact, FactBuilder, type Known, missing, type Subject, type Subjects, type Unknown, type Where } from '../../facts/fact.ts';
import type { ClusterPlan, Traced } from '../../facts/k3d/cluster-plan.ts';
import { givenFiles } from '../../facts/k3d/given-files.ts';
import { type Node, nodesArgv, nodesFrom } from '../../facts/k3d/node-table.ts';
import { plansOf } from '../../facts/k3d/plans.ts';
import { defineKind } from '../../facts/kind.ts';
import { boolean, record, string } from '../../facts/shape.ts';
import type { Touches } from '../../facts/source.ts';

const touches: Touches = [givenFiles, { do: 'run', argv: nodesArgv }];

const shape = record({
  id: string('the key of the subject'),
  name: string('the name as it is written, without protocol and port'),
  found: boolean('whether k3d knows a registry of that name, with or without its prefix'),
  running: boolean('whether that registry runs'),
  created: boolean('whether a given script creates it'),
  prefixed: boolean('whether the name is that of the container, which starts with k3d-'),
});

export const k3dRegistryUse = defineKind({
  name: 'k3d-registry-use',
  describe: 'A registry that a k3d config file or command line uses (registries.use, --registry-use).',
  main: 'id',
  fields: { id: { type: 'string', required: true, describe: 'registry:NAME' } },
  shape,
  touches: () => touches,
  *learn(query, as, { files }): Asking<Fact> {
    const { subjects, consulted } = yield* uses(as, files);
    return subjects.find((s) => s.key === query.id)?.fact ?? missing(...consulted);
  },
  find: {
    none: 'no k3d config or command uses a registry',
    shape,
    touches: () => touches,
    *learn(as, { files }): Asking<Subjects> {
      const { subjects, consulted, incomplete } = yield* uses(as, files);
      return { is: 'known', each: subjects, consulted, ...(incomplete ? { incomplete } : {}) };
    },
  },
});

interface Uses {
  readonly subjects: readonly Subject[];
  readonly consulted: readonly Where[];
  readonly incomplete?: Unknown;
}

function* uses(as: Account, files: readonly string[]): Asking<Uses> {
  const given = yield* givenFiles(as, files);
  const plans = plansOf(given);
  const hidden =
    given.blocked[0]?.why ?? plans.flatMap((p) => [p.gaps.get(''), p.gaps.get('registries'), p.gaps.get('registries.use')]).find((g) => g !== undefined);
  const used = new Map<string, Traced<string>>();
  for (const use of plans.flatMap((p) => p.registryUse)) {
    const name = hostOf(use.value);
    if (!used.has(name)) used.set(name, use);
  }
  const nodes = used.size > 0 ? nodesFrom(yield* run(nodesArgv)) : [];
  const subjects = [...used].map(([name, use]): Subject => ({ key: `registry:${name}`, fact: factOf(name, use.where, nodes, plans) }));
  return { subjects, consulted: given.consulted, ...(hidden ? { incomplete: hidden } : {}) };
}

/** k3d pkg/util/registry.go: an optional protocol and ports around the name. */
const hostOf = (reference: string): string => reference.replace(/^https?:\/\//, '').replace(/(?::\d{1,5}){1,2}$/, '');

/** k3d finds a container by its name with or without the prefix (pkg/runtimes/docker/container.go). */
function factOf(name: string, where: Where, nodes: readonly Node[] | Unknown | undefined, plans: readonly ClusterPlan[]): Known {
  const fact = new FactBuilder().consulted(where).set('id', `registry:${name}`, where).set('name', name, where).set('prefixed', name.startsWith('k3d-'), where);
  const bare = name.replace(/^k3d-/, '');
  const maker = plans.find((p) => p.does === 'registry-create' && (p.name?.value ?? 'registry') === bare);
  const at: Where = { path: commandPlace(nodesArgv) };
  fact.set('created', maker !== undefined, ...(maker ? [maker.at] : [where]));
  if (nodes === undefined) return fact.set('found', false, { ...at, said: 'k3d is not installed' }).build();
  if ('is' in nodes) return fact.gap('found', nodes).gap('running', nodes).build();
  const found = nodes.find((n) => n.role === 'registry' && (n.name === name || n.name === `k3d-${name}`));
  fact.set('found', found !== undefined, at, where);
  return (found ? fact.set('running', found.state === 'running', { ...at, said: found.state }) : fact).build();
}
