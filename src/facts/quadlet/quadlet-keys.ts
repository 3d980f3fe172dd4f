/**
 * The keys that each Quadlet section takes, by the Podman release that added them. None was ever taken away.
 * Derived from the key tables in containers/podman:pkg/systemd/quadlet/quadlet.go at v4.4.0 to v5.8.2 and main (6.0).
 */
import { type Release, since } from '../containers/podman-release.ts';

/** Section, then release, then the keys that it added. */
const added: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  Container: {
    '4.4':
      'AddCapability AddDevice Annotation ContainerName DropCapability Environment EnvironmentFile EnvironmentHost Exec ExposeHostPort Group Image Label Network NoNewPrivileges Notify PodmanArgs PublishPort ReadOnly RemapGid RemapUid RemapUidSize RemapUsers RunInit SeccompProfile Timezone User VolatileTmp Volume',
    '4.5':
      'HealthCmd HealthInterval HealthOnFailure HealthRetries HealthStartPeriod HealthStartupCmd HealthStartupInterval HealthStartupRetries HealthStartupSuccess HealthStartupTimeout HealthTimeout IP IP6 LogDriver Mount Rootfs Secret SecurityLabelDisable SecurityLabelFileType SecurityLabelLevel SecurityLabelType Tmpfs UserNS',
    '4.6': 'AutoUpdate HostName Mask Pull SecurityLabelNested Sysctl Unmask WorkingDir',
    '4.7': 'DNS DNSOption DNSSearch PidsLimit ShmSize Ulimit',
    '4.8': 'ContainersConfModule GIDMap GlobalArgs ReadOnlyTmpfs SubGIDMap SubUIDMap UIDMap',
    '5.0': 'Entrypoint Pod StopTimeout',
    '5.1': 'GroupAdd',
    '5.2': 'LogOpt NetworkAlias StopSignal',
    '5.3': 'AddHost CgroupsMode HealthLogDestination HealthMaxLogCount HealthMaxLogSize ServiceName StartWithPod',
    '5.5': 'Memory ReloadCmd ReloadSignal Retry RetryDelay',
    '5.7': 'HttpProxy',
    '5.8': 'AppArmor',
  },
  Pod: {
    '5.0': 'ContainersConfModule GlobalArgs Network PodName PodmanArgs PublishPort Volume',
    '5.2': 'NetworkAlias',
    '5.3': 'AddHost DNS DNSOption DNSSearch GIDMap IP IP6 RemapGid RemapUid RemapUidSize RemapUsers ServiceName SubGIDMap SubUIDMap UIDMap UserNS',
    '5.4': 'ShmSize',
    '5.5': 'HostName',
    '5.6': 'ExitPolicy Label',
    '5.7': 'StopTimeout',
  },
  Kube: {
    '4.4': 'ConfigMap Network PublishPort RemapGid RemapUid RemapUidSize RemapUsers Yaml',
    '4.5': 'LogDriver UserNS',
    '4.6': 'ExitCodePropagation PodmanArgs',
    '4.7': 'AutoUpdate SetWorkingDirectory',
    '4.8': 'ContainersConfModule GlobalArgs KubeDownForce',
    '5.2': 'LogOpt',
    '5.3': 'ServiceName',
  },
  Network: {
    '4.4': 'DisableDNS Driver Gateway IPAMDriver IPRange IPv6 Internal Label Options Subnet',
    '4.6': 'PodmanArgs',
    '4.7': 'DNS NetworkName',
    '4.8': 'ContainersConfModule GlobalArgs',
    '5.3': 'ServiceName',
    '5.5': 'NetworkDeleteOnStop',
    '5.6': 'InterfaceName',
  },
  Volume: {
    '4.4': 'Copy Device Group Label Options Type User',
    '4.6': 'PodmanArgs',
    '4.7': 'VolumeName',
    '4.8': 'ContainersConfModule Driver GlobalArgs Image',
    '5.3': 'ServiceName',
    '6.0': 'GID UID',
  },
  Image: {
    '4.8': 'AllTags Arch AuthFile CertDir ContainersConfModule Creds DecryptionKey GlobalArgs Image ImageTag OS PodmanArgs TLSVerify Variant',
    '5.3': 'ServiceName',
    '5.5': 'Retry RetryDelay',
    '5.6': 'Policy',
  },
  Build: {
    '5.2':
      'Annotation Arch AuthFile ContainersConfModule DNS DNSOption DNSSearch Environment File ForceRM GlobalArgs GroupAdd ImageTag Label Network PodmanArgs Pull Secret SetWorkingDirectory TLSVerify Target Variant Volume',
    '5.3': 'ServiceName',
    '5.5': 'Retry RetryDelay',
    '5.7': 'BuildArg IgnoreFile',
  },
  Artifact: {
    '5.7': 'Artifact AuthFile CertDir ContainersConfModule Creds DecryptionKey GlobalArgs PodmanArgs Quiet Retry RetryDelay ServiceName TLSVerify',
  },
  Quadlet: {
    '5.3': 'DefaultDependencies',
  },
};

/** The first release whose generator takes files with this ending. */
const endings: Readonly<Record<string, string>> = {
  container: '4.4',
  volume: '4.4',
  network: '4.4',
  kube: '4.4',
  image: '4.8',
  pod: '5.0',
  build: '5.2',
  artifact: '5.7',
};

const tables = new Map(
  Object.entries(added).map(([section, releases]) => [
    section,
    new Map(Object.entries(releases).flatMap(([from, keys]) => keys.split(' ').map((key) => [key, from]))),
  ]),
);

/** The release that added a key to a section; undefined: no release knows it. Names are case-sensitive. */
export const keySince = (section: string, key: string): string | undefined => tables.get(section)?.get(key);

/** Whether the generator of a release takes a key in a section. */
export function takesKey(release: Release, section: string, key: string): boolean {
  const from = keySince(section, key);
  return from !== undefined && since(release, from);
}

/** The release from which on files with this ending (without the dot, case-sensitive) are read; undefined: never. */
export const endingSince = (ending: string): string | undefined => (Object.hasOwn(endings, ending) ? endings[ending] : undefined);

/** The section that a file of this ending is about: `pod` has `[Pod]`. */
export const sectionOf = (ending: string): string => `${ending[0]?.toUpperCase() ?? ''}${ending.slice(1)}`;
