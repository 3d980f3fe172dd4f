/** The one list of fact kinds. The grammar, its schema, the reference and completion are derived from it. */

import { bootArguments } from './cgroup/boot-arguments.ts';
import { cgroup } from './cgroup/cgroup.ts';
import { cgroupDrivers } from './cgroup/cgroup-drivers.ts';
import { delegation } from './cgroup/delegation.ts';
import { runtimeUnit } from './cgroup/runtime-units.ts';
import { apiTimeout } from './config/api-timeout.ts';
import { config } from './config/config.ts';
import { configAccepted } from './config/config-accepted.ts';
import { containerLogs } from './config/container-logs.ts';
import { containerLsm } from './config/container-lsm.ts';
import { cri } from './config/cri.ts';
import { crioCni } from './config/crio-cni.ts';
import { crioStorage } from './config/crio-storage.ts';
import { defaultMounts } from './config/default-mounts.ts';
import { imageStores } from './config/image-stores.ts';
import { k3sRuntime } from './config/k3s-runtime.ts';
import { ociRuntime } from './config/oci-runtime.ts';
import { podmanOverrides } from './config/podman-overrides.ts';
import { podmanStore } from './config/podman-store.ts';
import { proxy } from './config/proxy.ts';
import { registryCredentials } from './config/registry-credentials.ts';
import { rootlessOverlay } from './config/rootless-overlay.ts';
import { seccompProfile } from './config/seccomp-profile.ts';
import { userBus } from './config/user-bus.ts';
import { accountHome } from './host/account-home.ts';
import { accounts } from './host/accounts-kind.ts';
import { dbusSession } from './host/dbus-session.ts';
import { environment } from './host/environment.ts';
import { file, text } from './host/file.ts';
import { hardware } from './host/hardware.ts';
import { idmapTools } from './host/idmap-tools.ts';
import { lingering } from './host/lingering.ts';
import { lowPorts } from './host/low-ports.ts';
import { os } from './host/os.ts';
import { pauseProcess } from './host/pause-process.ts';
import { pingRange } from './host/ping-range.ts';
import { privileges } from './host/privileges.ts';
import { process } from './host/process.ts';
import { runtimeDir } from './host/runtime-dir.ts';
import { subidConflicts } from './host/subid-conflicts.ts';
import { sysctl } from './host/sysctl.ts';
import { tool } from './host/tool.ts';
import { engine, user } from './host/user.ts';
import { userUnits } from './host/user-units.ts';
import { usernsApparmor } from './host/userns-apparmor.ts';
import { k3dEngine } from './k3d/engine.ts';
import { k3dConfig } from './k3d/k3d-config.ts';
import { k3dDatastore } from './k3d/k3d-datastore.ts';
import { k3dEndpoint } from './k3d/k3d-endpoint.ts';
import { k3dNodes } from './k3d/k3d-nodes.ts';
import { kubeconfigFile } from './k3d/kubeconfig-file.ts';
import { registryUse } from './k3d/registry-use.ts';
import { k3dScripts } from './k3d/scripts.ts';
import { sudoEnvironment } from './k3d/sudo-environment.ts';
import { k3sRelease } from './k3s/release.ts';
import { k3sRootless } from './k3s/rootless.ts';
import { k3sRootlessUnits } from './k3s/rootless-units.ts';
import type { Kind } from './kind.ts';
import { machineConfig } from './macos/machine-config.ts';
import { machineDocker } from './macos/machine-docker.ts';
import { machineHostKey } from './macos/machine-host-key.ts';
import { machineSsh } from './macos/machine-ssh.ts';
import { podmanMachine } from './macos/podman-machine.ts';
import { dockerCli } from './podman/docker-cli.ts';
import { dockerSock } from './podman/docker-sock.ts';
import { podmanApi } from './podman/podman-api.ts';
import { podmanDns } from './podman/podman-dns.ts';
import { podmanFirewall } from './podman/podman-firewall.ts';
import { podmanMigration } from './podman/podman-migration.ts';
import { podmanNetwork } from './podman/podman-network.ts';
import { podmanNetworking } from './podman/podman-networking.ts';
import { podmanRestart } from './podman/podman-restart.ts';
import { podmanService } from './podman/podman-service.ts';
import { podmanSocket } from './podman/podman-socket.ts';
import { podmanVersion } from './podman/podman-version.ts';
import { podmanWorkloads } from './podman/podman-workloads.ts';
import { quadlet } from './podman/quadlet.ts';
import { quadletGenerator } from './podman/quadlet-generator.ts';
import { quadletWorkload } from './podman/quadlet-workload.ts';
import { imagePolicy } from './policy/policy.ts';
import { signatureStores } from './policy/signature-storage.ts';
import { sshConfig } from './ssh/ssh-config.ts';
import { unit } from './systemd/unit.ts';
import { unitLive } from './systemd/unit-live.ts';
import { document } from './text/document.ts';
import { bluechi } from './vehicle/bluechi.ts';
import { qm } from './vehicle/qm.ts';

export const kinds: readonly Kind[] = [
  machineConfig,
  machineDocker,
  machineHostKey,
  k3dDatastore,
  k3dEndpoint,
  bootArguments,
  cgroupDrivers,
  configAccepted,
  containerLogs,
  containerLsm,
  defaultMounts,
  imageStores,
  ociRuntime,
  podmanOverrides,
  podmanStore,
  proxy,
  registryCredentials,
  rootlessOverlay,
  seccompProfile,
  userBus,
  imagePolicy,
  signatureStores,
  accountHome,
  idmapTools,
  lingering,
  lowPorts,
  pauseProcess,
  pingRange,
  subidConflicts,
  dbusSession,
  usernsApparmor,
  unitLive,
  userUnits,
  apiTimeout,
  config,
  document,
  cri,
  crioCni,
  crioStorage,
  k3sRuntime,
  process,
  delegation,
  runtimeUnit,
  cgroup,
  bluechi,
  qm,
  environment,
  k3dEngine,
  k3dConfig,
  k3dScripts,
  k3dNodes,
  registryUse,
  kubeconfigFile,
  sudoEnvironment,
  machineSsh,
  podmanMachine,
  sshConfig,
  privileges,
  runtimeDir,
  k3sRelease,
  k3sRootless,
  k3sRootlessUnits,
  unit,
  accounts,
  hardware,
  os,
  sysctl,
  file,
  text,
  tool,
  user,
  engine,
  dockerCli,
  dockerSock,
  podmanApi,
  podmanNetwork,
  podmanNetworking,
  podmanRestart,
  podmanService,
  podmanSocket,
  podmanVersion,
  podmanDns,
  podmanFirewall,
  podmanMigration,
  podmanWorkloads,
  quadletGenerator,
  quadletWorkload,
  quadlet,
];
