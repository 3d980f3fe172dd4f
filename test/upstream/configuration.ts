/**
 * Reads upstream's own test files about registries.conf, policy.json, storage.conf and containers.conf out of its Git
 * repositories, tag by tag, and prints how far pretrip agrees with what the tests of that release say.
 *
 *     node test/upstream/configuration.ts GIT-DIRECTORY…
 *
 * for checkouts or bare copies of containers/image, containers/common, containers/storage and container-libs.
 */
import { spawnSync } from 'node:child_process';
import { answerer } from '../../src/collect/composed/composed.ts';
import type { Asking } from '../../src/facts/ask.ts';
import { containersConf } from '../../src/facts/containers/containers-conf.ts';
import { isIdentityPrefix, parseNormalized } from '../../src/facts/containers/image-reference.ts';
import { type Release, releaseOf, since } from '../../src/facts/containers/podman-release.ts';
import { readRegistriesFile } from '../../src/facts/containers/registries-file.ts';
import { storageConf } from '../../src/facts/containers/storage-conf.ts';
import type { Fact } from '../../src/facts/fact.ts';
import { rootAccount } from '../../src/facts/host/accounts.ts';
import { readPolicy } from '../../src/facts/policy/policy-file.ts';
import { settle } from '../../src/facts/settle.ts';
import { storageClaims } from './storage-tests.ts';

/** One thing that a test says: whether it is taken, and what is taken for it here. */
interface Claim {
  readonly name: string;
  readonly taken: boolean;
  readonly ours: boolean;
  readonly said?: string;
}

const git = (directory: string, ...args: readonly string[]): string =>
  spawnSync('git', ['-C', directory, ...args], { encoding: 'utf8', maxBuffer: 1 << 28 }).stdout ?? '';
const judged = (name: string, taken: boolean, ours: object): Claim => ({
  name,
  taken,
  ours: !('is' in ours && ours.is === 'unknown'),
  ...('said' in ours ? { said: String(ours.said) } : {}),
});

/** The library's releases at a tag, and where its parts stand in that repository. */
interface Tag {
  readonly name: string;
  readonly part: 'image' | 'common' | 'storage';
  readonly version: Release;
  readonly prefix: string;
}

/** The releases that came with Podman 3.0; earlier ones are not told apart here. */
const oldest = { image: '5.10', common: '0.33', storage: '1.24' } as const;

function tagsOf(directory: string): Tag[] {
  const alone = /^module \S*containers\/(image|common|storage)(?:\/v\d+)?$/m.exec(git(directory, 'show', 'HEAD:go.mod'))?.[1];
  return git(directory, 'tag', '--sort=v:refname')
    .split('\n')
    .flatMap((name): Tag[] => {
      const [, part = alone, number = ''] = /^(?:(image|common|storage)\/)?v(\d+\.\d+\.\d+)$/.exec(name) ?? [];
      const version = releaseOf(number);
      if (!version || (part !== 'image' && part !== 'common' && part !== 'storage') || !since(version, oldest[part])) return [];
      return [{ name, part, version, prefix: name.includes('/') ? `${part}/` : '' }];
    });
}

const files = (directory: string, { name, prefix }: Tag, folder: string): [string, string][] =>
  git(directory, 'ls-tree', '-r', '--name-only', name, `${prefix}${folder}`)
    .split('\n')
    .filter((path) => /\.(conf|json)$/.test(path))
    .map((path) => [path.slice(prefix.length), git(directory, 'show', `${name}:${path}`)]);

/** Tests name what they refuse; a mix with empty lists was taken before 5.24, and format 1 until 5.40. */
function refusedByName(path: string, library: Release): boolean {
  const name = path.split('/').at(-1) ?? '';
  if (name === 'mixing-v1-v2-empty.conf') return since(library, '5.24');
  if (/^v1-compatibility/.test(name)) return since(library, '5.40');
  return /^(invalid-|.*-conflicts|missing-|mixing-|v1-invalid|try-update-cache-invalid)/.test(name);
}

/** Rows of Go test tables: `{"text", true}`, and the lists of names between two words of a test. */
const rows = (source: string, test: string): [string, boolean][] =>
  [...(source.split(`func ${test}(`)[1]?.split('\n}\n')[0] ?? '').matchAll(/^\t\t\{"([^"]*)", (true|false)\}/gm)].map(([, text = '', valid]) => [
    text,
    valid === 'true',
  ]);
const quoted = (source: string, test: string, from: string): string[] =>
  [...(source.split(`func ${test}(`)[1]?.split('\n}\n')[0]?.split(from)[1]?.split('\n\t}')[0] ?? '').matchAll(/^\t\t"([^"]*)",/gm)].map(
    ([, text = '']) => text,
  );

function imageClaims(directory: string, tag: Tag): Claim[] {
  const library = tag.version;
  const source = (path: string): string => git(directory, 'show', `${tag.name}:${tag.prefix}${path}`);
  const registries = files(directory, tag, 'pkg/sysregistriesv2/testdata').map(([path, text]) =>
    judged(path, !refusedByName(path, library), readRegistriesFile(path, text, path.includes('.conf.d'), library)),
  );
  const short = source('pkg/sysregistriesv2/shortnames_test.go');
  const alias = (name: string, value: string) => readRegistriesFile('/r', `[aliases]\n${JSON.stringify(name)} = ${JSON.stringify(value)}`, false, library);
  const aliases = [
    ...rows(short, 'TestParseShortNameValue')
      .filter(([text]) => text !== '')
      .map(([text, valid]) => judged(`alias for ${text}`, valid, alias('x', text))),
    ...rows(short, 'TestValidateShortName').map(([text, valid]) => judged(`alias ${text}`, valid, alias(text, 'r.example/x'))),
  ];
  const names = source('docker/reference/normalize_test.go');
  const references = (['validRepoNames', 'invalidRepoNames'] as const).flatMap((list) =>
    quoted(names, 'TestValidateReferenceName', `${list} := []string{`).map(
      (text): Claim => ({ name: `reference ${text}`, taken: list === 'validRepoNames', ours: parseNormalized(text) !== undefined }),
    ),
  );
  const prefixes = source('signature/policy_config_test.go')
    .split('func TestValidateIdentityRemappingPrefix(')[1]
    ?.split('\n}\n')[0]
    ?.split('[]string{')
    .slice(1)
    .flatMap((list, at) =>
      [...list.matchAll(/^\t\t"([^"]*)",/gm)].map(([, text = '']): Claim => ({ name: `prefix ${text}`, taken: at === 0, ours: isIdentityPrefix(text) })),
    );
  const policies = files(directory, tag, 'signature/fixtures')
    .filter(([path]) => path.endsWith('/policy.json'))
    .map(([path, text]) => judged(path, true, readPolicy(path, text, library)));
  return [...registries, ...aliases, ...references, ...(prefixes ?? []), ...policies];
}

/** What Podman came with a release of the other two, as far as what they accept differs. */
const podmanWith: Readonly<Record<'common' | 'storage', readonly (readonly [string, string])[]>> = {
  common: [
    ['0.33', '3.0'],
    ['0.38', '3.2'],
    ['0.44', '3.4'],
    ['0.47', '4.0'],
    ['0.48', '4.1'],
    ['0.49', '4.2'],
    ['0.50', '4.3'],
    ['0.51', '4.4'],
    ['0.52', '4.5'],
    ['0.55', '4.6'],
    ['0.56', '4.7'],
    ['0.57', '4.8'],
    ['0.58', '5.0'],
    ['0.59', '5.1'],
    ['0.60', '5.2'],
    ['0.61', '5.3'],
    ['0.62', '5.4'],
    ['0.63', '5.5'],
    ['0.64', '5.6'],
    ['0.65', '5.7'],
    ['0.67', '5.8'],
    ['0.68', '6.0'],
  ],
  storage: [
    ['1.24', '3.0'],
    ['1.38', '4.0'],
    ['1.43', '4.3'],
    ['1.48', '4.6'],
    ['1.53', '5.0'],
    ['1.57', '5.4'],
    ['1.62', '5.8'],
    ['1.63', '6.0'],
  ],
};

function confClaims(directory: string, tag: Tag, part: 'common' | 'storage'): Claim[] {
  const podman = podmanWith[part].findLast(([from]) => since(tag.version, from))?.[1];
  if (podman === undefined) return [];
  const folder = part === 'common' ? 'pkg/config/testdata' : 'types';
  const learn: (as: typeof rootAccount) => Asking<Fact> = part === 'common' ? containersConf : storageConf;
  const to = `/etc/containers/${part === 'common' ? 'containers' : 'storage'}.conf`;
  const release = releaseOf(podman);
  const read = (path: string): string => git(directory, 'show', `${tag.name}:${tag.prefix}${path}`);
  const told = part === 'storage' && release ? storageClaims(read, release) : [];
  // What is called broken there has keys that nobody reads, which is a warning.
  const taken = files(directory, tag, folder).map(([path, text]) => {
    const host = { files: { '/usr/bin/podman': { mode: '0755' }, [to]: text }, commands: { 'podman --version': { stdout: `podman version ${podman}\n` } } };
    return judged(path, !/invalid/.test(path), settle(learn(rootAccount), answerer(host)));
  });
  return [...taken, ...told];
}

for (const directory of process.argv.slice(2))
  for (const tag of tagsOf(directory)) {
    const claims = tag.part === 'image' ? imageClaims(directory, tag) : confClaims(directory, tag, tag.part);
    if (claims.length === 0) continue;
    const wrong = claims.filter(({ taken, ours }) => taken !== ours);
    console.log(`${tag.part} ${tag.version.said}: ${claims.length - wrong.length} of ${claims.length} agree`);
    for (const { name, taken, said } of wrong)
      console.log(`  ${name}: the tests ${taken ? 'take' : 'refuse'} it${said ? `, here: ${said.slice(0, 160)}` : ''}`);
  }
