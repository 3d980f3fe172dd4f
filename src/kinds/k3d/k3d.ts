/** Kind `k3d`: the clusters and registries that k3d has made on its engine. */

import { type Asking, run, together } from '../../facts/ask.ts';
import { commandPlace } from '../../facts/asks.ts';
import { type Fact, FactBuilder, type Json, missing, type Unknown, unknown, type Where } from '../../facts/fact.ts';
import { type Node, nodesArgv, nodesFrom } from '../../facts/k3d/node-table.ts';
import { defineKind } from '../../facts/kind.ts';
import { askPodman, database, type Told } from '../../facts/podman/store.ts';
import { boolean, list, map, number, record, says, string } from '../../facts/shape.ts';

const networksArgv = ['podman', 'network', 'ls', '--format', '{{.Name}}'] as const;
const containersArgv = ['podman', 'ps', '--all', '--filter', 'label=app=k3d', '--format', '{{.Names}}|{{.Networks}}|{{.Ports}}'] as const;

export const k3d = defineKind({
  name: 'k3d',
  noun: 'k3d',
  describe: 'What k3d has made: its nodes, clusters and registries, as k3d itself lists them. It exists when k3d can be run.',
  fields: {},
  shape: record({
    nodes: list(string('name of a node'), 'servers and agents of all clusters'),
    clusters: list(string('name'), 'clusters'),
    registries: map(
      record({
        running: boolean('whether it runs'),
        networks: list(string('network'), 'networks it is attached to'),
        attached: boolean('whether one of these networks is there'),
      }),
      'registries by the name of their container',
    ),
    orphans: list(string('name'), 'registries whose networks are all gone'),
    stopped: list(string('name'), 'registries that do not run'),
    apiOnAll: list(string('name'), 'load balancers that publish the API on every address'),
    count: says(number('how many servers and agents there are'), { is: 'k3d has nodes here already ({value})' }),
  }),
  touches: () => [database, { do: 'run', argv: nodesArgv }, ...[networksArgv, containersArgv].map((argv) => askPodman.of(argv, undefined, false))],
  *learn(_, as): Asking<Fact> {
    const [nodes, networks, containers] = yield* together([run(nodesArgv), askPodman(networksArgv, as, false), askPodman(containersArgv, as, false)]);
    const at: Where = { path: commandPlace(nodesArgv) };
    const rows = nodesFrom(nodes);
    if (rows === undefined) return missing(at);
    if ('is' in rows) return rows;
    const machines = rows.filter((r) => r.role === 'server' || r.role === 'agent');
    const fact = new FactBuilder()
      .consulted(at)
      .set(
        'nodes',
        machines.map((r) => r.name),
        at,
      )
      .set('count', machines.length, at);
    fact.set('clusters', [...new Set(machines.map((r) => r.cluster))].sort(), at);
    addContainers(fact, rows, linesOf(networks, networksArgv), linesOf(containers, containersArgv), at);
    return fact.build();
  },
});

type Lines = { readonly is: 'lines'; readonly lines: readonly string[]; readonly where: Where } | Unknown;

function linesOf(answer: Told, argv: readonly string[]): Lines {
  const where: Where = { path: commandPlace(argv) };
  if (answer.is === 'unused')
    return { is: 'unknown', why: 'unsupported', said: 'this Podman is not in use: k3d has another engine, or has made nothing', where: answer.where };
  if (answer.is === 'absent') return unknown({ is: 'blocked', why: 'failed', said: 'podman is not installed' }, where.path);
  if (answer.is === 'blocked') return unknown(answer, where.path);
  if (answer.value.exit !== 0) return unknown({ is: 'blocked', why: 'failed', said: `exit ${answer.value.exit}` }, where.path);
  return { is: 'lines', lines: answer.value.stdout.split('\n').filter((l) => l !== ''), where };
}

function addContainers(fact: FactBuilder, rows: readonly Node[], networks: Lines, containers: Lines, at: Where): void {
  const registries = rows.filter((r) => r.role === 'registry');
  fact.set('registries', {}, at).set(
    'stopped',
    registries.filter((r) => r.state !== 'running').map((r) => r.name),
    at,
  );
  for (const r of registries) fact.set(['registries', r.name, 'running'], r.state === 'running', { ...at, said: r.state });
  const known = new Map(containers.is === 'lines' ? containers.lines.map((l) => [l.split('|')[0] ?? '', l.split('|')] as const) : []);
  const hidden = rows.find((r) => !known.has(r.name));
  const elsewhere: Unknown = {
    is: 'unknown',
    why: 'failed',
    said: `podman does not show ${hidden?.name ?? 'them'}: k3d uses another engine than this podman`,
    where: [at],
  };
  const why = containers.is === 'unknown' ? containers : hidden ? elsewhere : undefined;
  addPublished(fact, rows, known, containers.is === 'lines' ? containers.where : at, why);
  const blocked = why ?? (networks.is === 'unknown' ? networks : undefined);
  if (blocked || networks.is === 'unknown' || containers.is === 'unknown') {
    if (registries.length === 0) fact.set('orphans', [], at);
    else if (blocked) fact.gap('orphans', blocked);
    for (const r of registries) if (blocked) fact.gap(['registries', r.name, 'networks'], blocked).gap(['registries', r.name, 'attached'], blocked);
    return;
  }
  const orphans: string[] = [];
  for (const { name } of registries) {
    const joined = (known.get(name)?.[1] ?? '').split(',').filter((n) => n !== '');
    const attached = joined.some((n) => networks.lines.includes(n));
    if (!attached) orphans.push(name);
    fact.set(['registries', name, 'networks'], joined, containers.where).set(['registries', name, 'attached'], attached, containers.where, networks.where);
  }
  fact.set('orphans', orphans, containers.where, networks.where);
}

/** The load balancer publishes the API's port 6443. */
function addPublished(fact: FactBuilder, rows: readonly Node[], known: ReadonlyMap<string, readonly string[]>, where: Where, why: Unknown | undefined): void {
  const balancers = rows.filter((r) => r.role === 'loadbalancer');
  if (why && balancers.length > 0) return void fact.gap('apiOnAll', why);
  const open = balancers.filter((b) => /(?:^|[ ,])(?:0\.0\.0\.0|\[::\])?:\d+->6443\/tcp/.test(known.get(b.name)?.[2] ?? ''));
  fact.set('apiOnAll', open.map((b) => b.name) satisfies Json, where);
}
