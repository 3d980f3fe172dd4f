/** Managers of users who may linger, and which accounts are looked at. */
import { type Claim, passIf, type State } from '../state.ts';
import { lines, put } from './shell.ts';

const fails = put('/etc/systemd/system/user@UID.service.d/lab.conf', '[Service]\nExecStart=\nExecStart=/bin/false');
const reload = 'systemctl daemon-reload';
const start = 'systemctl start user@UID || true';
const answers = 'systemctl is-active user@UID; as USER timeout 20 systemctl --user is-system-running 2>&1';
const failed: Claim['says'] = (answer) => (/^failed$/m.test(answer) ? 'fail' : 'pass');
const noLinger = 'rm -f /var/lib/systemd/linger/USER';

type Row = readonly [what: string, says: Claim['says'], ...commands: string[]];
const rows: readonly Row[] = [
  ['runs', failed, start],
  ['failed', failed, fails, reload, start],
  ['failed, and was reset', failed, fails, reload, start, 'systemctl reset-failed user@UID'],
  [
    'failed, and was started again',
    failed,
    fails,
    reload,
    start,
    'rm -r /etc/systemd/system/user@UID.service.d',
    reload,
    'systemctl reset-failed user@UID',
    start,
  ],
  ['was stopped', failed, start, 'systemctl stop user@UID'],
  ['failed, of who may not linger', () => 'not-applicable', fails, reload, start, noLinger],
  ['is killed', failed, start, 'systemctl kill -s KILL user@UID; sleep 3'],
];

const managers: readonly State[] = rows.map(([what, says, ...commands], at): State => {
  const uid = 1601 + at;
  const user = `m${uid}`;
  const fill = (text: string): string => text.replaceAll('USER', user).replaceAll('UID', String(uid));
  return {
    name: `manager ${at + 1}: ${what}`,
    round: 'managers',
    suites: ['trixie'],
    setUp: fill(lines('account USER UID; mkdir -p /home/USER/.local/share/containers; chown -R USER: /home/USER/.local', ...commands)),
    claims: [{ rule: 'rootless.user-manager', subject: `user:${user}`, ask: fill(answers), says }],
    undo: fill('no_account USER; rm -rf /etc/systemd/system/user@UID.service.d; systemctl daemon-reload; systemctl reset-failed user@UID 2>/dev/null; true'),
  };
});

/** An account without lingering that is looked at because of what it has, or because it was named. */
const has = (what: string, ...commands: string[]): readonly [string, string[]] => [what, commands];
const traces = [
  has('a store', 'mkdir -p /home/USER/.local/share/containers; chown -R USER: /home/USER/.local'),
  has('a Quadlet file of its own', put('/home/USER/.config/containers/systemd/lab.container', '[Container]\nImage=localhost/lab:1')),
  has('a Quadlet file in /etc', put('/etc/containers/systemd/users/UID/lab.container', '[Container]\nImage=localhost/lab:1')),
  has('a containers.conf', put('/home/USER/.config/containers/containers.conf', '[containers]')),
  has('nothing, and was named'),
  has('nothing, and was named, and has no ids', "sed -i '/^USER:/d' /etc/subuid /etc/subgid"),
];
const traced: readonly State[] = traces.map(([what, commands], at): State => {
  const uid = 1651 + at;
  const user = `t${uid}`;
  const fill = (text: string): string => text.replaceAll('USER', user).replaceAll('UID', String(uid));
  return {
    name: `looked at ${at + 1}: ${what}`,
    round: what.includes('named') ? 'named accounts' : 'managers',
    suites: ['trixie'],
    setUp: fill(lines('account USER UID; rm -f /var/lib/systemd/linger/USER', ...commands)),
    ...(what.includes('named') ? { accounts: [user] } : {}),
    claims: [
      {
        rule: 'rootless.subuid',
        subject: `user:${user}`,
        ask: fill(
          'systemctl start user@UID; as USER timeout 60 podman unshare awk \'{ n += $3 } END { print n - 1, "ids" }\' /proc/self/uid_map 2>&1 | tail -n 2',
        ),
        says: passIf(/^65536 ids$/m),
      },
    ],
    undo: fill("no_account USER; sed -i '/^USER:/d' /etc/subuid /etc/subgid"),
  };
});

export const managerStates: readonly State[] = [...managers, ...traced];
