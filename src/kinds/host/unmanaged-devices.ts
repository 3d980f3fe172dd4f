/** Kind `unmanaged-devices`: whether NetworkManager is told to leave the interfaces of containers alone. */
import { type Asking, together } from '../../facts/ask.ts';
import { type Fact, FactBuilder, missing, type Unknown, type Where } from '../../facts/fact.ts';
import { type Device, leavesAlone, leftAlone } from '../../facts/host/network-manager.ts';
import { seeTool } from '../../facts/host/tool-version.ts';
import { whetherEnabled } from '../../facts/host/whether-enabled.ts';
import { podNetwork } from '../../facts/k3s/pod-network.ts';
import { defineKind } from '../../facts/kind.ts';
import { list, record, string } from '../../facts/shape.ts';

const service = 'NetworkManager.service';

export const unmanagedDevices = defineKind({
  name: 'unmanaged-devices',
  noun: 'NetworkManager',
  absent: 'NetworkManager is not enabled',
  describe:
    'The bridges and tunnels that K3s and Podman of root make, and which of them NetworkManager is not told to leave alone (NetworkManager.conf(5) unmanaged-devices, managed). Absent where NetworkManager is not enabled.',
  fields: {},
  shape: record({
    managed: list(string('an interface'), 'those that no setting excludes'),
    spec: string('the same as NetworkManager lists devices: interface-name:cni0;interface-name:flannel.1'),
  }),
  touches: () => [whetherEnabled.of(service), podNetwork, seeTool.of('podman'), leftAlone],
  *learn(): Asking<Fact> {
    const on = yield* whetherEnabled(service);
    if (on.is === 'unknown') return on;
    if (!on.enabled) return missing(...on.where);
    const [settings, made] = yield* together([leftAlone(), devices()]);
    if (settings.is === 'unknown') return settings;
    if ('is' in made) return made;
    const { sure, perhaps } = made;
    const places = sure.map((d) => leavesAlone(settings, d));
    const managed = sure.filter((_, at) => places[at] === undefined).map(({ name }) => name);
    if (perhaps && managed.length === 0 && !leavesAlone(settings, ofPodman)) return perhaps;
    const said: Where[] = settings.looked.map((w) => ({ ...w, said: `does not name ${managed.join(' or ')}` }));
    const fact = new FactBuilder().consulted(...on.where);
    fact.set('managed', managed, ...(managed.length > 0 ? said : places.flatMap((p) => p ?? [])), ...on.where);
    return fact.set('spec', managed.map((name) => `interface-name:${name}`).join(';')).build();
  },
});

const ofPodman: Device = { name: 'podman0', type: 'bridge' };
const bridge: Device = { name: 'cni0', type: 'bridge' };

interface Made {
  readonly sure: readonly Device[];
  /** Why it is not known whether Podman is here. */
  readonly perhaps?: Unknown;
}

/** Of a host with neither those of K3s: it is looked at before it gets one. */
function* devices(): Asking<Made | Unknown> {
  const [pods, podman] = yield* together([podNetwork(), seeTool('podman')]);
  if (pods.is === 'unknown') return pods;
  const perhaps = podman.is === 'unknown' ? { perhaps: podman } : {};
  const more = podman.is === 'known' ? [ofPodman] : [];
  if (pods.is === 'none') return { sure: podman.is === 'absent' ? [bridge, { name: 'flannel.1', type: 'vxlan' }] : more, ...perhaps };
  if (pods.name !== 'flannel') return { sure: more, ...perhaps };
  const wireguard = pods.backend?.startsWith('wireguard') === true;
  const tunnel: Device[] = pods.backend === 'host-gw' ? [] : [wireguard ? { name: 'flannel-wg', type: 'wireguard' } : { name: 'flannel.1', type: 'vxlan' }];
  return { sure: [bridge, ...tunnel, ...more], ...perhaps };
}
