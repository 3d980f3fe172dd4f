/** Kind `k3s-encryption`: with what the API server encrypts secrets before they are kept. */
import { type Answer, type Asking, read } from '../../facts/ask.ts';
import { type Fact, FactBuilder, missing, unknown, unparsable } from '../../facts/fact.ts';
import { flagOfComponent } from '../../facts/k3s/component-file.ts';
import { k3sModel } from '../../facts/k3s/k3s-model.ts';
import { usualDataDir } from '../../facts/k3s/node-settings.ts';
import { walked, walking } from '../../facts/k3s/walk.ts';
import { defineKind } from '../../facts/kind.ts';
import { list, record, string } from '../../facts/shape.ts';
import { entry, placed, plain, type TextNode } from '../../facts/text/node.ts';
import { parseYaml } from '../../facts/text/yaml.ts';

export const k3sEncryption = defineKind({
  name: 'k3s-encryption',
  noun: 'the encryption of secrets',
  absent: 'the API server is told to encrypt nothing',
  describe:
    'The providers with which the API server encrypts secrets, in their order, from the file that encryption-provider-config names (kubernetes/apiserver:pkg/server/options/encryptionconfig). Keys are no part of it.',
  fields: {},
  shape: record({
    path: string('the file'),
    providers: list(string('aescbc, aesgcm, secretbox, kms, identity'), 'those for secrets, in order: the first one encrypts what is written'),
    first: string('the one that encrypts what is written; identity leaves it as it is'),
  }),
  touches: () => [
    k3sModel,
    walking,
    { do: 'read', path: `${usualDataDir}/server/cred/encryption-config.json` },
    { do: 'read', named: 'what encryption-provider-config names', later: true, unasked: 'only where it is not the file of K3s' },
  ],
  *learn(): Asking<Fact> {
    const model = yield* k3sModel();
    const flag = flagOfComponent(model, 'kube-apiserver', 'encryption-provider-config');
    if (flag.is === 'unknown') return flag;
    if (flag.is === 'unset') return missing(...flag.consulted);
    const { value: path, where } = flag;
    const text = yield* readBelow(model.is === 'model' ? model.dataDir.value : usualDataDir, path);
    if (text.is === 'blocked') return unknown(text, path);
    if (text.is === 'absent')
      return { is: 'unknown', why: 'ambiguous', said: `${path} is written when K3s starts, and is not there yet`, where: [{ path }, where] };
    const parsed = parseYaml(text.value);
    if (parsed.is === 'broken')
      return unparsable(`${path} is not valid (${parsed.problem.message}), so the API server does not start`, placed(path, parsed.problem));
    const found = providersOf(parsed.root);
    const fact = new FactBuilder().consulted({ path }, where).set('path', path, where);
    if (!found) return unparsable(`${path} holds no encryption configuration`, { path });
    const names = found.nodes.map(({ name }) => name);
    fact.set('providers', names, ...found.nodes.map(({ at }) => placed(path, at)), { path });
    const [first] = found.nodes;
    return (first ? fact.set('first', first.name, placed(path, first.at)) : fact.set('first', 'identity', { path })).build();
  },
});

/** A file of K3s itself below a data directory that was chosen is looked for on the way there: no plan can name it. */
function* readBelow(dataDir: string, path: string): Asking<Answer<string>> {
  if (dataDir === usualDataDir || !path.startsWith(`${dataDir}/`)) return yield* read(path);
  const way = path.slice(dataDir.length + 1).split('/');
  const names = yield* walked(dataDir, way.slice(0, -1));
  if (names.is !== 'got') return names;
  return names.value.includes(way.at(-1) ?? '') ? yield* read(path) : { is: 'absent' };
}

interface Provider {
  readonly name: string;
  readonly at: { readonly line: number; readonly column: number };
}

/** The providers of the first entry that is about secrets: the first that matches counts. Undefined where it is no such file. */
function providersOf(root: TextNode): { nodes: readonly Provider[] } | undefined {
  const resources = entry(root, 'resources')?.value;
  if (resources?.is !== 'list') return undefined;
  const about = resources.items.find((item) => {
    const named = entry(item, 'resources')?.value;
    return named?.is === 'list' && named.items.some((one) => ['secrets', '*.', '*.*'].includes(String(plain(one))));
  });
  const providers = about && entry(about, 'providers')?.value;
  if (about && providers?.is !== 'list') return undefined;
  const items = providers?.is === 'list' ? providers.items : [];
  return { nodes: items.flatMap((item) => (item.is === 'map' ? item.entries.map(({ key, at }) => ({ name: key, at })) : [])) };
}
