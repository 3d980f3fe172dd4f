/** The names of the environment variables that decide which engine k3d and Podman talk to. No other variable is looked at. */

/** K3D_* variables that have no secret in them (k3d pkg/types/env.go; K3D_NETWORK and the like through cmd/util/config's prefix). */
export const k3dVariables = [
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
  'K3D_NETWORK',
] as const;

export const otherVariables = [
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

export const variableNames: readonly string[] = [...otherVariables, ...k3dVariables];
