/** `podman info` of an account, asked only where that leaves nothing new on the host. */

import { type Account, type Asking, stat } from '../ask.ts';
import { commandPlace } from '../asks.ts';
import { storageConf } from '../containers/storage-conf.ts';
import { type Known, type Unknown, unknown, type Where } from '../fact.ts';
import { source, type Touches } from '../source.ts';
import { parseJson } from '../text/json.ts';
import { plain } from '../text/node.ts';
import { askPodman, database, unasked } from './store.ts';

const argv = ['podman', 'info', '--format', 'json'] as const;
const where: Where = { path: commandPlace(argv) };

type Tree = Readonly<Record<string, unknown>>;

export interface PodmanInfo {
  readonly is: 'info';
  readonly storage: Known;
  readonly graphRoot: string;
  /** The graph root is there. */
  readonly exists: boolean;
  /** Its inode, when it is there. */
  readonly inode?: { readonly mode: number; readonly uid: number };
  /** What podman info printed; absent when there is no store, no Podman, nothing can be run, or it was not used since the boot. */
  readonly told?: Tree;
  /** podman info failed: the last line of what it said. */
  readonly refused?: string;
  /** Nobody used it since the boot, so that it was not asked. */
  readonly unused?: Unknown;
  readonly stderr: string;
  readonly where: Where;
}

const touches: Touches = [
  storageConf,
  database,
  { do: 'stat', path: '/var/lib/containers/storage' },
  { do: 'stat', path: '~/.local/share/containers/storage' },
  { do: 'stat', named: 'the graph root that storage.conf or Podman names' },
  askPodman.of(argv),
];

/** Learns the storage configuration, looks whether the store exists, and then asks Podman. */
export const podmanInfo = source(touches, readPodmanInfo);

function* readPodmanInfo(as: Account): Asking<PodmanInfo | Unknown> {
  const storage = yield* storageConf(as);
  if (storage.is === 'unknown') return storage;
  const gap = storage.gaps.get('graphRoot') ?? storage.gaps.get('storage');
  if (gap) return gap;
  const graphRoot = String(storage.value.graphRoot);
  const found = yield* stat(graphRoot);
  const shut = found.is === 'blocked' ? found : found.is === 'got' && found.value.real?.is === 'blocked' ? found.value.real : undefined;
  if (shut) return unknown(shut, graphRoot);
  const base = { is: 'info' as const, storage, graphRoot, stderr: '', where };
  const end = found.is === 'got' ? (found.value.real?.is === 'got' ? found.value.real.value : found.value.real ? undefined : found.value) : undefined;
  if (!end) return { ...base, exists: false };
  const seen = { ...base, exists: true, inode: { mode: end.mode, uid: end.uid } };
  const answer = yield* askPodman(argv, as);
  if (answer.is === 'unused' && !answer.never) return { ...seen, unused: unasked(as, 'its settings', answer.where) };
  if (answer.is === 'absent' || answer.is === 'unused' || (answer.is === 'blocked' && answer.why === 'unsupported')) return seen;
  if (answer.is === 'blocked') return unknown(answer, where.path);
  const { exit, stdout, stderr } = answer.value;
  if (exit !== 0) return { ...seen, stderr, refused: stderr.trim().split('\n').at(-1)?.slice(0, 300) ?? '' };
  const parsed = parseJson(stdout);
  if (parsed.is === 'broken' || parsed.root.is !== 'map')
    return { is: 'unknown', why: 'unparsable', said: 'podman info printed something that is not its JSON', where: [where] };
  return { ...seen, stderr, told: plain(parsed.root) as Tree };
}

/** The text at a path of what podman info printed. */
export function toldText(info: PodmanInfo, ...path: readonly string[]): string | undefined {
  const value = toldValue(info, ...path);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

export function toldValue(info: PodmanInfo, ...path: readonly string[]): unknown {
  let at: unknown = info.told;
  for (const segment of path) at = typeof at === 'object' && at !== null && Object.hasOwn(at, segment) ? (at as Tree)[segment] : undefined;
  return at;
}
