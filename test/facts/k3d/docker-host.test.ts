import { describe, expect, it } from 'vitest';
import { parseDockerHost } from '../../../src/facts/k3d/docker-host.ts';

describe('DOCKER_HOST', () => {
  it.each([
    ['unix:///run/podman/podman.sock', { wellFormed: true, scheme: 'unix', path: '/run/podman/podman.sock' }],
    ['ssh://core@localhost:53685', { wellFormed: true, scheme: 'ssh', user: 'core', host: 'localhost', port: 53685 }],
    ['ssh://core@127.0.0.1:53685/run/user/501/podman/podman.sock', { wellFormed: true, host: '127.0.0.1', path: '/run/user/501/podman/podman.sock' }],
    ['ssh://edge', { wellFormed: true, host: 'edge' }],
    ['ssh://root@[::1]:22', { wellFormed: true, host: '::1', port: 22 }],
    ['tcp://127.0.0.1:2375', { wellFormed: true, scheme: 'tcp', port: 2375 }],
    ['unix://run/podman/podman.sock', { wellFormed: false, scheme: 'unix' }],
    ['unix://', { wellFormed: false }],
    ['unix:///podman/podman.sock', { wellFormed: false }],
    ['/run/podman/podman.sock', { wellFormed: false }],
    ['localhost:2375', { wellFormed: false }],
    ['ssh://core:secret@localhost', { wellFormed: false }],
    ['ssh://core@:53685', { wellFormed: false }],
    ['ssh://core@localhost:', { wellFormed: false }],
    ['ssh://core@localhost:99999', { wellFormed: false }],
    ['ssh://core@localhost?x=1', { wellFormed: false }],
    ['unix://$XDG_RUNTIME_DIR/podman/podman.sock', { wellFormed: false }],
    ['gopher://x', { wellFormed: false }],
  ])('%s', (value, expected) => {
    const found = parseDockerHost(value);
    expect(found).toMatchObject(expected);
    expect(found.reason === undefined).toBe(found.wellFormed);
  });
});
