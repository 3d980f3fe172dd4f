import { describe, expect, test } from 'vitest';
import { answerer, type HostSpec } from '../../../src/collect/composed/composed.ts';
import type { Account } from '../../../src/facts/ask.ts';
import type { Fact } from '../../../src/facts/fact.ts';
import { rootAccount } from '../../../src/facts/host/accounts.ts';
import type { Kind } from '../../../src/facts/kind.ts';
import { settle } from '../../../src/facts/settle.ts';
import { ociRuntime } from '../../../src/kinds/containers/oci-runtime.ts';
import { registryCredentials } from '../../../src/kinds/containers/registry-credentials.ts';
import { seccompProfile } from '../../../src/kinds/containers/seccomp-profile.ts';
import { podmanStore } from '../../../src/kinds/podman/podman-store.ts';

const conf = '/etc/containers/containers.conf';
const host = (version: string, files: HostSpec['files'], more: HostSpec = {}): HostSpec => ({
  ...more,
  files: { '/usr/bin/podman': { mode: '0755' }, ...files },
  commands: { 'podman --version': { stdout: `podman version ${version}\n` }, ...more.commands },
});
const learn = (kind: Kind, spec: HostSpec, as: Account = rootAccount): Fact => settle(kind.learn({}, as), answerer(spec));
const value = (fact: Fact): unknown => (fact.is === 'known' ? fact.value : fact.said);
const program = { mode: '0755' };

describe('the OCI runtime is found as Podman 4.3.1 finds it', () => {
  test.each<[string, string, string | false]>([
    ['nothing is set', '', '/usr/bin/crun'],
    ['a name that is not installed', '[engine]\nruntime="runc"\n', false],
    ['an absolute path', '[engine]\nruntime="/usr/bin/crun"\n', '/usr/bin/crun'],
    ['an absolute path that is not there', '[engine]\nruntime="/nope/crun"\n', false],
    ['a program in PATH that is no key', '[engine]\nruntime="true"\n', false],
    ['a dead list entry and the name in PATH', '[engine]\nruntime="true"\n[engine.runtimes]\ntrue=["/nope"]\n', '/usr/bin/true'],
    ['a bare name in the list', '[engine]\nruntime="x"\n[engine.runtimes]\nx=["crun"]\n', false],
    ['a directory in the list', '[engine]\nruntime="x"\n[engine.runtimes]\nx=["/tmp"]\n', false],
    ['an empty list', '[engine]\nruntime="crun"\n[engine.runtimes]\ncrun=[]\n', '/usr/bin/crun'],
    ['another case', '[engine]\nruntime="CRUN"\n', false],
  ])('%s', (_, text, path) => {
    const files = { '/usr/bin/crun': program, '/usr/bin/true': program, '/tmp': { type: 'directory' as const }, [conf]: text };
    expect(value(learn(ociRuntime, host('4.3.1', files)))).toMatchObject(path === false ? { found: false } : { found: true, path });
  });
});

describe('the seccomp profile as Podman 4.3.1 has it', () => {
  const [etc, usr] = ['/etc/containers/seccomp.json', '/usr/share/containers/seccomp.json'];
  test.each<[string, HostSpec['files'], object]>([
    ['no file', {}, { source: 'built-in', confines: true }],
    ['the vendor file', { [usr]: '{}' }, { source: 'vendor', path: usr, confines: true }],
    ['the file of /etc', { [etc]: '{}' }, { source: 'custom', path: etc }],
    ['both', { [etc]: '{}', [usr]: '{}' }, { source: 'custom', path: etc }],
    ['an empty key and both', { [etc]: '{}', [usr]: '{}', [conf]: '[containers]\nseccomp_profile=""\n' }, { source: 'custom', path: etc }],
    ['a missing one', { [conf]: '[containers]\nseccomp_profile="/x"\n' }, { source: 'missing', confines: false }],
  ])('%s', (_, files, expected) => {
    expect(value(learn(seccompProfile, host('4.3.1', files)))).toMatchObject(expected);
  });
});

describe('the store', () => {
  const root = '/var/lib/containers/storage';
  const info = (store: object): HostSpec => ({ commands: { 'podman info --format json': { stdout: JSON.stringify({ store }) } } });
  test('Podman is not asked where it has not run since the boot', () => {
    const fact = learn(
      podmanStore,
      host('5.4.2', { [`${root}/db.sql`]: 'x', [`${root}/overlay`]: { type: 'directory' } }, info({ graphDriverName: 'vfs', graphRoot: root })),
    );
    expect(value(fact)).toMatchObject({ driver: 'overlay', traces: ['overlay'], sqlite: true, bolt: false });
    expect(fact.is === 'known' && fact.gaps.has('agrees')).toBe(true);
  });
  test('its own word beats the traces', () => {
    const fact = learn(
      podmanStore,
      host(
        '5.4.2',
        { '/run/libpod/alive': '', [`${root}/db.sql`]: 'x', [`${root}/overlay`]: { type: 'directory' } },
        info({ graphDriverName: 'vfs', graphRoot: root }),
      ),
    );
    expect(value(fact)).toMatchObject({ driver: 'vfs', agrees: true });
  });
  test('output that is not its JSON is no value', () => {
    const spec = host('5.4.2', { '/run/libpod/alive': '', [`${root}/db.sql`]: 'x' }, { commands: { 'podman info --format json': { stdout: 'hello' } } });
    expect(learn(podmanStore, spec)).toMatchObject({ is: 'unknown', why: 'unparsable' });
  });
  test('the store lies on the mount that its path leads to, links on the way followed', () => {
    const files = {
      '/proc/self/mountinfo': '22 1 8:1 / / rw - ext4 /dev/a rw\n23 22 0:5 / /var/data rw,noexec shared:1 - xfs /dev/b rw\n',
      '/var/lib/containers': { link: '/var/data/containers' },
      '/var/data/containers/storage': { type: 'directory' as const },
    };
    expect(value(learn(podmanStore, host('5.4.2', files)))).toMatchObject({ filesystem: 'xfs', noexec: true });
  });
});

test('credentials are looked up and never read', () => {
  const asked: string[] = [];
  const answer = answerer(host('5.4.2', { '/root/.docker/config.json': { content: 'secret', mode: '0644' } }));
  settle(registryCredentials.learn({}, rootAccount), (ask) => {
    asked.push(ask.do);
    return answer(ask);
  });
  expect(new Set(asked)).toEqual(new Set(['env', 'stat']));
});
