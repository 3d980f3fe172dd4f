/** What a Quadlet file really mounts, where variables and links stand between the file and the host. */
import type { State } from '../state.ts';
import { lines, put } from './shell.ts';

const dir = '/etc/containers/systemd';
const rootfs = '/var/tmp/labroot';

/** The directory of the host that lies at /x in the container, as the kernel has it. */
const mounted = (unit: string): string =>
  lines(
    `systemctl daemon-reload; systemctl start ${unit} 2>&1`,
    `pid=$(podman container inspect --format '{{.State.Pid}}' systemd-${unit})`,
    `awk '$5 == "/x" { print "mounted", $4 }' "/proc/$pid/mountinfo"`,
    `systemctl stop -t 1 ${unit} 2>/dev/null`,
  );

/** A file of variables may lie anywhere, so the script does not bring it: such a state is looked at live and from a snapshot. */
type Row = readonly [what: string, body: string, more?: readonly string[], ways?: 'two'];
const rows: readonly Row[] = [
  ['a variable of the service', 'Volume=${DATA}:/x\n[Service]\nEnvironment=DATA=/etc\n'],
  ['a harmless variable', 'Volume=${DATA}:/x\n[Service]\nEnvironment=DATA=/etc\nEnvironment=DATA=/srv\n'],
  ['a variable within a path, by PodmanArgs', 'PodmanArgs=-v ${DATA}/containers/..:/x\n[Service]\nEnvironment="DATA=/etc"\n'],
  [
    'a variable that a file of variables changes',
    'Volume=${DATA}:/x\n[Service]\nEnvironment=DATA=/srv\nEnvironmentFile=/etc/lab.env\n',
    [put('/etc/lab.env', 'DATA=/etc')],
    'two',
  ],
  [
    'a variable that a drop-in of the service changes',
    'Volume=${DATA}:/x\n[Service]\nEnvironment=DATA=/srv\n',
    [put('/etc/systemd/system/labm5.service.d/x.conf', '[Service]\nEnvironment=DATA=/etc')],
  ],
  ['a link', 'Volume=/srv/lab-link:/x\n', ['save /srv/lab-link; ln -sfn /etc /srv/lab-link']],
  ['a link on the way', 'Volume=/srv/lab-top/etc:/x\n', ['save /srv/lab-top; ln -sfn / /srv/lab-top']],
  ['a link, and up from where it leads', 'Volume=/srv/lab-up/../etc:/x\n', ['save /srv/lab-up /srv/etc; mkdir -p /srv/etc; ln -sfn /usr /srv/lab-up']],
  ['a volume whose file binds a directory', 'Volume=labv.volume:/x\n', [put(`${dir}/labv.volume`, '[Volume]\nType=none\nOptions=bind\nDevice=/etc')]],
  ['a volume that was made to bind a directory', 'Volume=labn:/x\n', ['podman volume create -o type=none -o o=bind -o device=/etc labn >/dev/null']],
  ['a volume of its own', 'Volume=labo:/x\n', ['podman volume create labo >/dev/null']],
  ['a link to what is harmless', 'Volume=/srv/lab-data:/x\n', ['save /srv/lab-data; mkdir -p /srv/real; ln -sfn real /srv/lab-data']],
];

export const mountStates: readonly State[] = rows.map(([what, body, more = [], ways], at): State => {
  const unit = `labm${at + 1}`;
  const file = `${dir}/${unit}.container`;
  return {
    name: `mounts: ${what}`,
    ...(ways === undefined ? { round: 'mounts' } : {}),
    suites: ['trixie'],
    setUp: lines(`root ${rootfs}; mkdir -p ${rootfs}/x`, ...more, put(file, `[Container]\nRootfs=${rootfs}:O\nNetwork=none\nExec=/bin/sleep 300\n${body}`)),
    claims: [
      {
        rule: 'quadlet.host-mounts',
        subject: `quadlet:${file}`,
        ask: mounted(unit),
        says: (answer) => (!/^mounted \/\S/m.test(answer) ? 'not-applicable' : /^mounted \/etc$/m.test(answer) ? 'fail' : 'pass'),
      },
    ],
    undo: 'podman volume rm -f labn labo systemd-labv >/dev/null 2>&1; systemctl daemon-reload',
  };
});
