/**
 * The flags of `k3s server` and `k3s agent`, as far as reading a command line or the model of arguments needs them.
 * Source: k3s-io/k3s:pkg/cli/cmds/server.go, agent.go and log.go. A flag of a release that is not here is read as one
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
