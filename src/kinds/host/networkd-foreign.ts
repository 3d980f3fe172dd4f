/** Kind `networkd-foreign`: what systemd-networkd takes away of what it did not make itself, and pods need. */
import { type Asking, together } from '../../facts/ask.ts';
import { type Fact, FactBuilder, missing, type Unknown, type Where } from '../../facts/fact.ts';
import { type Networkd, networkd } from '../../facts/host/networkd.ts';
import { seeTool, type ToolVersion, toolVersion } from '../../facts/host/tool-version.ts';
import { whetherEnabled } from '../../facts/host/whether-enabled.ts';
import { type PodNetwork, podNetwork } from '../../facts/k3s/pod-network.ts';
import { defineKind } from '../../facts/kind.ts';
import { boolean, record, string } from '../../facts/shape.ts';
import { compareReleases, releaseOf, since } from '../../facts/text/version.ts';

const service = 'systemd-networkd.service';
const setting = 'ManageForeignRoutingPolicyRules';

export const networkdForeign = defineKind({
  name: 'networkd-foreign',
  noun: 'systemd-networkd',
  absent: 'systemd-networkd is not enabled',
  describe:
    'Whether systemd-networkd, when it starts anew, takes away the routing policy rules that the network plugin of K3s made (networkd.conf(5) ManageForeignRoutingPolicyRules=).',
  fields: {},
  shape: record({
    links: boolean('a file gives it a link to manage'),
    removes: boolean('it removes rules that others made: from systemd 247.4 on, unless it is told not to'),
    plugin: string('the network plugin of the pods'),
    needs: boolean('that plugin makes such rules, and does not mark them as the kernel’s'),
  }),
  touches: () => [whetherEnabled.of(service), networkd, podNetwork, seeTool.of('systemctl')],
  *learn(): Asking<Fact> {
    const on = yield* whetherEnabled(service);
    if (on.is === 'unknown') return on;
    if (!on.enabled) return missing(...on.where);
    const [conf, pods, systemd] = yield* together([networkd(), podNetwork(), toolVersion('systemctl')]);
    if (conf.is === 'unknown') return conf;
    const fact = new FactBuilder().consulted(...on.where);
    fact.set('links', conf.links.length > 0, ...(conf.links.length > 0 ? conf.links : conf.looked));
    removes(fact, conf, systemd);
    if (pods.is === 'unknown') return fact.gap('plugin', pods).gap('needs', pods).build();
    if (pods.is === 'none') return fact.set('needs', false, ...pods.consulted).build();
    fact.set('plugin', pods.name, ...pods.where);
    const needs = needsRules(pods);
    if (typeof needs === 'boolean') fact.set('needs', needs, ...pods.where);
    else fact.gap('needs', needs);
    return fact.build();
  },
});

/** systemd/systemd:src/network/networkd-routing-policy-rule.c: since 247.4 and 248; the setting exists since 249. */
function removes(fact: FactBuilder, { settings, keeps, looked }: Networkd, systemd: ToolVersion): void {
  const told = settings.get(setting);
  const off = told !== undefined && /^(?:no|n|false|f|off|0)$/i.test(told.value);
  const at: readonly Where[] = told ? [told.where] : looked.map((w) => ({ ...w, said: `does not set ${setting}=` }));
  if (keeps || off) return void fact.set('removes', false, ...at);
  if (systemd.is === 'unknown') return void fact.gap('removes', systemd);
  const release = systemd.is === 'known' ? releaseOf(systemd.version) : undefined;
  const old = release && (!since(release, '247') || (compareReleases(release.said, '247') === 0 && !since(release, '247.4')));
  fact.set('removes', !old, ...at, ...(systemd.is === 'known' ? [systemd.where] : []));
}

/** kube-router makes rules of no protocol of their own; Cilium marks its own as the kernel's from 1.14 on (cilium/cilium#24288). */
function needsRules({ name, version, where }: PodNetwork): boolean | Unknown {
  if (name === 'flannel') return false;
  if (name === 'kube-router') return true;
  const release = version === undefined ? undefined : releaseOf(version);
  if (name === 'cilium' && release) return !since(release, '1.14');
  const said =
    name === 'cilium' ? 'which release of Cilium runs stands in no file' : `whether ${name} needs rules that systemd-networkd takes away is not known`;
  return { is: 'unknown', why: 'unsupported', said, where };
}
