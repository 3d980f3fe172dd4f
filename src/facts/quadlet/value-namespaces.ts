/**
 * User namespaces, networks and name resolution as Podman reads them (containers/podman:pkg/specgen/namespaces.go,
 * pkg/util/utils.go, pkg/namespaces/namespaces.go, pkg/domain/entities; tried with 4.3.1, 5.4.2 and 5.8.6).
 */

import { since } from '../containers/podman-release.ts';
import { type Check, isAddress, isNetwork, like, resourceName } from './value-check.ts';

const joined = /^(?:container:.+|ns:.+)$/;

/** `--userns MODE`. */
export const userns: Check = (value, { release, user }) => {
  const [mode = '', options] = value.split(/:(.*)/s);
  if (['', 'host', 'pod'].includes(value) || joined.test(value)) return undefined;
  if (value === 'private') return 'it maps no ids: auto and keep-id do, and UIDMap= and GIDMap= stand without it';
  if (mode === 'nomap' && options === undefined) return user ? undefined : 'nomap is for rootless containers';
  if (mode === 'keep-id') {
    if (!user && !since(release, '4.5')) return 'keep-id is for rootless containers, before Podman 4.5';
    return (
      optionsProblem(options ?? '', { uid: number, gid: number, size: number }) ??
      (!user && /(?:^|,)size=/.test(options ?? '') ? 'size is for rootless containers' : undefined)
    );
  }
  if (mode === 'auto')
    return options === '' ? 'nothing follows the colon' : optionsProblem(options ?? '', { size: number, uidmapping: mapping, gidmapping: mapping });
  return `${value} is not a mode of a user namespace; auto, keep-id, nomap, host, private, container:NAME and ns:PATH are`;
};

const number = /^\d+$/;
const mapping = /^[+@\dug:]+$/;

function optionsProblem(text: string, known: Readonly<Record<string, RegExp>>): string | undefined {
  for (const option of text === '' ? [] : text.split(',')) {
    const [key = '', value] = option.split(/=(.*)/s);
    const form = Object.hasOwn(known, key) ? known[key] : undefined;
    if (!form) return `${key} is not an option of this mode`;
    if (value === undefined || !form.test(value)) return `${value ?? ''} is not a value of ${key}`;
  }
  return undefined;
}

/** `--uidmap` and `--gidmap`; since 4.7 the count may be left out, and flags and @ may stand. */
export const idMap: Check = (value, { release }) => {
  const form = since(release, '4.7') ? /^[+ug]*\d+:@?\d+(?::\d+)?$/ : /^\d+:\d+:\d+$/;
  const maps = value.split(',');
  if (!maps.every((v) => form.test(v))) return 'CONTAINER:HOST:COUNT is needed, in numbers';
  return maps.every((v) => /:.*:0+$/.test(v)) ? 'it maps no ids' : undefined;
};

/** Modes of --network that are no name of a network. */
const modes = ['host', 'none', 'bridge', 'private', 'default', 'slirp4netns', 'pasta', 'pod'];

/** Options that a network takes of each container; from 5.4 on what else there is goes to the driver (containers/podman:pkg/specgen/namespaces.go). */
const ofOwn = new Set(['ip', 'ip6', 'mac', 'alias', 'interface_name']);

/** `--network MODE` or a name. Options are looked at where Podman refuses them. */
export const network: Check = (value, { release, user }) => {
  const [mode = '', options] = value.split(/:(.*)/s);
  if (value === '' || joined.test(value)) return undefined;
  if (mode === 'slirp4netns' && since(release, '6.0')) return 'Podman 6 has no slirp4netns any more';
  if (mode === 'pasta' && !user) return 'pasta is for rootless containers';
  if (['host', 'none', 'private', 'default', 'pod'].includes(mode) && options !== undefined) return `${mode} takes no options`;
  if (!modes.includes(mode) && !/^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/.test(mode)) return `${mode} is not a name of a network`;
  if (mode === 'slirp4netns' || mode === 'pasta' || options === undefined) return undefined;
  for (const option of options.split(',')) {
    const [key = '', given = ''] = option.split(/=(.*)/s);
    if ((key === 'ip' || key === 'ip6') && !isAddress(given)) return `${given} is not an address`;
    if (key === 'mac' && !/^(?:[\da-f]{2}[:-]){5}[\da-f]{2}$/i.test(given)) return `${given} is not a MAC address`;
    if (key === 'interface_name' && given === '') return 'interface_name is empty';
    if (!ofOwn.has(key) && !since(release, '5.4')) return `${key} is not an option of a network before Podman 5.4`;
  }
  return undefined;
};

export const address: Check = (value) => (value === '' || isAddress(value) ? undefined : 'it is not an address');
export const resolver: Check = (value) => (value === '' || value === 'none' || isAddress(value) ? undefined : 'it is not an address');
/** Names of search domains (containers/podman:pkg/domain/entities, validate/choice.go); `.` is none. */
export const domain: Check = (value) => (/\s/.test(value) ? 'a domain holds no blanks' : undefined);

/** `--add-host NAME[;NAME]:ADDRESS`. */
export const hostEntry: Check = (value) => {
  const colon = value.indexOf(':');
  if (colon <= 0) return 'NAME:ADDRESS is needed';
  const to = value.slice(colon + 1);
  return to === 'host-gateway' || isAddress(to) ? undefined : `${to} is not an address`;
};

/** `--subnet` of a network. */
export const subnet: Check = (value) => (isNetwork(value) ? undefined : 'an address with the length of its prefix is needed, such as 10.89.0.0/24');
/** `--ip-range`: a subnet, or two addresses since 4.6. */
export const addressRange: Check = (value, { release }) => {
  if (isNetwork(value)) return undefined;
  if (!since(release, '4.6')) return 'a subnet is needed';
  return value.split('-').length === 2 && value.split('-').every(isAddress) ? undefined : 'a subnet, or two addresses with a dash, is needed';
};
const parsed = /^(?:1|t|T|TRUE|true|True|0|f|F|FALSE|false|False)$/;
/** What the options of networks take, whatever the driver (containers/common:libnetwork/internal/util/parse.go). */
const networkOptions: Readonly<Record<string, Check>> = {
  mtu: like(/^\+?\d+$/, 'mtu is a number'),
  'com.docker.network.driver.mtu': like(/^\+?\d+$/, 'it is a number'),
  vlan: (value) => (/^\+?\d+$/.test(value) ? (Number(value) > 4094 ? 'vlan goes up to 4094' : undefined) : 'vlan is a number'),
  metric: like(/^\d+$/, 'metric is a number'),
  bclim: like(/^[-+]?\d+$/, 'bclim is a number'),
  no_default_route: like(parsed, 'no_default_route is a switch'),
  vrf: like(/./, 'vrf is empty'),
  isolate: (value, { release }) =>
    parsed.test(value) || (since(release, '4.6') && ['', 'strict'].includes(value))
      ? undefined
      : 'isolate takes a switch or, since Podman 4.6, the word strict',
};
/** Options of networks; which ones there are depends on the driver. */
export const networkOption: Check = (value, asked) => {
  const [key = '', given = ''] = value.split(/=(.*)/s);
  return Object.hasOwn(networkOptions, key) ? networkOptions[key]?.(given, asked) : undefined;
};
const networkModes = new Set(['none', 'host', 'bridge', 'private', 'slirp4netns', 'pasta', 'container', 'ns', 'default']);
/** The name of a network is no word for a mode (containers/podman:pkg/domain/infra/abi/network.go NetworkCreate). */
export const networkName: Check = (value, asked) =>
  resourceName(value, asked) ?? (networkModes.has(value) ? 'it is the word for a mode of networks' : undefined);
/** `--gateway`. */
export const gateway: Check = (value) => (isAddress(value) ? undefined : 'it is not an address');
/** Names of interfaces; longer ones than 15 letters since 5.5 are refused, and fail at start before. */
export const interfaceName: Check = (value) =>
  value.length <= 15 && /^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/.test(value) ? undefined : 'a name of an interface has up to 15 letters, digits, _, . and -';
