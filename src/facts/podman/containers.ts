/** The containers that an account has, as Podman lists them. */

import { type Account, type Answer, type Asking, type Output, together } from '../ask.ts';
import { commandPlace } from '../asks.ts';
import { type Unknown, unknown, type Where } from '../fact.ts';
import { source, type Touches } from '../source.ts';
import { shortened } from '../text/shortened.ts';
import { askPodman, database, type Told, unasked } from './store.ts';

export interface Container {
  readonly name: string;
  readonly image: string;
  /** As `podman ps` prints them. */
  readonly ports: string;
  readonly where: Where;
}

export type Containers = { readonly is: 'known'; readonly each: readonly Container[]; readonly consulted: readonly Where[] } | Unknown;

const listArgv = ['podman', 'ps', '--all', '--format', '{{.Names}}|{{.Image}}|{{.Ports}}'];
const mountsArgv = (name: string): string[] => ['podman', 'container', 'inspect', '--format', '{{range .Mounts}}{{println .Type .Source}}{{end}}', name];
/** More containers than this are not asked for one by one. */
const limit = 200;

const touches: Touches = [database, askPodman.of(listArgv)];

/** All containers, stopped ones too. An account that never had a container database has none. */
export const containers = source(touches, listContainers);

function* listContainers(as: Account): Asking<Containers> {
  const where = { path: commandPlace(listArgv) };
  const told = yield* askPodman(listArgv, as);
  if (told.is === 'got') {
    if (told.value.exit !== 0) return failed(where, told.value);
    const rows = told.value.stdout.split('\n').filter((l) => l.includes('|'));
    const each = rows.map((row): Container => {
      const [name = '', image = '', ports = ''] = row.split('|');
      return { name, image, ports, where };
    });
    return { is: 'known', each, consulted: [where] };
  }
  if (told.is === 'blocked' && told.why !== 'unsupported') return unknown(told, where.path);
  const store = yield* database(as);
  if (store.is === 'unknown') return store;
  if (store.is === 'none') return { is: 'known', each: [], consulted: store.where.map((w) => ({ ...w, said: 'no container was ever made' })) };
  if (told.is === 'unused') return unasked(as, 'its containers', told.where);
  return { is: 'unknown', why: 'unsupported', said: 'there is a container database, and Podman cannot be asked without changing it', where: store.where };
}

/** What a container mounts: paths of the host, and volumes by name. */
interface ContainerMounts {
  readonly sources: readonly string[];
  readonly volumes: readonly string[];
  readonly where: Where;
}

const containerMountsTouches: Touches = [askPodman.of(mountsArgv('*'))];

/** The mounts of each container, in the order of the containers. */
export const containerMounts = source(containerMountsTouches, inspectMounts);

function* inspectMounts(each: readonly Container[], as: Account): Asking<ContainerMounts[] | Unknown> {
  if (each.length > limit) return { is: 'unknown', why: 'too-large', said: `${each.length} containers, of which at most ${limit} are asked for`, where: [] };
  const answers = (yield* together(each.map((c) => askPodman(mountsArgv(c.name), as)))) as Told[];
  const found: ContainerMounts[] = [];
  for (const [at, { name }] of each.entries()) {
    const where = { path: commandPlace(['podman', 'container', 'inspect', name]) };
    const answer = answers[at] as Answer<Output>;
    if (answer.is !== 'got') return answer.is === 'blocked' ? unknown(answer, where.path) : failed(where, undefined);
    if (answer.value.exit !== 0) return failed(where, answer.value);
    const lines = answer.value.stdout.split('\n');
    const sources = lines.flatMap((l) => (l.startsWith('bind ') ? [l.slice(5)] : []));
    // The directory of a volume bears its name.
    const volumes = lines.flatMap((l) => /^volume .*\/([^/]+)\/_data\/?$/.exec(l)?.[1] ?? []);
    found.push({ sources, volumes, where });
  }
  return found;
}

const failed = (where: Where, output: Output | undefined): Unknown => ({
  is: 'unknown',
  why: 'failed',
  said: `${where.path.slice(8).replace(/ --?format .*$/, '')} ${output ? `exited ${output.exit}: ${shortened(output.stderr.trim(), 200)}` : 'could not be run'}`,
  where: [where],
});
