import { describe, expect, test } from 'vitest';
import { answerer, type HostSpec } from '../../../src/collect/composed/composed.ts';
import type { Account, Asking } from '../../../src/facts/ask.ts';
import { registriesConf } from '../../../src/facts/containers/registries-conf.ts';
import { storageConf } from '../../../src/facts/containers/storage-conf.ts';
import { crioConf } from '../../../src/facts/crio/crio-conf.ts';
import type { Fact, Known, Unknown } from '../../../src/facts/fact.ts';
import { rootAccount } from '../../../src/facts/host/accounts.ts';
import { k3sConfig } from '../../../src/facts/k3s/k3s-config.ts';
import { settle } from '../../../src/facts/settle.ts';
import { crioCni } from '../../../src/kinds/crio/crio-cni.ts';
import { crioStorage } from '../../../src/kinds/crio/crio-storage.ts';
import { document } from '../../../src/kinds/host/document.ts';

const alice: Account = { name: 'alice', uid: 1000, gid: 1000, home: '/home/alice' };
function known(probe: Asking<Fact>, spec: HostSpec): Known {
  const fact = settle(probe, answerer(spec));
  if (fact.is !== 'known') throw new Error(fact.said);
  return fact;
}
function refused(probe: Asking<Fact>, spec: HostSpec): Unknown {
  const fact = settle(probe, answerer(spec));
  if (fact.is === 'known') throw new Error(JSON.stringify(fact.value));
  return fact;
}
const podman = (version: string, files: HostSpec['files'], more: HostSpec = {}): HostSpec => ({
  ...more,
  files: { '/usr/bin/podman': { mode: '0755' }, ...files },
  commands: { 'podman --version': { stdout: `podman version ${version}\n` } },
});
const lines = (fact: Known, key: string) => fact.where.get(key)?.map((w) => `${w.path}:${w.line ?? ''}`);

describe('storage.conf', () => {
  const etc = '/etc/containers/storage.conf';
  const usr = '/usr/share/containers/storage.conf';
  const home = '/home/alice/.config/containers/storage.conf';
  const full = (root: string) =>
    `[storage]\ndriver="overlay"\nrunroot="/run/x"\ngraphroot="${root}"\nrootless_storage_path="/srv/$USER/$UID"\n[storage.options]\nignore_chown_errors="true"\nadditionalimagestores=["/a"]\n`;
  test('one file replaces the other', () => {
    const fact = known(storageConf(rootAccount), podman('5.4.2', { [etc]: '[storage]\ndriver="vfs"\n', [usr]: full('/u') }));
    expect(fact.value).toMatchObject({ storage: { driver: 'vfs' }, layers: [etc], usable: false, graphRoot: '/var/lib/containers/storage' });
    expect(fact.where.get('usable')?.[0]?.said).toBe('leaves runroot and graphroot out');
    expect(known(storageConf(rootAccount), podman('3.0.1', { [etc]: '[storage]\ndriver="vfs"\n' })).value.usable).toBe(true);
  });
  test("root's home file does not count", () => {
    expect(known(storageConf(rootAccount), podman('5.4.2', { '/root/.config/containers/storage.conf': full('/r'), [usr]: full('/u') })).value.graphRoot).toBe(
      '/u',
    );
  });
  test('a rootless user takes few keys of a system file', () => {
    const fact = known(storageConf(alice), podman('5.4.2', { [etc]: full('/e') }));
    expect(fact.value.storage).toEqual({ driver: 'overlay', rootless_storage_path: '/srv/$USER/$UID', options: { ignore_chown_errors: 'true' } });
    expect(fact.value).toMatchObject({ graphRoot: '/srv/alice/1000', runRoot: '/run/user/1000/containers' });
  });
  test('of a system file an account takes no driver that is for root alone', () => {
    const driver = (name: string) => {
      const { storage, usable } = known(storageConf(alice), podman('5.4.2', { [etc]: `[storage]\ndriver="${name}"\nrunroot="/r"\ngraphroot="/g"\n` }))
        .value as {
        storage?: { driver?: string };
        usable: boolean;
      };
      return [storage?.driver, usable];
    };
    expect(['overlay', 'overlay2', 'vfs', 'btrfs', 'zfs', 'aufs', 'bogus'].map(driver)).toEqual([
      ['overlay', true],
      ['overlay2', true],
      ['vfs', true],
      ['btrfs', true],
      [undefined, true],
      [undefined, true],
      [undefined, true],
    ]);
  });
  test('options of devicemapper are known before 5.1, and sync of vfs from 6.0 on', () => {
    const thin = (version: string) =>
      known(storageConf(rootAccount), podman(version, { [etc]: '[storage]\nrunroot="/r"\ngraphroot="/g"\n[storage.options.thinpool]\nbasesize="1g"\n' })).value
        .unknownKeys;
    expect(thin('4.9.4')).toEqual([]);
    expect(thin('5.4.2')).toEqual(['storage.options.thinpool.basesize']);
    const sync = (version: string) =>
      known(
        storageConf(rootAccount),
        podman(version, { [etc]: '[storage]\ndriver="vfs"\nrunroot="/r"\ngraphroot="/g"\n[storage.options.vfs]\nsync="filesystem"\n' }),
      ).value.usable;
    expect([sync('5.8.0'), sync('6.0.0')]).toEqual([false, true]);
  });
  test('a user file replaces the system file', () => {
    expect(known(storageConf(alice), podman('5.4.2', { [etc]: full('/e'), [home]: '[storage]\ngraphroot="/g"\n' })).value).toMatchObject({
      graphRoot: '/g',
      usable: true,
      storage: { graphroot: '/g' },
    });
  });
  test('6 merges drop-ins and gives graphroot to users too', () => {
    const fact = known(storageConf(alice), podman('6.0', { [etc]: full('/e'), [`${etc}.d/a.conf`]: '[storage]\ndriver="btrfs"\n' }));
    expect(fact.value).toMatchObject({ graphRoot: '/e', storage: { driver: 'btrfs' } });
    expect(known(storageConf(alice), podman('5.4.2', { [`${etc}.d/a.conf`]: '[storage]\ndriver="btrfs"\n' })).value.storage).toBeUndefined();
  });
  test('wrong types and words are what Podman refuses', () => {
    expect(refused(storageConf(rootAccount), podman('5.4.2', { [etc]: '[storage.options]\nignore_chown_errors=true\n' })).where[0]?.line).toBe(2);
    expect(known(storageConf(rootAccount), podman('5.4.2', { [etc]: `${full('/x').replace('"true"', '"yes"')}` })).value.usable).toBe(false);
  });
  test('an unknown version is a gap where it matters', () => {
    expect([...known(storageConf(rootAccount), { kind: 'image', files: { [etc]: full('/e') } }).gaps.keys()]).toEqual(['version']);
    expect(known(storageConf(alice), { kind: 'image', files: { [etc]: full('/e') } }).gaps.get('graphRoot')?.said).toContain('depends on the Podman version');
  });
});

describe('registries.conf', () => {
  const etc = '/etc/containers/registries.conf';
  const home = '/root/.config/containers/registries.conf';
  const search = (...names: string[]) => `unqualified-search-registries=${JSON.stringify(names)}\n`;
  test('a drop-in replaces the list and entries of the same prefix', () => {
    const files = {
      [etc]: `${search('a')}[[registry]]\nlocation="r"\ninsecure=true\n[[registry]]\nprefix="*.x"\n`,
      [`${etc}.d/1.conf`]: '[[registry]]\nlocation="r"\n',
      [`${etc}.d/2.conf`]: search(),
    };
    const fact = known(registriesConf(rootAccount), { files });
    expect(fact.value).toMatchObject({ 'unqualified-search-registries': [], registry: [{ prefix: '*.x' }, { prefix: 'r', location: 'r' }], format: 2 });
    expect(lines(fact, 'unqualified-search-registries')).toEqual([`${etc}.d/2.conf:1`, `${etc}:1`]);
    expect(lines(fact, 'registry.1')).toEqual([`${etc}.d/1.conf:1`, `${etc}:2`]);
  });
  test("a user's main file hides the system's main file and drop-ins", () => {
    const fact = known(registriesConf(rootAccount), {
      files: { [etc]: search('a'), [`${etc}.d/1.conf`]: search('b'), [home]: 'short-name-mode="enforcing"\n', [`${home}.d/u.conf`]: search('u') },
    });
    expect(fact.value).toMatchObject({ 'unqualified-search-registries': ['u'], 'short-name-mode': 'enforcing', layers: [home, `${home}.d/u.conf`] });
    expect(fact.notes.get('')?.map((n) => n.said)).toEqual([etc, `${etc}.d/1.conf`].map((p) => `${p} is not read: ${home} hides it`));
  });
  test('without one, user drop-ins follow the system ones', () => {
    expect(
      known(registriesConf(rootAccount), { files: { [`${etc}.d/z.conf`]: search('z'), [`${home}.d/a.conf`]: search('a') } }).value[
        'unqualified-search-registries'
      ],
    ).toEqual(['a']);
  });
  test('format 1 turns into format 2', () => {
    const fact = known(registriesConf(rootAccount), {
      files: { [etc]: '[registries.search]\nregistries=["s"]\n[registries.insecure]\nregistries=["i"]\n[registries.block]\nregistries=["i"]\n' },
      commands: { 'podman --version': { stdout: 'podman version 5.4.2\n' } },
    });
    expect(fact.value).toMatchObject({ format: 1, 'unqualified-search-registries': ['s'], registry: [{ prefix: 'i', insecure: true, blocked: true }] });
  });
  test.each([
    ['both formats', `${search('a')}[registries.search]\nregistries=["s"]\n`, 2],
    ['a single table', '[registry]\nlocation="x"\n', 1],
    ['a scheme', '[[registry]]\nlocation="https://x"\n', 2],
    ['a prefix without location', '[[registry]]\nprefix="x"\n', 1],
    ['insecure as a string', '[[registry]]\nlocation="x"\ninsecure="true"\n', 3],
    ['a mode in another case', 'short-name-mode="Enforcing"\n', 1],
  ])('%s is refused', (_, text, line) => {
    expect(refused(registriesConf(rootAccount), { files: { [etc]: text } })).toMatchObject({ why: 'unparsable', where: [{ path: etc, line }] });
  });
  test('format 1 in a drop-in is refused', () => {
    expect(refused(registriesConf(rootAccount), { files: { [`${etc}.d/1.conf`]: '[registries.search]\nregistries=["s"]\n' } }).said).toContain('format 1');
  });
});

describe('crio.conf', () => {
  test('every file of the directory counts, later ones win, tables of a runtime are replaced whole', () => {
    const files = {
      '/etc/crio/crio.conf': '[crio.runtime]\npids_limit=5\nselinux=true\n[crio.runtime.runtimes.crun]\nruntime_path="/a"\nruntime_root="/r"\n',
      '/etc/crio/crio.conf.d/10.bak': '[crio.runtime]\npids_limit=7\ndefault_capabilities=[]\n[crio.runtime.runtimes.crun]\nruntime_path="/b"\n',
    };
    const fact = known(crioConf(), { files });
    expect(fact.value.crio).toEqual({ runtime: { pids_limit: 7, selinux: true, default_capabilities: [], runtimes: { crun: { runtime_path: '/b' } } } });
    expect(lines(fact, 'crio.runtime.pids_limit')).toEqual(['/etc/crio/crio.conf.d/10.bak:2', '/etc/crio/crio.conf:2']);
    expect(fact.notes.get('crio.runtime.default_capabilities')?.[0]?.said).toContain('no capability');
  });
  test('none, a subdirectory, a wrong type', () => {
    expect(known(crioConf(), { files: {} }).exists).toBe(false);
    expect(refused(crioConf(), { files: { '/etc/crio/crio.conf.d/sub/x.conf': '' } }).why).toBe('unsupported');
    expect(refused(crioConf(), { files: { '/etc/crio/crio.conf': '[crio.runtime]\nselinux="yes"\n' } }).where[0]?.line).toBe(2);
    expect(known(crioConf(), { files: { '/etc/crio/crio.conf': '[crio.runtime]\nselinx=true\n' } }).value.unknownKeys).toEqual(['crio.runtime.selinx']);
  });
});

describe('k3s', () => {
  const main = '/etc/rancher/k3s/config.yaml';
  const flags = (files: NonNullable<HostSpec['files']>) => known(k3sConfig(), { files }).value.flags;
  test('drop-ins in byte order, key+ appends', () => {
    expect(
      flags({
        [main]: 'tls-san: [a]\nnode-label: x=1\nwrite-kubeconfig-mode: "0644"\n',
        [`${main}.d/2.yml`]: 'tls-san+: [c]\n',
        [`${main}.d/10.YAML`]: 'tls-san+: b\nnode-label+:\n  - y=2\n',
        [`${main}.d/x.txt`]: 'docker: true\n',
      }),
    ).toEqual({ 'tls-san': ['a', 'b', 'c'], 'node-label': ['x=1', 'y=2'], 'write-kubeconfig-mode': '0644' });
  });
  test('a later key without + replaces; + without a value before sets', () => {
    expect(flags({ [main]: 'a+: 1\n', [`${main}.d/2.yaml`]: 'b: [1]\n', [`${main}.d/3.yaml`]: 'b: [2]\n' })).toEqual({ a: '1', b: '2' });
  });
  test('arguments of the unit win, quoted and continued as the installer writes them', () => {
    const fact = known(k3sConfig(), {
      files: {
        [main]: 'flannel-backend: vxlan\n',
        '/etc/systemd/system/k3s.service': "[Service]\nExecStart=/usr/local/bin/k3s \\\n    server \\\n\t'--flannel-backend=none' \\\n\t'--docker' \\\n",
      },
    });
    expect(fact.value).toMatchObject({ command: 'server', flags: { 'flannel-backend': 'none', docker: true }, units: ['k3s.service'] });
    expect(lines(fact, 'flags.flannel-backend')?.slice(-1)).toEqual([`${main}:1`]);
  });
  test('of a list in files and arguments both count, the files first', () => {
    expect(flags({ [main]: 'tls-san: [a]\n', '/etc/systemd/system/k3s.service': '[Service]\nExecStart=/usr/local/bin/k3s server --tls-san b\n' })).toEqual({
      'tls-san': ['a', 'b'],
    });
  });
  test('a secret is named and not kept; of an endpoint the password is not', () => {
    expect(flags({ [main]: 'token: abc\ndatastore-endpoint: postgres://u:p@h/k\nselinux: true\n' })).toEqual({
      token: '<redacted>',
      'datastore-endpoint': 'postgres://u:<redacted>@h/k',
      selinux: true,
    });
  });
  test('--config moves files and drop-ins', () => {
    const unit = (path: string) => ({
      [main]: 'aa: 1\n',
      '/etc/systemd/system/k3s-agent.service': `[Service]\nExecStart=/usr/local/bin/k3s agent --config ${path}\n`,
      '/etc/rancher/k3s/other.yaml': 'bb: 1\n',
      '/etc/rancher/k3s/other.yaml.d/x.yaml': 'cc: 1\n',
    });
    expect(flags(unit('/etc/rancher/k3s/other.yaml'))).toMatchObject({ bb: '1', cc: '1' });
    expect(flags(unit('/etc/rancher/k3s/other.yaml'))).not.toHaveProperty('aa');
    expect(flags({ ...unit('/srv/k3s/own.yaml'), '/srv/k3s/own.yaml': 'dd: 1\n', '/srv/k3s/own.yaml.d/1.yaml': 'ee: 1\n' })).toEqual({
      config: '/srv/k3s/own.yaml',
      dd: '1',
      ee: '1',
    });
    expect(flags(unit('/srv/k3s.yaml'))).toEqual({ config: '/srv/k3s.yaml' });
    expect(refused(k3sConfig(), { files: unit('https://boot.example/k3s.yaml') }).why).toBe('unsupported');
  });
  test('what is not there, not a map, or given twice', () => {
    expect(known(k3sConfig(), { files: {} }).exists).toBe(false);
    expect(refused(k3sConfig(), { files: { [main]: '- a\n' } }).said).toContain('keys and values');
    expect(known(k3sConfig(), { files: { [main]: 'a: 1\na: 2\n' } }).value).toMatchObject({ duplicates: ['a'], flags: { a: '2' } });
  });
});

describe('crio kinds', () => {
  test('a network that is asked for by name', () => {
    const net = (name: string) => `{"name":"${name}","plugins":[{"type":"bridge"}]}`;
    const files = {
      '/etc/crio/crio.conf': '[crio.network]\ncni_default_network="b"\n',
      '/etc/cni/net.d/1.conflist': net('a'),
      '/etc/cni/net.d/2.conflist': net('b'),
    };
    expect(known(crioCni.learn({}, rootAccount), { files }).value).toMatchObject({ chosen: '2.conflist', network: 'b', missing: ['bridge', 'loopback'] });
    expect(known(crioCni.learn({}, rootAccount), { files: { ...files, '/etc/cni/net.d/2.conflist': net('c') } }).value.chosen).toBeUndefined();
  });
  test('storage that CRI-O inherits', () => {
    const conf = '[storage]\ndriver="overlay"\nrunroot="/r"\ngraphroot="/g"\n';
    expect(known(crioStorage.learn({}, rootAccount), podman('5.4.2', { '/etc/containers/storage.conf': conf })).value).toMatchObject({
      relation: 'shared',
      crioRoot: '/g',
      podmanRoot: '/g',
    });
  });
});

describe('document', () => {
  const learn = (path: string, content: string, format?: string) =>
    known(document.learn({ path, ...(format ? { format } : {}) }, alice), { files: { [path.replace('~', alice.home)]: content } });
  test.each([
    ['/a.json', '{"a":\n{"b":1}}', { a: { b: 1 } }, 'content.a.b', 2],
    ['~/a.yml', 'a:\n  b: 1\n', { a: { b: 1 } }, 'content.a.b', 2],
    ['/a.toml', '[a]\nb=1\n', { a: { b: 1 } }, 'content.a.b', 2],
    ['/a.conf', 'x=y\n[a]\nb=1\n', { x: 'y', a: { b: '1' } }, 'content.a.b', 3],
  ])('%s', (path, content, value, key, line) => {
    const fact = learn(path, content);
    expect(fact.value.content).toEqual(value);
    expect(fact.where.get(key)?.[0]?.line).toBe(line);
  });
  test('duplicates, a given format, broken and missing files, hostile names', () => {
    expect(learn('/a', '{"a":1,"a":2}', 'json').value).toEqual({ content: { a: 2 }, duplicates: ['a'] });
    expect(refused(document.learn({ path: '/a.json' }, alice), { files: { '/a.json': '{\n' } }).where[0]?.line).toBe(2);
    expect(known(document.learn({ path: '/no.json' }, alice), { files: {} }).exists).toBe(false);
    expect(JSON.stringify(learn('/a.conf', '[__proto__]\nx=1\n[constructor]\ny=2\n').value.content)).toBe('{"__proto__":{"x":"1"},"constructor":{"y":"2"}}');
  });
});
