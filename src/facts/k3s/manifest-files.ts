/**
 * The manifests that K3s deploys from this host, and the pods that the kubelet starts from files.
 * k3s-io/k3s:pkg/deploy/controller.go; kubernetes/kubernetes:pkg/kubelet/config/file.go.
 */
import { type Asking, read, together } from '../ask.ts';
import { type Unknown, unknown, type Where } from '../fact.ts';
import { source, type Touches } from '../source.ts';
import { type K3sModel, k3sModel } from './k3s-model.ts';
import { usualDataDir } from './node-settings.ts';
import { startOfK3s } from './started-by.ts';
import { startOfNode } from './started-in-node.ts';
import { stateDirectory } from './state-directory.ts';

export interface ManifestFile {
  readonly path: string;
  readonly text: string;
}

/** `absent`: nothing is deployed from here. `more`: what could not be seen. */
export type ManifestFiles =
  | { readonly is: 'found'; readonly files: readonly ManifestFile[]; readonly more?: Unknown; readonly consulted: readonly Where[] }
  | { readonly is: 'absent'; readonly consulted: readonly Where[] }
  | Unknown;

const deployed = 'server/manifests';
const started = 'agent/pod-manifests';
const belows = [deployed, `${deployed}/*`, `${deployed}/*/*`, started];

const touches: Touches = [
  k3sModel,
  startOfK3s,
  startOfNode,
  ...belows.map((below) => stateDirectory.of(undefined, below)),
  ...[`${deployed}/*`, `${deployed}/*/*`, `${deployed}/*/*/*`, `${started}/*`].map(
    (below) => ({ do: 'read', path: `${usualDataDir}/${below}`, later: true }) as const,
  ),
  { do: 'read', named: 'the manifests below the data directory of K3s', later: true, unasked: 'only where data-dir moves it' },
];

export const manifestFiles = source(touches, learnFiles);

function* learnFiles(): Asking<ManifestFiles> {
  const model = yield* k3sModel();
  if (model.is === 'not-started') return { is: 'absent', consulted: model.consulted };
  // Without a service its arguments are not known; where its state lies is seen.
  if (model.is === 'unknown' && !(yield* nothingStartsIt())) return model;
  const known = model.is === 'model' ? model : undefined;
  const dataDir = known?.dataDir.value ?? usualDataDir;
  const [applied, own] = yield* together([known?.role === 'agent' ? none() : filesBelow(dataDir, deployed, 2), filesBelow(dataDir, started, 0)]);
  const more = applied.more ?? own.more;
  const consulted = [{ path: `${dataDir}/${deployed}` }, { path: `${dataDir}/${started}` }];
  const wanted = [...deployable(applied.paths, `${dataDir}/${deployed}`, known), ...own.paths.filter((path) => !lastOf(path).startsWith('.'))];
  if (wanted.length === 0) return more ?? { is: 'absent', consulted };
  const texts = yield* together(wanted.map((path) => read(path)));
  const files: ManifestFile[] = [];
  let unseen = more;
  for (const [at, text] of texts.entries()) {
    const path = wanted[at] as string;
    if (text.is === 'blocked') unseen ??= unknown(text, path);
    if (text.is === 'got') files.push({ path, text: text.value });
  }
  return { is: 'found', files, consulted, ...(unseen ? { more: unseen } : {}) };
}

function* nothingStartsIt(): Asking<boolean> {
  const [service, node] = yield* together([startOfK3s(), startOfNode()]);
  return service.is === 'not-started' && node.is === 'not-started';
}

interface Below {
  readonly paths: readonly string[];
  readonly more?: Unknown;
}

// biome-ignore lint/correctness/useYield: it stands for a directory that need not be looked into.
function* none(): Asking<Below> {
  return { paths: [] };
}

/** The files in a directory, and in so many levels of directories below it. */
function* filesBelow(dataDir: string, below: string, levels: number): Asking<Below> {
  const found = yield* stateDirectory(dataDir, below);
  if (found.is === 'unknown') return { paths: [], more: found };
  if (found.is === 'absent') return { paths: [] };
  const paths = found.entries.flatMap(({ end, path }) => (end?.type === 'file' ? [path] : []));
  const within = below === started ? [] : found.entries.filter(({ end }) => end?.type === 'directory');
  const [deep] = within;
  if (levels === 0 && deep)
    return { paths, more: { is: 'unknown', why: 'unsupported', said: `${deep.path} lies deeper than is looked`, where: [{ path: deep.path }] } };
  const parts = yield* together(within.map(({ name }) => filesBelow(dataDir, `${below}/${name}`, levels - 1)));
  const more = parts.find((part) => part.more)?.more;
  return { paths: [...paths, ...parts.flatMap((part) => part.paths)], ...(more ? { more } : {}) };
}

const lastOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

/** Without those that are hidden, of another ending, skipped by a file of their name beside any of them, or disabled. */
function deployable(paths: readonly string[], base: string, model: K3sModel | undefined): string[] {
  const skipped = new Set(paths.map(lastOf).flatMap((name) => (name.endsWith('.skip') ? [name.slice(0, -'.skip'.length)] : [])));
  const isDisabled = (path: string): boolean => {
    const parts = path.slice(base.length + 1).split('/');
    const names = [...parts.slice(0, -1).map((_, at) => parts.slice(0, at + 1).join('/')), lastOf(path).replace(/\.[^.]*$/, '')];
    return names.some((name) => model?.flags.lists('disable', name) !== undefined);
  };
  return paths.filter((path) => {
    const name = lastOf(path);
    return !name.startsWith('.') && /\.(?:ya?ml|json)$/i.test(name) && !skipped.has(name) && !isDisabled(path);
  });
}
