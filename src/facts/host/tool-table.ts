/** Where programs live and how each one tells its version. One row a tool. */

/** One program: where it is looked for, what it is run with, and which packages bring it. */
export interface Tool {
  /** Directories in which it is looked for, in the order in which they are searched. */
  readonly directories: readonly string[];
  /** The arguments that make it print its version; absent for a program that is never run. */
  readonly args?: readonly string[];
  /** Run by its full path, since it is on nobody's PATH (Podman's helper binaries). */
  readonly byPath?: true;
  /** What its output looks like; the first group is the version. */
  readonly says: RegExp;
  /** Only this many leading parts of a version count (systemd's `252 (252.38-1)`). */
  readonly parts?: number;
  /** Package names on Debian and on RPM distributions; the name of the tool when left out. */
  readonly deb?: readonly string[];
  readonly rpm?: readonly string[];
}

/** What a login shell's PATH holds, then where K3s, k3d and appliances put their programs. */
export const programDirectories: readonly string[] = [
  '/usr/local/bin',
  '/usr/local/sbin',
  '/usr/bin',
  '/usr/sbin',
  '/bin',
  '/sbin',
  '/opt/bin',
  '/var/lib/rancher/k3s/data/current/bin',
];

/** Podman's built-in `helper_binaries_dir` (containers/common:pkg/config/config_linux.go). */
export const helperDirectories: readonly string[] = ['/usr/local/libexec/podman', '/usr/local/lib/podman', '/usr/libexec/podman', '/usr/lib/podman'];

const version = (word: string): RegExp => new RegExp(`^${word} version v?(\\d[^\\s,]*)`, 'm');
const onPath = { directories: programDirectories, args: ['--version'] } as const;
const helper = { directories: helperDirectories, args: ['--version'], byPath: true } as const;

const table: Readonly<Record<string, Tool>> = {
  podman: { ...onPath, says: version('podman') },
  docker: {
    ...onPath,
    says: version('(?:Docker|podman)'),
    deb: ['docker.io', 'docker-ce-cli', 'podman-docker'],
    rpm: ['docker', 'docker-ce-cli', 'podman-docker'],
  },
  k3s: { ...onPath, says: version('k3s') },
  k3d: { ...onPath, says: version('k3d') },
  crio: { ...onPath, says: version('crio'), deb: ['cri-o'], rpm: ['cri-o'] },
  systemctl: { ...onPath, says: /^systemd (\d[^\s]*)/m, parts: 1, deb: ['systemd'], rpm: ['systemd'] },
  slirp4netns: { ...onPath, says: version('slirp4netns') },
  // Distribution builds may say "pasta unknown version": then the package has to tell.
  pasta: { ...onPath, says: /^pasta (\d[^\s]*)/m, deb: ['passt'], rpm: ['passt'] },
  crun: { ...onPath, says: version('crun') },
  runc: { ...onPath, says: version('runc') },
  conmon: { ...onPath, says: version('conmon') },
  rootlesskit: { ...onPath, says: version('rootlesskit') },
  netavark: { ...helper, says: /^netavark (\d[^\s]*)/m },
  'aardvark-dns': { ...helper, says: /^aardvark-dns (\d[^\s]*)/m },
  iptables: { ...onPath, says: /^iptables v?(\d[^\s]*)/m },
  nft: { ...onPath, says: /^nftables v?(\d[^\s]*)/m, deb: ['nftables'], rpm: ['nftables'] },
};

/** The row for a tool. A name without one is looked for on the usual paths and never run. */
export function toolNamed(name: string): Tool {
  return Object.hasOwn(table, name) ? (table[name] as Tool) : { directories: programDirectories, says: /(?!)/ };
}
