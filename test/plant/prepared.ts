/** What the maker of a vehicle adds to Debian's tree, so that each rule has something that is right, and that a fault can break. */
import type { Look, Suite } from './fault.ts';
import type { Tree } from './tree.ts';

/** What --param says of this vehicle. Without Quadlet there is no QM partition. */
export const paramsOf = (suite: Suite): string[] => [
  'vehicle.data-at-rest:partitions=/data',
  ...(suite === 'bookworm' ? [] : ['vehicle.mixed-criticality:safety=brake.service']),
];

/** The kernel is told the hash of its root, and to take signed modules alone. */
const grub = `set default=A
set superusers="service"
password_pbkdf2 service grub.pbkdf2.sha512.10000.AB.CD
menuentry 'A' --id A --unrestricted {
  linux /vmlinuz root=PARTLABEL=rootfs-a ro rauc.slot=A roothash=0f5b4c8f7d3f6c8b9d3d5a0d5b1e3e4a7c2f9b8a6d5c4e3f2a1b0c9d8e7f6a5b module.sig_enforce=1 quiet
}
`;
const fstab = `PARTLABEL=rootfs-a / erofs ro 0 0
tmpfs /tmp tmpfs nosuid,nodev,mode=1777 0 0
tmpfs /var/tmp tmpfs nosuid,nodev,mode=1777 0 0
/dev/mapper/data /data ext4 nosuid,nodev 0 2
/data/home /home none bind,nosuid,nodev 0 0
`;
const sysctl = `kernel.randomize_va_space = 2
fs.protected_hardlinks = 1
fs.protected_symlinks = 1
fs.protected_fifos = 1
fs.protected_regular = 2
fs.suid_dumpable = 0
kernel.core_pattern = |/bin/false
kernel.dmesg_restrict = 1
kernel.kexec_load_disabled = 1
kernel.kptr_restrict = 2
kernel.perf_event_paranoid = 3
kernel.sysrq = 0
kernel.unprivileged_bpf_disabled = 1
kernel.yama.ptrace_scope = 1
net.ipv4.conf.all.accept_redirects = 0
net.ipv4.conf.all.rp_filter = 1
net.ipv4.conf.all.send_redirects = 0
net.ipv4.tcp_syncookies = 1
net.ipv6.conf.all.accept_redirects = 0
`;
const audit = `-b 8192
-w /etc/passwd -p wa -k identity
-w /etc/group -p wa -k identity
-w /etc/shadow -p wa -k identity
-a always,exit -F arch=b64 -S execve -F euid=0 -k programs
-a always,exit -F arch=b64 -S init_module,finit_module,delete_module -k modules
-a always,exit -F arch=b64 -S mount,umount2 -k mounts
`;
const nftables = `#!/usr/sbin/nft -f
flush ruleset
table inet filter {
  chain input {
    type filter hook input priority filter; policy drop;
    iif lo accept
    ct state established,related accept
    tcp dport 22 accept
  }
  chain forward {
    type filter hook forward priority filter; policy drop;
  }
}
`;
const rauc = `[system]
compatible=vehicle
bootloader=grub
grubenv=/boot/grub/grubenv
bundle-formats=-plain
min-bundle-version=2026.1
data-directory=/data/rauc

[keyring]
path=keyring.pem

[slot.rootfs.0]
device=/dev/disk/by-partlabel/rootfs-a
type=raw
bootname=A

[slot.rootfs.1]
device=/dev/disk/by-partlabel/rootfs-b
type=raw
bootname=B
`;
/** Upstream's own (containers/qm:qm.container), with a limit on memory. */
const qm = `[Unit]
Description=The QM partition

[Service]
Restart=always
OOMScoreAdjust=500
CPUWeight=idle
IOWeight=50
MemoryMax=2G
MemorySwapMax=0
Slice=QM.slice

[Container]
ContainerName=qm
Network=private
Rootfs=/usr/lib/qm/rootfs

[Install]
WantedBy=multi-user.target
`;
/** A container in which no rule finds anything. */
export const panel = `[Unit]
Description=The panel of the driver

[Service]
Restart=always
MemoryMax=512M

[Container]
Image=registry.vehicle.example/hmi@sha256:5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03
UserNS=auto
User=1000
DropCapability=all
NoNewPrivileges=true
ReadOnly=true
HealthCmd=/usr/bin/healthy
Volume=/var/lib/hmi:/var/lib/hmi:Z

[Install]
WantedBy=multi-user.target
`;
const policy = {
  default: [{ type: 'reject' }],
  transports: {
    docker: { 'registry.vehicle.example': [{ type: 'signedBy', keyType: 'GPGKeys', keyPath: '/usr/share/keyrings/vehicle-images.gpg' }] },
  },
};

/** Makes of a tree that `build.sh` built one in which no rule of this file's subjects fails. */
export function prepare(tree: Tree, suite: Suite): void {
  tree
    .write('/boot/grub/grub.cfg', grub, { mode: 0o600 })
    .write('/boot/grub/grubenv', '# GRUB Environment Block\nORDER=A B\n')
    .write('/etc/fstab', fstab)
    .write('/etc/crypttab', 'data PARTLABEL=data - tpm2-device=auto\n', { mode: 0o600 })
    .directory('/data')
    .write('/etc/sysctl.d/60-vehicle.conf', sysctl)
    .write('/etc/modprobe.d/vehicle.conf', 'install usb-storage /bin/false\ninstall uas /bin/false\n')
    .write('/etc/systemd/system.conf.d/watchdog.conf', '[Manager]\nRuntimeWatchdogSec=30s\n')
    .write('/etc/systemd/journald.conf.d/vehicle.conf', '[Journal]\nStorage=persistent\nSystemMaxUse=200M\n')
    .write('/etc/nftables.conf', nftables, { mode: 0o755 })
    .link('/etc/systemd/system/sysinit.target.wants/nftables.service', '/lib/systemd/system/nftables.service')
    .write('/etc/ssh/sshd_config.d/00-vehicle.conf', 'PermitRootLogin no\nPasswordAuthentication no\nKbdInteractiveAuthentication no\n')
    .write('/etc/chrony/chrony.conf', 'server time.vehicle.example iburst nts\nkeyfile /etc/chrony/chrony.keys\nmakestep 1 3\n')
    .write('/etc/audit/rules.d/vehicle.rules', audit, { mode: 0o640 })
    .write('/etc/rauc/system.conf', rauc)
    .write('/etc/rauc/keyring.pem', '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n')
    .write(
      '/usr/lib/systemd/system/rauc-mark-good.service',
      '[Unit]\nAfter=boot-complete.target\n[Service]\nType=oneshot\nExecStart=/usr/bin/rauc status mark-good\n',
    )
    .link('/etc/systemd/system/multi-user.target.wants/rauc-mark-good.service', '/usr/lib/systemd/system/rauc-mark-good.service')
    .write('/etc/bluechi/controller.conf', '[bluechi-controller]\nUseTCP=false\nAllowedNodeNames=brake,qm\nHeartbeatInterval=2000\n')
    .write('/etc/systemd/system/brake.service', '[Service]\nExecStart=/usr/bin/brake\nOOMScoreAdjust=-900\n')
    .write('/etc/containers/policy.json', `${JSON.stringify(policy, null, 2)}\n`)
    .write('/usr/share/keyrings/vehicle-images.gpg', 'key\n')
    .remove('/usr/bin/apt-get')
    .write('/etc/systemd/network/80-can.network', '[Match]\nName=can0\n[CAN]\nBitRate=500K\n');
  // Podman of Debian 12 has no Quadlet.
  if (suite === 'bookworm') return;
  tree
    .write('/etc/subuid', 'containers:2147483647:2147483648\n')
    .write('/etc/subgid', 'containers:2147483647:2147483648\n')
    .directory('/var/lib/hmi')
    .write('/etc/containers/systemd/hmi.container', panel)
    .write('/usr/share/containers/systemd/qm.container', qm)
    .directory('/usr/lib/qm/rootfs')
    .directory('/usr/lib/qm/rootfs/usr')
    .write('/etc/qm/containers/containers.conf', '[containers]\noom_score_adj = 750\n');
}

/** The QM partition is a system of its own: it starts units of its own, as root, and writes to its file system. */
export const mayFail = ({ rule, subject = '' }: Look[number]): boolean =>
  subject.endsWith('/qm.container') && /^(?:quadlet\.(?:caps|health-restart|nonewprivs|readonly|userns)|vehicle\.containers\.root)$/.test(rule);
