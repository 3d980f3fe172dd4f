import { describe, expect, test } from 'vitest';
import { configPlan } from '../../../src/facts/k3d/config-file.ts';
import { imageForm } from '../../../src/facts/k3d/image-form.ts';
import { k3dCommands } from '../../../src/facts/k3d/k3d-commands.ts';
import { volumeMount } from '../../../src/facts/k3d/mounts.ts';

test.each([
  ['rancher/k3s:v1.33.6-k3s1', 'version'],
  ['reg.edge:5000/rancher/k3s:v1.33.6-k3s1', 'version'],
  ['reg.edge:5000/rancher/k3s', 'floating'],
  ['rancher/k3s:v1.33', 'floating'],
  ['rancher/k3s:latest', 'floating'],
  ['latest', 'channel'],
  ['stable', 'channel'],
  ['+v1.33', 'channel'],
  [`rancher/k3s@sha256:${'a'.repeat(64)}`, 'digest'],
  [`rancher/k3s:latest@sha256:${'a'.repeat(64)}`, 'digest'],
  ['rancher/k3s@sha256:abc', 'floating'],
])('image %s is a %s', (image, form) => expect(imageForm(image)).toBe(form));

test.each([
  ['/:/host', ['/', '/host']],
  ['//etc/:/x', ['/etc', '/x']],
  ['/etc/:/x:ro', ['/etc', '/x']],
  ['/etc/.:/x', ['/etc', '/x']],
  ['/run/user/1000/podman/podman.sock:/s@server:0', ['/run/user/1000/podman/podman.sock', '/s']],
  // A path alone is a destination: what is mounted there is a new, empty volume.
  ['/', ['', '/']],
  ['/var/run/docker.sock@server:0', ['', '/var/run/docker.sock']],
  ['data:/etc', ['data', '/etc']],
])('volume %s has source and destination %j', (volume, wanted) => {
  const { source, destination } = volumeMount(volume);
  expect([source, destination]).toEqual(wanted);
});

describe('a config file', () => {
  const plan = (lines: string) => configPlan(`apiVersion: k3d.io/v1alpha5\nkind: Simple\n${lines}`, '/k3d.yaml');
  const problems = (lines: string): string[] => (plan(lines).problems ?? []).map((p) => `${p.where.line}: ${p.value}`);

  test.each([
    ['token: abc', 'literal'],
    ['token: "${TOKEN}"', 'variable'],
    ['token: $TOKEN', 'variable'],
    ['token: a$b', 'literal'],
    ['token: ""', undefined],
    ['token:', undefined],
  ])('%s is %s, and is not kept', (line, wanted) => {
    expect(plan(line).token?.value).toBe(wanted);
    expect(JSON.stringify(plan('token: s3cr3t'))).not.toContain('s3cr3t');
  });

  test.each([
    ['servers: 1', []],
    ['servers: "1"', ['3: servers is a string, where k3d wants a number']],
    ['kubeAPI: { hostPort: 6443 }', ['3: kubeAPI.hostPort is a number, where k3d wants a string: put it in quotes']],
    ['Servers: 1', ['3: Servers is no key that k3d knows']],
    ['server: 1', ['3: server is no key that k3d knows']],
    ['registries: { crate: {} }', ['3: registries.crate is no key that k3d knows: it passes over it']],
    ['ports:\n  - port: "80:80"\n    nodeFilters: [ "server:0", "agents:*", "loadbalancer", "all", "server:0:direct" ]', []],
    [
      'ports:\n  - port: "80:80"\n    nodeFilters: [ "server-0" ]',
      ['5: ports[0].nodeFilters holds server-0, which is no node filter such as server:0, agent:* or all'],
    ],
    ['volumes: x', ['3: volumes is no list']],
    ['__proto__: { x: 1 }', ['3: __proto__ is no key that k3d knows']],
  ])('%s', (lines, wanted) => expect(problems(lines)).toEqual(wanted));

  test('a list at the top, an older version, another kind', () => {
    const told = (text: string): string[] => (configPlan(text, '/x').problems ?? []).map((p) => p.value);
    expect(told('apiVersion: k3d.io/v1alpha3\nkind: Simple\nunknown: 1\n')).toEqual([]);
    expect(told('apiVersion: k3d.io/v1\nkind: Cluster\n')).toHaveLength(2);
  });
});

describe('a command line', () => {
  const plan = (line: string) => k3dCommands(line, '/up.sh')[0];
  test.each([
    ['k3d cluster create a --api-port 127.0.0.1:6550', '127.0.0.1'],
    ['k3d cluster create a --api-port=localhost:random', 'localhost'],
    ['k3d cluster create a --api-port 6550', undefined],
  ])('%s publishes the API on %s', (line, wanted) => expect(plan(line)?.apiBind?.value).toBe(wanted));
  test.each([
    ['k3d registry create a --port 127.0.0.1:5000', '127.0.0.1'],
    ['k3d registry create a -p 5000', undefined],
    ['k3d cluster create a --registry-create r:127.0.0.1:5000', '127.0.0.1'],
    ['k3d cluster create a --registry-create r:5000', undefined],
    ['k3d cluster create a --registry-create r', undefined],
  ])('%s publishes the registry on %s', (line, wanted) => expect(plan(line)?.registryBind?.value).toBe(wanted));
});
