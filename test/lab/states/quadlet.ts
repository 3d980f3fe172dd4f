/** Quadlet files: what the generator makes of each, and what systemd makes of that. */
import { type Claim, failIf, passIf, type State } from '../state.ts';
import { lines, put } from './shell.ts';

const dir = '/etc/containers/systemd';
const generator = '/usr/lib/systemd/system-generators/podman-system-generator';
/** The unit made of one file, in a directory of its own: a neighbour that cannot be loaded takes others with it. */
const dryRun = (file: string): string =>
  `mkdir -p /tmp/q.${file}; cp ${dir}/${file} /tmp/q.${file}/; QUADLET_UNIT_DIRS=/tmp/q.${file} ${generator} --dryrun 2>&1; echo "exit $?"; rm -rf /tmp/q.${file}`;
/** Its command line, alone. */
const start = (file: string): string => `{ ${dryRun(file)}; } | grep -e '^ExecStart=' -e '^exit' -e quadlet-generator`;

type Row = readonly [what: string, body: string, rule: string, says: Claim['says'], ask?: (file: string, unit: string) => string];
const whole = `[Container]\nImage=registry.example.org/app@sha256:${'a'.repeat(64)}\n`;
const taken = failIf(/unsupported key|converting|error|ExecStart=$/i);
const has = (word: string): Claim['says'] => passIf(new RegExp(`ExecStart=.*\\s${word}(\\s|$)`));
const lacks = (pattern: RegExp): Claim['says'] => failIf(pattern);
const property =
  (name: string): ((file: string, unit: string) => string) =>
  (_file, unit) =>
    `systemctl daemon-reload; systemctl show ${unit} -p ${name}`;

const rows: readonly Row[] = [
  ['plain', whole, 'quadlet.unknown-key', taken],
  ['unknown key', `${whole}Foo=bar\n`, 'quadlet.unknown-key', taken],
  ['key in lower case', `${whole}readonly=true\n`, 'quadlet.unknown-key', taken],
  ['no image', '[Container]\nExec=sleep 1\n', 'quadlet.unknown-key', taken],
  ['not a unit file', 'garbage\n', 'quadlet.unknown-key', taken],
  ['privileged', `${whole}PodmanArgs=--privileged\n`, 'quadlet.privileged', lacks(/ExecStart=.*--privileged/)],
  ['privileged=false', `${whole}PodmanArgs=--privileged=false\n`, 'quadlet.privileged', lacks(/ExecStart=.*--privileged(?!=false)/)],
  ['privileged, then reset', `${whole}PodmanArgs=--privileged\nPodmanArgs=\n`, 'quadlet.privileged', lacks(/ExecStart=.*--privileged/)],
  ['not privileged', whole, 'quadlet.privileged', lacks(/ExecStart=.*--privileged/)],
  ['read-only', `${whole}ReadOnly=true\n`, 'quadlet.readonly', has('--read-only')],
  ['read-only yes', `${whole}ReadOnly=yes\n`, 'quadlet.readonly', has('--read-only')],
  ['read-only 1', `${whole}ReadOnly=1\n`, 'quadlet.readonly', has('--read-only')],
  ['read-only on', `${whole}ReadOnly=on\n`, 'quadlet.readonly', has('--read-only')],
  ['read-only t', `${whole}ReadOnly=t\n`, 'quadlet.readonly', has('--read-only')],
  ['read-only misspelt', `${whole}ReadOnly=ture\n`, 'quadlet.readonly', has('--read-only')],
  ['read-only False', `${whole}ReadOnly=False\n`, 'quadlet.readonly', passIf(/ExecStart=.*--read-only(\s|$)/)],
  ['read-only, later false', `${whole}ReadOnly=true\nReadOnly=false\n`, 'quadlet.readonly', passIf(/ExecStart=.*--read-only(\s|$)/)],
  ['read-only in [Service]', `${whole}[Service]\nReadOnly=true\n`, 'quadlet.readonly', has('--read-only')],
  ['read-only in a second [Container]', `${whole}[Unit]\n[Container]\nReadOnly=true\n`, 'quadlet.readonly', has('--read-only')],
  ['read-only on a continued line', `${whole}ReadOnly=\\\ntrue\n`, 'quadlet.readonly', has('--read-only')],
  ['no new privileges', `${whole}NoNewPrivileges=true\n`, 'quadlet.nonewprivs', passIf(/ExecStart=.*no-new-privileges/)],
  ['no new privileges: not said', whole, 'quadlet.nonewprivs', passIf(/ExecStart=.*no-new-privileges/)],
  ['no new privileges by PodmanArgs', `${whole}PodmanArgs=--security-opt no-new-privileges\n`, 'quadlet.nonewprivs', passIf(/ExecStart=.*no-new-privileges/)],
  ['all capabilities dropped', `${whole}DropCapability=all\n`, 'quadlet.caps', passIf(/--cap-drop all/)],
  ['capability SYS_ADMIN', `${whole}DropCapability=all\nAddCapability=CAP_SYS_ADMIN\n`, 'quadlet.caps', lacks(/--cap-add cap_sys_admin/)],
  ['network of the host', `${whole}Network=host\n`, 'quadlet.host-namespaces', lacks(/--network host/)],
  ['network of its own', `${whole}Network=none\n`, 'quadlet.host-namespaces', lacks(/--network host/)],
  ['processes of the host', `${whole}PodmanArgs=--pid host\n`, 'quadlet.host-namespaces', lacks(/--pid host/)],
  ['mounts /etc', `${whole}Volume=/etc:/x\n`, 'quadlet.host-mounts', lacks(/-v \/etc:/)],
  ['mounts a volume', `${whole}Volume=data:/x\n`, 'quadlet.host-mounts', lacks(/-v \/etc:/)],
  ['image by digest', whole, 'quadlet.image-pinned', passIf(/@sha256:/)],
  ['image by tag', '[Container]\nImage=registry.example.org/app:1\n', 'quadlet.image-pinned', passIf(/@sha256:/)],
  ['secret in the environment', `${whole}Environment=DB_PASSWORD=hunter2\n`, 'quadlet.secrets-env', lacks(/DB_PASSWORD=hunter2/)],
  ['secret of Podman', `${whole}Secret=db,type=env,target=DB_PASSWORD\n`, 'quadlet.secrets-env', lacks(/DB_PASSWORD=hunter2/)],
  ['user namespace', `${whole}UserNS=auto\n`, 'quadlet.userns', passIf(/--userns auto/)],
  ['service user', `${whole}[Service]\nUser=driver\n`, 'quadlet.service-user', passIf(/^User=$/m), property('User')],
  ['service user, then reset', `${whole}[Service]\nUser=driver\nUser=\n`, 'quadlet.service-user', passIf(/^User=$/m), property('User')],
  ['restart on failure', `${whole}[Service]\nRestart=on-failure\n`, 'quadlet.health-restart', passIf(/^Restart=on-failure/m), property('Restart')],
  ['restart never', `${whole}`, 'quadlet.health-restart', (answer) => (/^Restart=no$/m.test(answer) ? 'fail' : 'pass'), property('Restart')],
  ['time to start', `${whole}[Service]\nTimeoutStartSec=900\n`, 'quadlet.timeouts', passIf(/=(15min|infinity)$/m), property('TimeoutStartUSec')],
  ['time to start by default', whole, 'quadlet.timeouts', passIf(/=(15min|infinity)$/m), property('TimeoutStartUSec')],
  ['section in lower case', '[container]\nImage=registry.example.org/app:1\n', 'quadlet.unknown-key', taken],
  ['mounts the home by a specifier', `${whole}Volume=%h:/x\n`, 'quadlet.host-mounts', lacks(/-v \/root:/), property('ExecStart')],
];

const subject = (file: string): string => `quadlet:${file}`;
const contained: readonly State[] = rows.map(([what, body, rule, says, ask], at): State => {
  const unit = `lab${at + 1}`;
  const file = `${unit}.container`;
  return {
    name: `quadlet ${at + 1}: ${what}`,
    round: 'quadlets',
    suites: ['trixie'],
    setUp: put(`${dir}/${file}`, body),
    claims: [{ rule, subject: subject(`${dir}/${file}`), ask: ask ? ask(file, unit) : start(file), says }],
    undo: 'systemctl daemon-reload',
  };
});

/** Whether the generator, looking where it always looks, makes a unit of that name. */
const made = (unit: string, as = ''): string =>
  `${as === '' ? `${generator} --dryrun` : `as ${as} /usr/lib/systemd/user-generators/podman-user-generator --user --dryrun`} 2>&1 | grep -x -e '---${unit}.service---' || echo not made`;
const place = (what: string, path: string, unit: string, as = ''): State => ({
  name: `quadlet place: ${what}`,
  round: 'quadlets',
  suites: ['trixie'],
  setUp: put(path, whole),
  claims: [{ rule: 'quadlet.search-path', subject: subject(path), ask: made(unit, as), says: failIf(/not made/) }],
});
/** The user of a service, where a drop-in of systemd's own is made for one of its names. */
const named = (what: string, stem: string, keys: string, dropIn: string, unit: string): State => ({
  name: `quadlet name: ${what}`,
  round: 'quadlets',
  suites: ['trixie'],
  setUp: lines(put(`${dir}/${stem}.container`, `${whole}${keys}`), put(`/etc/systemd/system/${dropIn}.service.d/user.conf`, '[Service]\nUser=driver')),
  claims: [
    {
      rule: 'quadlet.service-user',
      subject: subject(`${dir}/${stem}.container`),
      ask: `systemctl daemon-reload; systemctl show ${unit} -p User`,
      says: passIf(/^User=$/m),
    },
  ],
  undo: 'systemctl daemon-reload',
});
const home = '/home/driver/.config/containers/systemd';

export const quadletStates: readonly State[] = [
  ...contained,
  place('/etc/containers/systemd', `${dir}/place1.container`, 'place1'),
  place('a directory below', `${dir}/below/place2.container`, 'place2'),
  place('/usr/share/containers/systemd', '/usr/share/containers/systemd/place3.container', 'place3'),
  place('/run/containers/systemd', '/run/containers/systemd/place4.container', 'place4'),
  place("the user's own", `${home}/place5.container`, 'place5', 'driver'),
  place('/etc/containers/systemd/users', `${dir}/users/place6.container`, 'place6', 'driver'),
  place('/etc/containers/systemd/users/1000', `${dir}/users/1000/place7.container`, 'place7', 'driver'),
  place('/etc/systemd/system', '/etc/systemd/system/place8.container', 'place8'),
  place('a directory that ends in .d', `${dir}/place9.d/place9.container`, 'place9'),
  {
    ...place('a directory by a link', `${dir}/place10/place10.container`, 'place10'),
    setUp: lines(`rm -rf ${dir}/place10`, put('/srv/place10/place10.container', whole), `save ${dir}/place10; ln -s /srv/place10 ${dir}/place10`),
  },
  {
    name: 'quadlet place: users of /usr/share',
    round: 'quadlets',
    suites: ['trixie'],
    setUp: put('/usr/share/containers/systemd/users/place11.container', whole),
    claims: [
      {
        rule: 'quadlet.search-path',
        subject: subject('/usr/share/containers/systemd/users/place11.container'),
        ask: made('place11'),
        // It becomes root's.
        says: passIf(/not made/),
      },
    ],
  },
  named('a drop-in for that of ServiceName=', 'named1', 'ServiceName=labnamed\n', 'labnamed', 'labnamed'),
  named("a drop-in for the file's, with ServiceName=", 'named2', 'ServiceName=labnamed2\n', 'named2', 'labnamed2'),
  named('a drop-in for an alias', 'named3', '[Install]\nAlias=labalias.service\n', 'labalias', 'named3'),
  {
    name: 'quadlet: generator',
    setUp: put(`${dir}/generated.container`, whole),
    claims: [{ rule: 'quadlet.generator', ask: `ls ${generator} 2>&1`, says: failIf(/No such file/) }],
  },
  {
    name: 'quadlet: a mount without source=, on which the generator panics',
    alone: true,
    suites: ['trixie'],
    setUp: lines(put(`${dir}/labapp.container`, whole), put(`${dir}/labpanic.container`, `${whole}Mount=type=bind,/srv:/x`)),
    claims: (['labapp', 'labpanic'] as const).map(
      (unit): Claim => ({
        rule: 'quadlet.unknown-key',
        subject: subject(`${dir}/${unit}.container`),
        ask: `${made(unit)}; ${generator} --dryrun 2>&1 | grep -m 1 ^panic`,
        // The fault is told of the file that has it.
        says: (answer) => (!/not made/.test(answer) ? 'pass' : unit === 'labpanic' ? 'fail' : 'not-applicable'),
      }),
    ),
  },
  {
    name: 'quadlet: takes the place of a vendor unit',
    suites: ['trixie'],
    setUp: lines(put(`${dir}/fstrim.container`, whole), put(`${dir}/labapp.container`, whole), 'systemctl daemon-reload'),
    claims: ['fstrim', 'labapp'].map(
      (unit): Claim => ({
        rule: 'quadlet.vendor-clash',
        subject: subject(`${dir}/${unit}.container`),
        ask: `ls /usr/lib/systemd/system/${unit}.service 2>&1; systemctl show ${unit} -p FragmentPath`,
        says: (answer) => (/^\/usr\/lib\S+\nFragmentPath=\/run\/systemd\/generator/m.test(answer) ? 'fail' : 'pass'),
      }),
    ),
    undo: 'systemctl daemon-reload',
  },
];
