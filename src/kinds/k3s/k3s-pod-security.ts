/** Kind `k3s-pod-security`: which standard the API server holds pods to where their namespace says nothing. */
import { type Asking, read } from '../../facts/ask.ts';
import { type Fact, FactBuilder, missing, unknown, unparsable } from '../../facts/fact.ts';
import { flagOfComponent } from '../../facts/k3s/component-file.ts';
import { k3sModel } from '../../facts/k3s/k3s-model.ts';
import { usualDataDir } from '../../facts/k3s/node-settings.ts';
import { defineKind } from '../../facts/kind.ts';
import { list, record, string } from '../../facts/shape.ts';
import { entry, placed, plain, type TextNode } from '../../facts/text/node.ts';
import { parseYaml } from '../../facts/text/yaml.ts';

export const k3sPodSecurity = defineKind({
  name: 'k3s-pod-security',
  noun: 'the standard for pods',
  absent: 'the API server is told no configuration of admission',
  describe: 'The defaults of Pod Security Admission, from the file that admission-control-config-file names (kubernetes/pod-security-admission:admission/api).',
  fields: {},
  shape: record({
    path: string('the file'),
    enforce: string('the standard that pods are held to: privileged is none'),
    exempt: list(string('a namespace'), 'namespaces that are not held to it'),
  }),
  touches: () => [
    k3sModel,
    { do: 'read', path: `${usualDataDir}/server/*` },
    { do: 'read', named: 'what admission-control-config-file names', later: true, unasked: 'only where it lies elsewhere' },
  ],
  *learn(): Asking<Fact> {
    const flag = flagOfComponent(yield* k3sModel(), 'kube-apiserver', 'admission-control-config-file');
    if (flag.is === 'unknown') return flag;
    if (flag.is === 'unset') return missing(...flag.consulted);
    const { value: path, where } = flag;
    const text = yield* read(path);
    if (text.is === 'blocked') return unknown(text, path);
    if (text.is === 'absent') return unparsable(`${path} is not there, so the API server does not start`, { path }, where);
    const parsed = parseYaml(text.value);
    if (parsed.is === 'broken')
      return unparsable(`${path} is not valid YAML (${parsed.problem.message}), so the API server does not start`, placed(path, parsed.problem));
    return factOf(path, parsed.root);
  },
});

function factOf(path: string, root: TextNode): Fact {
  const plugins = entry(root, 'plugins')?.value;
  const items = plugins?.is === 'list' ? plugins.items : [];
  const own = items.find((item) => plain(entry(item, 'name')?.value ?? item) === 'PodSecurity');
  const configuration = own && entry(own, 'configuration')?.value;
  const enforce = entry(entry(configuration, 'defaults')?.value, 'enforce');
  const exempt = entry(entry(configuration, 'exemptions')?.value, 'namespaces')?.value;
  const fact = new FactBuilder().consulted({ path }).set('path', path, { path });
  fact.set('enforce', enforce ? String(plain(enforce.value)) : 'privileged', enforce ? placed(path, enforce.at) : { path });
  return fact.set('exempt', exempt?.is === 'list' ? exempt.items.map((item) => String(plain(item))) : [], { path }).build();
}
