/**
 * The options that commands of Podman have, by the ending of the file that has them run: what `--help` of 4.3.1, 5.4.2 and 5.8.6 lists, and what they take without listing it
 * (MarkHidden and utils/alias.go in containers/podman:cmd/podman). Podman refuses a command
 * with any other.
 */
import { type Release, since } from '../containers/podman-release.ts';
import { isSwitch, letterOf } from '../podman/podman-flags.ts';

interface Options {
  readonly names: readonly string[];
  /** Short forms, a letter each. */
  readonly letters: string;
  /** Those that 5.4.2 does not have and 5.8.6 has. */
  readonly later: readonly string[];
}

/** Options that every command has. */
const everywhere = [
  ...'cgroup-manager config conmon connection events-backend help hooks-dir identity imagestore log-level module'.split(' '),
  ...'network-cmd-path network-config-dir out remote root runroot runtime runtime-flag ssh storage-driver'.split(' '),
  ...'storage-opt syslog tmpdir transient-store url version volumepath'.split(' '),
];

/** Other words for some of them. */
const aliases =
  'dns-opt healthcheck-command healthcheck-interval healthcheck-retries healthcheck-start-period healthcheck-timeout net namespace notruncate override-arch override-os override-variant storage timeout'.split(
    ' ',
  );

const options: Readonly<Record<string, Options>> = {
  container: {
    names: [
      ...'add-host annotation arch attach authfile blkio-weight blkio-weight-device cap-add cap-drop cert-dir'.split(' '),
      ...'cgroup-conf cgroup-parent cgroupns cgroups chrootdirs cidfile conmon-pidfile cpu-period cpu-quota'.split(' '),
      ...'cpu-rt-period cpu-rt-runtime cpu-shares cpus cpuset-cpus cpuset-mems creds decryption-key detach detach-keys'.split(' '),
      ...'device device-cgroup-rule device-read-bps device-read-iops device-write-bps device-write-iops'.split(' '),
      ...'disable-content-trust dns dns-option dns-search entrypoint env env-file env-host env-merge expose gidmap gpus'.split(' '),
      ...'group-add group-entry health-cmd health-interval health-log-destination health-max-log-count'.split(' '),
      ...'health-max-log-size health-on-failure health-retries health-start-period health-startup-cmd'.split(' '),
      ...'health-startup-interval health-startup-retries health-startup-success health-startup-timeout health-timeout'.split(' '),
      ...'hostname hosts-file hostuser http-proxy image-volume init init-path interactive ip ip6 ipc kernel-memory label'.split(' '),
      ...'label-file log-driver log-opt mac-address memory memory-reservation memory-swap memory-swappiness mount name'.split(' '),
      ...'network network-alias no-healthcheck no-hostname no-hosts oom-kill-disable oom-score-adj os passwd'.split(' '),
      ...'passwd-entry personality pid pidfile pids-limit platform pod pod-id-file preserve-fd preserve-fds privileged'.split(' '),
      ...'publish publish-all pull quiet rdt-class read-only read-only-tmpfs replace requires restart retry retry-delay'.split(' '),
      ...'rm rmi rootfs sdnotify seccomp-policy secret security-opt shm-size shm-size-systemd sig-proxy signature-policy'.split(' '),
      ...'stop-signal stop-timeout subgidname subuidname sysctl systemd timeout tls-verify tmpfs tty tz uidmap ulimit'.split(' '),
      ...'umask unsetenv unsetenv-all user userns uts variant volume volumes-from workdir'.split(' '),
    ],
    letters: 'Pacdehilmpqtuvw',
    later: ['cert-dir', 'creds'],
  },
  pod: {
    names: [
      ...'add-host blkio-weight blkio-weight-device cgroup-parent cpu-shares cpus cpuset-cpus cpuset-mems device'.split(' '),
      ...'device-read-bps device-write-bps dns dns-option dns-search exit-policy gidmap gpus hostname hosts-file infra'.split(' '),
      ...'infra-command infra-conmon-pidfile infra-image infra-name ip ip6 label label-file mac-address memory'.split(' '),
      ...'memory-swap name network network-alias no-hostname no-hosts pid pod-id-file publish replace restart'.split(' '),
      ...'security-opt share share-parent shm-size shm-size-systemd subgidname subuidname sysctl uidmap userns uts'.split(' '),
      ...'volume volumes-from'.split(' '),
    ],
    letters: 'chlmnpv',
    later: [],
  },
  kube: {
    names: [
      ...'annotation authfile build cert-dir configmap context-dir creds down exit force ip log-driver log-opt'.split(' '),
      ...'mac-address network no-hostname no-hosts no-pod-prefix no-trunc publish publish-all quiet replace'.split(' '),
      ...'seccomp-profile-root service-container service-exit service-exit-code-propagation signature-policy start'.split(' '),
      ...'tls-verify userns wait'.split(' '),
    ],
    letters: 'qw',
    later: ['no-pod-prefix'],
  },
  network: {
    names: [...'disable-dns dns driver gateway ignore interface-name internal ip-range ipam-driver ipv6 label opt route subnet'.split(' ')],
    letters: 'do',
    later: [],
  },
  volume: {
    names: [...'driver gid ignore label opt uid'.split(' ')],
    letters: 'dlo',
    later: ['gid', 'uid'],
  },
};

/** Letters that every command has: --connection, --help, --remote, --version. */
const lettersEverywhere = 'chrv';

/**
 * Why the command that a file of this ending runs has no such option; undefined where it has, or where nobody can tell: of
 * Podman 6 and later the list may lack some. `name` is a long name, or the letter of a short form.
 */
export function unknownOption(ending: string, name: string, release: Release): string | undefined {
  const known = Object.hasOwn(options, ending) ? options[ending] : undefined;
  if (!known || since(release, '6.0')) return undefined;
  if (name.length === 1) return has(known, name) ? undefined : `Podman has no option -${name} here`;
  if (known.later.includes(name) && !since(release, '5.5')) return `Podman ${release.said} has no option --${name} here`;
  const letter = letterOf(name);
  const isKnown = [known.names, everywhere, aliases].some((names) => names.includes(name)) || (letter !== undefined && has(known, letter));
  return isKnown ? undefined : `Podman has no option --${name} here`;
}

/** Whether it is a long name of an option with a value, which the next word gives where no `=` does. */
export const takesWord = (ending: string, name: string): boolean =>
  (options[ending]?.names.includes(name) ?? false) && name !== 'detach-keys' && !isSwitch(name);

const has = ({ letters }: Options, letter: string): boolean => letters.includes(letter) || lettersEverywhere.includes(letter);
