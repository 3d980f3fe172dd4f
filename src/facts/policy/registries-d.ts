/** registries.d: where signatures of images are looked for (containers-registries.d(5); containers/image:docker/registries_d.go). */

import { type Account, type Asking, list, read, stat, together } from '../ask.ts';
import { type Unknown, unknown, unparsable, type Where } from '../fact.ts';
import { unreadableBy } from '../host/disk.ts';
import { source, type Touches } from '../source.ts';
import { placed, plain, type TextNode } from '../text/node.ts';
import { parseYaml } from '../text/yaml.ts';

const etcDirectory = '/etc/containers/registries.d';

export interface Store {
  readonly url: string;
  readonly where: Where;
  /** Written with the old key, `sigstore`, which releases that know `lookaside` pass over beside it. */
  readonly old: boolean;
}

/** The settings of one namespace; the empty name is `default-docker`. */
export interface Namespace {
  readonly name: string;
  /** Where signatures are read from; without those that are for writing alone. */
  readonly stores: readonly Store[];
  readonly attachments?: boolean;
  readonly where: Where;
}

export interface SignatureStorage {
  readonly is: 'storage';
  readonly directory: string;
  readonly namespaces: ReadonlyMap<string, Namespace>;
  readonly consulted: readonly Where[];
}

const storeKeys = ['lookaside', 'sigstore'];
const stagingKeys = ['lookaside-staging', 'sigstore-staging'];

const touches: Touches = [etcDirectory, '~/.config/containers/registries.d'].flatMap(
  (path): Touches => [
    { do: 'stat', path },
    { do: 'list', path },
    { do: 'stat', path: `${path}/*.yaml` },
    { do: 'read', path: `${path}/*.yaml` },
  ],
);

/** The account's own directory, if there is one, replaces the system-wide one. A namespace given twice is refused. */
export const signatureStores = source(touches, readStores);

function* readStores(as: Account): Asking<SignatureStorage | Unknown> {
  const home = `${as.home}/.config/containers/registries.d`;
  const own = yield* stat(home);
  if (own.is === 'blocked') return unknown(own, home);
  const directory = own.is === 'got' && own.value.real?.is !== 'absent' ? home : etcDirectory;
  const [inode, names] = [yield* stat(directory), yield* list(directory)];
  const consulted: Where[] = [{ path: directory }];
  const namespaces = new Map<string, Namespace>();
  if (names.is === 'absent') return { is: 'storage', directory, namespaces, consulted };
  const shut = unreadableBy(as, directory, inode);
  if (shut) return shut;
  if (names.is === 'blocked') return unknown(names, directory);
  const paths = names.value.filter((n) => n.endsWith('.yaml')).map((n) => `${directory}/${n}`);
  const stats = yield* together(paths.map((p) => stat(p)));
  const texts = yield* together(paths.map((p) => read(p)));
  for (const [at, path] of paths.entries()) {
    const text = texts[at] ?? { is: 'absent' };
    const refused = unreadableBy(as, path, stats[at] ?? { is: 'absent' }) ?? (text.is === 'blocked' ? unknown(text, path) : undefined);
    if (refused) return refused;
    if (text.is === 'absent') return unparsable(`${path} is a dangling link, so images with signatures cannot be pulled`, { path });
    consulted.push({ path });
    const problem = readFile(path, text.is === 'got' ? text.value : '', namespaces);
    if (problem) return problem;
  }
  return { is: 'storage', directory, namespaces, consulted };
}

function readFile(path: string, text: string, namespaces: Map<string, Namespace>): Unknown | undefined {
  // ghodss/yaml reads YAML 1.1 and then matches names as encoding/json does.
  const parsed = parseYaml(text, { version: '1.1' });
  if (parsed.is === 'broken') return unparsable(`${path} is not valid YAML (${parsed.problem.message}), so pulls fail`, placed(path, parsed.problem));
  const { root } = parsed;
  if (root.is === 'scalar' && root.value === null) return undefined;
  if (root.is !== 'map') return unparsable(`${path} is not a mapping, so pulls fail`, placed(path, root.at));
  for (const { key: written, at, value } of root.entries) {
    const key = written.toLowerCase();
    const each = key === 'default-docker' ? [{ key: '', at, value }] : key === 'docker' && value.is === 'map' ? value.entries : [];
    if (key === 'docker' && value.is === 'list') return unparsable(`docker in ${path} is not a mapping, so pulls fail`, placed(path, at));
    for (const found of each) {
      const where = placed(path, found.at);
      const before = namespaces.get(found.key);
      if (before)
        return unparsable(`${found.key || 'default-docker'} is defined both in ${before.where.path} and in ${path}, so pulls fail`, where, before.where);
      const namespace = namespaceOf(path, found.key, found.value, where);
      if ('is' in namespace) return namespace;
      namespaces.set(found.key, namespace);
    }
  }
  return undefined;
}

function namespaceOf(path: string, name: string, node: TextNode, where: Where): Namespace | Unknown {
  if (node.is === 'scalar' && node.value === null) return { name, stores: [], where };
  if (node.is !== 'map') return unparsable(`${name || 'default-docker'} in ${path} is not a mapping, so pulls fail`, where);
  const stores = new Map<string, Store>();
  let attachments: boolean | undefined;
  for (const { key: written, value, at } of node.entries) {
    const key = written.toLowerCase();
    const here = placed(path, at);
    const plainValue = plain(value);
    if (storeKeys.includes(key) || stagingKeys.includes(key)) {
      if (typeof plainValue !== 'string') return unparsable(`${key} in ${path} is not a string, so pulls fail`, here);
      if (plainValue !== '') stores.set(key, { url: plainValue, where: here, old: key === 'sigstore' });
    } else if (key === 'use-sigstore-attachments') {
      if (typeof plainValue !== 'boolean') return unparsable(`${key} in ${path} is neither true nor false, so pulls fail`, here);
      attachments = plainValue;
    }
  }
  return { name, stores: storeKeys.flatMap((key) => stores.get(key) ?? []), where, ...(attachments === undefined ? {} : { attachments }) };
}
