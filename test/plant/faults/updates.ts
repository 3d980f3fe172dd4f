/** Faults about updates, BlueChi and the QM partition. */
import type { Fault } from '../fault.ts';
import type { Tree } from '../tree.ts';

const preparedOnly = true as const;
const trixie = ['trixie'] as const;
const rauc = (tree: Tree, from: string | RegExp, to: string): Tree => tree.edit('/etc/rauc/system.conf', (text) => text.replace(from, to));
const bluechi = (tree: Tree, from: string | RegExp, to: string): Tree => tree.edit('/etc/bluechi/controller.conf', (text) => text.replace(from, to));
const qm = (tree: Tree, from: string | RegExp, to: string): Tree => tree.edit('/usr/share/containers/systemd/qm.container', (text) => text.replace(from, to));

export const updateFaults: readonly Fault[] = [
  { rule: 'vehicle.update.signed', what: 'plain bundles', preparedOnly, plant: (t) => rauc(t, 'bundle-formats=-plain\n', '') },
  {
    rule: 'vehicle.update.signed',
    what: 'a partial chain',
    preparedOnly,
    plant: (t) => rauc(t, 'path=keyring.pem', 'path=keyring.pem\nallow-partial-chain=true'),
  },
  { rule: 'vehicle.update.signed', what: 'no keyring', preparedOnly, plant: (t) => t.remove('/etc/rauc/keyring.pem') },
  {
    rule: 'vehicle.update.signed',
    what: 'OSTree without signatures',
    preparedOnly,
    plant: (t) => t.write('/etc/ostree/remotes.d/vehicle.conf', '[remote "vehicle"]\nurl=https://updates.vehicle.example\ngpg-verify=false\n'),
  },
  {
    rule: 'vehicle.update.signed',
    what: 'Mender without a key',
    also: { 'vehicle.update.downgrade': 'Mender names no lowest version' },
    plant: (t) =>
      t.write('/etc/mender/mender.conf', '{ "ServerURL": "https://updates.vehicle.example" }\n').write('/var/lib/mender/device_type', 'device_type=vehicle\n'),
  },
  { rule: 'vehicle.update.rollback', what: 'a boot loader that counts nothing', preparedOnly, plant: (t) => rauc(t, 'bootloader=grub', 'bootloader=noop') },
  { rule: 'vehicle.update.rollback', what: 'one slot', preparedOnly, plant: (t) => rauc(t, /\[slot\.rootfs\.1\][^[]*/, '') },
  {
    rule: 'vehicle.update.rollback',
    what: 'nobody judges',
    preparedOnly,
    plant: (t) => t.remove('/etc/systemd/system/multi-user.target.wants/rauc-mark-good.service'),
  },
  { rule: 'vehicle.update.downgrade', what: 'no lowest version', preparedOnly, plant: (t) => rauc(t, /min-bundle-version=.*\n/, '') },
  { rule: 'vehicle.update.compatible', what: 'no board', preparedOnly, plant: (t) => rauc(t, /compatible=.*\n/, '') },
  {
    rule: 'vehicle.update.rauc-verity',
    what: 'the status in the slot',
    preparedOnly,
    plant: (t) => rauc(t, /data-directory=.*\n/, '').edit('/etc/rauc/system.conf', (text) => text.replaceAll('type=raw', 'type=ext4')),
  },
  {
    rule: 'vehicle.bluechi.exposure',
    what: 'TCP',
    preparedOnly,
    plant: (t) => bluechi(t, 'UseTCP=false', 'UseTCP=true').edit('/etc/nftables.conf', (text) => text.replace('dport 22', 'dport { 22, 842 }')),
  },
  {
    rule: 'vehicle.bluechi.exposure',
    what: 'TCP, as nothing is said',
    also: { 'vehicle.bluechi.nodes': 'nothing names nodes' },
    plant: (t) =>
      t.write('/usr/share/bluechi/config/controller.conf', '[bluechi-controller]\n').write('/etc/bluechi/controller.conf', '[bluechi-controller]\n'),
  },
  { rule: 'vehicle.bluechi.nodes', what: 'no heartbeat', preparedOnly, plant: (t) => bluechi(t, /HeartbeatInterval=.*\n/, '') },
  { rule: 'vehicle.bluechi.nodes', what: 'no nodes', preparedOnly, plant: (t) => bluechi(t, /AllowedNodeNames=.*\n/, '') },
  { rule: 'vehicle.mixed-criticality', what: 'no score', preparedOnly, suites: trixie, plant: (t) => qm(t, 'OOMScoreAdjust=500', 'OOMScoreAdjust=-950') },
  { rule: 'vehicle.mixed-criticality', what: 'all processors', preparedOnly, suites: trixie, plant: (t) => qm(t, 'CPUWeight=idle\n', '') },
  { rule: 'vehicle.mixed-criticality', what: 'all memory', preparedOnly, suites: trixie, plant: (t) => qm(t, 'MemoryMax=2G', 'MemoryMax=infinity') },
  {
    rule: 'vehicle.qm.rootfs',
    what: 'no root file system',
    preparedOnly,
    suites: trixie,
    also: { 'quadlet.references': 'the unit needs the directory' },
    plant: (t) => t.remove('/usr/lib/qm/rootfs'),
  },
  {
    rule: 'vehicle.qm.nested-limits',
    what: 'more files than it may have',
    preparedOnly,
    suites: trixie,
    plant: (t) =>
      qm(t, 'Network=private', 'DropCapability=sys_resource\nNetwork=private')
        .edit('/usr/share/containers/systemd/qm.container', (text) => text.replace('[Service]', '[Service]\nLimitNOFILE=1024'))
        .write('/etc/qm/containers/containers.conf', '[containers]\noom_score_adj = 750\ndefault_ulimits = ["nofile=65536:65536"]\n'),
  },
];
