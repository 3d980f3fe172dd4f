/** Kind `pod-network`: the network plugin of the pods of this K3s node. */
import type { Asking } from '../../facts/ask.ts';
import { type Fact, FactBuilder, missing } from '../../facts/fact.ts';
import { podNetwork as learnt } from '../../facts/k3s/pod-network.ts';
import { defineKind } from '../../facts/kind.ts';
import { record, string, version } from '../../facts/shape.ts';

export const podNetwork = defineKind({
  name: 'pod-network',
  noun: 'the network of pods',
  absent: 'nothing starts K3s here',
  describe: "Who gives the pods of this K3s node their network: K3s' own flannel, or a plugin that its manifests or files name.",
  fields: {},
  shape: record({
    plugin: string('the plugin', ['flannel', 'kube-router', 'cilium', 'calico']),
    version: version('of a plugin that a manifest names with its version'),
    backend: string("of a server's own flannel, its backend: vxlan, host-gw, wireguard-native"),
  }),
  touches: () => [learnt],
  *learn(): Asking<Fact> {
    const found = yield* learnt();
    if (found.is === 'unknown') return found;
    if (found.is === 'none') return missing(...found.consulted);
    const { name, version: release, backend, where } = found;
    return new FactBuilder()
      .consulted(...where)
      .set('plugin', name, ...where)
      .set('version', release, ...where)
      .set('backend', backend, ...where)
      .build();
  },
});
