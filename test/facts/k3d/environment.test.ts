import { describe, expect, it } from 'vitest';
import { answerer, type HostSpec } from '../../../src/collect/composed/composed.ts';
import type { Known } from '../../../src/facts/fact.ts';
import { nodesFrom } from '../../../src/facts/k3d/node-table.ts';
import { socketRelation } from '../../../src/facts/k3d/socket-relation.ts';
import type { Kind } from '../../../src/facts/kind.ts';
import { settle } from '../../../src/facts/settle.ts';
import { environment } from '../../../src/kinds/host/environment.ts';
import { k3dEngine } from '../../../src/kinds/k3d/k3d-engine.ts';

const driver = { name: 'driver', uid: 1000, gid: 1000, home: '/home/driver' };
const learn = (kind: Kind, spec: HostSpec): Known => {
  const fact = settle(kind.learn({}, driver), answerer(spec));
  if (fact.is === 'unknown') throw new Error(fact.said);
  return fact;
};
const hostOf = (spec: HostSpec): unknown => learn(environment, spec).value.DOCKER_HOST;

describe('environment', () => {
  it('lets the live value win and tells what a login would set', () => {
    const fact = learn(environment, { env: { DOCKER_HOST: 'unix:///a' }, files: { '/etc/environment': 'DOCKER_HOST=unix:///b\n' } });
    expect(fact.value.DOCKER_HOST).toMatchObject({ value: 'unix:///a', live: 'unix:///a', persistent: 'unix:///b' });
    expect(fact.notes.get('DOCKER_HOST.value')?.[0]?.said).toContain('unix:///b');
  });

  it('takes the last place that a login reads', () => {
    const files = {
      '/etc/environment': 'DOCKER_HOST=unix:///a\n',
      '/etc/profile.d/z.sh': 'export DOCKER_HOST=unix:///b\n',
      '/home/driver/.bashrc': 'export DOCKER_HOST=unix:///c\n',
    };
    expect(hostOf({ files })).toMatchObject({ value: 'unix:///c' });
  });

  it('does not count what is not exported, but tells of it', () => {
    const fact = learn(environment, { files: { '/home/driver/.bashrc': 'DOCKER_HOST=unix:///c\n' } });
    expect(fact.value.DOCKER_HOST).toBeUndefined();
    expect(fact.notes.get('DOCKER_HOST.value')?.[0]?.said).toContain('not exported');
  });

  it('leaves open what is set under a condition, unless the live value tells', () => {
    const files = { '/etc/profile.d/podman.sh': 'if [ -z "$DOCKER_HOST" ]; then\nexport DOCKER_HOST=unix:///c\nfi\n' };
    expect(learn(environment, { files }).gaps.has('DOCKER_HOST')).toBe(true);
    expect(hostOf({ files, env: { DOCKER_HOST: 'unix:///a' } })).toMatchObject({ value: 'unix:///a' });
  });

  it('counts only files on an image, and leaves the live part open', () => {
    const fact = learn(environment, { kind: 'image', files: { '/etc/environment': 'DOCKER_HOST=unix:///b\n' } });
    expect(fact.value.DOCKER_HOST).toMatchObject({ value: 'unix:///b' });
    expect(fact.gaps.has('DOCKER_HOST.live')).toBe(true);
    expect(fact.gaps.has('KUBECONFIG')).toBe(false);
  });

  it("does not take another account's live environment for this one's", () => {
    expect(hostOf({ env: { HOME: '/root', DOCKER_HOST: 'unix:///root' } })).toBeUndefined();
  });

  it('looks at no other variable', () => {
    const asked: string[] = [];
    const answer = answerer({});
    settle(environment.learn({}, driver), (ask) => {
      if (ask.do === 'env') asked.push(ask.name);
      return answer(ask);
    });
    expect(asked.every((n) => /^(HOME|KUBECONFIG|XDG_RUNTIME_DIR|DOCKER_(HOST|SOCK|SOCKET|CONTEXT)|(CONTAINER|CONTAINERS|STORAGE|K3D)_.*)$/.test(n))).toBe(
      true,
    );
    expect(asked).not.toContain('K3D_TOKEN');
  });
});

describe('DOCKER_SOCK', () => {
  const ask = (sock: string | undefined, host: string | undefined, more: Partial<Parameters<typeof socketRelation>[0]> = {}): unknown =>
    socketRelation({ sock, host, docker: { is: 'absent' }, mac: false, offline: false, uid: 1000, ...more }).fits;

  it.each<[string | undefined, string | undefined, unknown]>([
    ['/run/podman/podman.sock', 'unix:///run/podman/podman.sock', true],
    ['/var/run/podman/podman.sock', 'unix:///run/podman/podman.sock', true],
    ['unix:///run/podman/podman.sock', 'unix:///run/podman/podman.sock', false],
    ['podman.sock', 'unix:///run/podman/podman.sock', false],
    ['/run/user/1000/podman/podman.sock', 'unix:///run/podman/podman.sock', false],
    ['/run/podman/podman.sock', 'ssh://root@localhost:1', true],
    ['/run/podman/podman.sock', 'ssh://core@localhost:1', false],
    ['/run/user/501/podman/podman.sock', 'ssh://core@localhost:1', true],
    ['/run/user/501/podman/podman.sock', 'ssh://core@localhost:1/run/user/502/podman/podman.sock', false],
    ['/var/run/docker.sock', 'ssh://core@localhost:1', true],
    [undefined, 'ssh://core@localhost:1', 'unknown'],
    [undefined, undefined, true],
    [undefined, 'unix:///run/podman/podman.sock', false],
    ['/run/podman/podman.sock', 'unix://run/x', 'unknown'],
    ['/run/podman/podman.sock', 'tcp://x:1', 'unknown'],
  ])('%s for %s', (sock, host, fits) => expect(ask(sock, host)).toBe(fits));

  it('is a path in the machine on a Mac, whatever the socket of the Mac is', () => {
    const host = 'unix:///var/folders/a/b/T/podman/x-api.sock';
    expect(ask('/run/user/501/podman/podman.sock', host, { mac: true })).toBe(true);
    expect(ask('/var/folders/a/b/T/podman/x-api.sock', host, { mac: true })).toBe(false);
    expect(ask('/tmp/x.sock', host, { mac: true })).toBe(false);
  });
});

describe('k3d-engine', () => {
  it('does not look at sockets outside the declared places', () => {
    const fact = learn(k3dEngine, { env: { DOCKER_HOST: 'unix:///srv/x/podman.sock' }, files: { '/srv/x/podman.sock': { type: 'socket' } } });
    expect(fact.gaps.has('socket')).toBe(true);
  });

  it.each([
    [{ DOCKER_CONTEXT: 'desktop-linux' }, {}, 'context'],
    [{}, { '/home/driver/.docker/config.json': '{"auths":{}}' }, 'default'],
    [{}, { '/home/driver/.docker/config.json': '{"currentContext":"default"}' }, 'default'],
    [{ DOCKER_HOST: 'ssh://x' }, { '/home/driver/.docker/config.json': { blocked: 'denied' as const } }, 'DOCKER_HOST'],
  ])('is named by %#', (env, files, by) => expect(learn(k3dEngine, { env, files }).value.by).toBe(by));

  it('is unknown when the docker configuration is closed or broken', () => {
    for (const content of [{ blocked: 'denied' as const }, '{'])
      expect(settle(k3dEngine.learn({}, driver), answerer({ files: { '/home/driver/.docker/config.json': content } })).is).toBe('unknown');
  });
});

describe('k3d node list', () => {
  const rows = (stdout: string, exit = 0): unknown => nodesFrom({ is: 'got', value: { exit, stdout, stderr: 'FATA' } });

  it('reads rows with and without a cluster', () => {
    expect(rows('k3d-a-server-0   server   a   running\nk3d-reg   registry      exited\n')).toEqual([
      { name: 'k3d-a-server-0', role: 'server', cluster: 'a', state: 'running' },
      { name: 'k3d-reg', role: 'registry', cluster: '', state: 'exited' },
    ]);
  });

  it('believes nothing else', () => {
    expect(rows('NAME ROLE CLUSTER STATUS\n')).toMatchObject({ is: 'unknown' });
    expect(rows('', 1)).toMatchObject({ is: 'unknown' });
    expect(nodesFrom({ is: 'absent' })).toBeUndefined();
  });
});
