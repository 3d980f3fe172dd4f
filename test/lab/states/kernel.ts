/** Modules, devices and mounts that containers need of the kernel. */
import { type Claim, passIf, type State } from '../state.ts';
import { lines, put } from './shell.ts';

const driver = 'user:driver';
/** What Podman says of a container, without the empty line that follows a refusal of pasta; or that it ran. */
const run = (as: string, ...options: string[]): string =>
  `${as}timeout 100 podman run --rm ${[...options, 'localhost/lab:1'].join(' ')} /bin/true 2>&1 | grep . | tail -n 1 | grep . || echo ${as ? '' : 'root '}runs`;
/** A container of layers, and one of an account on a network of its own. */
const modules: Claim = {
  rule: 'podman.net.modules',
  ask: lines(run('', '--network none'), run('as driver ')),
  says: passIf(/^root runs\nruns$/m),
};
const device: Claim = { rule: 'podman.net.tun', subject: driver, ask: run('as driver '), says: passIf(/^runs$/m) };
/** The hosts have no apparmor_parser, so no profile is in force. */
const pasta: Claim = { ...device, rule: 'podman.net.pasta-apparmor' };
const modprobe = (text: string): string => put('/etc/modprobe.d/lab.conf', text);
const settle = 'tiny; tiny driver';
const state = (what: string, commands: readonly string[], claims: readonly Claim[] = [modules, device]): State => ({
  name: `modules: ${what}`,
  alone: true,
  suites: ['trixie'],
  setUp: lines(settle, ...commands),
  claims,
  undo: 'rm -f /etc/modprobe.d/lab.conf; modprobe -a overlay tun; [ -c /dev/net/tun ] || mknod /dev/net/tun c 10 200; chmod 666 /dev/net/tun; chgrp root /dev/net/tun',
});
/** Nothing that runs needs a module any more. */
const quiet = 'as driver podman system migrate >/dev/null 2>&1; for m in overlay tun; do modprobe -r $m; done';

export const kernelFileStates: readonly State[] = [
  state('as installed', [], [modules, device, pasta]),
  state('no module loaded yet', [quiet]),
  // Without overlay the container does not come as far as its network.
  state('overlay kept away', [quiet, modprobe('install overlay /bin/false')], [modules]),
  state('overlay on the blacklist', [quiet, modprobe('blacklist overlay')], [modules]),
  state('tun kept away', [quiet, modprobe('install tun /bin/false')]),
  state('tun on the blacklist', [quiet, modprobe('blacklist tun')]),
  state('another module kept away', [quiet, modprobe('install usb-storage /bin/false\nblacklist pcspkr')]),
  state('modules of another kernel', [quiet, 'save /lib/modules/$(uname -r); mv /lib/modules/$(uname -r) /lib/modules/0.0'], [modules]),
  state('modules of another kernel, loaded before', ['modprobe -a overlay tun', 'save /lib/modules/$(uname -r); mv /lib/modules/$(uname -r) /lib/modules/0.0']),
  state('no device for tunnels', ['rm /dev/net/tun'], [device]),
  state('a device for tunnels of root alone', ['chmod 600 /dev/net/tun'], [device]),
  state('a device for tunnels of a group', ['chmod 660 /dev/net/tun; chgrp kvm /dev/net/tun 2>/dev/null || chgrp adm /dev/net/tun'], [device]),
  state("a device for tunnels of the account's group", ['chmod 660 /dev/net/tun; chgrp driver /dev/net/tun'], [device]),
  state('a profile of pasta that is not loaded', [put('/etc/apparmor.d/lab-pasta', 'profile lab-pasta /usr/bin/pasta {\n  /usr/bin/pasta rm,\n}')], [pasta]),
  state("pasta's own profile taken away", ['hide /etc/apparmor.d/usr.bin.pasta'], [pasta]),
];

const shared: Claim = {
  rule: 'host.mount.shared-propagation',
  // A container of before, and a mount of after.
  ask: lines(
    'root /root/spread; mkdir -p /srv/labspread',
    'podman run -d --name spread --network none -v /srv:/x:rslave --rootfs /root/spread /bin/sleep 1000 2>&1 >/dev/null | tail -n 1',
    'mount -t tmpfs lab /srv/labspread; touch /srv/labspread/here',
    'podman exec spread /bin/busybox ls /x/labspread 2>&1 | grep -x here && echo spreads',
    'podman rm -f -t 0 spread >/dev/null 2>&1; umount /srv/labspread; rm -rf /root/spread /srv/labspread',
  ),
  says: passIf(/^spreads$/m),
};
const mount = (what: string, command: string): State => ({
  name: `propagation: ${what}`,
  alone: true,
  suites: ['trixie'],
  setUp: command,
  claims: [shared],
  undo: 'mount --make-rshared /',
});

export const propagationStates: readonly State[] = [
  mount('as systemd makes it', ':'),
  mount('private', 'mount --make-private /'),
  mount('private, all below too', 'mount --make-rprivate /'),
  mount('shared again', 'mount --make-rprivate /; mount --make-rshared /'),
];
