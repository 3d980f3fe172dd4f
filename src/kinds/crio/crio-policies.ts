/** Kind `crio-policies`: the signature policies that CRI-O keeps for single namespaces. */
import { type Asking, list, read, stat, together } from '../../facts/ask.ts';
import { libraryOf } from '../../facts/containers/image-library.ts';
import { lookup } from '../../facts/containers/lookup.ts';
import { releaseOf } from '../../facts/containers/podman-release.ts';
import { crioSettings } from '../../facts/crio/crio-settings.ts';
import { type Fact, FactBuilder, missing, type Unknown, unknown, type Where } from '../../facts/fact.ts';
import { rootAccount } from '../../facts/host/accounts.ts';
import { defineKind } from '../../facts/kind.ts';
import { type PolicyFile, policyFileAt } from '../../facts/policy/places.ts';
import { requirementsFor, restricts } from '../../facts/policy/trust.ts';
import { boolean, list as listOf, record, string } from '../../facts/shape.ts';

const usual = '/etc/crio/policies';

export const crioPolicies = defineKind({
  name: 'crio-policies',
  noun: "CRI-O's policies of namespaces",
  absent: 'CRI-O is not installed',
  describe: 'The files of signature_policy_dir: NAMESPACE.json replaces the policy of CRI-O for what pods of that namespace pull (from CRI-O 1.28).',
  fields: {},
  shape: record({
    directory: string('where they lie'),
    policies: listOf(
      record({
        namespace: string('the namespace'),
        path: string('the file'),
        valid: boolean('CRI-O accepts the file'),
        open: boolean('it lets in images of every registry unsigned, and demands a signature for none'),
      }),
      'the policies, by name',
    ),
  }),
  touches: () => [
    crioSettings,
    { do: 'list', path: usual },
    { do: 'stat', path: `${usual}/*` },
    { do: 'read', path: `${usual}/*` },
    { do: 'list', named: 'the signature_policy_dir of crio.conf', later: true },
    { do: 'stat', named: 'the files of signature_policy_dir', later: true },
    { do: 'read', named: 'the files of signature_policy_dir', later: true },
  ],
  *learn(): Asking<Fact> {
    const crio = yield* crioSettings();
    if (crio.is === 'unknown') return crio;
    if (crio.is === 'absent') return missing(...crio.consulted);
    const { value, where, gap } = lookup(crio.fact, 'crio', 'image', 'signature_policy_dir');
    if (gap) return gap;
    const fact = new FactBuilder().consulted(...crio.fact.consulted);
    // Releases before 1.28 have no such directory.
    if (typeof value !== 'string' || value === '') return fact.set('policies', [], ...crio.fact.consulted).build();
    const directory = value.replace(/(?<=.)\/+$/, '');
    return yield* policiesIn(directory, String(crio.fact.value.version), fact.set('directory', directory, ...where));
  },
});

function* policiesIn(directory: string, version: string, fact: FactBuilder): Asking<Fact> {
  const names = yield* list(directory);
  if (names.is === 'blocked') return unknown(names, directory);
  const paths = (names.is === 'got' ? names.value : []).filter((n) => n.endsWith('.json')).map((n) => `${directory}/${n}`);
  const stats = yield* together(paths.map((path) => stat(path)));
  const texts = yield* together(paths.map((path) => read(path)));
  const release = releaseOf(version);
  if (paths.length > 0 && !release) return { is: 'unknown', why: 'unparsable', said: 'the version of CRI-O is no number', where: [{ path: directory }] };
  const files = paths.map((path, at) =>
    policyFileAt(
      { path, inode: stats[at] ?? { is: 'absent' }, text: texts[at] ?? { is: 'absent' } },
      rootAccount,
      libraryOf('crio', release ?? (releaseOf('1.34') as NonNullable<typeof release>)),
    ),
  );
  const shut = files.map((f) => (f && 'is' in f.policy && f.policy.why !== 'unparsable' ? f.policy : undefined)).find((u): u is Unknown => u !== undefined);
  if (shut) return fact.gap('policies', shut).build();
  const found = files.filter((f): f is PolicyFile => f !== undefined);
  fact.set('policies', found.map(described), ...(found.length > 0 ? found.map(({ path }) => ({ path })) : [{ path: directory }]));
  for (const [at, file] of found.entries()) fact.at(['policies', String(at)], placeOf(file));
  return fact.build();
}

function described({ path, policy }: PolicyFile) {
  const namespace = path.slice(path.lastIndexOf('/') + 1, -'.json'.length);
  if ('is' in policy) return { namespace, path, valid: false, open: false };
  const scoped = [...(policy.transports.get('docker')?.values() ?? [])].some(restricts);
  return { namespace, path, valid: true, open: !scoped && !restricts(requirementsFor(policy, 'docker', '')) };
}

function placeOf({ path, policy }: PolicyFile): Where {
  return 'is' in policy ? (policy.where[0] ?? { path }) : (requirementsFor(policy, 'docker', '')[0]?.where ?? { path });
}
