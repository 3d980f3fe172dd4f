import { describe, expect, test } from 'vitest';
import { answerer, type HostSpec } from '../../../src/collect/composed/composed.ts';
import { startOfNode } from '../../../src/facts/k3s/started-in-node.ts';
import { settle } from '../../../src/facts/settle.ts';

const learn = (words: readonly string[], spec: HostSpec = {}) =>
  settle(startOfNode(), answerer({ ...spec, files: { '/proc/1/cmdline': words.map((w) => `${w}\0`).join('') } }));

describe('what process 1 of a container starts', () => {
  test.each<[string, readonly string[], readonly string[]]>([
    [
      'docker-init and the entrypoint of k3d',
      ['/sbin/docker-init', '--', '/bin/k3d-entrypoint.sh', 'server', '--tls-san', '0.0.0.0'],
      ['--tls-san', '0.0.0.0'],
    ],
    ['the init of Podman', ['/run/podman-init', '--', '/bin/k3d-entrypoint.sh', 'agent'], []],
    ['a shell', ['/bin/sh', '/bin/k3d-entrypoint.sh', 'server', '--disable=traefik'], ['--disable=traefik']],
    ['k3s behind an init', ['/usr/bin/tini', '-s', '--', '/bin/k3s', 'server', '--node-name', 'a'], ['--node-name', 'a']],
  ])('%s', (_, words, wanted) => {
    expect(learn(words)).toMatchObject({ is: 'started', command: { words: wanted } });
  });

  test.each<[string, readonly string[]]>([
    ['K3s itself, which hides its arguments', ['/bin/k3s', 'server']],
    ['systemd', ['/usr/lib/systemd/systemd', '--system']],
    ['another program', ['/sbin/docker-init', '--', 'nginx', 'server']],
    ['nothing', []],
  ])('%s', (_, words) => {
    expect(learn(words)).toMatchObject({ is: 'not-started' });
  });

  test('its variables are those of the container', () => {
    const start = learn(['/sbin/docker-init', '--', '/bin/k3d-entrypoint.sh', 'agent'], { env: { K3S_URL: 'https://k3d-dev-server-0:6443' } });
    expect(start.is === 'started' && start.environment.variables.get('K3S_URL')?.value).toBe('https://k3d-dev-server-0:6443');
  });
});
