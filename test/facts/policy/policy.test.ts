import { describe, expect, test } from 'vitest';
import { answerer, type HostSpec } from '../../../src/collect/composed/composed.ts';
import type { Account } from '../../../src/facts/ask.ts';
import { libraryOf } from '../../../src/facts/containers/image-library.ts';
import { type Release, releaseOf } from '../../../src/facts/containers/podman-release.ts';
import type { Fact } from '../../../src/facts/fact.ts';
import { rootAccount } from '../../../src/facts/host/accounts.ts';
import { type Policy, readPolicy } from '../../../src/facts/policy/policy-file.ts';
import { requirementsFor, weakerThan } from '../../../src/facts/policy/trust.ts';
import { settle } from '../../../src/facts/settle.ts';
import { imagePolicy } from '../../../src/kinds/policy/image-policy.ts';

const library = (podman: string): Release => libraryOf('podman', releaseOf(podman) as Release);
const accept = '{"type":"insecureAcceptAnything"}';
const reject = '{"type":"reject"}';
const signed = (key = '/k'): string => `{"type":"signedBy","keyType":"GPGKeys","keyPath":"${key}"}`;
const sigstore = (rest: string): string => `{"default":[{"type":"sigstoreSigned"${rest}}]}`;
const transports = (text: string): string => `{"default":[${accept}],"transports":${text}}`;

/** What `podman load` of 4.3.1 made of each text. */
const accepted: readonly [string, string, boolean][] = [
  ['accept anything', `{"default":[${accept}]}`, true],
  ['a byte order mark', `\uFEFF{"default":[${accept}]}`, false],
  ['an empty file', '', false],
  ['a key in another case', `{"Default":[${accept}]}`, false],
  ['a key twice', `{"default":[${accept}],"default":[${accept}]}`, false],
  ['a trailing comma', `{"default":[${accept}],}`, false],
  ['an empty list', '{"default":[]}', false],
  ['null for a list', '{"default":null}', false],
  ['null for transports', transports('null'), false],
  ['no default', '{"transports":{}}', false],
  ['an extra key in accept', '{"default":[{"type":"insecureAcceptAnything","x":1}]}', false],
  ['type in another case', '{"default":[{"Type":"insecureAcceptAnything"}]}', false],
  ['an unknown key', `{"default":[${accept}],"comment":"x"}`, false],
  ['two requirements', `{"default":[${accept},${reject}]}`, true],
  ['a scope of docker-archive', transports(`{"docker-archive":{"/x":[${reject}]}}`), false],
  ['all of docker-archive', transports(`{"docker-archive":{"":[${reject}]}}`), true],
  ['a relative scope of dir', transports(`{"dir":{"x":[${reject}]}}`), false],
  ['a scope of dir with a slash at its end', transports(`{"dir":{"/x/":[${reject}]}}`), false],
  ['the root as scope of dir', transports(`{"dir":{"/":[${reject}]}}`), false],
  ['a scope of dir', transports(`{"dir":{"/x":[${reject}]}}`), true],
  ['a relative scope of oci', transports(`{"oci":{"x":[${reject}]}}`), false],
  ['an unknown transport', transports(`{"bogus":{"x":[${reject}]}}`), true],
  ['an empty list below an unknown transport', transports('{"bogus":{"x":[]}}'), false],
  ['a list for scopes', transports(`{"docker":[${reject}]}`), false],
  ['a wildcard of docker', transports(`{"docker":{"*.x/y":[${reject}]}}`), true],
  ['a tag of docker', transports(`{"docker":{"r.example/x:tag":[${reject}]}}`), true],
  ['a scope of docker-daemon', transports(`{"docker-daemon":{"x":[${reject}]}}`), true],
  ['a wrong scope of containers-storage', transports(`{"containers-storage":{"x":[${reject}]}}`), false],
  ['a scope of containers-storage', transports(`{"containers-storage":{"[overlay@/a]":[${reject}]}}`), true],
  ['a scope of tarball', transports(`{"tarball":{"x":[${reject}]}}`), false],
  ['a scope of ostree', transports(`{"ostree":{"x":[${reject}]}}`), true],
  ['signedBy', `{"default":[${signed()}]}`, true],
  ['signedBy without a key', '{"default":[{"type":"signedBy","keyType":"GPGKeys"}]}', false],
  ['signedBy with two keys', '{"default":[{"type":"signedBy","keyType":"GPGKeys","keyPath":"/a","keyData":"eA=="}]}', false],
  ['signedBy with an unknown key type', '{"default":[{"type":"signedBy","keyType":"gpg","keyPath":"/a"}]}', false],
  ['signedBaseLayer', '{"default":[{"type":"signedBaseLayer","baseLayerIdentity":{"type":"matchExact"}}]}', true],
  ['sigstoreSigned', sigstore(',"keyPath":"/k"'), true],
  ['sigstoreSigned without a key', sigstore(''), false],
  ['keyPaths of sigstoreSigned', sigstore(',"keyPaths":["/k"]'), false],
  ['fulcio', sigstore(',"fulcio":{"caPath":"/x","oidcIssuer":"i","subjectEmail":"e"},"rekorPublicKeyPath":"/y"'), false],
];

describe('a policy.json is accepted as Podman 4.3.1 accepts it', () => {
  test.each(accepted)('%s', (_, text, fine) => {
    const policy = readPolicy('/p', text, library('4.3.1'));
    expect('is' in policy ? policy.why : 'accepted').toBe(fine ? 'accepted' : 'unparsable');
    if ('is' in policy) expect(policy.where[0]).toMatchObject({ path: '/p', line: 1 });
  });
  test('later releases know more keys', () => {
    expect('is' in readPolicy('/p', sigstore(',"keyPaths":["/k"]'), library('5.4.2'))).toBe(false);
    expect('is' in readPolicy('/p', sigstore(',"keyPath":"/k"'), library('3.0.1'))).toBe(true);
  });
  test('hostile keys and depth do no harm', () => {
    expect('is' in readPolicy('/p', transports(`{"__proto__":{"constructor":[${reject}]}}`), library('5.4.2'))).toBe(false);
    expect('is' in readPolicy('/p', '['.repeat(100_000), library('5.4.2'))).toBe(true);
  });
});

const policy = (text: string): Policy => {
  const read = readPolicy('/p', text, library('5.4.2'));
  if ('is' in read) throw new Error(read.said);
  return read;
};

describe('the most specific scope decides', () => {
  const p = policy(
    `{"default":[${reject}],"transports":{"docker":{"":[${signed('/all')}],"r.example":[${signed('/host')}],"r.example/team":[${accept}],"r.example/team/app:1":[${signed('/tag')}],"*.wild.example":[${signed('/wild')}]}}}`,
  );
  test.each([
    ['docker', 'r.example/team/app:1', '/tag'],
    ['docker', 'r.example/team/app:2', undefined],
    ['docker', 'r.example/other', '/host'],
    ['docker', 'a.wild.example/x', '/wild'],
    ['docker', 'other.example/x', '/all'],
    ['oci', '/x', undefined],
  ])('%s %s', (transport, scope, key) => {
    expect(requirementsFor(p, transport, scope)[0]?.keyFiles[0]?.path).toBe(key);
  });
});

describe('weaker', () => {
  const one = (docker: string, fallback = reject): Policy => policy(`{"default":[${fallback}],"transports":{"docker":{${docker}}}}`);
  test.each<[string, Policy, Policy, boolean]>([
    ['the same', one(`"":[${signed()}]`), one(`"":[${signed()}]`), false],
    ['reject for signed', one(`"":[${reject}]`), one(`"":[${signed()}]`), false],
    ['another key', one(`"":[${signed('/mine')}]`), one(`"":[${signed()}]`), true],
    ['both keys', one(`"":[${signed('/mine')},${signed()}]`), one(`"":[${signed()}]`), false],
    ['an open scope below a signed one', one(`"":[${signed()}],"r.example":[${accept}]`), one(`"":[${signed()}]`), true],
    ['an open default', one(`"":[${signed()}]`, accept), one(`"":[${signed()}]`), true],
    ['stricter than accept', one(`"":[${reject}]`), policy(`{"default":[${accept}]}`), false],
  ])('%s', (_, own, system, weak) => {
    expect(weakerThan(own, system)).toBe(weak);
  });
});

describe('which file counts', () => {
  const alice: Account = { name: 'alice', uid: 1000, gid: 1000, home: '/home/alice' };
  const learn = (version: string, files: HostSpec['files'], as: Account = rootAccount): Fact =>
    settle(
      imagePolicy.learn({}, as),
      answerer({ files: { '/usr/bin/podman': { mode: '0755' }, ...files }, commands: { 'podman --version': { stdout: `podman version ${version}\n` } } }),
    );
  const path = (fact: Fact): unknown => (fact.is === 'known' ? fact.value.path : fact.why);
  const all = {
    '/etc/containers/policy.json': `{"default":[${accept}]}`,
    '/usr/share/containers/policy.json': `{"default":[${accept}]}`,
    '/root/.config/containers/policy.json': `{"default":[${reject}]}`,
    '/home/alice/.config/containers/policy.json': `{"default":[${reject}]}`,
  };
  test.each([
    ['3.0.1', rootAccount, '/etc/containers/policy.json'],
    ['4.3.1', rootAccount, '/root/.config/containers/policy.json'],
    ['5.4.2', rootAccount, '/root/.config/containers/policy.json'],
    ['3.0.1', alice, '/home/alice/.config/containers/policy.json'],
  ])('%s', (version, as, expected) => {
    expect(path(learn(version, all, as))).toBe(expected);
  });
  test('a dangling own file counts as absent, a directory does not', () => {
    const etc = { '/etc/containers/policy.json': `{"default":[${accept}]}` };
    expect(path(learn('4.3.1', { ...etc, '/root/.config/containers/policy.json': { link: '/nowhere' } }))).toBe('/etc/containers/policy.json');
    const fact = learn('4.3.1', { ...etc, '/root/.config/containers/policy.json': { type: 'directory' } });
    expect(fact.is === 'known' && fact.value.problem).toContain('is a directory');
  });
  test('an own file that may not be seen leaves everything open', () => {
    expect(path(learn('5.4.2', { ...all, '/root/.config/containers': { type: 'directory', blocked: 'denied' } }))).toBe('denied');
  });
});
