/** The list of fact kinds. Generated from this directory by `npm run generate`. */
import type { Kind } from '../facts/kind.ts';
import { bootArguments } from './cgroup/boot-arguments.ts';
import { cgroup } from './cgroup/cgroup.ts';
import { cgroupDrivers } from './cgroup/cgroup-drivers.ts';
import { delegation } from './cgroup/delegation.ts';
import { runtimeUnit } from './cgroup/runtime-unit.ts';
import { config } from './config/config.ts';
import { configAccepted } from './config/config-accepted.ts';
import { apiTimeout } from './containers/api-timeout.ts';
import { containerLogs } from './containers/container-logs.ts';
import { containerLsm } from './containers/container-lsm.ts';
import { defaultMounts } from './containers/default-mounts.ts';
import { imageStores } from './containers/image-stores.ts';
import { ociRuntime } from './containers/oci-runtime.ts';
import { proxy } from './containers/proxy.ts';
import { registryCredentials } from './containers/registry-credentials.ts';
import { rootlessOverlay } from './containers/rootless-overlay.ts';
import { seccompProfile } from './containers/seccomp-profile.ts';
import { cri } from './crio/cri.ts';
import { crictlConfig } from './crio/crictl-config.ts';
import { crio } from './crio/crio.ts';
import { crioApparmor } from './crio/crio-apparmor.ts';
import { crioCni } from './crio/crio-cni.ts';
import { crioPause } from './crio/crio-pause.ts';
import { crioPolicies } from './crio/crio-policies.ts';
import { crioPrograms } from './crio/crio-programs.ts';
import { crioRelease } from './crio/crio-release.ts';
import { crioSeccomp } from './crio/crio-seccomp.ts';
import { crioStorage } from './crio/crio-storage.ts';
import { accountHome } from './host/account-home.ts';
import { accounts } from './host/accounts.ts';
import { audit } from './host/audit.ts';
import { coreDumps } from './host/core-dumps.ts';
import { dataPartitions } from './host/data-partitions.ts';
import { dbusSession } from './host/dbus-session.ts';
import { document } from './host/document.ts';
import { engine } from './host/engine.ts';
import { environment } from './host/environment.ts';
import { file } from './host/file.ts';
import { fileTree } from './host/file-tree.ts';
import { hardware } from './host/hardware.ts';
import { idmapTools } from './host/idmap-tools.ts';
import { inboundDefault } from './host/inbound-default.ts';
import { journal } from './host/journal.ts';
import { kdump } from './host/kdump.ts';
import { kernelCommandLine } from './host/kernel-command-line.ts';
import { kernelModules } from './host/kernel-modules.ts';
import { lingering } from './host/lingering.ts';
import { lowPorts } from './host/low-ports.ts';
import { mount } from './host/mount.ts';
import { os } from './host/os.ts';
import { packages } from './host/packages.ts';
import { pauseProcess } from './host/pause-process.ts';
import { pingRange } from './host/ping-range.ts';
import { privileges } from './host/privileges.ts';
import { process } from './host/process.ts';
import { runtimeDir } from './host/runtime-dir.ts';
import { subidConflicts } from './host/subid-conflicts.ts';
import { sysctl } from './host/sysctl.ts';
import { text } from './host/text.ts';
import { timeSources } from './host/time-sources.ts';
import { tool } from './host/tool.ts';
import { usbStorage } from './host/usb-storage.ts';
import { user } from './host/user.ts';
import { userBus } from './host/user-bus.ts';
import { userManager } from './host/user-manager.ts';
import { userUnits } from './host/user-units.ts';
import { usernsApparmor } from './host/userns-apparmor.ts';
import { watchdog } from './host/watchdog.ts';
import { k3d } from './k3d/k3d.ts';
import { k3dConfig } from './k3d/k3d-config.ts';
import { k3dDatastore } from './k3d/k3d-datastore.ts';
import { k3dEndpoint } from './k3d/k3d-endpoint.ts';
import { k3dEngine } from './k3d/k3d-engine.ts';
import { k3dRegistryUse } from './k3d/k3d-registry-use.ts';
import { k3dScripts } from './k3d/k3d-scripts.ts';
import { kubeconfigFile } from './k3d/kubeconfig-file.ts';
import { sudoEnvironment } from './k3d/sudo-environment.ts';
import { k3sArgs } from './k3s/k3s-args.ts';
import { k3sRelease } from './k3s/k3s-release.ts';
import { k3sRootless } from './k3s/k3s-rootless.ts';
import { k3sRootlessUnits } from './k3s/k3s-rootless-units.ts';
import { k3sRuntime } from './k3s/k3s-runtime.ts';
import { machineConfig } from './macos/machine-config.ts';
import { machineDocker } from './macos/machine-docker.ts';
import { machineHostKey } from './macos/machine-host-key.ts';
import { machineSsh } from './macos/machine-ssh.ts';
import { podmanMachine } from './macos/podman-machine.ts';
import { bridgeFirewall } from './podman/bridge-firewall.ts';
import { dockerCli } from './podman/docker-cli.ts';
import { dockerSock } from './podman/docker-sock.ts';
import { pastaApparmor } from './podman/pasta-apparmor.ts';
import { podmanApi } from './podman/podman-api.ts';
import { podmanDns } from './podman/podman-dns.ts';
import { podmanFirewall } from './podman/podman-firewall.ts';
import { podmanMigration } from './podman/podman-migration.ts';
import { podmanNetwork } from './podman/podman-network.ts';
import { podmanNetworking } from './podman/podman-networking.ts';
import { podmanOverrides } from './podman/podman-overrides.ts';
import { podmanRestart } from './podman/podman-restart.ts';
import { podmanService } from './podman/podman-service.ts';
import { podmanSocket } from './podman/podman-socket.ts';
import { podmanStore } from './podman/podman-store.ts';
import { podmanVersion } from './podman/podman-version.ts';
import { podmanWorkloads } from './podman/podman-workloads.ts';
import { tunDevice } from './podman/tun-device.ts';
import { imagePolicy } from './policy/image-policy.ts';
import { signatureStorage } from './policy/signature-storage.ts';
import { quadlet } from './quadlet/quadlet.ts';
import { quadletCollisions } from './quadlet/quadlet-collisions.ts';
import { quadletGenerator } from './quadlet/quadlet-generator.ts';
import { quadletLabels } from './quadlet/quadlet-labels.ts';
import { quadletPlace } from './quadlet/quadlet-place.ts';
import { quadletPorts } from './quadlet/quadlet-ports.ts';
import { quadletReferences } from './quadlet/quadlet-references.ts';
import { quadletService } from './quadlet/quadlet-service.ts';
import { quadletStart } from './quadlet/quadlet-start.ts';
import { quadletValues } from './quadlet/quadlet-values.ts';
import { quadletWorkload } from './quadlet/quadlet-workload.ts';
import { sshConfig } from './ssh/ssh-config.ts';
import { startedUnits } from './systemd/started-units.ts';
import { unit } from './systemd/unit.ts';
import { unitLive } from './systemd/unit-live.ts';
import { bluechi } from './vehicle/bluechi.ts';
import { can } from './vehicle/can.ts';
import { qm } from './vehicle/qm.ts';
import { rauc } from './vehicle/rauc.ts';
import { rollback } from './vehicle/rollback.ts';
import { updateChannels } from './vehicle/update-channels.ts';

export const kinds: readonly Kind[] = [
  bootArguments,
  cgroup,
  cgroupDrivers,
  delegation,
  runtimeUnit,
  config,
  configAccepted,
  apiTimeout,
  containerLogs,
  containerLsm,
  defaultMounts,
  imageStores,
  ociRuntime,
  proxy,
  registryCredentials,
  rootlessOverlay,
  seccompProfile,
  cri,
  crictlConfig,
  crio,
  crioApparmor,
  crioCni,
  crioPause,
  crioPolicies,
  crioPrograms,
  crioRelease,
  crioSeccomp,
  crioStorage,
  accountHome,
  accounts,
  audit,
  coreDumps,
  dataPartitions,
  dbusSession,
  document,
  engine,
  environment,
  file,
  fileTree,
  hardware,
  idmapTools,
  inboundDefault,
  journal,
  kdump,
  kernelCommandLine,
  kernelModules,
  lingering,
  lowPorts,
  mount,
  os,
  packages,
  pauseProcess,
  pingRange,
  privileges,
  process,
  runtimeDir,
  subidConflicts,
  sysctl,
  text,
  timeSources,
  tool,
  usbStorage,
  user,
  userBus,
  userManager,
  userUnits,
  usernsApparmor,
  watchdog,
  k3d,
  k3dConfig,
  k3dDatastore,
  k3dEndpoint,
  k3dEngine,
  k3dRegistryUse,
  k3dScripts,
  kubeconfigFile,
  sudoEnvironment,
  k3sArgs,
  k3sRelease,
  k3sRootless,
  k3sRootlessUnits,
  k3sRuntime,
  machineConfig,
  machineDocker,
  machineHostKey,
  machineSsh,
  podmanMachine,
  bridgeFirewall,
  dockerCli,
  dockerSock,
  pastaApparmor,
  podmanApi,
  podmanDns,
  podmanFirewall,
  podmanMigration,
  podmanNetwork,
  podmanNetworking,
  podmanOverrides,
  podmanRestart,
  podmanService,
  podmanSocket,
  podmanStore,
  podmanVersion,
  podmanWorkloads,
  tunDevice,
  imagePolicy,
  signatureStorage,
  quadlet,
  quadletCollisions,
  quadletGenerator,
  quadletLabels,
  quadletPlace,
  quadletPorts,
  quadletReferences,
  quadletService,
  quadletStart,
  quadletValues,
  quadletWorkload,
  sshConfig,
  startedUnits,
  unit,
  unitLive,
  bluechi,
  can,
  qm,
  rauc,
  rollback,
  updateChannels,
];

export const kindsByName: ReadonlyMap<string, Kind> = new Map(kinds.map((k) => [k.name, k]));
