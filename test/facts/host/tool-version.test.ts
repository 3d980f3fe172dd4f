import { describe, expect, it } from 'vitest';
import { answerer, type HostSpec } from '../../../src/collect/composed/composed.ts';
import { rootAccount } from '../../../src/facts/host/accounts.ts';
import { inDpkgStatus, upstreamVersion } from '../../../src/facts/host/package-version.ts';
import { toolVersion } from '../../../src/facts/host/tool-version.ts';
import { settle } from '../../../src/facts/settle.ts';
import { tool } from '../../../src/kinds/host/tool.ts';

const program = { mode: '0755' };
const learn = (name: string, host: HostSpec) => settle(tool.learn({ name }, rootAccount), answerer(host));
const ask = (name: string, host: HostSpec) => settle(toolVersion(name), answerer(host));
const dpkg = (name: string, version: string, status = 'install ok installed') =>
  `Package: other\nStatus: install ok installed\nVersion: 9\n\nPackage: ${name}\nStatus: ${status}\nVersion: ${version}\nDescription: x\n more\n`;

describe('what programs print', () => {
  it.each([
    ['podman', 'podman --version', 'podman version 4.3.1\n', '4.3.1'],
    ['podman', 'podman --version', 'podman version 4.9.4-rhel\n', '4.9.4-rhel'],
    ['podman', 'podman --version', 'podman version 5.2.0-dev\n', '5.2.0-dev'],
    ['podman', 'podman --version', 'podman version 5.4.2+ds1\n', '5.4.2+ds1'],
    ['k3s', 'k3s --version', 'k3s version v1.34.2+k3s1 (9d9bb0b5)\ngo version go1.24.9\n', '1.34.2+k3s1'],
    ['k3d', 'k3d --version', 'k3d version v5.8.3\nk3s version v1.31.5-k3s1 (default)\n', '5.8.3'],
    ['crio', 'crio --version', 'crio version 1.37.0\n   GitCommit: f954a17\n', '1.37.0'],
    ['systemctl', 'systemctl --version', 'systemd 252 (252.38-1~deb12u1)\n+PAM\n', '252'],
    ['systemctl', 'systemctl --version', 'systemd 258~rc2 (258~rc2-1)\n', '258'],
    ['slirp4netns', 'slirp4netns --version', 'slirp4netns version 1.2.0\ncommit: 65\n', '1.2.0'],
    ['pasta', 'pasta --version', 'pasta 0.0~git20250503.587980c-2\nCopyright Red Hat\n', '0.0~git20250503.587980c-2'],
    ['pasta', 'pasta --version', 'pasta 2024_11_27.c0fbc7e\n', '2024_11_27.c0fbc7e'],
    ['crun', 'crun --version', 'crun version 1.8.1\ncommit: f8\n', '1.8.1'],
    ['runc', 'runc --version', 'runc version 1.1.5+ds1\ncommit: 1\n', '1.1.5+ds1'],
    ['netavark', '/usr/lib/podman/netavark --version', 'netavark 1.4.0\n', '1.4.0'],
    ['aardvark-dns', '/usr/libexec/podman/aardvark-dns --version', 'aardvark-dns 1.14.0\n', '1.14.0'],
    ['conmon', 'conmon --version', 'conmon version 2.1.6\ncommit: unknown\n', '2.1.6'],
    ['iptables', 'iptables --version', 'iptables v1.8.9 (nf_tables)\n', '1.8.9'],
    ['docker', 'docker --version', 'Docker version 28.2.2, build e6534b4\n', '28.2.2'],
  ])('%s: %s', (name, command, stdout, version) => {
    expect(ask(name, { commands: { [command]: { stdout } } })).toEqual({ is: 'known', version, where: { path: `command:${command}` } });
  });
});

describe('a program that cannot tell', () => {
  it('is asked of dpkg on an image, and says so', () => {
    const fact = learn('podman', { kind: 'image', files: { '/usr/bin/podman': program, '/var/lib/dpkg/status': dpkg('podman', '4.3.1+ds1-8+deb12u1+b1') } });
    expect(fact).toMatchObject({
      is: 'known',
      exists: true,
      value: { installed: true, version: '4.3.1+ds1', source: 'dpkg', path: '/usr/bin/podman', hidden: [] },
    });
    expect(fact.is === 'known' && fact.where.get('version')).toEqual([
      { path: '/var/lib/dpkg/status', line: 7, said: 'package podman, since the program could not tell' },
    ]);
  });
  it('is found in a distroless image', () => {
    const files = { '/usr/bin/podman': program, '/var/lib/dpkg/status.d/podman': 'Package: podman\nVersion: 5.4.2+ds1-2\n' };
    expect(learn('podman', { kind: 'image', files })).toMatchObject({ value: { version: '5.4.2+ds1' } });
  });
  it('is asked of dpkg when it does not know its own version, as pasta on Debian 12', () => {
    const host: HostSpec = {
      files: { '/usr/bin/pasta': program, '/var/lib/dpkg/status': dpkg('passt', '0.0~git20230309.7c7625d-1') },
      commands: { 'pasta --version': { stdout: 'pasta unknown version\nCopyright Red Hat\n' } },
    };
    expect(learn('pasta', host)).toMatchObject({ value: { version: '0.0~git20230309.7c7625d', source: 'dpkg' } });
  });
  it.each<[string, HostSpec, string]>([
    ['no database', { files: { '/usr/bin/podman': program } }, 'told no version'],
    [
      'a package that was removed',
      { files: { '/usr/bin/podman': program, '/var/lib/dpkg/status': dpkg('podman', '3.0', 'deinstall ok config-files') } },
      'told no version',
    ],
    [
      'a program beside the packages',
      { kind: 'image', files: { '/usr/local/bin/podman': program, '/var/lib/dpkg/status': dpkg('podman', '3.0') } },
      'cannot be asked',
    ],
    [
      'a closed database',
      { kind: 'image', files: { '/usr/bin/podman': program, '/var/lib/dpkg/status': { blocked: 'denied' } } },
      'permission denied: /var/lib/dpkg/status',
    ],
    [
      'an rpm image',
      { kind: 'image', files: { '/usr/bin/podman': program, '/usr/lib/sysimage/rpm/rpmdb.sqlite': '' } },
      'rpm does not answer, and nobody else reads its database here',
    ],
    ['output that means nothing', { commands: { 'podman --version': { stdout: 'hello\n' } } }, 'told no version: hello'],
    ['an error', { commands: { 'podman --version': { exit: 125, stderr: 'Error: toml\n' } } }, 'exited 125 and told no version: Error: toml'],
  ])('with %s: installed, version unknown', (_, host, said) => {
    const fact = learn('podman', host);
    expect(fact).toMatchObject({ is: 'known', exists: true, value: { installed: true } });
    expect(fact.is === 'known' && fact.gaps.get('version')?.said).toContain(said);
    expect(ask('podman', host).is).toBe('unknown');
  });
  it('is asked of rpm where rpm runs', () => {
    const host: HostSpec = {
      files: { '/usr/bin/podman': program, '/usr/lib/sysimage/rpm/Packages.db': '' },
      commands: { 'rpm -q --qf %{VERSION}\\n podman': { stdout: '5.4.2\n' }, 'podman --version': { exit: 125 } },
    };
    expect(learn('podman', host)).toMatchObject({ value: { version: '5.4.2', source: 'rpm' } });
  });
});

describe('a program that is not there', () => {
  it('is absent with the places that were looked at', () => {
    const fact = learn('podman', { kind: 'image' });
    expect(fact).toMatchObject({ is: 'known', exists: false, value: { installed: false } });
    expect(fact.is === 'known' && fact.consulted).toContainEqual({ path: '/usr/bin/podman' });
    expect(ask('podman', {}).is).toBe('absent');
  });
  it.each<[string, HostSpec['files'], string]>([
    ['a dangling link', { '/usr/bin/podman': { link: '/opt/podman' } }, '/usr/bin/podman is a dangling link to /opt/podman'],
    ['a file without the execute bit', { '/usr/bin/podman': { mode: '0644' } }, 'is not an executable file'],
    ['a directory', { '/usr/bin/podman': { type: 'directory' } }, 'is not an executable file'],
  ])('%s counts as none, with a note', (_, files, said) => {
    const fact = learn('podman', { files: files ?? {} });
    expect(fact).toMatchObject({ exists: false });
    expect(fact.is === 'known' && fact.notes.get('installed')?.[0]?.said).toContain(said);
  });
  it('is unknown when a directory is closed', () => {
    expect(learn('podman', { files: { '/usr/local/bin': { type: 'directory', blocked: 'denied' } } })).toMatchObject({ is: 'unknown', why: 'denied' });
  });
});

it('names the programs that the first one hides', () => {
  const fact = learn('podman', {
    files: { '/usr/bin/podman': program, '/usr/local/bin/podman': program },
    commands: { 'podman --version': { stdout: 'podman version 5.0.0\n' } },
  });
  expect(fact).toMatchObject({ value: { path: '/usr/local/bin/podman', hidden: ['/usr/bin/podman'] } });
  expect(fact.is === 'known' && fact.notes.get('version')?.[0]?.said).toContain('/usr/bin/podman');
});

it('sees one program where /bin is a link to /usr/bin', () => {
  expect(learn('podman', { files: { '/usr/bin/podman': program, '/bin': { link: 'usr/bin' } } })).toMatchObject({ value: { hidden: [] } });
});

it('finds a tool it never runs', () => {
  expect(learn('newuidmap', { files: { '/usr/bin/newuidmap': program }, commands: { 'newuidmap --version': { stdout: 'x' } } })).toMatchObject({
    value: { installed: true },
  });
});

describe('Debian versions', () => {
  it.each([
    ['5:20.10.24+dfsg1-1+deb12u1+b2', '20.10.24+dfsg1'],
    ['1.4.0', '1.4.0'],
    ['252.38-1~deb12u1', '252.38'],
  ])('%s', (full, upstream) => expect(upstreamVersion(full)).toBe(upstream));
  it('reads the last stanza of a file without a final newline', () => {
    expect(inDpkgStatus('Package: a\nStatus: install ok installed\nVersion: 1', 'a')).toEqual({ version: '1', line: 3 });
    expect(inDpkgStatus('', 'a')).toBeUndefined();
  });
});
