/** Subordinate ids, runtime directories, lingering: what Podman and systemd make of them. */
import { always, type Claim, passIf, type State } from '../state.ts';
import { lines, put } from './shell.ts';

/** Ids inside the user's namespace beyond his own; 0 where Podman falls back to a single one or refuses. */
const mapped = (user: string, map: 'uid_map' | 'gid_map'): string =>
  `systemctl start user@$(id -u ${user}); as ${user} timeout 60 podman unshare awk '{ n += $3 } END { print n - 1, "ids" }' /proc/self/${map} 2>&1 | tail -n 2`;
const enough: Claim['says'] = (answer) => (Number(/^(\d+) ids$/m.exec(answer)?.[1] ?? 0) >= 65_536 ? 'pass' : 'fail');
const ids = (user: string, says = enough): Claim[] => [
  { rule: 'rootless.subuid', subject: `user:${user}`, ask: mapped(user, 'uid_map'), says },
  { rule: 'rootless.subgid', subject: `user:${user}`, ask: mapped(user, 'gid_map'), says },
];
/** Not plain decimal: what it means depends on how Podman was built. */
const odd = ['hexadecimal', 'octal start', 'octal count'];

/** Lines of subuid and of subgid, NAME and UID standing for the account's; each tried on an account of its own. */
const ranges: readonly (readonly [what: string, subuid: string, subgid?: string])[] = [
  ['one range', 'NAME:1000000:65536'],
  ['none', ''],
  ['1000 ids', 'NAME:2000000:1000'],
  ['by number', 'UID:3000000:65536'],
  ['two ranges', 'NAME:4000000:40000\nNAME:4100000:40000'],
  ['a range by name and one by number', 'NAME:5000000:40000\nUID:5100000:40000'],
  ['no subgid', 'NAME:6000000:65536', ''],
  ['no subuid', '', 'NAME:7000000:65536'],
  ['one id less', 'NAME:8000000:65535'],
  ['blank before the name', ' NAME:9000000:65536'],
  ['blank after the count', 'NAME:10000000:65536 '],
  ['size 0', 'NAME:11000000:65536\nNAME:11500000:0'],
  ['the same range twice', 'NAME:12000000:65536\nNAME:12000000:65536'],
  ['own id inside', 'NAME:1000:65536'],
  ['end above 2^32', 'NAME:4294900000:131072'],
  ['fewer group ids', 'NAME:13000000:131072', 'NAME:13000000:65536'],
  ['a line that is none', 'garbage\nNAME:14000000:65536'],
  ['negative start', 'NAME:-5:65536'],
  ['hexadecimal', 'NAME:0x1F42400:65536'],
  ['octal start', 'NAME:0200000000:65536'],
  ['octal count', 'NAME:34000000:065536'],
  ['leading 0, yet not octal', 'NAME:038000000:65536'],
  ['comment', '#NAME:15000000:65536'],
];

/** The blocks of all accounts in the two files; taken away by name, so that states can share them. */
export const rangeStates: readonly State[] = ranges.map(([what, subuid, subgid = subuid], at) => {
  const uid = 1201 + at;
  const user = `r${uid}`;
  const fill = (text: string): string => text.replaceAll('NAME', user).replaceAll('UID', String(uid));
  const add = (file: string, text: string): string => (text === '' ? ':' : `cat >>/etc/${file} <<'END'\n${fill(text)}\nEND`);
  const clean = (file: string): string => `sed -i -e '/${user}\\b/d' -e '/^${uid}:/d' -e '/^garbage/d' /etc/${file}`;
  const untidy = what === 'fewer group ids' ? ({ mayWarn: true } as const) : {};
  return {
    name: `ids ${at + 1}: ${what}`,
    round: 'ids',
    setUp: lines(`account ${user} ${uid}`, clean('subuid'), clean('subgid'), add('subuid', subuid), add('subgid', subgid)),
    // A fault of one file spoils both maps: only the rule about that file is asked.
    claims: ids(user, odd.includes(what) ? always('unknown') : enough)
      .filter((c) => subuid === subgid || (c.rule === 'rootless.subuid') === (subuid === ''))
      .map((c) => ({ ...c, ...untidy })),
    undo: lines(`no_account ${user}`, clean('subuid'), clean('subgid')),
  };
});

const runtimeDir = (user: string, uid: number): Claim => ({
  rule: 'rootless.xdg-runtime-dir',
  subject: `user:${user}`,
  ask: `as ${user} podman info --format json 2>&1 >/tmp/xdg.$$ | tail -n 1; stat -c '%F %U %a' /run/user/${uid} 2>&1`,
  says: passIf(new RegExp(`^directory ${user} 700$`, 'm')),
});
const known = (home: string): string => `save ${home}/.config/containers; mkdir -p ${home}/.config/containers; chown -R --reference=${home} ${home}/.config`;
const linger: Claim = {
  rule: 'rootless.linger',
  subject: 'user:carol',
  ask: 'loginctl show-user carol -p Linger 2>/dev/null; systemctl is-active user@1001',
  says: passIf(/^active$/m),
};
const unit = lines(
  put('/home/carol/.config/systemd/user/lab.service', '[Service]\nExecStart=/bin/sleep 1000\n[Install]\nWantedBy=default.target'),
  'mkdir -p /home/carol/.config/systemd/user/default.target.wants /home/carol/.config/containers',
  'ln -sf ../lab.service /home/carol/.config/systemd/user/default.target.wants/lab.service; chown -hR carol: /home/carol/.config',
);

export const rootlessStates: readonly State[] = [
  { name: 'runtime: as installed', claims: [runtimeDir('driver', 1000)] },
  { name: 'runtime: nobody logged in', setUp: known('/home/carol'), claims: [runtimeDir('carol', 1001)] },
  { name: 'runtime: open to others', setUp: 'chmod 0755 /run/user/1000', claims: [runtimeDir('driver', 1000)], undo: 'chmod 0700 /run/user/1000' },
  {
    name: "runtime: somebody else's",
    setUp: lines(known('/home/carol'), 'mkdir -m 700 /run/user/1001; chown driver /run/user/1001'),
    claims: [runtimeDir('carol', 1001)],
    undo: 'rm -rf /run/user/1001',
  },
  {
    name: 'runtime: linger on, services wanted',
    setUp: lines(unit, 'loginctl enable-linger carol'),
    claims: [linger],
    undo: 'loginctl disable-linger carol; systemctl stop user@1001; true',
  },
  {
    name: 'runtime: linger off, services wanted',
    setUp: lines(unit, 'loginctl disable-linger carol 2>/dev/null || true; systemctl stop user@1001'),
    claims: [linger],
  },
  {
    name: 'linger: made by tmpfiles.d',
    reboot: true,
    setUp: lines(
      unit,
      put('/etc/tmpfiles.d/lab.conf', 'f /var/lib/systemd/linger/carol'),
      'loginctl disable-linger carol 2>/dev/null || true; systemctl stop user@1001',
    ),
    // Until the boot it is a warning.
    claims: [{ ...linger, mayWarn: true }],
    undo: 'loginctl disable-linger carol; systemctl stop user@1001; true',
  },
  { name: 'runtime: linger off, nothing wanted', setUp: known('/home/carol'), claims: [{ ...linger, says: always('not-applicable') }] },
];

/** What only root may see is unknown to a user who looks, never a pass. */
const hidden = (rule: string, ask: string, subject?: string): Claim => ({ rule, ask, says: always('unknown'), ...(subject ? { subject } : {}) });
export const userStates: readonly State[] = [
  {
    name: 'as driver: another home, closed',
    by: 'driver',
    setUp: lines('chmod 0700 /home/carol; loginctl enable-linger carol; chmod 0700 /run/podman', 'systemctl start podman.socket'),
    claims: [
      hidden('podman.api.socket-rootful-alive', 'as driver api /run/podman/podman.sock; as driver ls /run/podman'),
      hidden('podman.api.socket-rootless-enabled', 'as driver ls /home/carol/.config', 'user:carol'),
      hidden('podman.api.service-timeout', 'as driver ls /home/carol/.config', 'user:carol'),
      hidden('podman.config.unknown-keys', 'as driver ls /home/carol/.config', 'user:carol'),
      hidden('podman.restart.boot', 'as driver ls /var/lib/containers/storage', undefined),
      hidden('podman.net.aardvark', 'as driver ls /var/lib/containers/storage', 'user:carol'),
      hidden('rootless.linger', 'as driver ls /home/carol/.config', 'user:carol'),
      { rule: 'rootless.subuid', subject: 'user:driver', ask: mapped('driver', 'uid_map'), says: enough },
      {
        rule: 'podman.api.service-timeout',
        subject: 'user:driver',
        ask: 'as driver podman system service --help | grep -e "-t, --time"',
        says: (answer) => (/default [1-9]/.test(answer) ? 'fail' : 'pass'),
      },
      { rule: 'cgroup.delegate.configured', subject: 'user:driver', ask: 'systemctl show user@1000.service -p DelegateControllers', says: passIf(/cpuset/) },
      { rule: 'rootless.xdg-runtime-dir', subject: 'user:driver', ask: "stat -c '%F %U %a' /run/user/1000", says: passIf(/^directory driver 700$/m) },
    ],
    undo: 'loginctl disable-linger carol; systemctl stop user@1001; chmod 0755 /home/carol; true',
  },
  {
    name: 'as driver: containers.conf of root alone',
    by: 'driver',
    setUp: lines(put('/etc/containers/containers.conf', '[engine]\nservice_timeout = 0'), 'chmod 0600 /etc/containers/containers.conf'),
    claims: [{ rule: 'podman.api.service-timeout', ask: 'as driver podman info 2>&1 | tail -n 1', says: always('unknown') }],
  },
  {
    name: 'as driver: storage.conf and registries.conf of root alone',
    by: 'driver',
    setUp: lines(
      put('/etc/containers/storage.conf', '[storage]\ndriver = "overlay"\nrunroot = "/run/containers/storage"\ngraphroot = "/var/lib/containers/storage"'),
      put('/etc/containers/registries.conf.d/lab.conf', 'unqualified-search-registries = ["registry.example.org"]'),
      'chmod 0600 /etc/containers/storage.conf /etc/containers/registries.conf.d/lab.conf',
    ),
    claims: [
      hidden('podman.storage.driver', 'as driver cat /etc/containers/storage.conf'),
      hidden('podman.registries.unqualified', 'as driver cat /etc/containers/registries.conf.d/lab.conf'),
      hidden('podman.registries.insecure', 'as driver cat /etc/containers/registries.conf.d/lab.conf'),
    ],
  },
];
