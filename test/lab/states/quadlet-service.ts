/** What [Service] of a Quadlet file takes from Podman, and whose root the container's is. */
import type { Claim, State } from '../state.ts';
import { container, networked, type Row, startedStates } from './started.ts';

const row = (what: string, settings: string, more: Partial<Row> = {}): Row => ({ what, text: `${container}[Service]\n${settings}\n`, ...more });
const users = (what: string, settings: string): Row => row(what, settings, { user: 'driver' });
/** A user's manager does not start what Podman left behind anew: the pause process would hide the fault. */
const rows: readonly Row[] = [
  row('limits and priorities', 'Nice=5\nCPUQuota=80%\nMemoryMax=256M\nOOMScoreAdjust=100\nLimitNOFILE=4096\nTasksMax=200\nRestartSec=3'),
  row('no new privileges', 'NoNewPrivileges=yes'),
  row('usr and etc read-only', 'ProtectSystem=full'),
  row('all read-only', 'ProtectSystem=strict'),
  row('all read-only, but for what Podman writes', 'ProtectSystem=strict\nReadWritePaths=/var/lib/containers /run /var/tmp'),
  row('all read-only, but for the store', 'ProtectSystem=strict\nReadWritePaths=/var/lib/containers'),
  row('var read-only', 'ReadOnlyPaths=/var'),
  row('homes hidden', 'ProtectHome=yes'),
  row('a /tmp of its own', 'PrivateTmp=yes'),
  row('devices of its own', 'PrivateDevices=yes'),
  row('no namespaces', 'RestrictNamespaces=yes'),
  row('no user namespaces', 'RestrictNamespaces=~user'),
  row('calls of services alone', 'SystemCallFilter=@system-service'),
  row('calls of services and mounts', 'SystemCallFilter=@system-service @mount'),
  row('no calls that set the clock', 'SystemCallFilter=~@clock'),
  row('no calls that mount', 'SystemCallFilter=~@mount'),
  row('capabilities of a web server', 'CapabilityBoundingSet=CAP_NET_BIND_SERVICE'),
  row('not the capability to boot', 'CapabilityBoundingSet=~CAP_SYS_BOOT'),
  row('addresses of IP alone', 'RestrictAddressFamilies=AF_INET AF_INET6'),
  row('addresses of IP, Unix and netlink', 'RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX AF_NETLINK'),
  row('kernel settings read-only', 'ProtectKernelTunables=yes'),
  row('control groups read-only', 'ProtectControlGroups=yes'),
  row('no modules', 'ProtectKernelModules=yes'),
  row('no kernel log', 'ProtectKernelLogs=yes'),
  row('no clock', 'ProtectClock=yes'),
  row('no host name', 'ProtectHostname=yes'),
  row('users of its own', 'PrivateUsers=yes'),
  row('personality and realtime', 'LockPersonality=yes\nRestrictRealtime=yes'),
  row('no bits of other users', 'RestrictSUIDSGID=yes'),
  row('a user that is made for it', 'DynamicUser=yes'),
  row('processes of others hidden', 'ProtectProc=invisible'),
  row('of /proc only processes', 'ProcSubset=pid'),
  row('calls of this machine alone', 'SystemCallArchitectures=native'),
  row('a umask', 'UMask=0077'),
  row('no other system calls by default', 'SystemCallErrorNumber=EPERM\nSystemCallFilter=~@reboot @swap'),
  row('/usr alone can be executed', 'NoExecPaths=/\nExecPaths=/usr /lib /lib64'),
  row('a directory that is hidden', 'InaccessiblePaths=/run/containers'),
  users("a user's limits and priorities", 'Nice=5\nMemoryMax=256M\nTasksMax=200'),
  users("a user's, no new privileges", 'NoNewPrivileges=yes'),
  users("a user's, a /tmp of its own", 'PrivateTmp=yes'),
  users("a user's, kernel settings read-only", 'ProtectKernelTunables=yes'),
  users("a user's, restart on failure", 'Restart=on-failure'),
];

/** Podman's pause process ends first: where it lives, a user's Podman needs no privilege any more, until the next boot. */
const anew = (r: Row): Row =>
  r.user === undefined
    ? r
    : { ...r, ask: `exec 9>/tmp/lab.lock; flock 9; as ${r.user} podman system migrate >/dev/null 2>&1 9>&-; started NAME ${r.user} 9>&-` };

/** The id, on the host, of the container's first process. */
const identity = [
  'timeout 150 systemctl start UNIT 2>/dev/null; systemctl is-active UNIT',
  'pid=$(podman container inspect --format "{{.State.Pid}}" systemd-NAME 2>/dev/null)',
  'awk \'$1 == "Uid:" { print "uid", $2 }\' "/proc/$pid/status" 2>/dev/null',
  'systemctl stop UNIT 2>/dev/null; systemctl reset-failed UNIT 2>/dev/null || true',
]
  .join('\n')
  .replaceAll('UNIT', 'NAME');
const notRoot: Claim['says'] = (answer) => (/^active\nuid [1-9]/m.test(answer) ? 'pass' : 'fail');
const spaces: readonly Row[] = [
  ['root of the host', ''],
  ['a user by number', 'User=77'],
  ['user 0, spelt out', 'User=0'],
  ['ids that are mapped', 'UIDMap=0:100000:65536\nGIDMap=0:100000:65536'],
  ['ids of its own without any in /etc/subuid', 'UserNS=auto'],
  ["the host's user namespace", 'UserNS=host'],
].map(([what = '', keys = '']) => ({ what, text: `${container}${keys}\n`, ask: identity, says: notRoot }));
const withIds: readonly Row[] = [
  ['ids of its own', 'UserNS=auto'],
  ['ids of its own, a number of them', 'UserNS=auto:size=2000'],
].map(([what = '', keys = '']) => ({
  what,
  text: `${container}${keys}\n`,
  setUp: ['save /etc/subuid /etc/subgid; echo containers:2147483647:2147483648 | tee -a /etc/subuid >>/etc/subgid'],
  ask: identity,
  says: notRoot,
}));

/** Without SELinux nothing is labelled. */
const labels: readonly Row[] = [
  { what: 'a mount without SELinux', text: `${container}Volume=/srv:/x\n` },
  { what: "a user's mount without SELinux", text: `${networked}Volume=%h:/x\n`, user: 'driver' as const },
].map((r) => ({ ...r, ask: 'cat /sys/fs/selinux/enforce 2>&1', says: (answer) => (/^1$/m.test(answer) ? 'fail' : 'not-applicable') }));

export const serviceStates: readonly State[] = [
  ...startedStates('hardening', 'hardening', 'quadlet.service-hardening', rows.map(anew)),
  ...startedStates('userns', 'hardening', 'quadlet.userns', spaces),
  ...startedStates('userns with ids', 'user namespaces', 'quadlet.userns', withIds),
  ...startedStates('labels', 'references', 'quadlet.selinux-label', labels),
];
