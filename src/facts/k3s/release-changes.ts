/**
 * When the defaults of K3s changed. A change reaches older minor releases with a patch of their own, so that each is a
 * list of first releases, one a minor release that was still maintained. `open` names releases of which it is not known:
 * there the flag is unknown, never guessed.
 */
import { type Release, since } from '../text/version.ts';

export interface Change {
  /** The first release of each minor release that has it. Later minor releases have it from the start. */
  readonly first: readonly string[];
  /** From this release on, and before the first one above, nobody knows. */
  readonly open?: string;
  readonly source: string;
}

export const changes = {
  bootstrapTokens: {
    first: ['1.24.11', '1.25.7', '1.26.2'],
    source: 'k3s-io/k3s#6663, #6899: enable-bootstrap-token-auth, the tokencleaner controller',
  },
  /** Certificates may be rotated: chains without their root, and a key of its own to sign with. */
  rotatableKeys: {
    first: ['1.24.12', '1.25.8', '1.26.3'],
    open: '1.24.10',
    source: 'k3s-io/k3s#7082, #7083 (listings of server/tls); pkg/daemons/control/server.go: service.current.key, *.nochain.crt',
  },
  cipherSuites: {
    first: ['1.24.10', '1.25.6', '1.26.1'],
    source: 'k3s-io/k3s#6725, #6730, #6731: the default list is passed to kube-apiserver',
  },
  reloadedEncryption: { first: ['1.28.1'], source: 'k3s-io/k3s#7760: encryption-provider-config-automatic-reload' },
  serviceRangeOfControllers: {
    first: ['1.29.0'],
    open: '1.24.0',
    source: 'k3s-io/k3s:pkg/daemons/control/server.go controllerManager: service-cluster-ip-range',
  },
  cloudControllerOfServiceLB: {
    first: ['1.26.0'],
    open: '1.24.0',
    source: 'k3s-io/k3s:pkg/daemons/control/server.go cloudControllerManager: cloud-config, controllers',
  },
  ownConfigOfAuthorization: {
    first: ['1.30.12', '1.31.8', '1.32.4', '1.33.0'],
    source: 'k3s-io/k3s#12017, #12039, #12040, #12041: authorization-config drops authorization-mode',
  },
  ownConfigOfAuthentication: {
    first: ['1.30.13', '1.31.9', '1.32.5', '1.33.1'],
    source: 'k3s-io/k3s#12245, #12276 to #12279: authentication-config drops anonymous-auth',
  },
  servingCertificates: {
    first: ['1.30.13', '1.31.9', '1.32.5', '1.33.1'],
    source: 'k3s-io/k3s#12172, #12295 to #12298: serving certificates of kube-scheduler and kube-controller-manager',
  },
  kubeletDropIns: { first: ['1.32.0'], source: 'k3s-io/k3s:pkg/daemons/agent/agent.go: kubelet.conf.d instead of arguments' },
  readOnlyPortBesideDropIns: { first: ['1.32.4', '1.33.0'], source: 'k3s-io/k3s#12164, #12166: read-only-port is an argument again' },
  noContainerdFlag: { first: ['1.37.0'], source: 'k3s-io/k3s:pkg/daemons/agent/agent_linux.go: kubelet has no --containerd any more' },
  controllersUnlisted: { first: ['1.37.0'], source: 'k3s-io/k3s:pkg/daemons/control/server.go: no controllers are taken away' },
  dataDirVariable: { first: ['1.32.0'], open: '1.24.0', source: 'k3s-io/k3s:pkg/cli/cmds/server.go: K3S_DATA_DIR' },
  noPauseImage: { first: ['1.32.0'], open: '1.29.0', source: 'k3s-io/k3s:pkg/daemons/agent/agent_linux.go: pod-infra-container-image' },
  noRemoteRuntime: { first: ['1.27.0'], open: '1.24.0', source: 'kubernetes/kubernetes: --container-runtime is gone in 1.27' },
  /** The gate is Kubernetes 1.27's: no release before it has it. Between, K3s gave it where the node has two addresses. */
  dualStackNodes: {
    first: ['1.27.7', '1.28.3', '1.29.0'],
    open: '1.27.0',
    source: 'k3s-io/k3s#8667, #8669; pkg/daemons/agent/agent_linux.go: CloudDualStackNodeIPs',
  },
  forwardingSysctls: { first: ['1.29.0'], open: '1.24.0', source: 'k3s-io/k3s:pkg/daemons/agent/agent_linux.go: allowed-unsafe-sysctls' },
  rootlessVariables: {
    first: ['1.24.9', '1.25.5', '1.26.0'],
    source: 'k3s-io/k3s#6498, #6600: K3S_ROOTLESS_MTU, _CIDR, _ENABLE_IPV6, _PORT_DRIVER, _DISABLE_HOST_LOOPBACK',
  },
  rootlessCopyUp: { first: ['1.28.15', '1.29.10', '1.30.6', '1.31.2'], source: 'k3s-io/k3s#10386, #11041 to #11044: K3S_ROOTLESS_COPYUPDIRS' },
  containerdVersion3: { first: ['1.31.6', '1.32.2', '1.33.0'], source: 'k3s-io/docs:docs/advanced.md: config-v3.toml.tmpl, containerd 2.0' },
  noTrackedJobs: { first: ['1.28.0'], open: '1.25.0', source: 'k3s-io/k3s:pkg/daemons/control/server.go: JobTrackingWithFinalizers' },
} as const satisfies Readonly<Record<string, Change>>;

export type ChangeName = keyof typeof changes;

/** The oldest and the newest minor release whose sources were read. */
export const oldest = '1.24';
export const newest = '1.37';

/** Whether a release has a change; undefined where nobody knows. */
export function hasChange(release: Release, name: ChangeName): boolean | undefined {
  const { first, open }: Change = changes[name];
  const [major, minor] = release.numbers;
  const own = first.find((f) => f.startsWith(`${major}.${minor}.`));
  const has = own === undefined ? since(release, first.at(-1) ?? '') : since(release, own);
  return has ? true : open !== undefined && since(release, open) ? undefined : false;
}
