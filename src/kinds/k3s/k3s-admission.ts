/**
 * Kind `k3s-admission`: the file that admission-control-config-file names: what Pod Security Admission enforces where a
 * namespace says nothing (kubernetes/pod-security-admission:admission/api/load), and whom it lets pass.
 */
import { type Asking, read } from '../../facts/ask.ts';
import { type Fact, FactBuilder, missing, type Unknown, unknown, unparsable } from '../../facts/fact.ts';
import { flagOfComponent } from '../../facts/k3s/component-file.ts';
import { type K3sModel, k3sModel } from '../../facts/k3s/k3s-model.ts';
import { usualDataDir } from '../../facts/k3s/node-settings.ts';
import { defineKind } from '../../facts/kind.ts';
import { boolean, list, record, string } from '../../facts/shape.ts';
import { entry, placed, plain, type TextNode } from '../../facts/text/node.ts';
import { parseYaml } from '../../facts/text/yaml.ts';

const levels = ['privileged', 'baseline', 'restricted'];

export const k3sAdmission = defineKind({
  name: 'k3s-admission',
  noun: 'the admission configuration',
  absent: 'the API server is told no admission configuration',
  describe:
    'The file that admission-control-config-file names: the default level of Pod Security Admission, its exemptions, and the plug-ins that it configures.',
  fields: {},
  shape: record({
    path: string('the file'),
    usable: boolean('it is there, and an AdmissionConfiguration'),
    enforce: string('the level that holds in namespaces without labels; privileged where nothing is said', levels),
    namespaces: list(string('a namespace'), 'namespaces that are exempt'),
    others: list(string('a user or runtime class'), 'users and runtime classes that are exempt'),
    plugins: list(string('a plug-in'), 'the plug-ins that it configures'),
    images: string('what ImagePolicyWebhook does with images while nobody answers it; off: it is not enabled. Unset where the file does not configure it', [
      'refuses',
      'lets in',
      'off',
    ]),
  }),
  touches: () => [
    k3sModel,
    { do: 'read', path: `${usualDataDir}/server/psa.yaml` },
    { do: 'read', named: 'what admission-control-config-file names', later: true },
    { do: 'read', named: 'what the admission configuration names for a plug-in', later: true },
  ],
  *learn(): Asking<Fact> {
    const model = yield* k3sModel();
    const flag = flagOfComponent(model, 'kube-apiserver', 'admission-control-config-file');
    if (flag.is === 'unknown') return flag;
    if (flag.is === 'unset') return missing(...flag.consulted);
    const { value: path, where } = flag;
    const fact = new FactBuilder().consulted({ path }, where).set('path', path, where);
    const root = yield* documentAt(path);
    if (root === undefined) return fact.set('usable', false, { path, said: 'is not there' }, where).build();
    if ('why' in root) return root;
    const plugins = entry(root, 'plugins')?.value;
    const isOne = plain(entry(root, 'kind')?.value ?? root) === 'AdmissionConfiguration';
    fact.set('usable', isOne, { path });
    const items = isOne && plugins?.is === 'list' ? plugins.items : [];
    fact.set('plugins', items.map(nameOf), { path });
    const [pods, images] = ['PodSecurity', 'ImagePolicyWebhook'].map((name) => items.find((item) => nameOf(item) === name));
    if (images && model.is === 'model') imagesInto(fact, yield* settingsOf(images, path), model);
    if (!pods) return levelInto(fact, path, undefined);
    const { file, root: own } = yield* settingsOf(pods, path);
    if (own === undefined && file !== path) return fact.set('usable', false, { path: file, said: 'is not there' }).build();
    return own && 'why' in own ? own : levelInto(fact, file, own);
  },
});

interface Settings {
  readonly file: string;
  readonly root: TextNode | Unknown | undefined;
}

/** The settings of a plug-in: in the file itself, or in another that it names. */
function* settingsOf(item: TextNode, path: string): Asking<Settings> {
  const other = entry(item, 'path')?.value;
  if (!other) return { file: path, root: entry(item, 'configuration')?.value };
  const named = String(plain(other));
  const file = named.startsWith('/') ? named : `${path.replace(/\/[^/]*$/, '')}/${named}`;
  return { file, root: yield* documentAt(file) };
}

/** kubernetes/kubernetes:plugin/pkg/admission/imagepolicy. No release enables it by itself. */
function imagesInto(fact: FactBuilder, { file, root }: Settings, { flags }: K3sModel): void {
  const gap = flags.gap('kube-apiserver-arg') ?? (root && 'why' in root ? root : undefined);
  if (gap || (root && 'why' in root)) return void (gap && fact.gap('images', gap));
  const enabled = flags.all('kube-apiserver-arg').findLast(({ value }) => /^(?:--)?enable-admission-plugins=/.test(value));
  if (!enabled?.value.split(/[=,]/).includes('ImagePolicyWebhook')) return void fact.set('images', 'off', enabled?.where ?? { path: file });
  const found = root && entry(entry(root, 'imagePolicy')?.value ?? root, 'defaultAllow');
  fact.set('images', found && plain(found.value) === true ? 'lets in' : 'refuses', found ? placed(file, found.at) : { path: file });
}

const nameOf = (item: TextNode): string => String(plain(entry(item, 'name')?.value ?? item));

/** A YAML file; undefined where it is not there. */
function* documentAt(path: string): Asking<TextNode | Unknown | undefined> {
  const text = yield* read(path);
  if (text.is === 'absent') return undefined;
  if (text.is === 'blocked') return unknown(text, path);
  const parsed = parseYaml(text.value, { first: true });
  return parsed.is === 'parsed'
    ? parsed.root
    : unparsable(`${path} is not valid YAML (${parsed.problem.message}), so the API server does not start`, placed(path, parsed.problem));
}

function levelInto(fact: FactBuilder, path: string, settings: TextNode | undefined): Fact {
  const defaults = settings && entry(settings, 'defaults')?.value;
  const enforce = defaults && entry(defaults, 'enforce');
  fact.set('enforce', enforce ? String(plain(enforce.value)) : 'privileged', enforce ? placed(path, enforce.at) : { path, said: 'no level is enforced' });
  const exemptions = settings && entry(settings, 'exemptions')?.value;
  const listed = (key: string): readonly { text: string; line: number; column: number }[] => {
    const node = exemptions && entry(exemptions, key)?.value;
    return node?.is === 'list' ? node.items.map((item) => ({ text: String(plain(item)), ...item.at })) : [];
  };
  const put = (name: string, found: ReturnType<typeof listed>): void =>
    void fact.set(
      name,
      found.map(({ text }) => text),
      ...found.map(({ line, column }) => ({ path, line, column })),
      { path },
    );
  put('namespaces', listed('namespaces'));
  put('others', [...listed('usernames'), ...listed('runtimeClasses')]);
  return fact.build();
}
