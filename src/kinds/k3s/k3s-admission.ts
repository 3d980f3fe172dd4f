/**
 * Kind `k3s-admission`: the file that admission-control-config-file names: what Pod Security Admission enforces where a
 * namespace says nothing (kubernetes/pod-security-admission:admission/api/load), and whom it lets pass.
 */
import { type Asking, read } from '../../facts/ask.ts';
import { type Fact, FactBuilder, missing, type Unknown, unknown, unparsable } from '../../facts/fact.ts';
import { flagOfComponent } from '../../facts/k3s/component-file.ts';
import { k3sModel } from '../../facts/k3s/k3s-model.ts';
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
  }),
  touches: () => [
    k3sModel,
    { do: 'read', path: `${usualDataDir}/server/psa.yaml` },
    { do: 'read', named: 'what admission-control-config-file names', later: true },
    { do: 'read', named: 'what the admission configuration names for a plug-in', later: true },
  ],
  *learn(): Asking<Fact> {
    const flag = flagOfComponent(yield* k3sModel(), 'kube-apiserver', 'admission-control-config-file');
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
    const pods = items.find((item) => nameOf(item) === 'PodSecurity');
    const other = pods && entry(pods, 'path')?.value;
    if (!other) return levelInto(fact, path, pods && entry(pods, 'configuration')?.value);
    const named = String(plain(other));
    const file = named.startsWith('/') ? named : `${path.replace(/\/[^/]*$/, '')}/${named}`;
    const own = yield* documentAt(file);
    if (own === undefined) return fact.set('usable', false, { path: file, said: 'is not there' }).build();
    return 'why' in own ? own : levelInto(fact, file, own);
  },
});

const nameOf = (item: TextNode): string => String(plain(entry(item, 'name')?.value ?? item));

/** A YAML file; undefined where it is not there. */
function* documentAt(path: string): Asking<TextNode | Unknown | undefined> {
  const text = yield* read(path);
  if (text.is === 'absent') return undefined;
  if (text.is === 'blocked') return unknown(text, path);
  const parsed = parseYaml(text.value);
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
