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
  host: 'account-home accounts dbus-session engine file lingering low-ports ping-range privileges runtime-dir text user user-bus user-units userns-apparmor',
  k3d: 'k3d k3d-datastore k3d-endpoint k3d-registry-use k3d-scripts kubeconfig-file',
  k3s: 'k3s-release k3s-rootless-units k3s-runtime',
  macos: 'machine-config machine-docker machine-host-key machine-ssh podman-machine',
  podman: 'docker-cli docker-sock podman-firewall podman-migration podman-overrides podman-restart podman-service podman-version podman-workloads',
  policy: 'signature-storage',
  quadlet: 'quadlet-generator',
  vehicle: 'qm',
};

const older = Object.entries(olderThanThisTest).flatMap(([area, names]) => names.split(' ').map((name) => `${area}/${name}`));

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
