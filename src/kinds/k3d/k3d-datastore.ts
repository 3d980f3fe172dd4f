/** Kind `k3d-datastore`: what lies under the volumes of k3d's nodes, and whether etcd will write there. */

import { type Answer, type Asking, type Output, run, type Stat, stat, together } from '../../facts/ask.ts';
import { commandPlace } from '../../facts/asks.ts';
import { storageConf } from '../../facts/containers/storage-conf.ts';
import { type Fact, FactBuilder, type Unknown, unknown, type Where } from '../../facts/fact.ts';
import { mountOf, mountTable } from '../../facts/host/mount-table.ts';
import { type GivenFiles, givenFiles } from '../../facts/k3d/given-files.ts';
import { isMapper, volumeMount } from '../../facts/k3d/mounts.ts';
import { nodesArgv, nodesFrom } from '../../facts/k3d/node-table.ts';
import { plansOf } from '../../facts/k3d/plans.ts';
import { defineKind } from '../../facts/kind.ts';
import { boolean, number, record, string } from '../../facts/shape.ts';

export const k3dDatastore = defineKind({
  name: 'k3d-datastore',
  noun: "the nodes' storage",
  describe: "The file system under the engine's volumes, where k3d's nodes keep the cluster's data, and how many servers a cluster has or will have.",
  fields: {},
  shape: record({
    graphRoot: string("the engine's storage"),
    filesystem: string('ext4, xfs, btrfs, zfs …'),
    servers: number('the most servers that a planned or existing cluster has; from two on they run etcd'),
    mapper: boolean('every planned cluster mounts /dev/mapper into its nodes'),
  }),
  touches: () => [
    storageConf,
    mountTable,
    givenFiles,
    { do: 'stat', path: '/**/storage' },
    { do: 'stat', path: '/**/containers', unasked: 'a store that was not made yet is tried where it usually is' },
    { do: 'run', argv: nodesArgv },
  ],
  *learn(_q, as, { files }): Asking<Fact> {
    const [storage, mounts, given, nodes] = yield* together([storageConf(as), mountTable(), givenFiles(as, files), run(nodesArgv)]);
    const fact = new FactBuilder();
    setServers(fact, given, nodes);
    if (storage.is === 'unknown') return fact.gap('graphRoot', storage).gap('filesystem', storage).build();
    const gap = storage.gaps.get('') ?? storage.gaps.get('graphRoot');
    if (gap) return fact.gap('graphRoot', gap).gap('filesystem', gap).build();
    const root = String(storage.value.graphRoot);
    fact.set('graphRoot', root, ...(storage.where.get('graphRoot') ?? storage.consulted));
    if (mounts.is === 'unknown') return fact.gap('filesystem', mounts).build();
    if (!/\/(?:storage|containers)$/.test(root))
      return fact
        .gap('filesystem', { is: 'unknown', why: 'unsupported', said: `${root} is outside the places where storage is looked at`, where: [{ path: root }] })
        .build();
    const seen = yield* stat(root);
    const end = seen.is === 'got' ? seen.value.real : undefined;
    if (seen.is === 'blocked' || end?.is === 'blocked')
      return fact.gap('filesystem', unknown((seen.is === 'blocked' ? seen : end) as Extract<Answer<Stat>, { is: 'blocked' }>, root)).build();
    const mount = mountOf(mounts.each, end?.is === 'got' ? end.value.path : root);
    if (mount) return fact.set('filesystem', mount.type, { ...mount.at, said: `${root} lies on ${mount.point}, ${mount.type}` }).build();
    if (mounts.image)
      return fact.at('filesystem', { path: '/etc/fstab', said: `names no file system for ${root}, and a running host alone shows what is mounted` }).build();
    return fact.gap('filesystem', { is: 'unknown', why: 'ambiguous', said: `no mount tells on what ${root} lies`, where: [...mounts.consulted] }).build();
  },
});

function setServers(fact: FactBuilder, given: GivenFiles, nodes: Answer<Output>): void {
  const plans = plansOf(given).filter((p) => p.does === 'cluster-create');
  const hidden = given.blocked[0]?.why ?? plans.flatMap((p) => [p.gaps.get(''), p.gaps.get('servers')]).find((g) => g !== undefined);
  const rows = nodesFrom(nodes);
  const table = rows === undefined || 'is' in rows ? [] : rows.filter((r) => r.role === 'server');
  const live = new Map<string, number>();
  for (const r of table) live.set(r.cluster, (live.get(r.cluster) ?? 0) + 1);
  const at: Where = { path: commandPlace(nodesArgv) };
  const most = Math.max(0, ...plans.map((p) => p.servers?.value ?? 1), ...live.values());
  const where = [...plans.map((p) => p.servers?.where ?? p.at), ...(table.length > 0 ? [at] : [])];
  // k3d that fails to list leaves open what it runs; nothing runs in an image, and without k3d there is no cluster of it.
  const unlisted: Unknown | undefined = rows !== undefined && 'is' in rows && rows.why !== 'unsupported' ? rows : undefined;
  const open = hidden ?? unlisted;
  if (open && most < 2) fact.gap('servers', open);
  else fact.set('servers', most, ...(where.length > 0 ? where : given.consulted.slice(0, 3)));
  const without = plans.filter((p) => !p.volumes.some((v) => isMapper(volumeMount(v.value))));
  const unsure = hidden ?? plans.map((p) => p.gaps.get('volumes')).find((g) => g !== undefined);
  if (without.length === 0 && unsure) fact.gap('mapper', unsure);
  else
    fact.set(
      'mapper',
      without.length === 0 && plans.length > 0,
      ...(plans.length > 0 ? plans.map((p) => p.volumes[0]?.where ?? p.at) : given.consulted.slice(0, 3)),
    );
}
