/** Faults about what stands in the tree, and who may write to it. */
import type { Fault } from '../fault.ts';
import { openSshKey, pemKey } from './keys.ts';

export const fileFaults: readonly Fault[] = [
  { rule: 'vehicle.secrets.private-keys', what: 'a key in PEM', plant: (t) => t.write('/etc/ssl/private/server.key', pemKey, { mode: 0o600 }) },
  { rule: 'vehicle.secrets.private-keys', what: 'a key of OpenSSH', plant: (t) => t.write('/opt/deploy/id_ed25519', openSshKey('none'), { mode: 0o600 }) },
  {
    rule: 'vehicle.secrets.private-keys',
    what: 'a key with a passphrase',
    plant: (t) => t.write('/opt/deploy/key', openSshKey('aes256-ctr'), { mode: 0o600 }),
  },
  {
    rule: 'vehicle.shellhistory',
    what: "root's history",
    plant: (t) => t.write('/root/.bash_history', 'curl -u builder:x https://factory\n', { mode: 0o600 }),
  },
  { rule: 'vehicle.shellhistory', what: 'the log of a build', plant: (t) => t.write('/root/build.log', 'x\n', { mode: 0o600 }) },
  {
    rule: 'vehicle.shellhistory',
    what: 'data of cloud-init',
    plant: (t) => t.write('/var/lib/cloud/instances/i-1/user-data.txt', '#cloud-config\n', { mode: 0o600 }),
  },
  {
    rule: 'vehicle.random-seed',
    what: 'a seed',
    also: { 'host.entropy': 'it is the same file' },
    plant: (t) => t.write('/var/lib/systemd/random-seed', 'x'.repeat(512), { mode: 0o600 }),
  },
  { rule: 'vehicle.random-seed', what: 'a lease', plant: (t) => t.write('/var/lib/dhcp/dhclient.eth0.leases', 'lease {\n}\n') },
  {
    rule: 'vehicle.random-seed',
    what: 'the name of an iSCSI initiator',
    plant: (t) => t.write('/etc/iscsi/initiatorname.iscsi', 'InitiatorName=iqn.2004-10.example:01:abc\n', { mode: 0o600 }),
  },
  {
    rule: 'host.entropy',
    what: 'a seed',
    also: { 'vehicle.random-seed': 'it is the same file' },
    plant: (t) => t.write('/var/lib/systemd/random-seed', 'x'.repeat(512), { mode: 0o600 }),
  },
  {
    rule: 'vehicle.machine-id',
    what: 'a machine id',
    also: { 'host.machine-id.unique': 'it is the same, said of any image' },
    plant: (t) => t.write('/etc/machine-id', 'c0ffee00c0ffee00c0ffee00c0ffee00\n', { mode: 0o444 }),
  },
  {
    rule: 'host.machine-id.unique',
    what: "an id of D-Bus's own",
    also: { 'vehicle.machine-id': 'it is the same, said of a vehicle' },
    plant: (t) => t.write('/var/lib/dbus/machine-id', 'c0ffee00c0ffee00c0ffee00c0ffee00\n', { mode: 0o444 }),
  },
  { rule: 'vehicle.fs.world-writable', what: 'a file', plant: (t) => t.own('/etc/profile', { mode: 0o666 }) },
  { rule: 'vehicle.fs.world-writable', what: 'a directory', plant: (t) => t.directory('/srv/exchange', { mode: 0o777 }) },
  { rule: 'vehicle.fs.setid', what: 'a program that runs as root', plant: (t) => t.write('/usr/local/bin/helper', '#!/bin/sh\n', { mode: 0o4755 }) },
  { rule: 'vehicle.fs.setid', what: 'a shell that runs as root', plant: (t) => t.own('/usr/bin/dash', { mode: 0o4755 }) },
  { rule: 'vehicle.fs.setid', what: 'a program that runs with the group shadow', plant: (t) => t.write('/opt/tool/reader', '', { mode: 0o2755, gid: 42 }) },
  { rule: 'vehicle.fs.unowned', what: "a file of the builder's", plant: (t) => t.write('/opt/app/config', 'a=1\n', { uid: 4242, gid: 4242 }) },
  {
    rule: 'vehicle.fs.root-path-writable',
    what: 'a directory of PATH',
    plant: (t) => t.edit('/etc/group', (text) => text.replace(/^staff:.*$/m, 'staff:x:50:daemon')).own('/usr/local/sbin', { gid: 50, mode: 0o775 }),
  },
  { rule: 'vehicle.fs.root-path-writable', what: 'a directory of units', plant: (t) => t.own('/etc/systemd/system', { uid: 1 }) },
  { rule: 'vehicle.fs.root-path-writable', what: 'what stands above', also: {}, plant: (t) => t.own('/usr/local', { uid: 1 }) },
  { rule: 'vehicle.debug-tools', what: 'gdbserver', plant: (t) => t.write('/usr/bin/gdbserver', '\x7fELF', { mode: 0o755 }) },
  { rule: 'vehicle.debug-tools', what: 'strace', plant: (t) => t.write('/usr/local/bin/strace', '\x7fELF', { mode: 0o755 }) },
  { rule: 'vehicle.pkgmgr', what: 'dnf', preparedOnly: true, plant: (t) => t.write('/usr/bin/dnf', '#!/usr/bin/python3\n', { mode: 0o755 }) },
  { rule: 'vehicle.sbom', what: 'no database of packages', plant: (t) => t.remove('/var/lib/dpkg/status') },
  {
    rule: 'vehicle.podman.baked',
    what: 'secrets of Podman',
    plant: (t) => t.write('/var/lib/containers/storage/secrets/filedriver/secretsdata.json', '{"a":"YQ=="}\n', { mode: 0o600 }),
  },
  { rule: 'vehicle.podman.baked', what: 'state of Podman', plant: (t) => t.write('/var/lib/containers/storage/libpod/bolt_state.db', 'x', { mode: 0o600 }) },
  {
    rule: 'vehicle.podman.baked',
    what: 'a login of a registry',
    also: { 'podman.registries.auth-perms': 'whoever gets the image gets the passwords in it' },
    plant: (t) => t.write('/root/.config/containers/auth.json', '{"auths":{"registry.vehicle.example":{"auth":"dTpw"}}}\n', { mode: 0o600 }),
  },
  { rule: 'vehicle.k3s.baked', what: 'a token', plant: (t) => t.write('/var/lib/rancher/k3s/server/token', 'abcdef\n', { mode: 0o600 }) },
  { rule: 'vehicle.k3s.baked', what: 'the kubeconfig of the server', plant: (t) => t.write('/etc/rancher/k3s/k3s.yaml', kubeconfig, { mode: 0o600 }) },
  { rule: 'vehicle.k3s.baked', what: 'a kubeconfig', plant: (t) => t.write('/root/.kube/config', kubeconfig, { mode: 0o600 }) },
  { rule: 'vehicle.k3s.baked', what: 'a password of the node', plant: (t) => t.write('/etc/rancher/node/password', 'aa\n', { mode: 0o600 }) },
  { rule: 'vehicle.k3s.baked', what: 'the key of an agent', plant: (t) => t.write('/var/lib/rancher/k3s/agent/client-kubelet.key', 'x\n', { mode: 0o600 }) },
];

const kubeconfig = `apiVersion: v1
kind: Config
clusters: [{ name: a, cluster: { server: "https://10.0.0.1:6443" } }]
users:
- name: a
  user:
    token: abcdefghijklmnopqrstuvwxyz0123456789
contexts: [{ name: a, context: { cluster: a, user: a } }]
current-context: a
`;
