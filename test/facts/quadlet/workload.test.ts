import { describe, expect, it } from 'vitest';
import { answerer, type FileSpec } from '../../../src/collect/composed/composed.ts';
import { rootAccount } from '../../../src/facts/host/accounts.ts';
import { dangerOf, socketsBehind, tidyPath } from '../../../src/facts/podman/host-paths.ts';
import { parseFlags } from '../../../src/facts/podman/podman-flags.ts';
import { imageReference } from '../../../src/facts/quadlet/image-reference.ts';
import { openPorts, openPortsIn } from '../../../src/facts/quadlet/open-ports.ts';
import { capabilitiesOf, fullPrivileges, hostNamespaces, loosened, noNewPrivileges, notRoot } from '../../../src/facts/quadlet/quadlet-isolation.ts';
import { playedBy } from '../../../src/facts/quadlet/quadlet-kube.ts';
import { hostMounts } from '../../../src/facts/quadlet/quadlet-mounts.ts';
import { literalSecrets } from '../../../src/facts/quadlet/quadlet-supervision.ts';
import { settle } from '../../../src/facts/settle.ts';
import { timeSpan } from '../../../src/facts/systemd/time-span.ts';
import { splitWords } from '../../../src/facts/systemd/words.ts';
import { listenersIn } from '../../../src/kinds/podman/podman-dns.ts';
import { quadletWorkload } from '../../../src/kinds/quadlet/quadlet-workload.ts';

const driver = { name: 'driver', uid: 1000, gid: 1000, home: '/home/driver' };
const where = { path: '/q' };
const flags = (line: string) =>
  parseFlags(
    splitWords(line).words.map((text) => ({ text, where })),
    false,
  );

describe('paths of the host', () => {
  it.each<[string, 'fail' | 'warn' | undefined, boolean?]>([
    ['/', 'fail', true],
    ['/etc', 'fail', true],
    ['/etc/shadow', 'fail', true],
    ['/etc/ssh/ssh_host_key', 'fail', true],
    ['/etc/web.conf', 'warn'],
    ['/etc/localtime', undefined, true],
    ['/root/.ssh', 'fail', true],
    ['/boot', 'fail', true],
    ['/boot/grub', 'fail', true],
    ['/dev', 'fail', true],
    ['/dev/dri', undefined],
    ['/proc', 'fail', true],
    ['/proc/sys', 'fail'],
    ['/sys', 'fail'],
    ['/sys', undefined, true],
    ['/run', 'fail', true],
    ['/var/run/docker.sock', 'fail', true],
    ['/run/dbus', 'fail', true],
    ['/var', 'fail', true],
    ['/var/lib', 'fail', true],
    ['/var/lib/rancher/k3s', 'fail', true],
    ['/var/lib/containers/storage', 'fail', true],
    ['/var/lib/web', undefined],
    ['/tmp', 'warn'],
    ['/tmp', undefined, true],
    ['/var/tmp', 'warn'],
    ['/srv', undefined],
    ['/srv/../../etc/.', 'fail', true],
    ['/rooted', undefined],
  ])('%s is %s', (path, level, readOnly = false) => expect(dangerOf(path, readOnly, rootAccount)?.level).toBe(level));
  it("knows a user's own", () => {
    expect(
      ['/home/driver', '/home/driver/.local/share/containers', '/run/user/1000', '/home/driver/data'].map((p) => dangerOf(p, true, driver)?.level),
    ).toEqual(['fail', 'fail', 'fail', undefined]);
    expect(socketsBehind('/run/user/1000/podman', driver)).toEqual(['/run/user/1000/podman/podman.sock']);
    expect(socketsBehind('/run/user/1000/podman', rootAccount)).toEqual([]);
  });
  it('tidies', () => expect(['/a//b/./../c/', '/../..', '/var/run/x', '/var/runner'].map(tidyPath)).toEqual(['/a/c', '/', '/run/x', '/var/runner']));
  it('reads mounts', () => {
    const mounts = hostMounts(
      flags('-v /a:/b:ro,Z -v data:/d -v ./c:/c --mount type=bind,src=/e,dst=/f,readonly --mount type=tmpfs,dst=/t --mount type=glob,src=/etc/s*,dst=/g'),
      '/dir',
    );
    expect(mounts.map((m) => [m.source, m.readOnly])).toEqual([
      ['/a', true],
      ['/dir/c', false],
      ['/e', true],
      ['/etc', false],
    ]);
  });
});

describe('isolation', () => {
  it.each<[string, string[]]>([
    ['--network=host', ['network']],
    ['--net host --pid=host --ipc host --uts=host --cgroupns=host', ['network', 'pid', 'ipc', 'uts', 'cgroupns']],
    ['--pid ns:/proc/1/ns/pid', ['pid']],
    ['--pid host --pid private', []],
    ['--network bridge --network hosted', []],
    ['--pid container:x', []],
  ])('%s shares %j', (line, wanted) => expect(hostNamespaces(flags(line)).map((f) => f.said)).toEqual(wanted));
  it.each<[string, number, number]>([
    ['--privileged', 1, 0],
    ['--privileged --privileged=false', 0, 0],
    ['--device=/dev --device /dev/mem:/dev/mem:r', 2, 0],
    ['--device /dev/dri', 0, 0],
    ['--security-opt seccomp=unconfined --security-opt=label:disable --security-opt unmask=all', 0, 3],
    ['--security-opt apparmor=web --security-opt label=type:x', 0, 0],
  ])('%s', (line, full, loose) => expect([fullPrivileges(flags(line)).length, loosened(flags(line)).length]).toEqual([full, loose]));
  it('reads capabilities', () => {
    const seen = capabilitiesOf(flags('--cap-drop all --cap-add cap_sys_admin,NET_RAW --cap-add=bogus'));
    expect([seen.dropsAll !== undefined, seen.dangerous.map((d) => d.said), seen.misspelt.map((d) => d.said)]).toEqual([true, ['SYS_ADMIN'], ['BOGUS']]);
  });
  it.each<[string, boolean]>([
    ['--security-opt no-new-privileges', true],
    ['--security-opt=no-new-privileges:true', true],
    ['--security-opt no-new-privileges=false', false],
    ['', false],
  ])('%j keeps privileges down: %s', (line, wanted) => expect(noNewPrivileges(flags(line)) !== undefined).toBe(wanted));
  it.each<[string, boolean]>([
    ['--userns auto', true],
    ['--userns host', false],
    ['--uidmap 0:1:2', true],
    ['-u 1000', true],
    ['--user 0:5', false],
    ['--user root', false],
  ])('%j is not root: %s', (line, wanted) => expect(notRoot(flags(line)) !== undefined).toBe(wanted));
});

describe('images', () => {
  const digest = `@sha256:${'0'.repeat(64)}`;
  it.each<[string, string, boolean]>([
    [`quay.io/a/b${digest}`, 'digest', true],
    [`quay.io/a/b:1${digest}`, 'digest', true],
    ['quay.io/a/b@sha256:12', 'floating', true],
    ['quay.io:5000/a/b', 'floating', true],
    ['localhost/b:1', 'tag', true],
    ['a/b:1', 'tag', false],
    ['b', 'floating', false],
    ['docker://quay.io/b:latest', 'floating', true],
    ['oci-archive:/srv/b.tar', 'tag', true],
  ])('%s', (text, pin, qualified) => expect(imageReference(text)).toMatchObject({ pin, qualified }));
});

it('finds ports that are open on every address', () => {
  const conf = { is: 'known', exists: true, value: {}, where: new Map(), notes: new Map(), gaps: new Map(), consulted: [] } as const;
  const open = openPorts(flags('-p 80 -p 8080:80/udp -p 127.0.0.1:1:1 -p 0.0.0.0:2:2 -p [::]:3:3 -p [::1]:4:4 -p 1.2.3.4::5 -p 10-12:10-12'), conf);
  expect('is' in open ? open : open.map((o) => o.said)).toEqual(['2/tcp', '3/tcp', '*/tcp', '8080/udp', '10-12/tcp']);
  expect(openPortsIn('127.0.0.1:81->81/tcp, ::1:82->82/udp, 0.0.0.0:8080-8081->80-81/tcp, :::9->9/tcp')).toEqual(['8080-8081/tcp', '9/tcp']);
});

it('reads listeners from the tables of the kernel', () => {
  const row = (address: string, state: string) => `   0: ${address} 00000000:0000 ${state} 00000000:00000000 00:00000000 00000000  0  0 1`;
  expect(listenersIn(`head\n${row('3500007F:0035', '07')}\n${row('00000000:0035', '07')}\njunk`, '/proc/net/udp')).toMatchObject([
    { address: '127.0.0.53', port: 53, where: { line: 2 } },
    { address: '0.0.0.0', port: 53, where: { line: 3 } },
  ]);
  expect(listenersIn(row('00000000:0035', '06'), '/proc/net/tcp')).toEqual([]);
});

it.each<[string, number | undefined]>([
  ['90', 90],
  ['5min', 300],
  ['1h 30s', 3630],
  ['1.5m', 90],
  ['infinity', Number.POSITIVE_INFINITY],
  ['soon', undefined],
  ['5 parsecs', undefined],
  ['', undefined],
  ['5min x', undefined],
])('the time span %j is %s', (text, wanted) => expect(timeSpan(text)).toBe(wanted));

it('names secrets, never their values', () => {
  const found = literalSecrets(flags('-e API_KEY=abcdef -e PASSWORD_FILE=/x -e TOKEN= -e NAME -e token_ttl=30 --env=DB_PASSWD=x1'), []);
  expect(found).toEqual([
    { said: 'API_KEY', where },
    { said: 'DB_PASSWD', where },
  ]);
});

describe('the YAML of a .kube file', () => {
  it('is read in every form that kube play takes', () => {
    const text =
      'kind: List\nitems:\n  - kind: Pod\n    spec: { hostPID: true, containers: [{ image: a }] }\n---\nkind: CronJob\nspec: { jobTemplate: { spec: { template: { spec: { hostIPC: true, initContainers: [{ image: b }] } } } } }\n';
    expect(playedBy(text, '/y')).toMatchObject({
      flags: [
        { name: 'pid', value: 'host' },
        { name: 'ipc', value: 'host' },
      ],
      images: [{ text: 'a' }, { text: 'b' }],
    });
  });
  it.each(['', 'null', '[]', 'kind: Pod', 'kind: Pod\nspec: []', 'kind: Pod\nspec: { containers: 1, volumes: [1, null] }', '__proto__: { kind: Pod }'])(
    '%j has nothing',
    (text) => expect(playedBy(text, '/y')).toEqual({ flags: [], images: [] }),
  );
});

describe('the kind', () => {
  const path = '/etc/containers/systemd/a.container';
  const learn = (files: Readonly<Record<string, FileSpec>>) =>
    settle(quadletWorkload.learn({ path }, rootAccount), answerer({ files, commands: { 'podman --version': { stdout: 'podman version 5.4.2\n' } } }));
  it('says for every finding where it comes from', () => {
    const fact = learn({ [path]: '[Container]\nImage=x\nPodmanArgs=\\\n  --pid host\n', '/etc/containers/containers.conf': '[containers]\nipcns = "host"\n' });
    expect(fact).toMatchObject({ value: { hostNamespaces: ['pid', 'ipc'] } });
    expect(fact.is === 'known' && fact.where.get('hostNamespaces')).toEqual([
      { path, line: 3 },
      expect.objectContaining({ path: '/etc/containers/containers.conf', line: 2 }),
    ]);
  });
  it.each([
    '[Container]\nPodmanArgs=--__proto__=1 -\u0000\n',
    `[Container]\nPodmanArgs=${'-'.repeat(50000)}\n`,
    '[Container]\nVolume=:::\nMount=,,=,\nPublishPort=::::\n',
    '[Container]\nPod=a.container\nImage=a.image\n',
  ])('does not throw (%#)', (text) => expect(learn({ [path]: text }).is).toBe('known'));
});
