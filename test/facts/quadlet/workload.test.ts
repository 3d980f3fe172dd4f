import { describe, expect, it } from 'vitest';
import { answerer, type FileSpec } from '../../../src/collect/composed/composed.ts';
import { rootAccount } from '../../../src/facts/host/accounts.ts';
import type { Query } from '../../../src/facts/kind.ts';
import { parseFlags } from '../../../src/facts/podman/podman-flags.ts';
import { imageReference } from '../../../src/facts/quadlet/image-reference.ts';
import { inShort, type PublishedPort, portsIn, portsOf } from '../../../src/facts/quadlet/open-ports.ts';
import { capabilitiesOf, devicesOf, hostNamespaces, noNewPrivileges, notRoot, securityOptionsOf } from '../../../src/facts/quadlet/quadlet-isolation.ts';
import { type Played, playedBy } from '../../../src/facts/quadlet/quadlet-kube.ts';
import { hostMounts } from '../../../src/facts/quadlet/quadlet-mounts.ts';
import { literalVariables } from '../../../src/facts/quadlet/quadlet-supervision.ts';
import { settle } from '../../../src/facts/settle.ts';
import { timeSpan } from '../../../src/facts/systemd/time-span.ts';
import { splitWords } from '../../../src/facts/systemd/words.ts';
import { listenersIn } from '../../../src/kinds/podman/podman-dns.ts';
import { quadletWorkload } from '../../../src/kinds/quadlet/quadlet-workload.ts';

const where = { path: '/q' };
const flags = (line: string) =>
  parseFlags(
    splitWords(line).words.map((text) => ({ text, where })),
    false,
  );

it('reads mounts', () => {
  const mounts = hostMounts(
    flags('-v /a:/b:ro,Z,rslave -v data:/d -v ./c:/c --mount type=bind,src=/e,dst=/f,readonly,bind-propagation=shared --mount type=glob,src=/etc/s*,dst=/g'),
    '/dir',
  );
  expect(mounts.map(({ where: _, ...m }) => m)).toEqual([
    { source: '/a', target: '/b', readOnly: true, propagation: 'rslave' },
    { source: '/dir/c', target: '/c', readOnly: false },
    { source: '/e', target: '/f', readOnly: true, propagation: 'shared' },
    { source: '/etc', target: '/g', readOnly: false },
  ]);
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
  it('reads devices and security options', () => {
    const said = (found: readonly { said: string }[]): string[] => found.map((f) => f.said);
    expect(said(devicesOf(flags('--device=/dev --device /dev/mem:/dev/mem:r --device vendor.com/gpu=all')))).toEqual([
      '/dev',
      '/dev/mem',
      'vendor.com/gpu=all',
    ]);
    expect(
      said(securityOptionsOf(flags('--security-opt seccomp=unconfined --security-opt=label:disable --security-opt unmask=all --security-opt label=type:x'))),
    ).toEqual(['seccomp=unconfined', 'label=disable', 'unmask=ALL', 'label=type:x']);
    expect(said(securityOptionsOf(flags('--security-opt no-new-privileges')))).toEqual(['no-new-privileges']);
  });
  it('reads capabilities', () => {
    const seen = capabilitiesOf(flags('--cap-drop all --cap-add cap_sys_admin,NET_RAW --cap-add=bogus'));
    expect([seen.dropsAll !== undefined, seen.added.map((d) => d.said), seen.misspelt.map((d) => d.said)]).toEqual([
      true,
      ['SYS_ADMIN', 'NET_RAW', 'BOGUS'],
      ['BOGUS'],
    ]);
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

describe('published ports', () => {
  const conf = { is: 'known', exists: true, value: {}, where: new Map(), notes: new Map(), gaps: new Map(), consulted: [] } as const;
  const hidden = { is: 'unknown', why: 'denied', said: 'closed', where: [] } as const;
  const shown = (ports: readonly PublishedPort[]): string[] => ports.map((p) => `${p.address} ${inShort(p)}`);
  const line = '-p 80 -p 8080:80/udp -p 127.0.0.1:1:1 -p 0.0.0.0:2:2 -p [::]:3:3 -p [::1]:4:4 -p 1.2.3.4::5 -p 10-12:10-12';
  it('have an address each', () => {
    const { each, unseen } = portsOf(flags(line), conf);
    expect(shown(each)).toEqual([
      '0.0.0.0 */tcp',
      '0.0.0.0 8080/udp',
      '127.0.0.1 1/tcp',
      '0.0.0.0 2/tcp',
      '[::] 3/tcp',
      '[::1] 4/tcp',
      '1.2.3.4 */tcp',
      '0.0.0.0 10-12/tcp',
    ]);
    expect(unseen).toBeUndefined();
  });
  it('without one are unseen where the default is', () => {
    const { each, unseen } = portsOf(flags('-p 80 -p 127.0.0.1:1:1'), hidden);
    expect([shown(each), unseen]).toEqual([['127.0.0.1 1/tcp'], hidden]);
    expect(portsOf(flags('-p 127.0.0.1:1:1'), hidden).unseen).toBeUndefined();
  });
  it('are read as podman ps prints them', () =>
    expect(shown(portsIn('127.0.0.1:81->81/tcp, ::1:82->82/udp, 0.0.0.0:8080-8081->80-81/tcp, :::9->9/tcp, 80/tcp', where))).toEqual([
      '127.0.0.1 81/tcp',
      '[::1] 82/udp',
      '0.0.0.0 8080-8081/tcp',
      '[::] 9/tcp',
    ]));
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
  ['1M', 2_629_800],
  ['2y', 63_115_200],
  ['1 μs', 1e-6],
  ['.5h', 1800],
  ['1h.5', 3600.5],
  ['+5', 5],
  ['-5', undefined],
  ['5Min', undefined],
  ['5 parsecs', undefined],
  ['', undefined],
  ['5min x', undefined],
])('the time span %j is %s', (text, wanted) => expect(timeSpan(text)).toBe(wanted));

it('names variables with a text, never their values', () => {
  const found = literalVariables(flags('-e API_KEY=abcdef -e PASSWORD_FILE=/x -e TOKEN= -e NAME -e token_ttl=30 -e DEBUG=true --env=DB_PASSWD=x1'), []);
  expect(found).toEqual(['API_KEY', 'PASSWORD_FILE', 'DB_PASSWD'].map((said) => ({ said, where })));
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
    (text) => expect(playedBy(text, '/y')).toMatchObject({ flags: [], images: [], needed: [], secrets: [] }),
  );
  it('has what claims bind, what Podman labels, and of users what holds for each container', () => {
    const text = [
      'kind: PersistentVolumeClaim',
      'metadata: { name: c, annotations: { volume.podman.io/device: "/srv/a,b", volume.podman.io/mount-options: "bind,ro", volume.podman.io/import-source: /i.tar } }',
      '---',
      'kind: Pod',
      'metadata: { annotations: { "bind-mount-options:/h": Z } }',
      'spec:',
      '  hostUsers: false',
      '  volumes: [{ name: c, persistentVolumeClaim: { claimName: c } }, { name: h, hostPath: { path: /h } }, { name: d, hostPath: { path: /dev/x, type: CharDevice } }]',
      '  containers:',
      '    - { name: a, securityContext: { runAsUser: 5 }, volumeMounts: [{ name: c, mountPath: /c, readOnly: true }, { name: h, mountPath: "/h:ro", mountPropagation: HostToContainer }] }',
      '    - { name: b, volumeMounts: [{ name: d, mountPath: /d }] }',
    ].join('\n');
    const played = playedBy(text, '/y') as Played;
    expect(played.flags.map((f) => [f.name, f.value])).toEqual([
      ['mount', 'type=volume,source=c,destination=/c,"volume-opt=device=/srv/a,b",volume-opt=o=bind,ro=true'],
      ['volume', '/h:/h:ro,rslave,Z'],
      ['device', '/dev/x'],
      ['userns', 'auto'],
    ]);
    expect(played.containers.map((own) => own.map((f) => f.name))).toEqual([
      ['userns', 'user', 'mount', 'volume'],
      ['userns', 'device'],
    ]);
    expect(played.needed.map((n) => n.text)).toEqual(['/srv/a,b', '/i.tar', '/h', '/dev/x']);
  });
  it('names what has to be there, and what it makes itself', () => {
    const text =
      'kind: Secret\nmetadata: { name: made }\n---\nkind: Pod\nspec:\n  volumes: [{ hostPath: { path: /a } }, { hostPath: { path: /b, type: FileOrCreate } }, { secret: { secretName: gone } }, { secret: { secretName: made } }]\n';
    expect(playedBy(text, '/y')).toMatchObject({ needed: [{ text: '/a' }], secrets: [{ text: 'gone' }] });
  });
});

describe('the kind', () => {
  const path = '/etc/containers/systemd/a.container';
  const learn = (files: Readonly<Record<string, FileSpec>>, query: Query = {}) =>
    settle(quadletWorkload.learn({ path, ...query }, rootAccount), answerer({ files, commands: { 'podman --version': { stdout: 'podman version 5.4.2\n' } } }));
  it('returns what is there, and of it what the query names', () => {
    const text =
      '[Container]\nImage=x\nVolume=/srv/host:/x:ro\nAddDevice=/dev/dri:/dev/dri\nAddCapability=NET_RAW chown\nEnvironment=A_PIN=abcdef\nEnvironmentFile=/etc/a.env\nUnmask=ALL\n';
    const files = { [path]: text, '/srv/host': { link: '/etc' }, '/etc/a.env': { mode: '0640' } };
    const there = {
      privileged: false,
      devices: { each: ['/dev/dri'] },
      securityOptions: { each: ['unmask=ALL'] },
      capabilities: { each: ['NET_RAW', 'CHOWN'], dropsAll: false, misspelt: [] },
      mounts: { each: [{ source: '/srv/host', leadsTo: '/etc', target: '/x', readOnly: true }] },
      environment: { each: ['A_PIN'], host: false },
      environmentFiles: { each: [{ path: '/etc/a.env', mode: 0o640 }] },
    };
    expect(learn(files)).toMatchObject({ value: there });
    const named = learn(files, {
      hostPaths: ['/etc/ssh'],
      devices: ['/dev/dri/**'],
      capabilities: ['CAP_NET_RAW'],
      variables: ['*pin'],
      mode: '0600',
      securityOptions: ['label=x'],
    });
    expect(named).toMatchObject({
      value: {
        ...there,
        devices: { matching: ['/dev/dri'] },
        securityOptions: { matching: [] },
        capabilities: { matching: ['NET_RAW'] },
        mounts: { matching: ['/srv/host (leads to /etc, which holds /etc/ssh)'] },
        environment: { matching: ['A_PIN'] },
        environmentFiles: { matching: ['/etc/a.env'] },
      },
    });
    expect(learn(files, { hostPaths: ['/etc/ssh'], writable: true })).toMatchObject({ value: { mounts: { matching: [] } } });
  });
  it('keeps what it found where more may be hidden, and says so of the whole', () => {
    const fact = learn({ [path]: '[Container]\nImage=x\nVolume=/etc:/x\nPodmanArgs=$MORE\n' }, { hostPaths: ['/etc'], devices: ['/dev'] });
    expect(fact).toMatchObject({ value: { mounts: { matching: ['/etc'] } } });
    expect(fact.is === 'known' && [...fact.gaps.keys()]).toEqual(expect.arrayContaining(['mounts.each', 'devices.each', 'devices.matching']));
  });
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
