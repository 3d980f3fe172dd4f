/** Kind `k3s-audit-policy`: what the API server writes into its audit log. */
import { type Asking, read } from '../../facts/ask.ts';
import { type Fact, FactBuilder, missing, type Unknown, unknown, unparsable } from '../../facts/fact.ts';
import { flagOfComponent } from '../../facts/k3s/component-file.ts';
import { k3sModel } from '../../facts/k3s/k3s-model.ts';
import { usualDataDir } from '../../facts/k3s/node-settings.ts';
import { defineKind } from '../../facts/kind.ts';
import { boolean, list, number, record, says, string } from '../../facts/shape.ts';
import { entry, placed, plain, type TextNode } from '../../facts/text/node.ts';
import { parseYaml } from '../../facts/text/yaml.ts';

/** What tells who took over a cluster, by API group and resource. */
const telling: readonly (readonly [group: string, resource: string])[] = [
  ['', 'secrets'],
  ['', 'configmaps'],
  ['', 'pods/exec'],
  ['', 'pods/portforward'],
  ['', 'pods/proxy'],
  ['', 'services/proxy'],
  ['', 'serviceaccounts/token'],
  ['authentication.k8s.io', 'tokenreviews'],
  ['certificates.k8s.io', 'certificatesigningrequests'],
];

export const k3sAuditPolicy = defineKind({
  name: 'k3s-audit-policy',
  noun: 'the audit policy',
  absent: 'the API server is told no audit policy',
  describe:
    'The policy that audit-policy-file names: the first rule that fits a request decides how much of it is logged (kubernetes/apiserver:pkg/audit/policy/checker.go).',
  fields: {},
  shape: record({
    path: string('the file'),
    usable: says(boolean('it is there, and a policy with rules'), { no: '{path} is no audit policy, so the API server does not start' }),
    rules: number('how many rules it has'),
    unlogged: list(string('a resource: secrets, pods/exec'), 'what a cluster is taken over by, as far as some request for it may stay out of the log'),
  }),
  touches: () => [
    k3sModel,
    { do: 'read', path: `${usualDataDir}/server/*` },
    { do: 'read', named: 'what audit-policy-file names', later: true, unasked: 'only where it lies elsewhere' },
  ],
  *learn(): Asking<Fact> {
    const flag = flagOfComponent(yield* k3sModel(), 'kube-apiserver', 'audit-policy-file');
    if (flag.is === 'unknown') return flag;
    if (flag.is === 'unset') return missing(...flag.consulted);
    const { value: path, where } = flag;
    const text = yield* read(path);
    if (text.is === 'blocked') return unknown(text, path);
    const fact = new FactBuilder().consulted({ path }, where).set('path', path, where);
    if (text.is === 'absent') return fact.set('usable', false, { path, said: 'is not there' }, where).build();
    const rules = rulesOf(path, text.value);
    if ('is' in rules) return rules;
    fact.set('usable', rules.length > 0, { path }).set('rules', rules.length, { path });
    return fact
      .set(
        'unlogged',
        telling.filter((one) => !isLogged(rules, one)).map(([, resource]) => resource),
        { path },
      )
      .build();
  },
});

/** Its rules; none where it is another document. */
function rulesOf(path: string, text: string): readonly TextNode[] | Unknown {
  const parsed = parseYaml(text);
  if (parsed.is === 'broken')
    return unparsable(`${path} is not valid YAML (${parsed.problem.message}), so the API server does not start`, placed(path, parsed.problem));
  const kind = entry(parsed.root, 'kind')?.value;
  const rules = entry(parsed.root, 'rules')?.value;
  return kind && plain(kind) === 'Policy' && rules?.is === 'list' ? rules.items : [];
}

const texts = (rule: TextNode, key: string): readonly string[] => {
  const node = entry(rule, key)?.value;
  return node?.is === 'list' ? node.items.map((item) => String(plain(item))) : [];
};

/** Whether every request for a resource is logged: a rule that fits all of them stands before any that leaves some out. */
function isLogged(rules: readonly TextNode[], [group, resource]: readonly [string, string]): boolean {
  for (const rule of rules) {
    const level = entry(rule, 'level')?.value;
    if (texts(rule, 'nonResourceURLs').length > 0 || !names(rule, group, resource)) continue;
    if (!level || plain(level) === 'None') return false;
    if (['users', 'userGroups', 'verbs', 'namespaces'].every((key) => texts(rule, key).length === 0)) return true;
  }
  return false;
}

function names(rule: TextNode, group: string, resource: string): boolean {
  const groups = entry(rule, 'resources')?.value;
  if (groups?.is !== 'list' || groups.items.length === 0) return true;
  const [whole, part] = resource.split('/');
  return groups.items.some((item) => {
    const of = entry(item, 'group')?.value;
    const listed = texts(item, 'resources');
    if ((of ? String(plain(of)) : '') !== group) return false;
    const fits = (one: string): boolean => one === resource || one === '*' || (part ? one === `${whole}/*` || one === `*/${part}` : false);
    return texts(item, 'resourceNames').length === 0 && (listed.length === 0 || listed.some(fits));
  });
}
