/**
 * The programs and rights that tests hold pretrip against. A test names what it needs: `test('…', oracle('visudo'), …)`.
 * Where that is not there, it is skipped on a desk, and the run says so at its end (see aloud.ts); in CI (CI is set) a
 * test of its own fails, but for what CI cannot have.
 */
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'vitest';
import { whyNoSshd } from './collect/ssh/own-sshd.ts';

declare module 'vitest' {
  interface TaskMeta {
    /** What is not there, for a test that is skipped for want of it. */
    lacking?: readonly OracleName[];
  }
}

interface Oracle {
  readonly isThere: () => boolean;
  /** How to get it: a package of Debian, or words. */
  readonly from: string;
}

const runs = (program: string, ...args: string[]): boolean => spawnSync(program, args, { stdio: 'ignore' }).status === 0;
const has = (program: string): boolean => runs('sh', '-c', `command -v ${program}`);
const isRoot = process.getuid?.() === 0;
const named = (program: string, from = program): Oracle => ({ isThere: () => has(program), from });

const oracles = {
  root: { isThere: () => isRoot, from: 'run the tests as root' },
  // A namespace of its own wants more than the number 0.
  mounts: { isThere: () => isRoot && runs('unshare', '-m', 'true'), from: 'run the tests as root, with CAP_SYS_ADMIN' },
  setpriv: named('setpriv', 'util-linux'),
  dash: named('dash'),
  bash: named('bash'),
  mawk: named('mawk'),
  gawk: named('gawk'),
  'original-awk': named('original-awk'),
  busybox: named('busybox', 'busybox-static'),
  'busybox in a chroot': { isThere: runsInChroot, from: 'busybox-static, and run the tests as root' },
  strace: named('strace'),
  shellcheck: named('shellcheck'),
  xmllint: named('xmllint', 'libxml2-utils'),
  jq: named('jq'),
  ssh: named('ssh', 'openssh-client'),
  'ssh-keygen': named('ssh-keygen', 'openssh-client'),
  sshd: { isThere: () => whyNoSshd === undefined, from: 'openssh-server' },
  skopeo: named('skopeo'),
  visudo: { isThere: () => runs('visudo', '--version'), from: 'sudo' },
  modprobe: named('modprobe', 'kmod'),
  slirp4netns: named('slirp4netns'),
  // As root it is started by setpriv, since `systemd --test` refuses root.
  systemd: { isThere: () => existsSync('/usr/lib/systemd/systemd') && (!isRoot || has('setpriv')), from: 'systemd' },
  systemctl: named('systemctl', 'systemd'),
  'systemd-tmpfiles': named('systemd-tmpfiles', 'systemd'),
  'systemd-analyze': named('systemd-analyze', 'systemd'),
  'systemd-firstboot': { isThere: readsGivenBootLine, from: 'systemd (252 or newer)' },
  'systemd-fstab-generator': { isThere: () => existsSync('/usr/lib/systemd/system-generators/systemd-fstab-generator'), from: 'systemd' },
  'environment generator': { isThere: () => existsSync('/usr/lib/systemd/user-environment-generators/30-systemd-environment-d-generator'), from: 'systemd' },
  udevadm: {
    isThere: () => isRoot && runs('unshare', '-nm', 'sh', '-c', 'udevadm --version && ip link add x type vxlan id 1 dev lo dstport 1'),
    from: 'udev, and run the tests as root, with CAP_SYS_ADMIN',
  },
  // The system's own Python: the modules of firewalld are installed for it.
  firewalld: { isThere: () => runs('/usr/bin/python3', '-c', 'import firewall'), from: 'firewalld' },
  'a network of its own': { isThere: () => isRoot && runs('unshare', '-n', 'ip', 'link'), from: 'iproute2, and run the tests as root, with CAP_SYS_ADMIN' },
  'fnmatch(3)': { isThere: () => runs('python3', '-c', 'import ctypes; ctypes.CDLL(None).fnmatch'), from: 'python3' },
  dpkg: named('dpkg'),
  setcap: { isThere: () => isRoot && setsCapabilities(), from: 'libcap2-bin, and run the tests as root' },
  rpm: { isThere: () => has('rpm') && has('rpmbuild'), from: 'rpm' },
  k3d: { isThere: isCurrentK3d, from: 'k3d 5.9 or newer, from its own releases' },
  crio: { isThere: () => runs('crio', '--version'), from: 'CRI-O 1.30 or newer, from its own releases' },
} as const satisfies Record<string, Oracle>;

/** Not every file system of a temporary directory keeps them. */
function setsCapabilities(): boolean {
  const directory = mkdtempSync(join(tmpdir(), 'pretrip-setcap-'));
  try {
    copyFileSync('/bin/true', join(directory, 'x'));
    return runs('setcap', 'cap_net_raw=ep', join(directory, 'x'));
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

export type OracleName = keyof typeof oracles;

/** What CI does without, and why. */
const excused: Readonly<Partial<Record<OracleName, string>>> = {
  k3d: 'no package of Debian holds it, and CI gets packages only; the test beside it holds the answers of k3d 5.9.0',
  crio: 'no package of Debian holds it, and CI gets packages only; the tests of the kinds hold what CRI-O 1.35.6 printed',
};

/** The packages of Debian that oracles are from: the first word, where it is not told in words. */
export const packages: readonly string[] = [
  ...new Set(
    Object.entries(oracles)
      .filter(([name]) => !(name in excused))
      .map(([, { from }]) => /^[a-z0-9][a-z0-9.+-]+(?=$|[ ,])/.exec(from)?.[0] ?? '')
      .filter((name) => name !== '' && name !== 'run'),
  ),
];

const inCI = Boolean(process.env.CI);
const known = new Map<OracleName, boolean>();
const told = new Set<OracleName>();

export function isThere(name: OracleName): boolean {
  const there = known.get(name) ?? oracles[name].isThere();
  known.set(name, there);
  return there;
}

/** Options for a test or a group of tests that need all of these. To be called where tests are declared. */
export function oracle(...names: readonly OracleName[]): { readonly skip: boolean; readonly meta: { readonly lacking?: readonly OracleName[] } } {
  const lacking = names.filter((name) => !isThere(name));
  for (const name of lacking) {
    if (!inCI || name in excused || told.has(name)) continue;
    told.add(name);
    test(`${name} is there`, () => {
      throw new Error(`${name} is not there, and CI must have it; ${adviceOn(name)}`);
    });
  }
  return lacking.length > 0 ? { skip: true, meta: { lacking } } : { skip: false, meta: {} };
}

/** How many random cases a property test tries: few each time, thousands with PRETRIP_TRIES=5000 after a change of what it holds. */
export const tries = (few: number): number => Number(process.env.PRETRIP_TRIES ?? few);

/** What to say of one that is lacking. */
export const adviceOn = (name: OracleName): string => (inCI && excused[name] ? `CI cannot have it: ${excused[name]}` : `to get it: ${oracles[name].from}`);

/** In an empty chroot only a static BusyBox runs, and only root may enter. */
function runsInChroot(): boolean {
  if (!isRoot || !existsSync('/usr/bin/busybox')) return false;
  const jail = mkdtempSync(join(tmpdir(), 'pretrip-jail-'));
  try {
    copyFileSync('/usr/bin/busybox', join(jail, 'busybox'));
    return runs('chroot', jail, '/busybox', 'true');
  } finally {
    rmSync(jail, { recursive: true, force: true });
  }
}

/** systemd reads the boot line that it is given only in newer versions; it says so when it ends at once. */
function readsGivenBootLine(): boolean {
  const env = { ...process.env, SYSTEMD_PROC_CMDLINE: 'systemd.firstboot=0', SYSTEMD_LOG_LEVEL: 'debug', SYSTEMD_LOG_TARGET: 'console' };
  return /terminating/.test(spawnSync('systemd-firstboot', [], { encoding: 'utf8', env }).stderr ?? '');
}

function isCurrentK3d(): boolean {
  const version = /v5\.(\d+)/.exec(spawnSync('k3d', ['--version'], { encoding: 'utf8' }).stdout ?? '')?.[1];
  return version !== undefined && Number(version) >= 9;
}
