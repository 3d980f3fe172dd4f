/** The names of the environment variables that decide which engine k3d and Podman talk to. No other variable is looked at. */

/** What k3d asks for by name (k3d-io/k3d:pkg/types/env.go, images.go, fixes/fixes.go; v5.0 to v5.9). */
const ownVariables = [
  'K3D_DEBUG_COREDNS_RETRIES',
  'K3D_DEBUG_DISABLE_DOCKER_INIT',
  'K3D_DEBUG_NODE_WAIT_BACKOFF_LIMIT',
  'K3D_FIX_CGROUPV2',
  'K3D_FIX_DNS',
  'K3D_FIX_MOUNTS',
  'K3D_HELPER_IMAGE_TAG',
  'K3D_IMAGE_LOADBALANCER',
  'K3D_IMAGE_TOOLS',
  'K3D_LOG_NODE_WAIT_LOGS',
];

/**
 * Keys that `k3d cluster create` binds to its flags: a variable of that name beats the config file, and a flag beats both
 * (k3d-io/k3d:cmd/cluster/clusterCreate.go, cmd/util/config/config.go). Left out are token, cli.env and cli.k3sargs, whose
 * values may be secrets, and keys with a dash, which no shell can set.
 */
const boundKeys = [
  ...['config', 'hostaliases', 'cli.volumes', 'cli.ports', 'cli.registries.create', 'cli.registries.create.enforcePortMatch'],
  ...['servers', 'agents', 'image', 'network', 'subnet', 'registries.use', 'registries.config'],
  ...['wait', 'timeout', 'disableloadbalancer', 'disablerollback', 'disableimagevolume', 'loadbalancer.configoverrides'].map((key) => `options.k3d.${key}`),
  ...['updatedefaultkubeconfig', 'switchcurrentcontext'].map((key) => `options.kubeconfig.${key}`),
  ...['gpurequest', 'serversmemory', 'agentsmemory', 'hostpidmode'].map((key) => `options.runtime.${key}`),
];

/** The K3D_* variables that k3d reads and that have no secret in them. */
export const k3dVariables: readonly string[] = [...ownVariables, ...boundKeys.map((key) => `K3D_${key.replaceAll('.', '_').toUpperCase()}`)].sort();

const otherVariables = [
  'CONTAINERS_CONF',
  'CONTAINERS_CONF_OVERRIDE',
  'CONTAINERS_MACHINE_PROVIDER',
  'CONTAINERS_REGISTRIES_CONF',
  'CONTAINERS_STORAGE_CONF',
  'CONTAINER_CONNECTION',
  'CONTAINER_HOST',
  'DOCKER_CONTEXT',
  'DOCKER_HOST',
  'DOCKER_SOCK',
  'DOCKER_SOCKET',
  'KUBECONFIG',
  'STORAGE_DRIVER',
  'STORAGE_OPTS',
  'XDG_RUNTIME_DIR',
] as const;

/** All that is looked at. */
export const variableNames: readonly string[] = [...otherVariables, ...k3dVariables];

/** Those of which facts tell all, with value and places; of the others they tell that they are set, and to what. */
export const toldVariables: readonly string[] = [...otherVariables, ...ownVariables, 'K3D_NETWORK'];
