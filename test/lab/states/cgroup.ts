/** Controllers and their delegation: what systemd, the kernel and Podman say. */
import { type Claim, failIf, passIf, passIfWords, type State } from '../state.ts';
import { bytes, lines, put, reload } from './shell.ts';

const driver = 'user:driver';
const four = ['cpu', 'cpuset', 'memory', 'pids'] as const;
const show = 'systemctl show user@1000.service -p DelegateControllers | cut -d= -f2';

/** systemd's own idea of the merged directive. */
const configured: Claim = { rule: 'cgroup.delegate.configured', subject: driver, ask: show, says: passIfWords(...four) };
const ownControllers = `cat /sys/fs/cgroup$(cut -d: -f3 /proc/self/cgroup)/cgroup.controllers`;
/** What a service of the user is given. */
const effective: Claim = {
  rule: 'cgroup.delegate.effective',
  subject: driver,
  ask: `as driver timeout 30 systemd-run --user -q -p Delegate=yes --wait --pipe sh -c '${ownControllers}'`,
  says: passIfWords(...four),
};
const firstLine =
  (says: Claim['says']): Claim['says'] =>
  (answer, suite) =>
    says(answer.split('\n')[0] ?? '', suite);
const userGroup = '/sys/fs/cgroup/user.slice/user-1000.slice/user@1000.service';
/** Beside what a service is given, two files that tell something else: what the root offers, and what is in use below the manager beforehand. */
const besides: Claim = {
  ...effective,
  ask: `used=$(cat ${userGroup}/cgroup.subtree_control); ${effective.ask}; echo "the root offers $(cat /sys/fs/cgroup/cgroup.controllers); in use before: $used"`,
  says: firstLine(effective.says),
};
/** All controllers that some file names arrive. */
const arrive = (...granted: readonly string[]): Claim => ({ rule: 'cgroup.delegate.masked', subject: driver, ask: show, says: passIfWords(...granted) });
/** Asked where no file but the vendor's has a say. */
const vendor: Claim = { rule: 'cgroup.delegate.defaults-known', ask: show, says: passIfWords('cpu', 'memory', 'pids') };

const etc = '/etc/systemd/system';
const template = `${etc}/user@.service.d`;
const restart = `${reload}\nsystemctl restart user@1000`;

/** A state of the unit files alone, as systemd reads them. */
function merged(name: string, files: readonly string[], ...claims: readonly Claim[]): State {
  return { name: `delegate: ${name}`, setUp: files.join('\n'), settle: reload, claims: [configured, ...claims] };
}
const runtimeUnit: Claim = {
  rule: 'cgroup.unit.delegate-k3s',
  subject: 'unit:podman.service',
  ask: 'systemctl show podman.service -p DelegateControllers | cut -d= -f2',
  says: passIfWords(...four),
};
const mode: Claim = {
  rule: 'cgroup.mode.v2',
  ask: 'stat -fc %T /sys/fs/cgroup; podman info --format json | jq -r .host.cgroupVersion; find /sys/fs/cgroup -maxdepth 2 -name cgroup.controllers | sort | head -n 1',
  says: passIf(/^cgroup2fs\nv2$/m),
};
const controllers = (says: Claim['says']): Claim => ({
  rule: 'cgroup.controllers.root',
  ask: `for c in cpu cpuset memory pids io hugetlb; do grep -qw $c /sys/fs/cgroup/cgroup.controllers || echo no $c; done`,
  says,
});
const disabled: Claim = {
  rule: 'cgroup.delegate.disable-controllers',
  subject: driver,
  ask: 'systemctl show user.slice user-1000.slice -p DisableControllers',
  says: failIf(/cpu|memory|pids/),
};
const wanted = put(`${template}/delegate.conf`, '[Service]\nDelegate=cpu cpuset io memory pids');

/** K3s wants the controllers in the cgroup that it is started in, and to make cgroups below it. */
const session: Claim = {
  rule: 'cgroup.session.scope',
  subject: driver,
  ask: 'group=$(cut -d: -f3 /proc/$(pgrep -xo k3s-server)/cgroup); echo $(cat /sys/fs/cgroup$group/cgroup.controllers) $(as driver test -w /sys/fs/cgroup$group && echo own); echo "$group"',
  says: firstLine(passIfWords('own', 'cpu', 'cpuset', 'memory', 'pids')),
};
/** A process of that name, started in some way on a host that delegates all controllers. */
const sessionOf = (what: string, start: string): State => ({
  name: `session: ${what}`,
  setUp: `${wanted}\n${restart}\nsave /usr/local/bin/k3s-server; cp /bin/sleep /usr/local/bin/k3s-server\n${start}\nsleep 2`,
  alone: true,
  claims: [session],
  undo: `pkill -x k3s-server; systemctl stop k3s-login 2>/dev/null; ${restart}`,
});
const login = 'systemd-run -q --unit=k3s-login -p User=driver -p PAMName=login';

/** Two services ask for all controllers, as the second shows what stays in use beside the first. */
const held: Claim = {
  rule: 'cgroup.delegate.cpuset-held',
  subject: driver,
  ask: `as driver systemd-run --user -q --unit=holds -p Delegate=yes sleep 20 2>/dev/null; ${effective.ask}; as driver systemctl --user stop holds`,
  says: effective.says,
};
const portal = [
  put('/home/driver/.config/systemd/user/xdg-document-portal.service', '[Service]\nExecStart=/bin/sleep 1000\nSlice=session.slice'),
  restart,
  'as driver systemctl --user start xdg-document-portal; sleep 1',
].join('\n');
/** Podman makes its store, and moves below the manager; what it switches on there is in use from then on. */
const looksAround = 'as driver podman info >/dev/null';
const portalGone = `as driver systemctl --user stop xdg-document-portal 2>/dev/null; ${restart}`;

export const cgroupStates: readonly State[] = [
  { name: 'delegate: as installed', claims: [configured, effective, arrive('memory', 'pids'), vendor, disabled, mode, controllers(failIf(/no/)), runtimeUnit] },
  { name: 'delegate: as documented, reloaded only', setUp: `${wanted}\n${reload}`, claims: [configured, besides, arrive(...four, 'io')], undo: reload },
  {
    name: 'delegate: reloaded only, then a container',
    setUp: `${wanted}\n${reload}\nroot /home/driver/rootfs\nas driver podman run --rm --network none --rootfs /home/driver/rootfs /bin/true`,
    alone: true,
    claims: [effective],
    undo: `rm -rf /home/driver/rootfs\n${restart}`,
  },
  { name: 'delegate: as documented, manager restarted', setUp: `${wanted}\n${restart}`, alone: true, claims: [configured, besides], undo: restart },
  { name: 'delegate: as documented, not reloaded', setUp: wanted, claims: [effective], undo: reload },
  {
    name: 'delegate: taken back, not restarted',
    setUp: `${wanted}\n${restart}\n${put(`${template}/zz.conf`, '[Service]\nDelegate=no')}\n${reload}`,
    claims: [configured, arrive(...four)],
    undo: restart,
  },
  merged(
    'no, then a list',
    [put(`${template}/10.conf`, '[Service]\nDelegate=no'), put(`${template}/20.conf`, '[Service]\nDelegate=cpu cpuset memory pids')],
    arrive(...four),
  ),
  merged(
    'a list, then no',
    [put(`${template}/10.conf`, '[Service]\nDelegate=cpu cpuset memory pids'), put(`${template}/20.conf`, '[Service]\nDelegate=no')],
    arrive(...four),
  ),
  merged(
    'service.d later by name',
    [put(`${template}/10.conf`, '[Service]\nDelegate=cpu cpuset memory pids'), put(`${etc}/service.d/50.conf`, '[Service]\nDelegate=no')],
    arrive(...four),
  ),
  merged(
    'instance hides template',
    [put(`${template}/delegate.conf`, '[Service]\nDelegate=cpu cpuset memory pids'), put(`${etc}/user@1000.service.d/delegate.conf`, '[Service]')],
    arrive(...four),
  ),
  merged(
    'hidden by an empty file',
    [put('/run/systemd/system/user@.service.d/delegate.conf', '[Service]\nDelegate=cpu cpuset memory pids'), put(`${template}/delegate.conf`, '')],
    arrive(...four),
  ),
  merged(
    'hidden by a link to /dev/null',
    [
      put('/usr/local/lib/systemd/system/user@.service.d/delegate.conf', '[Service]\nDelegate=cpu cpuset memory pids'),
      `save ${template}/delegate.conf; mkdir -p ${template}; ln -s /dev/null ${template}/delegate.conf`,
    ],
    arrive(...four),
  ),
  merged(
    'a copy of the unit',
    [`save ${etc}/user@.service; sed '/^Delegate=/d' /lib/systemd/system/user@.service >${etc}/user@.service`],
    arrive('memory', 'pids'),
  ),
  {
    name: 'delegate: disabled on user.slice',
    setUp: `${wanted}\n${put(`${etc}/user.slice.d/x.conf`, '[Slice]\nDisableControllers=cpuset')}\n${restart}`,
    alone: true,
    claims: [disabled, configured, effective],
    undo: restart,
  },
  {
    name: 'delegate: disabled on user-.slice',
    setUp: `${wanted}\n${put(`${etc}/user-.slice.d/x.conf`, '[Slice]\nDisableControllers=cpu cpuset')}\n${restart}`,
    alone: true,
    claims: [disabled, effective],
    undo: restart,
  },
  {
    name: 'delegate: disabled on no slice, after a reset',
    setUp: `${put(`${etc}/user.slice.d/x.conf`, '[Slice]\nDisableControllers=cpuset')}\n${put(`${etc}/user.slice.d/y.conf`, '[Slice]\nDisableControllers=')}\n${reload}`,
    claims: [disabled],
    undo: reload,
  },
  {
    name: 'delegate: of a runtime unit, no',
    setUp: `${put(`${etc}/podman.service.d/x.conf`, '[Service]\nDelegate=no')}\n${reload}`,
    claims: [runtimeUnit],
    undo: reload,
  },
  {
    name: 'delegate: of a runtime unit, a list',
    setUp: `${put(`${etc}/podman.service.d/x.conf`, '[Service]\nDelegate=no\nDelegate=cpu cpuset memory pids')}\n${reload}`,
    claims: [runtimeUnit],
    undo: reload,
  },
  {
    name: 'delegate: of a runtime unit, nothing',
    setUp: `${put(`${etc}/podman.service.d/x.conf`, '[Service]\nDelegate=')}\n${reload}`,
    claims: [runtimeUnit],
    undo: reload,
  },
  {
    name: 'delegate: of a runtime unit, a list added to all',
    setUp: `${put(`${etc}/podman.service.d/x.conf`, '[Service]\nDelegate=cpuset')}\n${reload}`,
    claims: [runtimeUnit],
    undo: reload,
  },
  {
    name: 'delegate: of a runtime unit, a later file of service.d',
    setUp: `${put(`${etc}/podman.service.d/10.conf`, '[Service]\nDelegate=yes')}\n${put(`${etc}/service.d/50.conf`, '[Service]\nDelegate=no')}\n${reload}`,
    claims: [runtimeUnit],
    undo: reload,
  },
  sessionOf('below the user manager', 'as driver systemd-run --user -q --unit=k3s-lab -p Delegate=yes /usr/local/bin/k3s-server 300'),
  sessionOf('in a scope with Delegate=', 'as driver systemd-run --user -q --scope -p Delegate=yes /usr/local/bin/k3s-server 300 </dev/null >/dev/null 2>&1 &'),
  sessionOf(
    'in a window of a terminal',
    'as driver systemd-run --user -q --scope --unit=vte-spawn-lab.scope /usr/local/bin/k3s-server 300 </dev/null >/dev/null 2>&1 &',
  ),
  sessionOf('in a login session', `${login} /usr/local/bin/k3s-server 300`),
  sessionOf('left behind in a login session', `${login} sh -c 'setsid /usr/local/bin/k3s-server 300 & sleep 300'`),
  {
    name: 'portal: it runs',
    setUp: `${wanted}\n${portal}\n${looksAround}`,
    alone: true,
    claims: [held, { ...effective, ask: held.ask }],
    undo: portalGone,
  },
  {
    name: 'portal: it runs, with a process of another account',
    setUp: `${wanted}\n${portal}\n(sleep 1000 </dev/null >/dev/null 2>&1 & echo $! >${userGroup}/session.slice/xdg-document-portal.service/cgroup.procs)\n${looksAround}`,
    alone: true,
    claims: [held, { ...effective, ask: held.ask }],
    undo: portalGone,
  },
];

const v1Mode: Claim = { ...mode, says: passIf(/^cgroup2fs/) };
/** systemd 256 and later want the variable, too, before they mount the old hierarchies. */
const legacy = ['systemd.unified_cgroup_hierarchy=0', 'SYSTEMD_CGROUP_ENABLE_LEGACY_FORCE=1'];
/** The limit that the kernel has for a container of the user. */
const limit: Claim = {
  rule: 'podman.config.pids-limit',
  subject: 'user:driver',
  ask: lines(
    'root /home/driver/inside; as driver podman run -d --name limited --network none --rootfs /home/driver/inside /bin/sleep 300 >/dev/null',
    "at=$(grep :pids: /proc/$(as driver podman inspect limited --format '{{.State.Pid}}')/cgroup | cut -d: -f3)",
    'cat /sys/fs/cgroup/pids$at/pids.max; as driver podman rm -f limited >/dev/null; rm -rf /home/driver/inside',
  ),
  says: passIf(/^\d+$/m),
};
/** A boot may switch version 2 off, or a controller. */
const bootWords: Claim = {
  rule: 'cgroup.mode.boot-args',
  ask: `stat -fc %T /sys/fs/cgroup; for c in cpu cpuset io memory pids; do grep -qw $c /sys/fs/cgroup/cgroup.controllers || echo no $c; done; tr ' ' '\\n' </proc/cmdline | grep cgroup`,
  says: (answer) => (/^cgroup2fs/.test(answer) && !/^no /m.test(answer) ? 'pass' : 'fail'),
};
export const oldHierarchyStates: readonly State[] = [
  { name: 'old hierarchy: hybrid', boot: legacy, claims: [v1Mode, controllers(() => 'not-applicable'), limit] },
  {
    name: 'old hierarchy: the last of two words switches version 2 off',
    boot: ['systemd.unified_cgroup_hierarchy=1', ...legacy],
    claims: [v1Mode, { ...bootWords, says: passIf(/^cgroup2fs/) }],
  },
  {
    name: 'old hierarchy: the last of two words switches it on',
    boot: [...legacy, 'systemd.unified_cgroup_hierarchy=1', 'cgroup_disable=memory', 'cgroup_enable=memory'],
    claims: [mode, bootWords],
  },
  { name: 'old hierarchy: legacy', boot: [...legacy, 'systemd.legacy_systemd_cgroup_controller=1'], claims: [v1Mode, controllers(() => 'not-applicable')] },
];

/** One way to write the directive, each tried on an account of its own: they are looked at together. */
const spellings: readonly (readonly [name: string, file: (path: string) => string, ...granted: string[]])[] = [
  ['as documented', (p) => put(p, '[Service]\nDelegate=cpu cpuset io memory pids'), ...four],
  ['adds up', (p) => put(p, '[Service]\nDelegate=cpuset'), 'cpuset', 'memory', 'pids'],
  ['yes', (p) => put(p, '[Service]\nDelegate=yes')],
  ['on', (p) => put(p, '[Service]\nDelegate=on')],
  ['empty', (p) => put(p, '[Service]\nDelegate='), 'memory', 'pids'],
  ['no', (p) => put(p, '[Service]\nDelegate=no'), 'memory', 'pids'],
  ['commas', (p) => put(p, '[Service]\nDelegate=cpu,cpuset,memory,pids')],
  ['quoted', (p) => put(p, '[Service]\nDelegate="cpu" "cpuset" memory pids')],
  ['misspelt', (p) => put(p, '[Service]\nDelegate=cpu cpusets memory pids')],
  ['a capital', (p) => put(p, '[Service]\nDelegate=cpu Cpuset memory pids')],
  ['in [Unit]', (p) => put(p, '[Unit]\nDelegate=cpu cpuset memory pids')],
  ['in no section', (p) => put(p, 'Delegate=cpu cpuset memory pids')],
  ['key in lower case', (p) => put(p, '[Service]\ndelegate=cpu cpuset memory pids')],
  ['section in lower case', (p) => put(p, '[service]\nDelegate=cpu cpuset memory pids')],
  ['words after the value', (p) => put(p, '[Service]\nDelegate=cpu cpuset memory pids # as k3d wants it')],
  ['commented out', (p) => put(p, '[Service]\n#Delegate=cpu cpuset memory pids')],
  ['blanks everywhere', (p) => put(p, '  [Service]  \n   Delegate  =   cpu   cpuset memory pids  ')],
  ['continued line', (p) => put(p, '[Service]\nDelegate=cpu \\\n# between\n  cpuset \\\n  memory pids')],
  ['CRLF', (p) => bytes(p, '[Service]\\r\\nDelegate=cpu cpuset memory pids\\r\\n')],
  ['byte order mark', (p) => bytes(p, '\\357\\273\\277[Service]\\nDelegate=cpu cpuset memory pids\\n')],
  ['no last line end', (p) => bytes(p, '[Service]\\nDelegate=cpu cpuset memory pids')],
  ['name without .conf', (p) => put(p.replace('.conf', '.config'), '[Service]\nDelegate=cpu cpuset memory pids')],
  ['of another account', (p) => put(p.replace(/@\d+/, '@4711'), '[Service]\nDelegate=cpu cpuset memory pids')],
];

export const spellingStates: readonly State[] = spellings.map(([name, file, ...granted], at) => {
  const uid = 1101 + at;
  const about = { subject: `user:s${uid}`, ask: show.replace('1000', String(uid)) };
  return {
    name: `delegate ${at + 1}: ${name}`,
    round: 'spellings',
    setUp: [`account s${uid} ${uid}`, file(`${etc}/user@${uid}.service.d/delegate.conf`)].join('\n'),
    settle: reload,
    claims: [{ ...configured, ...about }, ...(granted.length > 0 ? [{ ...arrive(...granted), ...about }] : [])],
    undo: `no_account s${uid}`,
  };
});
