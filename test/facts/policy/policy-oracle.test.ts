/** policy.json is refused exactly where Skopeo, built with the engines' library, refuses it. */

import { expect, test } from 'vitest';
import { readPolicy } from '../../../src/facts/policy/policy-file.ts';
import { oracle } from '../../oracles.ts';
import { fc } from '../../property.ts';
import { policyRefused, skopeoLibrary } from '../containers/skopeo.ts';

type Json = fc.Arbitrary<unknown>;
/** Good values much more often than bad ones, so that files are taken and refused about as often. */
const mostly = (good: Json, ...bad: unknown[]): Json =>
  fc.oneof({ weight: 25, arbitrary: good }, { weight: 1, arbitrary: fc.constantFrom<unknown>(...bad, null, 1, '', [], {}) });
const path = mostly(fc.constantFrom('/k', '/etc/k'));
const paths = mostly(fc.array(fc.constant('/k'), { minLength: 1, maxLength: 2 }), [null]);
const data = mostly(fc.constantFrom('eA==', 'eHg=', 'eHh4', 'eHh4\n'), 'x', 'e===');
const datas = mostly(fc.array(fc.constant('eA=='), { minLength: 1, maxLength: 2 }), ['x']);
const name = (good: string[], bad: string[]): Json => mostly(fc.constantFrom(...good), ...bad);

/** An object of which some keys may lack, and rarely one too many or twice: as text, since a key may stand twice. */
function object(fields: Readonly<Record<string, Json>>, optional: Readonly<Record<string, Json>> = {}): Json {
  const rare = fc.nat({ max: 60 });
  return fc
    .tuple(fc.record(fields), fc.record(optional, { requiredKeys: [] }), rare)
    .map(([must, may, odd]) => ({ ...must, ...may, ...(odd === 1 ? { x: 1 } : {}), ...(odd === 2 ? { Type: 'x' } : {}) }));
}
const one = (...of: Readonly<Record<string, Json>>[]): fc.Arbitrary<Readonly<Record<string, Json>>> => fc.constantFrom(...of);

const identity = mostly(
  fc.oneof(
    fc.constantFrom('matchExact', 'matchRepoDigestOrExact', 'matchRepository').map((type) => ({ type })),
    object({
      type: fc.constant('exactReference'),
      dockerReference: name(['r.example/a:1', `a@sha256:${'0'.repeat(64)}`, 'a:1'], ['r.example/a', 'A:1', 'a b']),
    }),
    object({ type: fc.constant('exactRepository'), dockerRepository: name(['r.example/a', 'a', 'a:1'], ['A', '0'.repeat(64)]) }),
    object({
      type: fc.constant('remapIdentity'),
      prefix: name(['r.example', 'r.example/a', 'r.example:5000'], ['r.example/', 'r.example/A', 'a b', 'r.example/a:1']),
      signedPrefix: name(['s.example'], ['https://s.example']),
    }),
  ),
  { type: 'matchRepositories' },
  { type: 'exactReference' },
  { type: 'matchExact', prefix: 'x' },
);
const fulcio = mostly(
  one({ caPath: path }, { caData: data }, { caPath: path, caData: data }, {}).chain((ca) => object({ ...ca, oidcIssuer: path, subjectEmail: path })),
  { caPath: '/k', oidcIssuer: 'i' },
);
const pki = mostly(
  one({ caRootsPath: path }, { caRootsData: data }, { caRootsPath: path, caRootsData: data }).chain((ca) =>
    object({ ...ca, subjectEmail: path }, { subjectHostname: path, caIntermediatesPath: path, caIntermediatesData: data }),
  ),
  { caRootsPath: '/k' },
);
const rekor = one(
  {},
  {},
  { rekorPublicKeyPath: path },
  { rekorPublicKeyData: data },
  { rekorPublicKeyPaths: paths },
  { rekorPublicKeyDatas: datas },
  {
    rekorPublicKeyPath: path,
    rekorPublicKeyData: data,
  },
);
const withRekor = one({ rekorPublicKeyPath: path }, { rekorPublicKeyData: data }, {});
const keys = one({ keyPath: path }, { keyPath: path }, { keyData: data }, { keyPaths: paths }, { keyDatas: datas }, { keyPath: path, keyData: data }, {});
const requirement = mostly(
  fc.oneof(
    fc.constantFrom({ type: 'reject' }, { type: 'insecureAcceptAnything' }, { type: 'signedBaseLayer', baseLayerIdentity: { type: 'matchExact' } }),
    one({ keyPath: path }, { keyData: data }, { keyPaths: paths }, { keyPath: path, keyData: data }, {}).chain((key) =>
      object({ type: fc.constant('signedBy'), keyType: name(['GPGKeys', 'signedByGPGKeys'], ['gpg']), ...key }, { signedIdentity: identity }),
    ),
    object({ type: fc.constant('signedBaseLayer') }, { baseLayerIdentity: identity }),
    fc.tuple(keys, rekor).chain(([key, log]) => object({ type: fc.constant('sigstoreSigned'), ...key, ...log }, { signedIdentity: identity })),
    withRekor.chain((log) => object({ type: fc.constant('sigstoreSigned'), fulcio, ...log }, { signedIdentity: identity })),
    object({ type: fc.constant('sigstoreSigned'), pki }, { signedIdentity: identity }),
  ),
  { type: 'reject', x: 1 },
  { type: 'signed' },
);
const scope = fc.constantFrom(
  ...['', '', '', 'r.example', '*.r.example', '/a', '/a/../b', '/', '/a/', '//a', 'a/b/c:d', 'a/b/c/d', '[overlay@/a]', '[/a]', '[a]', '[@/a]', '[/a]b@c'],
  `sha256:${'0'.repeat(64)}`,
  `[/a]b@${'0'.repeat(64)}`,
);
// Debian builds without atomic, whose scopes then are not looked at.
const transport = fc.constantFrom(
  'docker',
  'docker',
  'docker',
  'dir',
  'oci',
  'oci-archive',
  'docker-archive',
  'docker-daemon',
  'containers-storage',
  'sif',
  'x',
);
const policy = fc.oneof(
  { weight: 4, arbitrary: object({ default: fc.tuple(requirement) }).map((p) => JSON.stringify(p)) },
  {
    weight: 2,
    arbitrary: fc
      .tuple(transport, scope, fc.array(requirement, { minLength: 1, maxLength: 2 }))
      .map(([t, s, list]) => JSON.stringify({ default: [{ type: 'reject' }], transports: { [t]: { [s]: list } } })),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(transport, scope)
      .map(([t, s]) => JSON.stringify({ default: [{ type: 'reject' }], transports: { [t]: { [s]: [{ type: 'reject' }] } } })),
  },
);

test('Skopeo takes and refuses the same files', { ...oracle('skopeo'), timeout: 600_000 }, () => {
  const library = skopeoLibrary();
  const count = { refused: 0, taken: 0 };
  const runs = Number(process.env.PRETRIP_RUNS ?? 150);
  fc.assert(
    fc.property(policy, (content) => {
      const read = readPolicy('/p', content, library);
      const theirs = policyRefused(content);
      count[theirs === undefined ? 'taken' : 'refused']++;
      expect({ content, ours: 'is' in read ? read.said : undefined }, theirs ?? 'Skopeo takes it').toEqual({
        content,
        ours: theirs === undefined ? undefined : expect.any(String),
      });
    }),
    { numRuns: runs },
  );
  expect(Math.min(count.refused, count.taken)).toBeGreaterThan(runs / 10);
});
