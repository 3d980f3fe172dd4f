/**
 * What a server keeps the cluster's state in: embedded etcd where its directory is there already, or where the server is
 * told to begin or join a cluster; else what `datastore-endpoint` names, else SQLite
 * (k3s-io/k3s:pkg/cluster/managed.go assignManagedDriver).
 */
import { type Asking, list } from '../ask.ts';
import { type Unknown, unknown } from '../fact.ts';
import { source, type Touches } from '../source.ts';
import type { ChosenFlags } from './chosen-flags.ts';
import { type Kept, usualDataDir } from './node-settings.ts';
import { walked, walking } from './walk.ts';

const usual = `${usualDataDir}/server/db`;

const touches: Touches = [{ do: 'list', path: usual }, walking];

export const datastoreOf = source(touches, findDatastore);

/** `dataDir` is where K3s keeps its state. */
function* findDatastore(flags: ChosenFlags, dataDir: string): Asking<Kept | Unknown> {
  const path = `${dataDir}/server/db`;
  const names = path === usual ? yield* list(usual) : yield* walked(dataDir, ['server', 'db']);
  if (names.is === 'blocked') return unknown(names, path);
  if (names.is === 'got' && names.value.includes('etcd')) return { is: 'etcd', where: [{ path: `${path}/etcd` }] };
  const endpoint = flags.one('datastore-endpoint');
  if (endpoint && endpoint.value !== '') return { is: endpoint.value.startsWith('sqlite') ? 'sqlite' : 'external', where: [endpoint.where] };
  const start = flags.one('cluster-init');
  if (start && flags.on('cluster-init')) return { is: 'etcd', where: [start.where] };
  const joins = flags.one('server');
  if (joins && joins.value !== '') return { is: 'etcd', where: [joins.where] };
  const gap = flags.gap('datastore-endpoint') ?? flags.gap('cluster-init') ?? flags.gap('server');
  return gap ?? { is: 'sqlite', where: [{ path, said: 'no etcd, and no other store is named' }] };
}
