/**
 * What K3s gives the kubelet and kube-proxy before the user's own arguments (k3s-io/k3s:pkg/daemons/agent/agent.go,
 * agent_linux.go, pkg/agent/config/config.go). What an agent is told by its server stands in no file of the node.
 */
import type { Unknown } from '../fact.ts';
import type { Release } from '../text/version.ts';
import { extraArg, type Given } from './component-args.ts';
import { Defaults, type Derived } from './defaults.ts';
import type { Chosen } from './given.ts';
import { because, below, clusterCidr, joinedOf, type NodeSettings, nodeIsV6, nodeLoopback, runtimeOnly, serviceCidr, settingOf } from './node-settings.ts';

const containerd = '/run/k3s/containerd/containerd.sock';

/** What the server tells its agents: known on the server alone. */
function fromServer(settings: NodeSettings, flag: string, value: string | Derived): string | Derived | Unknown {
  return settings.role === 'server' ? value : runtimeOnly(flag, 'what its server says, which no file of an agent holds');
}

export function kubeletDefaults(settings: NodeSettings, release: Release): Defaults {
  const d = new Defaults(release);
  const at = below(settings);
  d.set('kubeconfig', at('agent/kubelet.kubeconfig'));
  if (d.has('kubeletDropIns')) d.set('config-dir', at('agent/etc/kubelet.conf.d')).by('readOnlyPortBesideDropIns', 'read-only-port', '0');
  else argumentsBeforeDropIns(d, settings);
  node(d, settings);
  runtime(d, settings);
  provider(d, settings);
  return d;
}

function node(d: Defaults, settings: NodeSettings): void {
  const { flags } = settings;
  const name = flags.one('node-name');
  const called = flags.gap('node-name') ?? runtimeOnly('hostname-override', 'the name of the running host');
  d.set('hostname-override', name && !flags.on('with-node-id') ? { ...name, value: name.value.toLowerCase() } : called);
  const ip = joinedOf(settings, 'node-ip');
  d.set('node-ip', ip ?? runtimeOnly('node-ip', 'the addresses of the running host'));
  d.set('node-labels', joinedOf(settings, 'node-label') ?? '');
  d.set('runtime-cgroups', runtimeOnly('runtime-cgroups', 'the control group in which K3s runs'));
  for (const flag of ['image-credential-provider-bin-dir', 'image-credential-provider-config'] as const)
    d.set(flag, runtimeOnly(flag, 'whether the files of a credential provider are there'));
  if (!flags.on('rootless')) return;
  const root = below(settings)('agent/kubelet');
  d.set('root-dir', root)
    .set('cert-dir', { ...root, value: `${root.value}/pki` })
    .set('feature-gates', 'KubeletInUserNamespace=true');
}

/** The socket of the runtime; `containerd` is told to its statistics alone. */
function runtime(d: Defaults, settings: NodeSettings): void {
  const { flags } = settings;
  const own = flags.one('container-runtime-endpoint');
  const docker = flags.on('docker');
  const socket: Derived = docker ? { value: '/run/k3s/cri-dockerd/cri-dockerd.sock' } : own && own.value !== '' ? own : { value: containerd };
  if (socket.value.includes('containerd')) d.by('noContainerdFlag', 'containerd', undefined, socket);
  if (d.has('kubeletDropIns')) return;
  const unix = { ...socket, value: socket.value.startsWith('unix://') ? socket.value : `unix://${socket.value}` };
  d.set('container-runtime-endpoint', unix).set('serialize-image-pulls', 'false').by('noRemoteRuntime', 'container-runtime', undefined, 'remote');
  const image = flags.one('image-service-endpoint');
  if (image) d.set('image-service-endpoint', { ...image, value: image.value.startsWith('unix://') ? image.value : `unix://${image.value}` });
  const pause = flags.one('pause-image');
  d.by('noPauseImage', 'pod-infra-container-image', undefined, pause ?? 'rancher/mirrored-pause:3.6');
}

function provider(d: Defaults, settings: NodeSettings): void {
  if (settings.role === 'agent') {
    d.set('cloud-provider', fromServer(settings, 'cloud-provider', 'external') as Unknown);
    return;
  }
  const off = settings.flags.on('disable-cloud-controller');
  if (!off) d.set('cloud-provider', 'external');
  if (!off && !d.map.has('feature-gates') && d.has('kubeletDropIns') === false) d.by('dualStackNodes', 'feature-gates', 'CloudDualStackNodeIPs=true');
}

/** Before 1.32 everything that stands in kubelet.conf.d since was an argument. */
function argumentsBeforeDropIns(d: Defaults, settings: NodeSettings): void {
  const { flags } = settings;
  const at = below(settings);
  d.all({
    'read-only-port': '0',
    'eviction-hard': 'imagefs.available<5%,nodefs.available<5%',
    'eviction-minimum-reclaim': 'imagefs.available=10%,nodefs.available=10%',
    'fail-swap-on': 'false',
    'authentication-token-webhook': 'true',
    'anonymous-auth': 'false',
    'authorization-mode': 'Webhook',
  })
    .set('healthz-bind-address', nodeLoopback(settings))
    .set('address', nodeIsV6(settings) ? '::' : '0.0.0.0')
    .set('client-ca-file', at('agent/client-ca.crt'))
    .set('tls-cert-file', at('agent/serving-kubelet.crt'))
    .set('tls-private-key-file', at('agent/serving-kubelet.key'))
    .set('pod-manifest-path', at('agent/pod-manifests'))
    .set('cluster-domain', fromServer(settings, 'cluster-domain', settingOf(settings, 'cluster-domain', 'cluster.local') as Derived))
    .set('cluster-dns', fromServer(settings, 'cluster-dns', clusterDns(settings)))
    .set(
      'resolv-conf',
      flags.one('resolv-conf') ?? flags.gap('resolv-conf') ?? runtimeOnly('resolv-conf', 'whether /etc/resolv.conf of the running host can be used'),
    );
  for (const [flag, why] of [
    ['cgroup-driver', 'whether systemd starts K3s, and the control groups of the host'],
    ['kubelet-cgroups', 'the control group in which K3s runs'],
    ['cpu-cfs-quota', 'the control groups of the host'],
  ] as const)
    d.set(flag, runtimeOnly(flag, why));
  const taints = joinedOf(settings, 'node-taint');
  if (taints) d.set('register-with-taints', taints);
  const protect = flags.one('protect-kernel-defaults');
  if (protect && flags.on('protect-kernel-defaults')) d.set('protect-kernel-defaults', { value: 'true', ...because('protect-kernel-defaults', protect) });
  const servicelb = flags.lists('disable', 'servicelb');
  if (settings.role === 'agent') d.set('allowed-unsafe-sysctls', fromServer(settings, 'allowed-unsafe-sysctls', '') as Unknown);
  else if (!servicelb) d.by('forwardingSysctls', 'allowed-unsafe-sysctls', 'net.ipv4.ip_forward,net.ipv6.conf.all.forwarding');
  for (const flag of ['v', 'vmodule']) {
    const found = flags.one(flag);
    if (found && found.value !== '' && found.value !== '0') d.set(flag, found);
  }
}

/** What K3s writes into the first file of kubelet.conf.d, as far as an audit asks (agent.go defaultKubeletConfig). */
export function kubeletFileDefaults(settings: NodeSettings, release: Release): ReadonlyMap<string, Given> {
  const d = new Defaults(release);
  const at = below(settings);
  d.all({ 'authentication.anonymous.enabled': 'false', 'authentication.webhook.enabled': 'true', 'authorization.mode': 'Webhook' })
    .all({ failSwapOn: 'false', streamingConnectionIdleTimeout: '4h0m0s' })
    .set('authentication.x509.clientCAFile', at('agent/client-ca.crt'))
    .set('tlsCertFile', at('agent/serving-kubelet.crt'))
    .set('tlsPrivateKeyFile', at('agent/serving-kubelet.key'))
    .set('staticPodPath', at('agent/pod-manifests'));
  const protect = settings.flags.one('protect-kernel-defaults');
  if (protect && settings.flags.on('protect-kernel-defaults'))
    d.set('protectKernelDefaults', { value: 'true', ...because('protect-kernel-defaults', protect) });
  return new Map(
    [...d.map].flatMap(([name, one]) => ('is' in one ? [] : [[name, { values: [{ value: one.value, where: one.where }], beaten: one.beaten }] as const])),
  );
}

/** The tenth address of each service network (k3s-io/k3s:pkg/cli/server/server.go). */
function clusterDns(settings: NodeSettings): Derived {
  const own = joinedOf(settings, 'cluster-dns');
  if (own) return own;
  const { value, ...rest } = serviceCidr(settings);
  const tenth = (network: string): string => {
    const m = /^(\d+\.\d+\.\d+)\.(\d+)\/\d+$/.exec(network.trim());
    return m ? `${m[1]}.${Number(m[2]) + 10}` : `${network.trim().replace(/::\/\d+$/, '')}::a`;
  };
  return { ...rest, value: value.split(',').map(tenth).join(',') };
}

export function kubeProxyDefaults(settings: NodeSettings, release: Release): Defaults {
  const d = new Defaults(release);
  const name = settings.flags.one('node-name');
  d.all({
    'proxy-mode': 'iptables',
    'conntrack-max-per-core': '0',
    'conntrack-tcp-timeout-established': '0s',
    'conntrack-tcp-timeout-close-wait': '0s',
  })
    .set('healthz-bind-address', nodeLoopback(settings))
    .set('kubeconfig', below(settings)('agent/kubeproxy.kubeconfig'))
    .set('cluster-cidr', fromServer(settings, 'cluster-cidr', clusterCidr(settings)))
    .set(
      'hostname-override',
      name && !settings.flags.on('with-node-id')
        ? { ...name, value: name.value.toLowerCase() }
        : runtimeOnly('hostname-override', 'the name of the running host'),
    );
  for (const flag of ['v', 'vmodule']) {
    const found = settings.flags.one(flag);
    if (found && found.value !== '' && found.value !== '0') d.set(flag, found);
  }
  const log = settings.flags.one('log');
  if (log && log.value !== '') d.set('log_file', log);
  const also = settings.flags.one('alsologtostderr');
  if (also && settings.flags.on('alsologtostderr')) d.set('alsologtostderr', { value: 'true', ...because('alsologtostderr', also) });
  return d;
}

/** The user's arguments of the kubelet without those that K3s takes out, and what it takes out: both by name. */
export interface KubeletArgs {
  readonly given: readonly Chosen[];
  readonly config?: Chosen;
  readonly configDir?: Chosen;
}

/**
 * Since 1.32 K3s copies what `config` and `config-dir` name into its own directory and drops the arguments. An argument
 * without `=` takes the one behind it along (pkg/daemons/agent/agent.go extractConfigArgs).
 */
export function kubeletArgs(all: readonly Chosen[], dropIns: boolean): KubeletArgs {
  if (!dropIns) return { given: all };
  const given: Chosen[] = [];
  let config: Chosen | undefined;
  let configDir: Chosen | undefined;
  for (let at = 0; at < all.length; at++) {
    const one = all[at] as Chosen;
    const whole = one.value.includes('=');
    const { written, value } = extraArg(one.value);
    const next = whole ? undefined : all[at + 1];
    if (written === 'config') config = { ...one, value: whole ? value : (next?.value ?? '') };
    else if (written === 'config-dir') configDir = { ...one, value: whole ? value : (next?.value ?? '') };
    else given.push(one);
    if (next) at++;
  }
  return { given, ...(config ? { config } : {}), ...(configDir ? { configDir } : {}) };
}
