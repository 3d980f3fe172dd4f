import { describe, expect, it } from 'vitest';
import { answerer, type HostSpec } from '../../../src/collect/composed/composed.ts';
import { rootAccount } from '../../../src/facts/host/accounts.ts';
import { parseNetworks } from '../../../src/facts/podman/network-parse.ts';
import { settle } from '../../../src/facts/settle.ts';
import { podmanNetwork } from '../../../src/kinds/podman/podman-network.ts';
import { podmanNetworking } from '../../../src/kinds/podman/podman-networking.ts';

const driver = { name: 'driver', uid: 1000, gid: 1000, home: '/home/driver' };
const version = (v: string) => ({ 'podman --version': { stdout: `podman version ${v}\n` } });
const program = { mode: '0755' };
/** As `podman network create` of 4.3.1 writes it, and its API with the option added. */
const file = (name: string, dns: boolean, more = '') =>
  `{\n  "name": "${name}",\n  "driver": "bridge",\n  "internal": false,\n  "dns_enabled": ${dns}${more}\n}\n`;

/** What a first command since the boot leaves; without it Podman is not asked. */
const used = { '/run/libpod/alive': '', '/var/lib/containers/storage/db.sql': '' };
const usedBy = (host: HostSpec): HostSpec => (host.commands ? { ...host, files: { ...used, ...host.files } } : host);

const learn = (name: string, host: HostSpec, as = rootAccount) => settle(podmanNetwork.learn({ name }, as), answerer(usedBy(host)));

describe('one network', () => {
  it('as Podman shows it', () => {
    const host = { commands: { 'podman network inspect k3d': { stdout: `[${file('k3d', true, ',\n  "options": { "isolate": "true" }')}]` } } };
    expect(learn('k3d', host)).toMatchObject({
      exists: true,
      value: { name: 'k3d', driver: 'bridge', dnsEnabled: true, internal: false, isolate: 'true', source: 'podman', account: 'root' },
    });
  });
  it('as its file has it, with the line', () => {
    const fact = learn('n', { kind: 'image', files: { '/etc/containers/networks/n.json': file('n', false) } });
    expect(fact).toMatchObject({ value: { dnsEnabled: false, source: 'file' } });
    expect(fact.is === 'known' && fact.where.get('dnsEnabled')?.[0]).toMatchObject({ path: '/etc/containers/networks/n.json', line: 5 });
  });
  it("lies below a user's storage", () => {
    expect(learn('n', { kind: 'image', files: { '/home/driver/.local/share/containers/storage/networks/n.json': file('n', true) } }, driver)).toMatchObject({
      exists: true,
      value: { dnsEnabled: true },
    });
  });
  it.each<[string, HostSpec, object]>([
    [
      'not found (4.3.1)',
      {
        commands: {
          'podman network inspect n': {
            exit: 125,
            stdout: '[]\n',
            stderr: 'Error: inspecting object: network n: unable to find network with name or ID n: network not found\n',
          },
        },
      },
      { is: 'known', exists: false },
    ],
    [
      'Podman is broken',
      { commands: { 'podman network inspect n': { exit: 125, stderr: 'Error: could not find "netavark"\n' } } },
      { is: 'unknown', why: 'failed' },
    ],
    ['no JSON', { commands: { 'podman network inspect n': { stdout: '<no value>\n' } } }, { is: 'unknown', why: 'unparsable' }],
    ['JSON of something else', { commands: { 'podman network inspect n': { stdout: '[{"Id":1}]' } } }, { is: 'unknown', why: 'unparsable' }],
    ['an empty list', { commands: { 'podman network inspect n': { stdout: '[]' } } }, { is: 'unknown', why: 'unparsable' }],
    ['may not be run', { commands: { 'podman network inspect n': { blocked: 'denied' } } }, { is: 'unknown', why: 'denied' }],
    ['no such file', { kind: 'image' }, { is: 'known', exists: false }],
    ['its file does not parse', { kind: 'image', files: { '/etc/containers/networks/n.json': '{' } }, { is: 'unknown', why: 'unparsable' }],
    [
      'the directory is closed',
      { kind: 'image', files: { '/etc/containers/networks': { type: 'directory', blocked: 'denied' } } },
      { is: 'unknown', why: 'denied' },
    ],
  ])('%s', (_, host, wanted) => expect(learn('n', host)).toMatchObject(wanted));
});

describe('all networks', () => {
  it('lists files, the built-in default, and those of users', () => {
    const files = {
      '/etc/passwd': 'driver:x:1000:1000::/home/driver:/bin/sh\n',
      '/var/lib/systemd/linger/driver': '',
      '/etc/containers/networks/a.json': file('a', true),
      '/home/driver/.local/share/containers/storage/networks/b.json': file('b', false),
    };
    const found = settle(
      podmanNetwork.find?.learn(rootAccount) ??
        (() => {
          throw new Error('not enumerable');
        })(),
      answerer({ files, commands: version('5.4.2') }),
    );
    expect(found.is === 'known' && found.each.map((s) => s.key)).toEqual(['network:a', 'network:podman', 'network:driver/b', 'network:driver/podman']);
  });
});

describe('parsing', () => {
  it.each(['', '[', '1', 'null', '[1]', '{"name":1}', '{"name":"x","plugins":1}', '{"__proto__":{"name":"x"}}'])('%j is no network', (text) =>
    expect(parseNetworks(text, '/x').is).toBe('broken'),
  );
  it('reads a CNI list: DNS only with the plugin', () => {
    const list = (types: string) => parseNetworks(`{"cniVersion":"0.4.0","name":"p","plugins":[${types}]}`, '/x');
    expect(list('{"type":"bridge"}')).toMatchObject({ each: [{ name: 'p', driver: 'bridge', dnsEnabled: false }] });
    expect(list('{"type":"bridge"},{"type":"dnsname"}')).toMatchObject({ each: [{ dnsEnabled: true }] });
  });
});

describe('the back end', () => {
  const backend = (v: string, files: NonNullable<HostSpec['files']>, info?: string) => {
    const fact = settle(
      podmanNetworking.learn({}, rootAccount),
      answerer({ files: { ...used, ...files }, commands: { ...version(v), ...(info === undefined ? {} : { 'podman info --format json': { stdout: info } }) } }),
    );
    return fact.is === 'known' ? (fact.value.backend ?? fact.gaps.get('backend')?.why) : fact.why;
  };
  const record = '/var/lib/containers/storage/defaultNetworkBackend';
  const netavark = '/usr/lib/podman/netavark';
  it.each<[string, string, NonNullable<HostSpec['files']>, string | undefined, unknown]>([
    ['3.x knows CNI alone', '3.0.1', {}, undefined, { name: 'cni', present: false }],
    [
      '4.x without a record and with netavark, before first use',
      '4.3.1',
      { '/var/lib/containers/storage/db.sql': null, [netavark]: program },
      undefined,
      { name: 'netavark', present: true },
    ],
    ['4.x without a record in a store that 3.x made', '4.3.1', { [netavark]: program }, undefined, { present: true }],
    [
      'a record that ends in a line break',
      '4.3.1',
      { [record]: 'netavark\n', [netavark]: program },
      undefined,
      { refused: expect.stringContaining('bare word'), present: true },
    ],
    ['an empty record', '5.4.2', { [record]: '', [netavark]: program }, undefined, { refused: 'defaultNetworkBackend is empty', present: true }],
    [
      'a store elsewhere',
      '4.3.1',
      { '/etc/containers/storage.conf': '[storage]\nrunroot="/run/c"\ngraphroot="/srv/c"\n', [netavark]: program },
      undefined,
      'unsupported',
    ],
    ['4.x without a record and without netavark', '4.3.1', {}, undefined, { name: 'cni', present: false }],
    ['4.x froze on cni', '4.3.1', { [record]: 'cni', [netavark]: program }, undefined, { name: 'cni', present: false }],
    ['5.x passes over cni in the record', '5.4.2', { [record]: 'cni', [netavark]: program }, undefined, { name: 'netavark', present: true }],
    [
      '5.x refuses another word',
      '5.4.2',
      { [record]: 'x', [netavark]: program },
      undefined,
      { refused: expect.stringContaining('defaultNetworkBackend holds "x"'), present: true },
    ],
    [
      'what podman info says wins',
      '4.3.1',
      { [record]: 'cni', [netavark]: program },
      '{"host":{"networkBackend":"netavark"}}',
      { name: 'netavark', present: true },
    ],
    ['info of 3.x has no such field', '3.0.1', {}, '{"host":{}}', { name: 'cni', present: false }],
    ['a closed record', '4.3.1', { [record]: { blocked: 'denied' } }, undefined, 'denied'],
  ])('%s', (_, v, files, info, wanted) => expect(backend(v, files, info)).toEqual(wanted));
  it('depends on the version when that is not known', () => {
    const fact = settle(
      podmanNetworking.learn({}, rootAccount),
      answerer({ kind: 'image', files: { '/usr/bin/podman': program, [record]: 'cni', [netavark]: program } }),
    );
    expect(fact.is === 'known' && fact.gaps.get('backend')?.why).toBe('ambiguous');
    expect(fact.is === 'known' && fact.gaps.get('rootless')?.why).toBe('ambiguous');
  });
});
