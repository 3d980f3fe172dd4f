/** Which check a flag of which command has. Flags that are not here are taken as they are. */

import { type Check, integer, like, oneOf, resourceName, size, wholeNumber } from './value-check.ts';
import { imageName } from './value-image.ts';
import { device, mount, secret, tmpfs, volume } from './value-mounts.ts';
import * as net from './value-namespaces.ts';
import { exposed, published } from './value-ports.ts';
import * as word from './value-words.ts';

type Checks = Readonly<Record<string, Check>>;

const names: Checks = { dns: net.resolver, 'dns-search': net.domain, 'add-host': net.hostEntry };
const labels: Checks = { label: word.label };
const variables: Checks = { env: word.variable, annotation: word.annotation };
const spaces: Checks = {
  userns: net.userns,
  uidmap: net.idMap,
  gidmap: net.idMap,
  network: net.network,
  ip: net.address,
  ip6: net.address,
  publish: published,
};
const limits: Checks = {
  'cpu-shares': wholeNumber,
  'cpu-period': wholeNumber,
  'cpu-rt-period': wholeNumber,
  'cpu-quota': integer,
  'cpu-rt-runtime': integer,
  memory: size,
  'memory-swap': like(/^(?:-1|\d.*)$/, 'a size is needed'),
  'shm-size': size,
  cpus: like(/^-?(?:\d+(?:\.\d*)?|\.\d+)$/, 'a number is needed'),
};
const security: Checks = { 'security-opt': word.securityOption, sysctl: word.sysctl, device };
const retry: Checks = { retry: word.retries };
const image: Checks = { image: imageName };

const tables: Readonly<Record<string, Checks>> = {
  container: {
    ...names,
    ...labels,
    ...variables,
    ...spaces,
    ...limits,
    ...security,
    ...retry,
    ...image,
    name: resourceName,
    hostname: word.hostName,
    volume,
    mount,
    tmpfs,
    secret,
    expose: exposed,
    pull: word.pullPolicy,
    'pids-limit': integer,
    timeout: wholeNumber,
    'preserve-fds': wholeNumber,
    'memory-swappiness': integer,
    'oom-score-adj': word.oomScore,
    personality: oneOf('LINUX', 'LINUX32'),
    'image-volume': word.imageVolume,
    'log-driver': word.logDriver,
    'log-opt': word.logOption,
    ulimit: word.ulimit,
    'cap-add': word.capability,
    'cap-drop': word.capability,
    'stop-signal': word.signal,
    'stop-timeout': wholeNumber,
    cgroups: word.cgroups,
    sdnotify: word.readiness,
    restart: word.restart,
    pid: word.namespace,
    uts: word.namespace,
    cgroupns: word.namespace,
    ipc: word.ipc,
    umask: word.umask,
    systemd: oneOf('true', 'false', 'always'),
    'seccomp-policy': oneOf('default', 'image'),
    'health-interval': word.healthInterval,
    'health-timeout': word.healthTimeout,
    'health-start-period': word.healthStart,
    'health-retries': word.healthRetries,
    'health-on-failure': word.onFailure,
    'health-log-destination': word.logDestination,
    'health-max-log-count': wholeNumber,
    'health-max-log-size': wholeNumber,
    'health-startup-interval': word.healthInterval,
    'health-startup-timeout': word.healthTimeout,
    'health-startup-retries': word.retries,
    'health-startup-success': word.retries,
  },
  pod: {
    ...names,
    ...labels,
    ...spaces,
    ...limits,
    ...security,
    name: resourceName,
    hostname: (value, on) => resourceName(value, on) ?? word.hostName(value, on),
    volume,
    'exit-policy': oneOf('stop', 'continue'),
    share: word.sharedSpaces,
    pid: word.namespace,
    uts: word.namespace,
    restart: word.restart,
    time: wholeNumber,
  },
  kube: {
    userns: (value, on) => (value === 'private' ? undefined : net.userns(value, on)),
    network: net.network,
    publish: published,
    'log-driver': word.logDriver,
    'log-opt': word.logOption,
    annotation: word.annotation,
  },
  volume: { ...labels, ...image, name: resourceName, uid: wholeNumber, gid: wholeNumber },
  network: {
    ...labels,
    name: net.networkName,
    subnet: net.subnet,
    gateway: net.gateway,
    'ip-range': net.addressRange,
    dns: net.address,
    opt: net.networkOption,
    'ipam-driver': oneOf('host-local', 'dhcp', 'none'),
    'interface-name': net.interfaceName,
  },
  image: { ...retry, ...image, policy: word.pullPolicy },
  build: { ...retry, tag: imageName, 'dns-search': net.domain, pull: word.buildPull },
  artifact: retry,
};

/** Flags that hold several values with commas, as one record (spf13/pflag StringSlice). */
const slices = new Set('publish expose dns dns-search dns-option cap-add cap-drop sysctl add-host network-alias group-add device log-opt'.split(' '));

/** Flags of a health check are not looked at without one: an image may bring it. */
export const needs: Readonly<Record<string, string>> = {
  'health-interval': 'health-cmd',
  'health-timeout': 'health-cmd',
  'health-start-period': 'health-cmd',
  'health-retries': 'health-cmd',
  'health-startup-interval': 'health-startup-cmd',
  'health-startup-timeout': 'health-startup-cmd',
};

/** The check of a flag in the command that files of this ending run. */
export const checkOf = (ending: string, flag: string): Check | undefined => {
  const table = tables[ending];
  return table && Object.hasOwn(table, flag) ? table[flag] : undefined;
};

export const isSlice = (flag: string): boolean => slices.has(flag);
