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
import { acceptRa } from './host/accept-ra.ts';
import { accountHome } from './host/account-home.ts';
import { accounts } from './host/accounts.ts';
import { administrators } from './host/administrators.ts';
import { architecture } from './host/architecture.ts';
import { attestation } from './host/attestation.ts';
import { audit } from './host/audit.ts';
import { auditDenials } from './host/audit-denials.ts';
import { bootProtection } from './host/boot-protection.ts';
import { clock } from './host/clock.ts';
import { clockOrder } from './host/clock-order.ts';
import { containerData } from './host/container-data.ts';
import { coreDumps } from './host/core-dumps.ts';
import { dataPartitions } from './host/data-partitions.ts';
import { dbusSession } from './host/dbus-session.ts';
import { diskSpace } from './host/disk-space.ts';
import { document } from './host/document.ts';
import { engine } from './host/engine.ts';
import { environment } from './host/environment.ts';
import { file } from './host/file.ts';
import { fileTree } from './host/file-tree.ts';
import { forwarding } from './host/forwarding.ts';
import { hardware } from './host/hardware.ts';
import { hostname } from './host/hostname.ts';
import { idmapTools } from './host/idmap-tools.ts';
import { inboundDefault } from './host/inbound-default.ts';
import { iptables } from './host/iptables.ts';
import { journal } from './host/journal.ts';
import { kdump } from './host/kdump.ts';
import { kernel } from './host/kernel.ts';
import { kernelCommandLine } from './host/kernel-command-line.ts';
import { kernelConfig } from './host/kernel-config.ts';
import { kernelModules } from './host/kernel-modules.ts';
import { leftBehind } from './host/left-behind.ts';
import { lingering } from './host/lingering.ts';
import { lowPorts } from './host/low-ports.ts';
import { lsm } from './host/lsm.ts';
import { machineId } from './host/machine-id.ts';
import { moduleSignatures } from './host/module-signatures.ts';
import { mount } from './host/mount.ts';
import { networkdForeign } from './host/networkd-foreign.ts';
import { openConsoles } from './host/open-consoles.ts';
import { os } from './host/os.ts';
import { packages } from './host/packages.ts';
import { parameter } from './host/parameter.ts';
import { passwords } from './host/passwords.ts';
import { pauseProcess } from './host/pause-process.ts';
import { pingRange } from './host/ping-range.ts';
import { privileges } from './host/privileges.ts';
import { process } from './host/process.ts';
import { rootIntegrity } from './host/root-integrity.ts';
import { routes } from './host/routes.ts';
import { runtimeDir } from './host/runtime-dir.ts';
import { scheduledJobs } from './host/scheduled-jobs.ts';
import { selinuxPolicy } from './host/selinux-policy.ts';
import { sharedMounts } from './host/shared-mounts.ts';
import { subidConflicts } from './host/subid-conflicts.ts';
import { sysctl } from './host/sysctl.ts';
import { sysctlSettings } from './host/sysctl-settings.ts';
import { text } from './host/text.ts';
import { timeSources } from './host/time-sources.ts';
import { tool } from './host/tool.ts';
import { trustedDirectories } from './host/trusted-directories.ts';
import { unmanagedDevices } from './host/unmanaged-devices.ts';
import { unownedFiles } from './host/unowned-files.ts';
import { usbStorage } from './host/usb-storage.ts';
import { user } from './host/user.ts';
import { userBus } from './host/user-bus.ts';
import { userManager } from './host/user-manager.ts';
import { userUnits } from './host/user-units.ts';
import { usernsApparmor } from './host/userns-apparmor.ts';
import { vxlanAddress } from './host/vxlan-address.ts';
import { vxlanOffload } from './host/vxlan-offload.ts';
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
import { datastoreMedia } from './k3s/datastore-media.ts';
import { k3sAccess } from './k3s/k3s-access.ts';
import { k3sAdmission } from './k3s/k3s-admission.ts';
import { k3sAirgap } from './k3s/k3s-airgap.ts';
import { k3sArgs } from './k3s/k3s-args.ts';
import { k3sAuditPolicy } from './k3s/k3s-audit-policy.ts';
import { k3sBinary } from './k3s/k3s-binary.ts';
import { k3sBind } from './k3s/k3s-bind.ts';
import { k3sCertificates } from './k3s/k3s-certificates.ts';
import { k3sComponents } from './k3s/k3s-components.ts';
import { k3sConfig } from './k3s/k3s-config.ts';
import { k3sContainerd } from './k3s/k3s-containerd.ts';
import { k3sDatastore } from './k3s/k3s-datastore.ts';
import { k3sEncryption } from './k3s/k3s-encryption.ts';
import { k3sExposure } from './k3s/k3s-exposure.ts';
import { k3sFiles } from './k3s/k3s-files.ts';
import { k3sFirewalld } from './k3s/k3s-firewalld.ts';
import { k3sKubeconfig } from './k3s/k3s-kubeconfig.ts';
import { k3sLabels } from './k3s/k3s-labels.ts';
import { k3sManifests } from './k3s/k3s-manifests.ts';
import { k3sNamespaces } from './k3s/k3s-namespaces.ts';
import { k3sNodes } from './k3s/k3s-nodes.ts';
import { k3sPods } from './k3s/k3s-pods.ts';
import { k3sPorts } from './k3s/k3s-ports.ts';
import { k3sProxy } from './k3s/k3s-proxy.ts';
import { k3sRegistries } from './k3s/k3s-registries.ts';
import { k3sRelease } from './k3s/k3s-release.ts';
import { k3sResolv } from './k3s/k3s-resolv.ts';
import { k3sRoles } from './k3s/k3s-roles.ts';
import { k3sRootless } from './k3s/k3s-rootless.ts';
import { k3sRootlessData } from './k3s/k3s-rootless-data.ts';
import { k3sRootlessStart } from './k3s/k3s-rootless-start.ts';
import { k3sRootlessUnits } from './k3s/k3s-rootless-units.ts';
import { k3sRunning } from './k3s/k3s-running.ts';
import { k3sRuntime } from './k3s/k3s-runtime.ts';
import { k3sSelinux } from './k3s/k3s-selinux.ts';
import { k3sServices } from './k3s/k3s-services.ts';
import { k3sState } from './k3s/k3s-state.ts';
import { k3sSwap } from './k3s/k3s-swap.ts';
import { k3sTokens } from './k3s/k3s-tokens.ts';
import { k3sUfw } from './k3s/k3s-ufw.ts';
import { podNetwork } from './k3s/pod-network.ts';
import { machineConfig } from './macos/machine-config.ts';
import { machineDocker } from './macos/machine-docker.ts';
import { machineHostKey } from './macos/machine-host-key.ts';
import { machineSsh } from './macos/machine-ssh.ts';
import { podmanMachine } from './macos/podman-machine.ts';
import { bridgeFirewall } from './podman/bridge-firewall.ts';
import { dockerCli } from './podman/docker-cli.ts';
import { dockerSock } from './podman/docker-sock.ts';
import { firewalldPorts } from './podman/firewalld-ports.ts';
import { fuseDevice } from './podman/fuse-device.ts';
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
import { usualUserns } from './podman/usual-userns.ts';
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
import { authorizedKeys } from './ssh/authorized-keys.ts';
import { sshConfig } from './ssh/ssh-config.ts';
import { sshd } from './ssh/sshd.ts';
import { etcLayers } from './suse/etc-layers.ts';
import { firstBoot } from './suse/first-boot.ts';
import { healthChecker } from './suse/health-checker.ts';
import { k3sPlace } from './suse/k3s-place.ts';
import { k3sRepository } from './suse/k3s-repository.ts';
import { kernelFlavour } from './suse/kernel-flavour.ts';
import { rootSnapshot } from './suse/root-snapshot.ts';
import { subidDefaults } from './suse/subid-defaults.ts';
import { susePermissions } from './suse/suse-permissions.ts';
import { suseReboots } from './suse/suse-reboots.ts';
import { usrEtc } from './suse/usr-etc.ts';
import { zypperRepos } from './suse/zypper-repos.ts';
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
  acceptRa,
  accountHome,
  accounts,
  administrators,
  architecture,
  attestation,
  audit,
  auditDenials,
  bootProtection,
  clock,
  clockOrder,
  containerData,
  coreDumps,
  dataPartitions,
  dbusSession,
  diskSpace,
  document,
  engine,
  environment,
  file,
  fileTree,
  forwarding,
  hardware,
  hostname,
  idmapTools,
  inboundDefault,
  iptables,
  journal,
  kdump,
  kernel,
  kernelCommandLine,
  kernelConfig,
  kernelModules,
  leftBehind,
  lingering,
  lowPorts,
  lsm,
  machineId,
  moduleSignatures,
  mount,
  networkdForeign,
  openConsoles,
  os,
  packages,
  parameter,
  passwords,
  pauseProcess,
  pingRange,
  privileges,
  process,
  rootIntegrity,
  routes,
  runtimeDir,
  scheduledJobs,
  selinuxPolicy,
  sharedMounts,
  subidConflicts,
  sysctl,
  sysctlSettings,
  text,
  timeSources,
  tool,
  trustedDirectories,
  unmanagedDevices,
  unownedFiles,
  usbStorage,
  user,
  userBus,
  userManager,
  userUnits,
  usernsApparmor,
  vxlanAddress,
  vxlanOffload,
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
  datastoreMedia,
  k3sAccess,
  k3sAdmission,
  k3sAirgap,
  k3sArgs,
  k3sAuditPolicy,
  k3sBinary,
  k3sBind,
  k3sCertificates,
  k3sComponents,
  k3sConfig,
  k3sContainerd,
  k3sDatastore,
  k3sEncryption,
  k3sExposure,
  k3sFiles,
  k3sFirewalld,
  k3sKubeconfig,
  k3sLabels,
  k3sManifests,
  k3sNamespaces,
  k3sNodes,
  k3sPods,
  k3sPorts,
  k3sProxy,
  k3sRegistries,
  k3sRelease,
  k3sResolv,
  k3sRoles,
  k3sRootless,
  k3sRootlessData,
  k3sRootlessStart,
  k3sRootlessUnits,
  k3sRunning,
  k3sRuntime,
  k3sSelinux,
  k3sServices,
  k3sState,
  k3sSwap,
  k3sTokens,
  k3sUfw,
  podNetwork,
  machineConfig,
  machineDocker,
  machineHostKey,
  machineSsh,
  podmanMachine,
  bridgeFirewall,
  dockerCli,
  dockerSock,
  firewalldPorts,
  fuseDevice,
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
  usualUserns,
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
  authorizedKeys,
  sshConfig,
  sshd,
  etcLayers,
  firstBoot,
  healthChecker,
  k3sPlace,
  k3sRepository,
  kernelFlavour,
  rootSnapshot,
  subidDefaults,
  susePermissions,
  suseReboots,
  usrEtc,
  zypperRepos,
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
