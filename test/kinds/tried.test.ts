/**
 * Every kind has a test of its own that calls it, beside the cases of the rules that use it: a kind is believed for what
 * it says about a program, whatever the rules of today make of it. Older kinds that have none are named here; a kind that
 * is added later does not join them, and one that gets its test leaves them.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import glob from 'fast-glob';
import { expect, test } from 'vitest';
import { packageRoot } from '../../src/cli/paths.ts';

const olderThanThisTest: Readonly<Record<string, string>> = {
  cgroup: 'boot-arguments cgroup cgroup-drivers delegation runtime-unit',
  config: 'config config-accepted',
  containers: 'api-timeout container-logs container-lsm default-mounts image-stores proxy rootless-overlay',
  crio: 'cri',
  host: 'account-home accounts dbus-session engine file lingering ping-range privileges runtime-dir text user user-bus user-units userns-apparmor',
  k3d: 'k3d k3d-datastore k3d-endpoint k3d-registry-use k3d-scripts kubeconfig-file',
  k3s: 'k3s-release k3s-rootless-units k3s-runtime',
  macos: 'machine-config machine-docker machine-host-key machine-ssh podman-machine',
  podman: 'docker-cli docker-sock podman-firewall podman-migration podman-overrides podman-restart podman-service podman-version podman-workloads',
  policy: 'signature-storage',
  quadlet: 'quadlet-generator',
  vehicle: 'qm',
};

/** Added with the families of K3s, hosts, SUSE and vehicles: so far the cases of their rules alone call them. */
const triedByRulesAlone: Readonly<Record<string, string>> = {
  host: 'administrators attestation audit boot-protection clock clock-order container-data core-dumps data-partitions disk-space forwarding hostname inbound-default iptables journal kdump kernel kernel-command-line left-behind lsm machine-id module-signatures networkd-foreign open-consoles parameter passwords root-integrity routes selinux-policy shared-mounts time-sources trusted-directories unowned-files usb-storage watchdog',
  k3s: 'k3s-access k3s-admission k3s-airgap k3s-audit-policy k3s-binary k3s-bind k3s-certificates k3s-components k3s-config k3s-containerd k3s-datastore k3s-encryption k3s-files k3s-firewalld k3s-kubeconfig k3s-namespaces k3s-pods k3s-proxy k3s-resolv k3s-roles k3s-rootless-data k3s-running k3s-selinux k3s-tokens k3s-ufw pod-network',
  podman: 'firewalld-ports fuse-device',
  ssh: 'authorized-keys sshd',
  suse: 'health-checker k3s-place k3s-repository kernel-flavour root-snapshot suse-permissions',
  systemd: 'started-units',
  vehicle: 'can rauc rollback update-channels',
};

const older = [...Object.entries(olderThanThisTest), ...Object.entries(triedByRulesAlone)].flatMap(([area, names]) =>
  names.split(' ').map((name) => `${area}/${name}`),
);

test('every kind is imported by a test', () => {
  const kinds = glob.sync('*/*.ts', { cwd: join(packageRoot, 'src/kinds') }).map((f) => f.replace(/\.ts$/, ''));
  const tests = glob.sync(['**/*.ts', '!kinds/tried.test.ts', '!recipes/**'], { cwd: join(packageRoot, 'test'), absolute: true });
  const imported = new Set(tests.flatMap((file) => [...readFileSync(file, 'utf8').matchAll(/\/src\/kinds\/([^/']+\/[^/']+)\.ts'/g)].map(([, kind]) => kind)));
  const untried = kinds.filter((kind) => !imported.has(kind)).sort();
  expect(
    untried.filter((kind) => !older.includes(kind)),
    'kinds without a test: write test/kinds/AREA/NAME.test.ts, as CONTRIBUTING.md shows',
  ).toEqual([]);
  expect(
    older.filter((kind) => !untried.includes(kind)),
    'kinds that have a test by now, or are gone: take them out of the list',
  ).toEqual([]);
});
