/** Faults about the boot loader, the kernel, and what they are told. */
import type { Fault } from '../fault.ts';
import type { Tree } from '../tree.ts';

const grub = '/boot/grub/grub.cfg';
const sysctl = '/etc/sysctl.d/60-vehicle.conf';
const argument = (tree: Tree, word: string): Tree => tree.edit(grub, (text) => text.replace(' quiet', ` ${word} quiet`));
const parameter = (tree: Tree, name: string, value: string): Tree =>
  tree.edit(sysctl, (text) => text.replace(new RegExp(`^${name.replaceAll('.', '\\.')} = .*$`, 'm'), `${name} = ${value}`));
const preparedOnly = true as const;
/** Debian 13 limits dumps to nothing. */
const unlimited = (tree: Tree): Tree => tree.write('/etc/systemd/system.conf.d/core.conf', '[Manager]\nDefaultLimitCORE=infinity\n');

export const bootFaults: readonly Fault[] = [
  { rule: 'vehicle.integrity.ro-root', what: 'fstab', preparedOnly, plant: (t) => t.edit('/etc/fstab', (text) => text.replace('erofs ro', 'ext4 rw')) },
  {
    rule: 'vehicle.integrity.ro-root',
    what: 'no line in fstab, and rw',
    preparedOnly,
    plant: (t) =>
      argument(
        t.edit('/etc/fstab', (text) => text.replace(/^.*erofs.*\n/m, '')),
        'rw',
      ),
  },
  { rule: 'vehicle.integrity.verity', what: 'no hash', preparedOnly, plant: (t) => t.edit(grub, (text) => text.replace(/ roothash=\w+/, '')) },
  { rule: 'vehicle.integrity.verity', what: 'switched off', preparedOnly, plant: (t) => argument(t, 'systemd.verity=no') },
  {
    rule: 'vehicle.integrity.verity',
    what: 'tampered blocks are read',
    preparedOnly,
    plant: (t) => argument(t, 'systemd.verity_root_options=ignore-corruption'),
  },
  {
    rule: 'vehicle.boot.bootloader-lock',
    what: 'GRUB without a password',
    preparedOnly,
    plant: (t) => t.edit(grub, (text) => text.replace(/^(?:set superusers|password).*\n/gm, '')),
  },
  { rule: 'vehicle.kernel.cmdline', what: 'mitigations', preparedOnly, plant: (t) => argument(t, 'mitigations=off') },
  { rule: 'vehicle.kernel.cmdline', what: 'the audit', preparedOnly, plant: (t) => argument(t, 'audit=0') },
  {
    rule: 'vehicle.kernel.cmdline',
    what: 'AppArmor',
    preparedOnly,
    also: { 'lsm.mode': 'AppArmor is off, and nothing else is there' },
    plant: (t) => argument(t, 'apparmor=0'),
  },
  {
    rule: 'vehicle.kernel.cmdline',
    what: 'a shell of root',
    preparedOnly,
    also: { 'vehicle.autologin': 'the shell asks nobody' },
    plant: (t) => argument(t, 'init=/bin/sh'),
  },
  {
    rule: 'vehicle.autologin',
    what: 'a shell, by an argument of the kernel',
    preparedOnly,
    also: { 'vehicle.kernel.cmdline': 'it is an argument that takes the login away' },
    plant: (t) => argument(t, 'systemd.debug-shell'),
  },
  {
    rule: 'vehicle.kernel.modsig',
    what: 'modules without a signature',
    preparedOnly,
    plant: (t) => t.edit(grub, (text) => text.replace(' module.sig_enforce=1', '')),
  },
  { rule: 'vehicle.kernel.hardening', what: 'guessed addresses', preparedOnly, plant: (t) => parameter(t, 'kernel.randomize_va_space', '0') },
  { rule: 'vehicle.kernel.hardening', what: 'SysRq', preparedOnly, plant: (t) => parameter(t, 'kernel.sysrq', '1') },
  { rule: 'vehicle.kernel.hardening', what: 'dumps of set-id programs', preparedOnly, plant: (t) => parameter(t, 'fs.suid_dumpable', '2') },
  {
    rule: 'vehicle.kernel.hardening',
    what: 'links in /tmp',
    plant: (t) => t.write('/etc/sysctl.d/zz.conf', 'fs/protected_symlinks=0\nfs.protected_hardlinks=0\n'),
    also: {},
  },
  { rule: 'vehicle.kernel.hardening', what: 'redirects', preparedOnly, plant: (t) => parameter(t, 'net.ipv4.conf.all.accept_redirects', '1') },
  {
    rule: 'host.sysctl.precedence',
    what: 'a file of the vendor that sorts later',
    preparedOnly,
    also: { 'vehicle.kernel.hardening': 'what counts is the weak value' },
    plant: (t) => t.write('/usr/lib/sysctl.d/99-vendor.conf', 'kernel.kptr_restrict = 0\n'),
  },
  { rule: 'vehicle.coredump', what: 'a pattern', preparedOnly, plant: (t) => parameter(unlimited(t), 'kernel.core_pattern', '/var/crash/core.%e') },
  {
    rule: 'vehicle.coredump',
    what: 'systemd-coredump, by a drop-in of the vendor',
    preparedOnly,
    plant: (t) =>
      parameter(unlimited(t), 'kernel.core_pattern', '|/usr/lib/systemd/systemd-coredump %P %u %g %s %t %c %h')
        .write('/etc/systemd/coredump.conf', '[Coredump]\nStorage=none\n')
        .write('/usr/lib/systemd/coredump.conf.d/10-x.conf', '[Coredump]\nStorage=external\n'),
  },
  {
    rule: 'vehicle.kdump',
    what: 'kdump-tools',
    plant: (t) =>
      t
        .write('/usr/lib/systemd/system/kdump-tools.service', '[Service]\nExecStart=/etc/init.d/kdump-tools start\n[Install]\nWantedBy=multi-user.target\n')
        .link('/etc/systemd/system/multi-user.target.wants/kdump-tools.service', '/usr/lib/systemd/system/kdump-tools.service')
        .write('/etc/default/kdump-tools', 'USE_KDUMP=1\n'),
  },
  { rule: 'cgroup.mode.boot-args', what: 'no memory controller', preparedOnly, plant: (t) => argument(t, 'cgroup_disable=memory') },
  { rule: 'vehicle.usb', what: 'sticks', preparedOnly, plant: (t) => t.remove('/etc/modprobe.d/vehicle.conf') },
  { rule: 'vehicle.usb', what: 'uas alone is left', preparedOnly, plant: (t) => t.write('/etc/modprobe.d/vehicle.conf', 'blacklist usb-storage\n') },
  { rule: 'vehicle.watchdog', what: 'nobody feeds it', preparedOnly, plant: (t) => t.remove('/etc/systemd/system.conf.d/watchdog.conf') },
  {
    rule: 'host.kernel.version',
    what: 'an old kernel',
    plant: (t) => t.remove('/usr/lib/modules').write('/usr/lib/modules/3.10.0-1-amd64/modules.builtin', ''),
  },
  { rule: 'lsm.mode', what: 'AppArmor does not start', plant: (t) => t.remove('/etc/systemd/system/sysinit.target.wants/apparmor.service') },
];
