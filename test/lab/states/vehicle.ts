/** The partition for software without safety requirements, as containers/qm has it, on a root file system of busybox. */
import type { State } from '../state.ts';
import { lines, put } from './shell.ts';
import { runs } from './started.ts';

const rootfs = '/usr/lib/qm/rootfs';
const unit = (key: string, service = `Environment=ROOTFS=${rootfs}`): string =>
  put(
    '/usr/share/containers/systemd/qm.container',
    `[Unit]\nDescription=QM\n[Container]\nRootfs=${key}\nNetwork=none\nExec=/bin/sleep 1000\n[Service]\n${service}`,
  );
const made = `save /usr/lib/qm; root ${rootfs}`;

const rows: readonly (readonly [what: string, ...commands: string[]])[] = [
  ['the package, not set up', unit('${ROOTFS}')],
  ['set up', unit('${ROOTFS}'), made],
  ['set up, by its path', unit(rootfs), made],
  ['set up, with a layer above', unit(`${rootfs}:O`), made],
  [
    'set up, and a drop-in of the service leads elsewhere',
    unit('${ROOTFS}'),
    made,
    put('/etc/systemd/system/qm.service.d/x.conf', '[Service]\nEnvironment=ROOTFS=/srv/lab-qm'),
  ],
  [
    'set up, and a drop-in of the file leads elsewhere',
    unit('${ROOTFS}'),
    made,
    put('/etc/containers/systemd/qm.container.d/x.conf', '[Container]\nRootfs=/srv/lab-qm'),
  ],
  ['a file in its place', unit('${ROOTFS}'), `save /usr/lib/qm; mkdir -p /usr/lib/qm; echo >${rootfs}`],
];

export const vehicleStates: readonly State[] = rows.map(([what, ...commands]) => ({
  name: `qm: ${what}`,
  alone: true,
  suites: ['trixie'],
  setUp: lines(...commands),
  settle: 'systemctl daemon-reload',
  claims: [{ rule: 'vehicle.qm.rootfs', ask: 'started qm', says: runs }],
}));
