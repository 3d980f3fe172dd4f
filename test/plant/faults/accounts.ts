/** Faults about who gets in, and who becomes root. */
import type { Fault } from '../fault.ts';
import type { Tree } from '../tree.ts';
import { openSshKey, publicKey } from './keys.ts';

/** An account of a person, with what stands in the second field of its line in /etc/shadow. */
function account(tree: Tree, name: string, hash: string, id = 1000, group = id): Tree {
  return tree
    .append('/etc/passwd', `${name}:x:${id}:${group}::/home/${name}:/bin/bash`)
    .append('/etc/shadow', `${name}:${hash}:20000:0:99999:7:::`)
    .append('/etc/group', `${name}:x:${id}:`);
}

const yescrypt = '$y$j9T$F5Jx5fExrKuPp53xLKQ..1$X3DX6M94c7o.9agCG9G317fhZg9SqC.5i5rd.RhAtQ7';
const shared = { 'vehicle.pw.default': 'a hash in the image is a password that every unit has' };
const loneDropIn = '/etc/systemd/system/serial-getty@ttyS0.service.d/autologin.conf';

export const accountFaults: readonly Fault[] = [
  { rule: 'vehicle.pw.empty', what: 'an account without a password', plant: (t) => account(t, 'service', '') },
  { rule: 'vehicle.pw.default', what: 'an account with a password', plant: (t) => account(t, 'service', yescrypt) },
  { rule: 'vehicle.pw.hash-weak', what: 'a hash of MD5', also: shared, plant: (t) => account(t, 'service', '$1$O3JMY.Tw$AdLnLjQ/5jXF9.MTp3gHv/') },
  { rule: 'vehicle.pw.hash-weak', what: 'a hash of DES', also: shared, plant: (t) => account(t, 'service', 'abJnggxhB/yWI') },
  {
    rule: 'vehicle.root.locked',
    what: 'root with a password',
    also: shared,
    plant: (t) => t.edit('/etc/shadow', (text) => text.replace(/^root:[^:]*:/m, `root:${yescrypt}:`)),
  },
  {
    rule: 'vehicle.uid0',
    what: 'a second account with uid 0',
    plant: (t) => t.append('/etc/passwd', 'toor:x:00:0::/root:/bin/bash').append('/etc/shadow', 'toor:*:20000::::::'),
  },
  {
    rule: 'vehicle.uid0',
    what: 'a member of sudo',
    plant: (t) => account(t, 'service', '!').edit('/etc/group', (text) => text.replace(/^sudo:x:27:$/m, 'sudo:x:27:service')),
  },
  { rule: 'vehicle.uid0', what: 'sudo as the primary group', plant: (t) => account(t, 'service', '!', 1000, 27) },
  {
    rule: 'vehicle.uid0',
    what: 'sudo without a password',
    plant: (t) => account(t, 'service', '!').write('/etc/sudoers.d/service', 'service ALL=(ALL) NOPASSWD: ALL\n', { mode: 0o440 }),
  },
  {
    rule: 'vehicle.uid0',
    what: 'sudo without a password, by Defaults and a uid',
    plant: (t) => account(t, 'service', '!').write('/etc/sudoers.d/service', 'Defaults:service !authenticate\n#1000 ALL=(ALL) ALL\n', { mode: 0o440 }),
  },
  {
    rule: 'vehicle.autologin',
    what: 'a getty that logs in',
    plant: (t) => t.write(loneDropIn, '[Service]\nExecStart=\nExecStart=-/sbin/agetty --autologin root %I $TERM\n'),
  },
  {
    rule: 'vehicle.autologin',
    what: 'a getty of the vendor that logs in',
    plant: (t) => t.write(loneDropIn.replace('/etc', '/usr/lib'), '[Service]\nExecStart=\nExecStart=-/sbin/agetty -a root %I $TERM\n'),
  },
  {
    rule: 'vehicle.autologin',
    what: 'debug-shell',
    plant: (t) => t.link('/etc/systemd/system/sysinit.target.wants/debug-shell.service', '/usr/lib/systemd/system/debug-shell.service'),
  },
  {
    rule: 'vehicle.ssh.authorized-keys',
    what: 'a key of root',
    plant: (t) => t.write('/root/.ssh/authorized_keys', `# the developers\n${publicKey}\n`, { mode: 0o600 }),
  },
  {
    rule: 'vehicle.ssh.authorized-keys',
    what: 'the second file of keys',
    plant: (t) => t.write('/root/.ssh/authorized_keys2', `${publicKey}\n`, { mode: 0o600 }),
  },
  { rule: 'vehicle.ssh.hostkeys', what: 'a host key', plant: (t) => t.write('/etc/ssh/ssh_host_ed25519_key', openSshKey('none'), { mode: 0o600 }) },
  {
    rule: 'vehicle.ssh.disabled-or-key',
    what: 'passwords',
    preparedOnly: true,
    plant: (t) => t.edit('/etc/ssh/sshd_config.d/00-vehicle.conf', (text) => text.replace('PasswordAuthentication no', 'PasswordAuthentication yes')),
  },
  {
    rule: 'vehicle.ssh.disabled-or-key',
    what: 'passwords, by a drop-in before',
    preparedOnly: true,
    plant: (t) => t.write('/etc/ssh/sshd_config.d/00-a.conf', 'passwordauthentication = "yes"\n'),
  },
  {
    rule: 'vehicle.ssh.disabled-or-key',
    what: 'passwords for some',
    preparedOnly: true,
    plant: (t) => t.append('/etc/ssh/sshd_config', 'Match Address 10.0.0.0/8\n  PasswordAuthentication yes'),
  },
  {
    rule: 'vehicle.ssh.disabled-or-key',
    what: 'root',
    preparedOnly: true,
    plant: (t) => t.edit('/etc/ssh/sshd_config.d/00-vehicle.conf', (text) => text.replace('PermitRootLogin no', 'PermitRootLogin yes')),
  },
];
