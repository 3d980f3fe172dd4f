/**
 * The flags of `k3s server` and `k3s agent`, as far as reading a command line or the model of arguments needs them.
 * Source: k3s-io/k3s:pkg/cli/cmds/server.go, agent.go, log.go and etcd_snapshot.go, k3s-io/docs:docs/cli. A flag of a release that is not here is read as one
 * with a value.
 */

/** Short names and old ones. `kube-controller-arg` fills the same list as `kube-controller-manager-arg`. */
const aliases: Readonly<Record<string, string>> = {
  t: 'token',
  d: 'data-dir',
  s: 'server',
  o: 'write-kubeconfig',
  i: 'node-ip',
  c: 'config',
  l: 'log',
  'kube-controller-arg': 'kube-controller-manager-arg',
  'kube-cloud-controller-arg': 'kube-cloud-controller-manager-arg',
};

/** The name under which K3s keeps what a flag says. */
export const flagNamed = (flag: string): string => (Object.hasOwn(aliases, flag) ? (aliases[flag] as string) : flag);

/** Flags that need no value: the word behind one is not its value (Go's flag package). */
const booleans = new Set(
  `debug alsologtostderr tls-san-security flannel-ipv6-masq flannel-external-ip cluster-init cluster-reset kine-tls
  etcd-expose-metrics etcd-disable-snapshots etcd-snapshot-compress etcd-s3 etcd-s3-skip-ssl-verify etcd-s3-insecure
  disable-scheduler disable-cloud-controller disable-kube-proxy disable-network-policy disable-helm-controller
  disable-apiserver disable-controller-manager disable-etcd embedded-registry supervisor-metrics with-node-id docker
  disable-default-registry-endpoint nonroot-devices protect-kernel-defaults secrets-encryption enable-pprof rootless
  prefer-bundled-bin selinux disable-agent disable-apiserver-lb node-name-from-cloud-provider-metadata help h version`.split(/\s+/),
);

export const isBooleanFlag = (flag: string): boolean => booleans.has(flag);

/** Flags that may be given several times, each time for one more value; of all others the last one counts. */
const lists = new Set(
  `kube-apiserver-arg kube-controller-manager-arg kube-scheduler-arg kube-cloud-controller-manager-arg etcd-arg kubelet-arg
  kube-proxy-arg tls-san cluster-cidr service-cidr cluster-dns disable node-ip node-external-ip node-internal-dns
  node-external-dns node-label node-taint airgap-extra-registry helm-controller-arg multi-cluster-cidr no-deploy`.split(/\s+/),
);

export const isListFlag = (flag: string): boolean => lists.has(flag);

/** Flags of a server and of an agent alike. */
const ofNodes = `config debug v vmodule log l alsologtostderr token t token-file server s data-dir d node-name with-node-id
  node-name-from-cloud-provider-metadata node-label node-taint image-credential-provider-bin-dir image-credential-provider-config
  selinux lb-server-port protect-kernel-defaults container-runtime-endpoint default-runtime image-service-endpoint pause-image
  snapshotter private-registry disable-default-registry-endpoint nonroot-devices airgap-extra-registry bind-address node-ip i
  node-external-ip node-internal-dns node-external-dns resolv-conf flannel-iface flannel-conf flannel-cni-conf kubelet-arg
  kube-proxy-arg enable-pprof rootless prefer-bundled-bin docker cluster-secret vpn-auth vpn-auth-file disable-selinux no-flannel`;

/** What only an agent knows. */
const ofAgents = 'disable-apiserver-lb';

/** What only a server knows. */
const ofServers = `https-listen-port http-listen-port advertise-address advertise-port tls-san tls-san-security cluster-cidr service-cidr
  multi-cluster-cidr service-node-port-range cluster-dns cluster-domain flannel-backend flannel-ipv6-masq flannel-external-ip
  flannel-ip-masq-disable-random-fully egress-selector-mode servicelb-namespace write-kubeconfig o write-kubeconfig-mode
  write-kubeconfig-group helm-job-image helm-controller-arg agent-token agent-token-file cluster-init cluster-reset
  cluster-reset-restore-path kube-apiserver-arg etcd-arg kube-controller-manager-arg kube-controller-arg kube-scheduler-arg
  kube-cloud-controller-manager-arg kube-cloud-controller-arg kine-tls datastore-endpoint datastore-cafile datastore-certfile
  datastore-keyfile etcd-expose-metrics etcd-disable-snapshots etcd-snapshot-name etcd-snapshot-schedule-cron
  etcd-snapshot-reconcile-interval etcd-snapshot-retention etcd-snapshot-dir etcd-snapshot-compress etcd-s3 etcd-s3-endpoint
  etcd-s3-endpoint-ca etcd-s3-skip-ssl-verify etcd-s3-access-key etcd-s3-secret-key etcd-s3-session-token etcd-s3-bucket
  etcd-s3-bucket-lookup-type etcd-s3-region etcd-s3-folder etcd-s3-proxy etcd-s3-config-secret etcd-s3-insecure etcd-s3-timeout
  etcd-s3-retention default-local-storage-path disable disable-scheduler disable-cloud-controller disable-kube-proxy
  disable-network-policy disable-helm-controller disable-apiserver disable-controller-manager disable-etcd disable-agent
  embedded-registry supervisor-metrics system-default-registry secrets-encryption secrets-encryption-provider prime no-deploy`;

const words = (...texts: readonly string[]): ReadonlySet<string> => new Set(texts.flatMap((text) => text.split(/\s+/)));

/** The names of all flags that some release since 1.24 has, by role, short and old ones included. */
export const knownFlags = { server: words(ofNodes, ofServers), agent: words(ofNodes, ofAgents) };

/** Variables that stand in for flags that no file and no argument sets. */
export const variables: Readonly<Record<string, string>> = {
  'data-dir': 'K3S_DATA_DIR',
  token: 'K3S_TOKEN',
  'token-file': 'K3S_TOKEN_FILE',
  'agent-token': 'K3S_AGENT_TOKEN',
  'agent-token-file': 'K3S_AGENT_TOKEN_FILE',
  server: 'K3S_URL',
  'cluster-init': 'K3S_CLUSTER_INIT',
  'cluster-reset': 'K3S_CLUSTER_RESET',
  'write-kubeconfig': 'K3S_KUBECONFIG_OUTPUT',
  'write-kubeconfig-mode': 'K3S_KUBECONFIG_MODE',
  'write-kubeconfig-group': 'K3S_KUBECONFIG_GROUP',
  'datastore-endpoint': 'K3S_DATASTORE_ENDPOINT',
  'datastore-cafile': 'K3S_DATASTORE_CAFILE',
  'datastore-certfile': 'K3S_DATASTORE_CERTFILE',
  'datastore-keyfile': 'K3S_DATASTORE_KEYFILE',
  'etcd-s3-access-key': 'AWS_ACCESS_KEY_ID',
  'etcd-s3-secret-key': 'AWS_SECRET_ACCESS_KEY',
  'system-default-registry': 'K3S_SYSTEM_DEFAULT_REGISTRY',
  'node-name': 'K3S_NODE_NAME',
  'resolv-conf': 'K3S_RESOLV_CONF',
  selinux: 'K3S_SELINUX',
  'lb-server-port': 'K3S_LB_SERVER_PORT',
  'vpn-auth': 'K3S_VPN_AUTH',
  'vpn-auth-file': 'K3S_VPN_AUTH_FILE',
};

/** Whether a flag is surely one of K3s: a server passes over keys of its file that are none. */
export const isKnownFlag = (flag: string): boolean => isBooleanFlag(flag) || Object.hasOwn(variables, flag) || flag.endsWith('-arg');

/** Names the file instead of `--config`, and beats it. */
export const configVariable = 'K3S_CONFIG_FILE';
