/**
 * What rootless K3s makes of its K3S_ROOTLESS_* variables.
 * Sources: k3s-io/k3s:pkg/rootless/rootless.go and portdriver.go; rootless-containers/rootlesskit
 * pkg/network/slirp4netns/slirp4netns.go; the limits of slirp4netns were tried with 1.2.0.
 */
import { plainPath } from '../environment/environment.ts';
import { goBool, goCidr, goInt } from './go.ts';
import type { ChangeName } from './release-changes.ts';

/** Names in facts and the variables behind them. */
export const settingNames = {
  mtu: 'K3S_ROOTLESS_MTU',
  cidr: 'K3S_ROOTLESS_CIDR',
  enableIpv6: 'K3S_ROOTLESS_ENABLE_IPV6',
  portDriver: 'K3S_ROOTLESS_PORT_DRIVER',
  disableHostLoopback: 'K3S_ROOTLESS_DISABLE_HOST_LOOPBACK',
  copyUpDirs: 'K3S_ROOTLESS_COPYUPDIRS',
} as const;

export type SettingName = keyof typeof settingNames;

/** From which release on K3s reads a variable. */
export const readSince = (variable: string): ChangeName => (variable === settingNames.copyUpDirs ? 'rootlessCopyUp' : 'rootlessVariables');

/** How one variable is taken. `text` undefined or empty means unset to K3s. */
export interface Setting {
  readonly set: boolean;
  /** K3s can parse it; what it cannot parse it ignores with a warning (but not the CIDR, which stops it). */
  readonly wellFormed: boolean;
  /** K3s, RootlessKit and slirp4netns start with it. */
  readonly accepted: boolean;
  /** What takes effect; undefined when nothing does, or K3s finds out itself. */
  readonly effective?: string | number | boolean;
  /** What is wrong or surprising, for people. */
  readonly remark?: string;
}

/** RootlessKit's MTU when it is told none: not the 1500 of the documentation. */
const defaultMtu = 65520;
const defaultCidr = '10.41.0.0/16';

/** Judges the text of one variable as K3s and the programs below it do. */
export function judge(name: Exclude<SettingName, 'copyUpDirs'>, text: string | undefined): Setting {
  if (text === undefined || text === '') return { set: false, wellFormed: true, accepted: true, ...defaults[name] };
  return judges[name](text);
}

const defaults: Readonly<Record<Exclude<SettingName, 'copyUpDirs'>, { effective?: string | number | boolean }>> = {
  mtu: { effective: defaultMtu },
  cidr: { effective: defaultCidr },
  enableIpv6: {},
  portDriver: { effective: 'builtin' },
  disableHostLoopback: { effective: true },
};

const judges: Readonly<Record<Exclude<SettingName, 'copyUpDirs'>, (text: string) => Setting>> = {
  mtu(text) {
    const value = goInt(text);
    if (value === undefined)
      return { set: true, wellFormed: false, accepted: true, effective: defaultMtu, remark: `not an integer, so K3s ignores it and uses ${defaultMtu}` };
    if (value === 0) return { set: true, wellFormed: true, accepted: true, effective: defaultMtu, remark: `0 means the default, ${defaultMtu}` };
    if (value < 0) return { set: true, wellFormed: true, accepted: false, effective: value, remark: 'negative: K3s stops ("got negative mtu")' };
    if (value > 65521) return { set: true, wellFormed: true, accepted: false, effective: value, remark: 'slirp4netns stops above 65521' };
    return { set: true, wellFormed: true, accepted: true, effective: value };
  },
  cidr(text) {
    const problem = cidrProblem(text);
    return problem === undefined
      ? { set: true, wellFormed: true, accepted: true, effective: text }
      : { set: true, wellFormed: goCidr(text) !== undefined, accepted: false, effective: text, remark: problem };
  },
  enableIpv6: (text) => bool(text, undefined, 'finds out itself whether the cluster has IPv6'),
  portDriver(text) {
    const driver = text.toLowerCase();
    const known = driver === 'builtin' || driver === 'slirp4netns';
    return known
      ? { set: true, wellFormed: true, accepted: true, effective: driver }
      : { set: true, wellFormed: false, accepted: true, effective: 'builtin', remark: 'not a port driver, so K3s uses builtin' };
  },
  disableHostLoopback: (text) => bool(text, true, 'keeps host loopback disabled'),
};

function bool(text: string, otherwise: boolean | undefined, said: string): Setting {
  const value = goBool(text);
  if (value !== undefined) return { set: true, wellFormed: true, accepted: true, effective: value };
  const remark = `not a boolean to Go (1, t, true, 0, f, false), so K3s ignores it and ${said}`;
  return { set: true, wellFormed: false, accepted: true, ...(otherwise === undefined ? {} : { effective: otherwise }), remark };
}

/** Why rootless K3s cannot use a network; undefined when it can. slirp4netns needs IPv4 and a prefix of 1 to 25: it takes the addresses .2, .3 and .100. */
export function cidrProblem(text: string): string | undefined {
  if (text.includes(':')) return 'slirp4netns takes an IPv4 network only';
  const network = goCidr(text);
  if (!network) return 'not a network in CIDR notation';
  if (network.address !== network.network) return 'host bits are set ("host identifier bits" in the log of K3s)';
  if (network.prefix < 1 || network.prefix > 25) return 'slirp4netns needs a prefix length of 1 to 25';
  return undefined;
}

/** The directories that K3S_ROOTLESS_COPYUPDIRS adds, and what is wrong with them. */
export interface CopyUp {
  /** As RootlessKit takes them: between commas, without doubled slashes. An empty one is the working directory. */
  readonly directories: readonly string[];
  /** Not absolute, in quotes: taken from the working directory of the service. */
  readonly relative: readonly string[];
  /** Those that hold the account's home. */
  readonly wide: readonly string[];
  /** Those on which RootlessKit stops whatever the host has. */
  readonly refused: readonly string[];
}

/**
 * Each directory is covered by a tmpfs with links to what was there: what is written anew is gone when K3s stops
 * (rootless-containers/rootlesskit:pkg/copyup/tmpfssymlink/tmpfssymlink.go, where /tmp is refused).
 */
export function copyUpOf(text: string, home: string): CopyUp {
  const directories = text === '' ? [] : text.split(',').map((d) => (d === '' ? '.' : plainPath(d)));
  const holdsHome = (d: string): boolean => d === '/' || `${plainPath(home)}/`.startsWith(`${d}/`);
  return {
    directories,
    relative: directories.filter((d) => !d.startsWith('/')).map((d) => `"${d}"`),
    wide: directories.filter((d) => d.startsWith('/') && holdsHome(d)),
    refused: directories.filter((d) => d === '/tmp'),
  };
}
