/** Accounts, their ids, homes, buses, ports and pings: what Podman, systemd and the kernel make of them. */
import { always, type Claim, passIf, type State } from '../state.ts';
import { lines, put } from './shell.ts';

type Row = readonly [what: string, setUp: string, rule: string, ask: string, says: Claim['says']];

/** Runs podman as the account although it may have no home to start in. */
const homeless =
  'cd /; setpriv --reuid UID --regid UID --init-groups env -i HOME=/home/USER USER=USER PATH=/usr/bin:/bin XDG_RUNTIME_DIR=/run/user/UID podman info 2>&1 >/dev/null | tail -n 1 | grep . || echo runs';
const runs = passIf(/^runs$/m);
const bus = 'as USER timeout 20 busctl --user status >/dev/null 2>/tmp/USER.err && echo bus || tail -n 1 /tmp/USER.err';
const start = 'systemctl start user@UID';
const range = (start: number, count = 65_536): string =>
  `sed -i '/^USER:/d' /etc/subuid /etc/subgid; echo USER:${start}:${count} | tee -a /etc/subuid >>/etc/subgid`;
const map = 'as USER timeout 60 podman unshare cat /proc/self/uid_map';
const first = (at: number, count = 65_536): RegExp => new RegExp(`^\\s*1\\s+${at}\\s+${count}$`, 'm');
const wants = lines(
  put('/home/USER/.config/systemd/user/lab.service', '[Service]\nExecStart=/bin/sleep 1000\n[Install]\nWantedBy=default.target'),
  'mkdir -p /home/USER/.config/systemd/user/default.target.wants',
  'ln -sf ../lab.service /home/USER/.config/systemd/user/default.target.wants/lab.service; chown -hR USER: /home/USER/.config',
);
const noLinger = 'rm -f /var/lib/systemd/linger/USER';
const active = 'systemctl is-active user@UID';

const rows: readonly Row[] = [
  ['ids of its own', lines(range(40_000_000), start), 'rootless.subid-overlap', map, passIf(first(40_000_000))],
  // The next one has the same: each is the other's root.
  ['ids of another', lines(range(41_000_000), start), 'rootless.subid-overlap', map, (answer) => (first(41_000_000).test(answer) ? 'fail' : 'pass')],
  ['ids of the one before', lines(range(41_000_000), start), 'rootless.subid-overlap', map, (answer) => (first(41_000_000).test(answer) ? 'fail' : 'pass')],
  ["ids that hold an account's", lines(range(1000, 400), start), 'rootless.subid-overlap', map, (answer) => (first(1000, 400).test(answer) ? 'fail' : 'pass')],
  ['home and shell', start, 'rootless.user-type', homeless, runs],
  ['home is not there', lines(start, 'rm -rf /home/USER'), 'rootless.user-type', homeless, runs],
  ["home is somebody else's", lines(start, 'chown -R root: /home/USER; chmod 0755 /home/USER'), 'rootless.user-type', homeless, runs],
  ['shell refuses logins', lines(start, 'usermod -s /usr/sbin/nologin USER'), 'rootless.user-type', homeless, runs],
  ['bus', start, 'rootless.dbus', bus, passIf(/^bus$/m)],
  [
    'bus masked',
    lines('mkdir -p /home/USER/.config/systemd/user; ln -s /dev/null /home/USER/.config/systemd/user/dbus.socket; chown -hR USER: /home/USER/.config', start),
    'rootless.dbus',
    bus,
    passIf(/^bus$/m),
  ],
  ['runtime directory', start, 'rootless.xdg-runtime-dir', "stat -c '%F %U %a' /run/user/UID", passIf(/^directory \S+ 700$/m)],
  ['no runtime directory', noLinger, 'rootless.xdg-runtime-dir', "stat -c '%F %U %a' /run/user/UID 2>&1", passIf(/^directory \S+ 700$/m)],
  ['a unit wanted, lingering', lines(wants, start), 'rootless.linger', active, passIf(/^active/)],
  ['a unit wanted, not lingering', lines(wants, noLinger), 'rootless.linger', active, passIf(/^active/)],
];

export const accountStates: readonly State[] = rows.map(([what, setUp, rule, ask, says], at) => {
  const uid = 1401 + at;
  const user = `a${uid}`;
  const fill = (text: string): string => text.replaceAll('USER', user).replaceAll('UID', String(uid));
  return {
    name: `account ${at + 1}: ${what}`,
    round: 'accounts',
    setUp: fill(lines('account USER UID; mkdir -p /home/USER/.local/share/containers; chown -R USER: /home/USER/.local', setUp)),
    claims: [{ rule, subject: `user:${user}`, ask: fill(ask), says, ...(what === 'shell refuses logins' ? { mayWarn: true } : {}) }],
    undo: fill("no_account USER; sed -i '/^USER:/d' /etc/subuid /etc/subgid"),
  };
});

const sysctl = (name: string, value: string): Pick<State, 'setUp' | 'undo'> => ({
  setUp: `sysctl -n ${name} >/run/was.${name}; sysctl -qw ${name}='${value}'`,
  undo: `sysctl -qw ${name}="$(cat /run/was.${name})"`,
});
const ping: Claim = {
  rule: 'rootless.ping',
  subject: 'user:driver',
  ask: 'sysctl -n net.ipv4.ping_group_range; as driver busybox ping -c 1 -W 5 127.0.0.1 2>&1 | tail -n 2',
  says: passIf(/1 packets received/),
  // Of containers on the host's network, whose groups are others.
  mayWarn: true,
};
const pings = (what: string, value: string): State => ({ name: `ping: ${what}`, ...sysctl('net.ipv4.ping_group_range', value), claims: [ping] });

const low: Claim = {
  rule: 'rootless.priv-ports',
  subject: 'user:driver',
  ask: 'as driver timeout 90 podman start low 2>&1 | tail -n 1; as driver podman rm -f low >/dev/null 2>&1',
  says: passIf(/^low$/m),
};
const publishes = 'root /home/driver/low; as driver podman create -q --name low -p 127.0.0.1:81:81 --rootfs /home/driver/low /bin/sleep 100 >/dev/null';
const port = 'net.ipv4.ip_unprivileged_port_start';
const withPort = (what: string, value: string): State => {
  const { setUp = '', undo = '' } = sysctl(port, value);
  return {
    name: `ports: ${what}`,
    setUp: lines(publishes, setUp),
    claims: [low],
    undo: lines('as driver podman rm -f low >/dev/null 2>&1; rm -rf /home/driver/low', undo),
  };
};

export const kernelRangeStates: readonly State[] = [
  { name: 'ping: as installed', claims: [ping] },
  pings('nobody', '1 0'),
  pings('other groups', '2000 3000'),
  pings("the user's group alone", '1000 1000'),
  pings('everybody', '0 2147483647'),
  { name: 'ports: nothing published', claims: [{ ...low, ask: 'as driver podman ps -a --format "{{.Ports}}"', says: always('pass') }] },
  withPort('81 published, from 1024 allowed', '1024'),
  withPort('81 published, from 80 allowed', '80'),
];
