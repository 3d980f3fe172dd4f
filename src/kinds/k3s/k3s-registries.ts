/** Kind `k3s-registries`: registries.yaml as K3s reads it. */
import { type Answer, type Asking, read, type Stat, stat, together } from '../../facts/ask.ts';
import { type Fact, FactBuilder, missing, unknown, unparsable, type Where } from '../../facts/fact.ts';
import { endOf } from '../../facts/host/disk.ts';
import { type K3sModel, k3sModel } from '../../facts/k3s/k3s-model.ts';
import { mistakesIn } from '../../facts/k3s/registries-form.ts';
import { insecureIn } from '../../facts/k3s/registry-endpoints.ts';
import { defineKind } from '../../facts/kind.ts';
import { any, boolean, list, mode, number, record, says, string } from '../../facts/shape.ts';
import { entry, placed, type TextNode } from '../../facts/text/node.ts';
import { parseYaml } from '../../facts/text/yaml.ts';

const usual = '/etc/rancher/k3s/registries.yaml';

export const k3sRegistries = defineKind({
  name: 'k3s-registries',
  noun: 'registries.yaml',
  absent: 'there is no registries.yaml',
  describe: 'registries.yaml of K3s, or what private-registry names: mirrors, credentials and TLS as K3s takes them, and what it refuses or passes over.',
  fields: {},
  shape: record({
    path: string('the file'),
    mode: mode('its permission bits'),
    uid: number('its owner'),
    heeded: says(boolean('K3s runs its own containerd, which it writes this for'), {
      no: 'another runtime pulls the images, and does not read registries.yaml',
    }),
    refused: list(string('a mistake'), 'what K3s refuses: the node does not come up'),
    meant: list(record({ key: string('the key'), value: any('what was meant') }), 'of what it refuses, values that can mean one thing alone'),
    unclear: list(string('a mistake'), 'what it refuses or passes over, and only a person can mend'),
    ignored: list(record({ key: string('the key'), what: string('why it does not count') }), 'what K3s passes over in silence'),
    insecure: list(
      record({
        registry: string('the registry'),
        endpoint: string('where it is pulled from'),
        how: string('plain HTTP, or a certificate that is not checked', ['http', 'unverified']),
        key: string('the key of the file that says so'),
        secure: string('the endpoint over HTTPS'),
      }),
      'endpoints outside this host over which images can be changed on their way',
    ),
    mirrors: list(string('a registry'), 'the registries that have mirrors'),
    credentials: list(string('a registry'), 'the registries with credentials in the file'),
    keys: list(
      record({ path: string('the file'), mode: mode('its permission bits'), uid: number('its owner') }),
      'key files of client certificates that are there',
    ),
  }),
  touches: () => [
    k3sModel,
    { do: 'stat', path: usual },
    { do: 'read', path: usual },
    { do: 'stat', named: 'what private-registry names, and the keys that registries.yaml names', later: true },
    { do: 'read', named: 'what private-registry names', later: true },
  ],
  *learn(): Asking<Fact> {
    const model = yield* k3sModel();
    if (model.is === 'unknown') return model;
    if (model.is === 'not-started') return missing(...model.consulted);
    const named = model.flags.one('private-registry');
    const path = named?.value ?? usual;
    if (path === '') return missing(...(named ? [named.where] : []));
    const [inode, text] = yield* together([stat(path), read(path)]);
    if (inode.is === 'absent') return missing({ path }, ...(named ? [named.where] : []));
    if (inode.is === 'blocked') return unknown(inode, path);
    const fact = new FactBuilder().consulted({ path }, ...(named ? [named.where] : [])).set('path', path, { path });
    const end = endOf(inode);
    // A link that leads nowhere is no file.
    if (inode.value.real?.is === 'absent') return missing({ path });
    fact.set('mode', end?.mode, { path }).set('uid', end?.uid, { path });
    setHeeded(fact, model);
    if (end?.type === 'directory') return refuse(fact, `${path} is a directory`, { path });
    if (text.is === 'blocked') return unknown(text, path);
    if (text.is === 'absent') return missing({ path });
    return yield* contentOf(fact, path, text.value);
  },
});

function setHeeded(fact: FactBuilder, { flags, where }: K3sModel): void {
  const endpoint = flags.one('container-runtime-endpoint');
  const other = (endpoint?.value ? endpoint.where : undefined) ?? (flags.on('docker') ? flags.one('docker')?.where : undefined);
  fact.set('heeded', other === undefined, other ?? where);
}

/** K3s gives up on the file as a whole: nothing of it counts. */
function refuse(fact: FactBuilder, said: string, where: Where): Fact {
  for (const name of ['refused', 'unclear']) fact.set(name, [said], where).at([name, '0'], where);
  for (const part of ['ignored', 'insecure', 'mirrors', 'credentials', 'keys']) fact.gap(part, unparsable(said, where));
  return fact.build();
}

function* contentOf(fact: FactBuilder, path: string, text: string): Asking<Fact> {
  const parsed = parseYaml(text, { version: '1.1', first: true });
  if (parsed.is === 'broken') return refuse(fact, `${path} is not valid YAML (${parsed.problem.message})`, placed(path, parsed.problem));
  const { root } = parsed;
  const mistakes = mistakesIn(root);
  const refused = mistakes.filter((m) => m.stops);
  const ignored = mistakes.filter((m) => !m.stops);
  setAll(
    fact,
    'refused',
    refused.map((m) => ({ value: m.key === '' ? `the file ${m.what}` : `${m.key} ${m.what}`, where: placed(path, m.node.at) })),
    path,
  );
  setAll(
    fact,
    'meant',
    mistakes.flatMap((m) => (m.meant === undefined ? [] : [{ value: { key: m.key, value: m.meant }, where: placed(path, m.node.at) }])),
    path,
  );
  setAll(
    fact,
    'unclear',
    mistakes.flatMap((m) => (m.meant === undefined ? [{ value: `${m.key} ${m.what}`, where: placed(path, m.node.at) }] : [])),
    path,
  );
  setAll(
    fact,
    'ignored',
    ignored.map((m) => ({ value: { key: m.key, what: m.what }, where: placed(path, m.node.at) })),
    path,
  );
  setAll(
    fact,
    'insecure',
    insecureIn(root).map(({ at, ...one }) => ({ value: { ...one }, where: placed(path, at) })),
    path,
  );
  const mirrors = entriesOf(entry(root, 'mirrors')?.value);
  setAll(
    fact,
    'mirrors',
    mirrors.map(({ key, at }) => ({ value: key, where: placed(path, at) })),
    path,
  );
  setAll(fact, 'credentials', credentialsIn(root, path), path);
  yield* setKeys(fact, root, path);
  return fact.build();
}

type Listed = { readonly value: Parameters<FactBuilder['set']>[1] & {}; readonly where: Where };

function setAll(fact: FactBuilder, name: string, found: readonly Listed[], path: string): void {
  fact.set(
    name,
    found.map((f) => f.value),
    ...(found.length > 0 ? found.map((f) => f.where) : [{ path }]),
  );
  for (const [at, { where }] of found.entries()) fact.at([name, String(at)], where);
}

const entriesOf = (node: TextNode | undefined) => (node?.is === 'map' ? node.entries : []);

/** The registries for which a name or a secret stands in the file: below configs, and in the older auths. */
function credentialsIn(root: TextNode, path: string): Listed[] {
  const configs = entriesOf(entry(root, 'configs')?.value).map(({ key, value }) => ({ key, auth: entry(value, 'auth') }));
  const auths = entriesOf(entry(root, 'auths')?.value).map((one) => ({ key: one.key, auth: one }));
  return [...configs, ...auths].flatMap(({ key, auth }) =>
    auth && entriesOf(auth.value).some((e) => !(e.value.is === 'scalar' && (e.value.value === null || e.value.value === '')))
      ? [{ value: key, where: placed(path, auth.at) }]
      : [],
  );
}

/** The files of keys that it names, with their permissions. */
function* setKeys(fact: FactBuilder, root: TextNode, path: string): Asking<void> {
  const named = entriesOf(entry(root, 'configs')?.value).flatMap(({ value }) => {
    const key = entry(entry(value, 'tls')?.value, 'key_file');
    return key?.value.is === 'scalar' && typeof key.value.value === 'string' && key.value.value.startsWith('/')
      ? [{ file: key.value.value, where: placed(path, key.at) }]
      : [];
  });
  const files = [...new Map(named.map((n) => [n.file, n])).values()];
  const answers: readonly Answer<Stat>[] = yield* together(files.map(({ file }) => stat(file)));
  const found: Listed[] = [];
  for (const [at, answer] of answers.entries()) {
    const { file, where } = files[at] as (typeof files)[number];
    if (answer.is === 'blocked') return void fact.gap('keys', unknown(answer, file));
    const end = endOf(answer);
    if (end) found.push({ value: { path: file, mode: end.mode, uid: end.uid }, where: { path: file, said: `named in ${where.path}:${where.line}` } });
  }
  setAll(fact, 'keys', found, path);
}
