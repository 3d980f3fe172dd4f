/** Kind `k3d-endpoint`: where k3d publishes Kubernetes APIs and registries, as planned in files and as it runs. */

import { type Account, type Asking, together } from '../../facts/ask.ts';
import { commandPlace } from '../../facts/asks.ts';
import { type Fact, FactBuilder, type Json, type Known, missing, type Subject, type Subjects, type Unknown, unknown, type Where } from '../../facts/fact.ts';
import { type ClusterPlan, clusterFact } from '../../facts/k3d/cluster-plan.ts';
import { type GivenFiles, givenFiles } from '../../facts/k3d/given-files.ts';
import { plansOf } from '../../facts/k3d/plans.ts';
import { defineKind } from '../../facts/kind.ts';
import { askPodman, database, type Told } from '../../facts/podman/store.ts';
import { list, record, string } from '../../facts/shape.ts';
import type { Touches } from '../../facts/source.ts';

const argv = ['podman', 'ps', '--all', '--filter', 'label=app=k3d', '--format', '{{.Names}}|{{.Ports}}'] as const;

const touches: Touches = [givenFiles, database, askPodman.of(argv)];

const shape = record({
  id: string('the key of the subject'),
  what: string('what is published', ['api', 'registry']),
  source: string('whether it is planned in a file or runs', ['plan', 'live']),
  file: string('the config file that plans it; unset for a command line and for what runs'),
  addresses: list(string('an address'), 'the addresses of the host on which it is published; 0.0.0.0 is every one'),
});

export const k3dEndpoint = defineKind({
  name: 'k3d-endpoint',
  describe: 'An API or a registry that k3d publishes on the host: from config files, given scripts, and the containers that run.',
  main: 'id',
  fields: { id: { type: 'string', required: true, describe: 'api:ID or registry:ID, where ID is k3d-config:PATH, k3d-command:PATH:LINE or k3d-node:NAME' } },
  shape,
  touches: () => touches,
  *learn(query, as, { files }): Asking<Fact> {
    const { subjects, consulted } = yield* endpoints(as, files);
    return subjects.find((s) => s.key === query.id)?.fact ?? missing(...consulted);
  },
  find: {
    none: 'k3d publishes nothing of the kind here',
    shape,
    touches: () => touches,
    *learn(as, { files }): Asking<Subjects> {
      const { subjects, consulted, incomplete } = yield* endpoints(as, files);
      return { is: 'known', each: subjects, consulted, ...(incomplete ? { incomplete } : {}) };
    },
  },
});

interface Endpoints {
  readonly subjects: readonly Subject[];
  readonly consulted: readonly Where[];
  readonly incomplete?: Unknown;
}

const known = new WeakMap<GivenFiles, Subject[]>();

/** Worked out once for all subjects. */
function plannedIn(given: GivenFiles): Subject[] {
  const planned = known.get(given) ?? plansOf(given).flatMap(fromPlan);
  known.set(given, planned);
  return planned;
}

function* endpoints(as: Account, files: readonly string[]): Asking<Endpoints> {
  const [given, told] = yield* together([givenFiles(as, files), askPodman(argv, as)]);
  const at: Where = { path: commandPlace(argv) };
  const planned = plannedIn(given);
  const running = told.is === 'got' && told.value.exit === 0 ? told.value.stdout.split('\n').flatMap((line) => fromRow(line, at)) : [];
  const incomplete = given.blocked[0]?.why ?? hidden(told, at);
  return { subjects: [...planned, ...running], consulted: [...given.consulted, at], ...(incomplete ? { incomplete } : {}) };
}

/** Podman that is not installed or was not used since the boot publishes nothing; nothing runs in an image. */
function hidden(told: Told, at: Where): Unknown | undefined {
  if (told.is === 'blocked' && told.why !== 'unsupported') return unknown(told, at.path);
  if (told.is === 'got' && told.value.exit !== 0) return unknown({ is: 'blocked', why: 'failed', said: `exit ${told.value.exit}` }, at.path);
  return undefined;
}

const parts = { api: ['apiBind'], registry: ['registries', 'bind'] } as const;

function fromPlan(plan: ClusterPlan): Subject[] {
  const whole = clusterFact(plan);
  return (['api', 'registry'] as const).flatMap((what): Subject[] => {
    const path = parts[what];
    const value = path.reduce<Json | undefined>(
      (v, key) => (v !== null && typeof v === 'object' && !Array.isArray(v) ? (v as Record<string, Json>)[key] : undefined),
      whole.value,
    );
    const gap = whole.gaps.get('') ?? whole.gaps.get(path[0]) ?? whole.gaps.get(path.join('.'));
    if (gap === undefined && typeof value !== 'string') return [];
    const id = `${what}:${plan.id}`;
    const fact = new FactBuilder().consulted(plan.at).set('id', id, plan.at).set('what', what, plan.at).set('source', 'plan', plan.at);
    if (plan.id.startsWith('k3d-config:')) fact.set('file', plan.at.path, plan.at);
    if (gap) fact.gap('addresses', gap);
    else fact.set('addresses', [value as string], ...(whole.where.get(path.join('.')) ?? [plan.at]));
    return [{ key: id, fact: fact.build() }];
  });
}

/** `NAME|0.0.0.0:6443->6443/tcp, 127.0.0.1:5000->5000/tcp`: 6443 is the API's port in a node, 5000 that of a registry. */
function fromRow(line: string, at: Where): Subject[] {
  const [name = '', ports = ''] = line.split('|');
  return (
    [
      ['api', '6443'],
      ['registry', '5000'],
    ] as const
  ).flatMap(([what, port]): Subject[] => {
    const addresses = ports.split(',').flatMap((p) => {
      const m = /^\s*(?:(.*):)?\d+(?:-\d+)?->(\d+)/.exec(p);
      return m?.[2] === port ? [m[1] || '0.0.0.0'] : [];
    });
    if (addresses.length === 0) return [];
    const id = `${what}:k3d-node:${name}`;
    return [{ key: id, fact: liveFact(id, what, addresses, { ...at, said: line }) }];
  });
}

function liveFact(id: string, what: string, addresses: readonly string[], at: Where): Known {
  return new FactBuilder()
    .consulted(at)
    .set('id', id, at)
    .set('what', what, at)
    .set('source', 'live', at)
    .set('addresses', [...new Set(addresses)], at)
    .build();
}
