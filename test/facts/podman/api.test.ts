import { describe, expect, it } from 'vitest';
import { answerer, type FileSpec, type HostSpec } from '../../../src/collect/composed/composed.ts';
import { rootAccount } from '../../../src/facts/host/accounts.ts';
import { serviceCommand, serviceProcesses } from '../../../src/facts/podman/service-processes.ts';
import { isLoopback, listen } from '../../../src/facts/podman/socket-unit.ts';
import { bootLink } from '../../../src/facts/podman/tmpfiles-docker.ts';
import { whoAnswers } from '../../../src/facts/podman/who-answers.ts';
import { settle } from '../../../src/facts/settle.ts';
import { podmanApi } from '../../../src/kinds/podman/podman-api.ts';
import { podmanSocket } from '../../../src/kinds/podman/podman-socket.ts';

const socket = '/run/podman/podman.sock';
const driver = { name: 'driver', uid: 1000, gid: 1000, home: '/home/driver' };

describe('who answers', () => {
  const ask = (sockets: NonNullable<HostSpec['sockets']>) => settle(whoAnswers(socket), answerer({ files: { [socket]: { type: 'socket' } }, sockets }));
  it.each<[string, NonNullable<HostSpec['sockets']>, object]>([
    [
      'Podman 4.3.1',
      {
        [`${socket} /_ping`]: { headers: { server: 'Libpod/4.3.1 (linux)', 'libpod-api-version': '4.3.1' } },
        [`${socket} /version`]: {
          body: '{"Components":[{"Name":"Podman Engine","Version":"4.3.1"},{"Name":"Conmon","Version":"conmon version 2.1.6"}],"ApiVersion":"1.41"}',
        },
      },
      { who: 'podman', version: '4.3.1' },
    ],
    [
      'Podman 3.0.1, whose header is older than itself',
      {
        [`${socket} /_ping`]: { headers: { 'libpod-api-version': '3.0.0' } },
        [`${socket} /version`]: { body: '{"Components":[{"Name":"Podman Engine","Version":"3.0.1"}]}' },
      },
      { who: 'podman', version: '3.0.1' },
    ],
    ['Podman without /version', { [`${socket} /_ping`]: { headers: { 'libpod-api-version': '5.4.2' } } }, { who: 'podman', version: '5.4.2' }],
    [
      'Docker',
      {
        [`${socket} /_ping`]: { headers: { server: 'Docker/28.2.2 (linux)' } },
        [`${socket} /version`]: { body: '{"Components":[{"Name":"Engine","Version":"28.2.2"}]}' },
      },
      { who: 'docker', version: '28.2.2' },
    ],
    ['something else', { [`${socket} /_ping`]: { status: 404, body: '<html>' }, [`${socket} /version`]: { body: 'null' } }, { who: 'other' }],
    [
      'a hostile body',
      { [`${socket} /_ping`]: {}, [`${socket} /version`]: { body: '{"Components":[null,{"Name":"__proto__","Version":"1"},{"Name":1}]}' } },
      { who: 'other' },
    ],
  ])('%s', (_, sockets, wanted) => expect(ask(sockets)).toMatchObject({ is: 'answers', ...wanted }));
  it('nobody behind a stale socket', () => expect(ask({})).toMatchObject({ is: 'nobody', where: { said: 'connection refused' } }));
  it.each(['denied', 'timeout', 'not-recorded'] as const)('unknown: %s', (why) =>
    expect(ask({ [`${socket} /_ping`]: { blocked: why } })).toMatchObject({ is: 'unknown', why }),
  );
});

describe('the socket that the unit names', () => {
  const path = (dropIn: string) => {
    const files = {
      '/usr/lib/systemd/system/podman.socket': '[Socket]\nListenStream=%t/podman/podman.sock\n',
      '/etc/systemd/system/podman.socket.d/x.conf': dropIn,
    };
    const fact = settle(podmanApi.learn({}, rootAccount), answerer({ files }));
    return fact.is === 'known' ? fact.value.path : fact.said;
  };
  it.each([
    ['[Socket]\n', '/run/podman/podman.sock'],
    ['[Socket]\nListenStream=/run/second.sock\n', '/run/podman/podman.sock'],
    ['[Socket]\nListenStream=\nListenStream=/run/other.sock\n', '/run/other.sock'],
    ['[Socket]\nListenDatagram=\nListenStream=/run/other.sock\n', '/run/other.sock'],
    ['[Socket]\nListenStream=\nListenStream=/srv/other.sock\n', 'the socket /srv/other.sock lies outside /run and /var'],
  ])('%s', (dropIn, wanted) => expect(path(dropIn)).toBe(wanted));
  it("is the user's own", () => {
    const fact = settle(
      podmanApi.learn({}, driver),
      answerer({ files: { '/usr/lib/systemd/user/podman.socket': '[Socket]\nListenStream=%t/podman/podman.sock\n' } }),
    );
    expect(fact).toMatchObject({ value: { path: '/run/user/1000/podman/podman.sock', session: false, answeredBy: 'nobody' } });
  });
});

describe('addresses', () => {
  it.each([
    ['/run/x', 'unix'],
    ['@abstract', 'abstract'],
    ['2375', 'tcp'],
    ['127.0.0.1:2375', 'tcp'],
    ['[::1]:2375', 'tcp'],
    ['vsock:1:2', 'vsock'],
    ['vsock-stream::2375', 'vsock'],
    ['run/x', 'other'],
  ])('%s is %s', (address, type) => expect(listen(address, { path: '/x' }).type).toBe(type));
  it.each([
    ['tcp://127.0.0.1:1', true],
    ['127.1.2.3:1', true],
    ['[::1]:1', true],
    ['tcp://localhost:1', true],
    ['2375', false],
    ['tcp://:8888', false],
    ['tcp://127.0.0.1.evil.example:1', false],
    ['[::]:1', false],
    ['vsock:1:2375', true],
    ['vsock::2375', false],
    ['vsock:2:2375', false],
  ])('%s reaches this host alone: %s', (address, yes) => expect(isLoopback(address)).toBe(yes));
});

describe('service command lines', () => {
  it.each<[string, object | undefined]>([
    ['podman system service', { clientCa: false }],
    ['/usr/bin/podman --log-level=info system service --time=0 unix:///x', { clientCa: false, timeout: 0, address: 'unix:///x' }],
    ['podman system service -t 30', { clientCa: false, timeout: 30 }],
    ['podman system service -t0', { clientCa: false, timeout: 0 }],
    ['podman system service --time 5 tcp://0.0.0.0:1 --tls-client-ca /ca', { clientCa: true, timeout: 5, address: 'tcp://0.0.0.0:1' }],
    ['podman run system service', undefined],
    ['podman system df', undefined],
    ['sh system service', undefined],
    ['podman --root /srv/x system service', { clientCa: false }],
    ['podman run --rm image system service', undefined],
  ])('%s', (line, wanted) => expect(serviceCommand(line.split(' '))).toEqual(wanted));
  it('tells an image from a host that hides processes', () => {
    expect(settle(serviceProcesses(0), answerer({ kind: 'image' }))).toMatchObject({ is: 'known', live: false, each: [] });
    expect(settle(serviceProcesses(0), answerer({ files: { '/proc/9/comm': 'podman\n' } }))).toMatchObject({ is: 'unknown', why: 'denied' });
  });
});

describe('links made at boot', () => {
  const link = (files: Readonly<Record<string, FileSpec>>) => {
    const found = settle(bootLink(), answerer({ files }));
    return found.is === 'known' ? found.target : found.why;
  };
  it.each<[string, Readonly<Record<string, FileSpec>>, string | undefined]>([
    [
      'the first file by name decides',
      { '/usr/lib/tmpfiles.d/b.conf': 'L /run/docker.sock - - - - /b\n', '/etc/tmpfiles.d/c.conf': 'L /run/docker.sock - - - - /c\n' },
      '/b',
    ],
    ['modifiers and specifiers', { '/etc/tmpfiles.d/a.conf': 'L+! %t/docker.sock - - - - %t/podman/podman.sock\n' }, '/run/podman/podman.sock'],
    ['comments and other types', { '/etc/tmpfiles.d/a.conf': '# L /run/docker.sock - - - - /x\nd /run/docker.sock\n' }, undefined],
    ['a closed file', { '/etc/tmpfiles.d/a.conf': { blocked: 'denied' } }, 'denied'],
  ])('%s', (_, files, wanted) => expect(link(files)).toBe(wanted));
});

it('tells who may connect, with the directories that decide', () => {
  const files: Record<string, FileSpec> = {
    '/etc/group': 'docker:x:995:alice\n',
    '/run/podman': { type: 'directory', mode: '0700' },
    [socket]: { type: 'socket', mode: '0666', owner: '0:995' },
  };
  const learn = () => settle(podmanSocket.learn({}, rootAccount), answerer({ files }));
  expect(learn()).toMatchObject({ value: { reachableBy: [], live: true, owned: true } });
  files['/run/podman'] = { type: 'directory', mode: '0711' };
  expect(learn()).toMatchObject({ value: { reachableBy: ['everyone', 'the group docker (alice)'] } });
});
