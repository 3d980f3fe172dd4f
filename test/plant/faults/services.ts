/** Faults about what starts, listens, keeps the time and the log. */
import type { Fault } from '../fault.ts';
import type { Tree } from '../tree.ts';

const preparedOnly = true as const;

/** A unit of the vendor that the boot starts. */
const started = (tree: Tree, name: string, text: string, target = 'multi-user.target'): Tree =>
  tree.write(`/usr/lib/systemd/system/${name}`, text).link(`/etc/systemd/system/${target}.wants/${name}`, `/usr/lib/systemd/system/${name}`);

export const serviceFaults: readonly Fault[] = [
  {
    rule: 'vehicle.services',
    what: 'telnet',
    plant: (t) => started(t, 'telnet.socket', '[Socket]\nListenStream=23\nAccept=yes\n[Install]\nWantedBy=sockets.target\n', 'sockets.target'),
  },
  {
    rule: 'vehicle.services',
    what: 'rpcbind',
    plant: (t) => started(t, 'rpcbind.service', '[Service]\nExecStart=/sbin/rpcbind\n[Install]\nWantedBy=multi-user.target\n'),
  },
  {
    rule: 'vehicle.services',
    what: "avahi, by the vendor's own link",
    plant: (t) =>
      t
        .write('/usr/lib/systemd/system/avahi-daemon.service', '[Service]\nExecStart=/usr/sbin/avahi-daemon\n')
        .link('/usr/lib/systemd/system/multi-user.target.wants/avahi-daemon.service', '../avahi-daemon.service'),
  },
  {
    rule: 'vehicle.firewall.default',
    what: 'a chain that accepts',
    preparedOnly,
    plant: (t) => t.edit('/etc/nftables.conf', (text) => text.replace('filter; policy drop', 'filter; policy accept')),
  },
  {
    rule: 'vehicle.firewall.default',
    what: 'nftables does not start',
    preparedOnly,
    plant: (t) => t.remove('/etc/systemd/system/sysinit.target.wants/nftables.service'),
  },
  { rule: 'vehicle.timers', what: 'a table of cron', plant: (t) => t.write('/etc/cron.d/telemetry', '*/5 * * * * root /opt/telemetry/send\n') },
  { rule: 'vehicle.log.persistent', what: 'in memory', plant: (t) => t.write('/usr/lib/systemd/journald.conf.d/zz.conf', '[Journal]\nStorage=volatile\n') },
  {
    rule: 'vehicle.log.persistent',
    what: 'no /var/log/journal',
    plant: (t) => t.write('/etc/systemd/journald.conf.d/zz.conf', '[Journal]\nStorage=auto\n').remove('/var/log/journal'),
  },
  { rule: 'vehicle.log.persistent', what: '/var/log in memory', preparedOnly, plant: (t) => t.append('/etc/fstab', 'tmpfs /var/log tmpfs nosuid,nodev 0 0') },
  { rule: 'vehicle.audit', what: 'auditd does not start', preparedOnly, plant: (t) => t.remove('/etc/systemd/system/multi-user.target.wants/auditd.service') },
  { rule: 'vehicle.audit', what: 'accounts', preparedOnly, plant: (t) => t.edit('/etc/audit/rules.d/vehicle.rules', (text) => text.replace(/^-w.*\n/gm, '')) },
  { rule: 'vehicle.audit', what: 'no rule fires', preparedOnly, plant: (t) => t.write('/etc/audit/rules.d/off.rules', '-a task,never\n') },
  { rule: 'vehicle.time', what: 'time without proof', preparedOnly, plant: (t) => t.write('/etc/chrony/chrony.conf', 'pool time.vehicle.example iburst\n') },
  {
    rule: 'vehicle.time',
    what: 'nothing sets the clock',
    preparedOnly,
    also: { 'host.time.sync': 'it is the same, said of any host' },
    plant: (t) => t.remove('/etc/systemd/system/multi-user.target.wants/chrony.service').remove('/etc/systemd/system/chronyd.service'),
  },
  {
    rule: 'host.time.sync',
    what: 'nothing sets the clock',
    preparedOnly,
    also: { 'vehicle.time': 'it is the same, said of a vehicle' },
    plant: (t) => t.link('/etc/systemd/system/chrony.service', '/dev/null'),
  },
  {
    rule: 'host.time.one-daemon',
    what: 'ntpd beside chrony, which knows it by another name',
    also: {},
    plant: (t) =>
      started(t, 'ntpd.service', '[Service]\nExecStart=/usr/sbin/ntpd\n[Install]\nWantedBy=multi-user.target\n').write('/usr/sbin/ntpd', '', { mode: 0o755 }),
  },
  {
    rule: 'vehicle.fs.mount-options',
    what: '/tmp takes set-id programs',
    preparedOnly,
    plant: (t) => t.edit('/etc/fstab', (text) => text.replace('/tmp tmpfs nosuid,nodev,', '/tmp tmpfs nodev,')),
  },
  {
    rule: 'vehicle.fs.mount-options',
    what: '/home takes devices',
    preparedOnly,
    plant: (t) => t.edit('/etc/fstab', (text) => text.replace('bind,nosuid,nodev', 'bind,nosuid')),
  },
  {
    rule: 'vehicle.data-at-rest',
    what: 'a partition in the clear',
    preparedOnly,
    plant: (t) => t.edit('/etc/fstab', (text) => text.replace('/dev/mapper/data', 'PARTLABEL=data')),
  },
  {
    rule: 'vehicle.data-at-rest',
    what: 'the key beside it',
    preparedOnly,
    plant: (t) => t.write('/etc/crypttab', 'data PARTLABEL=data /etc/data.key luks\n', { mode: 0o600 }),
  },
  { rule: 'host.hostname.valid', what: 'a name that is none', plant: (t) => t.write('/etc/hostname', 'my_vehicle\n') },
  {
    rule: 'host.os.supported',
    what: 'a release without support',
    plant: (t) => t.edit('/usr/lib/os-release', (text) => text.replace(/VERSION_ID="\d+"/, 'VERSION_ID="9"')),
  },
];
