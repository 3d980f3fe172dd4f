/**
 * What a Quadlet file gives to the Podman command that it is about, flag by flag, before systemd fills anything in
 * (containers/podman:pkg/systemd/quadlet/quadlet.go ConvertContainer and its siblings, v4.4.4 to main).
 */

import type { Where } from '../fact.ts';
import { parseFlags, type Word } from '../podman/podman-flags.ts';
import type { Assignment } from '../systemd/syntax.ts';
import { sectionOf } from './quadlet-keys.ts';
import { valuesOf } from './quadlet-text.ts';
import { argumentsOf, lastWord, stringsOf } from './quadlet-words.ts';

/** One flag, and the key that makes it. The image, which is no flag, stands as `image`. */
export interface Given {
  readonly key: string;
  readonly flag: string;
  readonly value: string;
  readonly where: Where;
}

/** How the generator reads a key: its last value, each line, words, words with escapes, `KEY=VALUE` words. */
type Reading = 'last' | 'lines' | 'strings' | 'arguments';

type Table = Readonly<Partial<Record<Reading, Readonly<Record<string, string>>>>>;

const health = Object.fromEntries(
  'Interval OnFailure LogDestination MaxLogCount MaxLogSize Retries StartPeriod Timeout Cmd StartupCmd StartupInterval StartupRetries StartupSuccess StartupTimeout'
    .split(' ')
    .map((key) => [`Health${key}`, `health${key.replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`)}`]),
);
const names = { NetworkAlias: 'network-alias', DNS: 'dns', DNSOption: 'dns-option', DNSSearch: 'dns-search', AddHost: 'add-host' };
const maps = { UIDMap: 'uidmap', GIDMap: 'gidmap' };
const ids = { UserNS: 'userns', SubUIDMap: 'subuidname', SubGIDMap: 'subgidname' };
const retry = { Retry: 'retry', RetryDelay: 'retry-delay' };
const published = { Network: 'network', PublishPort: 'publish' };

const tables: Readonly<Record<string, Table>> = {
  container: {
    last: {
      ...{ ContainerName: 'name', PidsLimit: 'pids-limit', ShmSize: 'shm-size', IP: 'ip', IP6: 'ip6', HostName: 'hostname', StopSignal: 'stop-signal' },
      ...{ StopTimeout: 'stop-timeout', Pull: 'pull', Memory: 'memory', LogDriver: 'log-driver', CgroupsMode: 'cgroups', AutoUpdate: 'auto-update' },
      ...{ Timezone: 'tz', Image: 'image', WorkingDir: 'workdir' },
      ...health,
      ...ids,
      ...retry,
    },
    lines: { ...names, ...published, Ulimit: 'ulimit', GroupAdd: 'group-add', Tmpfs: 'tmpfs', Volume: 'volume', ExposeHostPort: 'expose' },
    strings: { ...maps, AddDevice: 'device', DropCapability: 'cap-drop', AddCapability: 'cap-add', Sysctl: 'sysctl', LogOpt: 'log-opt' },
    arguments: { Secret: 'secret', Mount: 'mount', Environment: 'env', Label: 'label', Annotation: 'annotation' },
  },
  pod: {
    last: { PodName: 'name', IP: 'ip', IP6: 'ip6', ShmSize: 'shm-size', ExitPolicy: 'exit-policy', HostName: 'hostname', StopTimeout: 'time', ...ids },
    lines: { ...names, ...published, Volume: 'volume' },
    strings: maps,
    arguments: { Label: 'label' },
  },
  kube: { last: { LogDriver: 'log-driver', UserNS: 'userns' }, lines: published, strings: { LogOpt: 'log-opt', AutoUpdate: 'auto-update' } },
  volume: { last: { VolumeName: 'name', Driver: 'driver', UID: 'uid', GID: 'gid', Image: 'image' }, arguments: { Label: 'label' } },
  network: {
    last: {
      ...{ NetworkName: 'name', Driver: 'driver', IPAMDriver: 'ipam-driver', InterfaceName: 'interface-name' },
      ...{ DisableDNS: 'disable-dns', IPv6: 'ipv6' },
    },
    lines: { DNS: 'dns', Subnet: 'subnet', Gateway: 'gateway', IPRange: 'ip-range' },
    arguments: { Label: 'label', Options: 'opt' },
  },
  image: { last: { Image: 'image', Policy: 'policy', ...retry } },
  build: {
    last: { Pull: 'pull', ...retry },
    lines: { DNS: 'dns', DNSOption: 'dns-option', DNSSearch: 'dns-search', Volume: 'volume', ImageTag: 'tag' },
    arguments: { Environment: 'env', Label: 'label', Annotation: 'annotation' },
  },
  artifact: { last: retry },
};

/** All flags of a merged file, those of PodmanArgs= last. Values that unset a key are none. */
export function givenBy(ending: string, assignments: readonly Assignment[]): Given[] {
  const own = sectionOf(ending);
  const read: Readonly<Record<Reading, (key: string) => readonly Word[]>> = {
    last: (key) => [lastWord(assignments, own, key)].filter((w) => w !== undefined && w.text !== '') as Word[],
    lines: (key) => valuesOf(assignments, own, key).map(({ value, where }) => ({ text: key === 'ExposeHostPort' ? value.trim() : value, where })),
    strings: (key) => stringsOf(assignments, own, key),
    arguments: (key) => argumentsOf(assignments, own, key),
  };
  const given = Object.entries(tables[ending] ?? {}).flatMap(([reading, keys]) =>
    Object.entries(keys).flatMap(([key, flag]) =>
      read[reading as Reading](key).map(({ text, where }): Given => ({ key, flag, value: key === 'AddDevice' ? text.replace(/^-/, '') : text, where })),
    ),
  );
  const args = parseFlags(argumentsOf(assignments, own, 'PodmanArgs'), ending !== 'container' && ending !== 'build');
  return [...given, ...args.map(({ name, value, where }): Given => ({ key: 'PodmanArgs', flag: name, value, where }))];
}
