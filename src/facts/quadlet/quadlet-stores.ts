/** What an account's store holds by name: secrets and images, as Podman records them below its graph root. */
import { type Account, type Answer, type Asking, read, type Stat, stat, together } from '../ask.ts';
import { storageConf } from '../containers/storage-conf.ts';
import { type Json, type Unknown, unknown, type Where } from '../fact.ts';
import { kernelPath, runs } from '../host/running.ts';
import { type NetworkFiles, networkFiles } from '../podman/networks.ts';
import { graphRoot } from '../podman/settings.ts';
import { movedStore } from '../podman/store.ts';
import { source, type Touches } from '../source.ts';
import { parseJson } from '../text/json.ts';
import { plain } from '../text/node.ts';

/** Names that are there, and where they are recorded; unknown where nobody can tell. */
export type Stored = { readonly is: 'known'; readonly names: ReadonlySet<string>; readonly where: Where } | Unknown;

const roots = ['/var/lib/containers/storage', '~/.local/share/containers/storage'];

const below = (name: string): Touches => [
  storageConf,
  { do: 'stat', path: kernelPath },
  ...roots.map((root) => ({ do: 'read' as const, path: `${root}/${name}` })),
];

/** containers/common:pkg/secrets/secrets.go. */
const secretsFile = 'secrets/secrets.json';
/** containers/storage:images.go, of the driver that every Podman takes by itself. */
const imagesFile = 'overlay-images/images.json';

/** The names and ids of an account's secrets. */
export const storedSecrets = source(below(secretsFile), learnSecrets);

function* learnSecrets(as: Account): Asking<Stored> {
  return yield* learnStored(as, secretsFile, (root) => {
    const { nameToID: names, idToName: ids } = (root ?? {}) as { nameToID?: Json; idToName?: Json };
    if (typeof names !== 'object' || names === null || Array.isArray(names)) return undefined;
    // Keys alone: a value beside a name that speaks of a secret is masked.
    return [...Object.keys(names), ...Object.keys(typeof ids === 'object' && ids !== null ? ids : {})];
  });
}

/** The names of an account's images, with their tags. */
export const storedImages = source(
  below(imagesFile).map((t) => ('path' in t && t.path.startsWith('~') ? { ...t, unasked: 'it is tried with the images of root' } : t)),
  learnImages,
);

function* learnImages(as: Account): Asking<Stored> {
  const stored = yield* learnStored(as, imagesFile, (root) =>
    Array.isArray(root)
      ? root.flatMap((one) => {
          const { names } = (one ?? {}) as { names?: Json };
          return Array.isArray(names) ? names.map(String) : [];
        })
      : undefined,
  );
  return stored;
}

/** The names of an account's networks, those that are built in too. Of an image nothing is known: they may be made when it runs. */
export const storedNetworks = source([networkFiles, { do: 'stat', path: kernelPath }], learnNetworks);

function* learnNetworks(as: Account): Asking<Stored> {
  const [files, kernel]: [NetworkFiles, Answer<Stat>] = yield* together([networkFiles(as), stat(kernelPath)]);
  if (files.is === 'unknown') return files;
  const [at = { path: '/etc/containers/networks' }] = files.consulted;
  if (kernel.is === 'blocked' && kernel.why !== 'unsupported') return unknown(kernel, kernelPath);
  if (!runs(kernel)) return { is: 'unknown', why: 'unsupported', said: 'an image does not tell which networks are made on the host', where: [at] };
  return files.broken[0] ?? { is: 'known', names: new Set(files.each.map((n) => n.name)), where: at };
}

function* learnStored(as: Account, name: string, namesIn: (root: Json) => readonly string[] | undefined): Asking<Stored> {
  const path = `${graphRoot(as)}/${name}`;
  const [text, kernel, moved]: [Answer<string>, Answer<Stat>, Unknown | undefined] = yield* together([read(path), stat(kernelPath), movedStore(as)]);
  if (moved) return moved;
  if (text.is === 'blocked') return unknown(text, path);
  if (text.is !== 'got' && kernel.is === 'blocked' && kernel.why !== 'unsupported') return unknown(kernel, kernelPath);
  if (text.is !== 'got')
    return runs(kernel)
      ? { is: 'known', names: new Set(), where: { path, said: 'not there' } }
      : { is: 'unknown', why: 'unsupported', said: `an image does not tell what is put into ${path} on the host`, where: [{ path }] };
  const parsed = parseJson(text.value);
  const names = parsed.is === 'parsed' ? namesIn(plain(parsed.root)) : undefined;
  return names
    ? { is: 'known', names: new Set(names), where: { path } }
    : { is: 'unknown', why: 'unparsable', said: `${path} does not parse`, where: [{ path }] };
}
