/** Kind `signature-storage`: where an account's engine looks for the signatures that its policy demands. */
import type { Account, Asking } from '../../facts/ask.ts';
import { dependsOnVersion, type PodmanRelease, podmanRelease, type Release, since } from '../../facts/containers/podman-release.ts';
import { type Fact, FactBuilder, missing, type Where } from '../../facts/fact.ts';
import { defineKind } from '../../facts/kind.ts';
import { inForce, policyFiles } from '../../facts/policy/places.ts';
import type { Policy } from '../../facts/policy/policy-file.ts';
import { type Namespace, type SignatureStorage, type Store, signatureStores } from '../../facts/policy/registries-d.ts';
import { list, record, string } from '../../facts/shape.ts';

export const signatureStorage = defineKind({
  name: 'signature-storage',
  noun: 'the signature storage',
  absent: 'no place is configured where signatures lie, and the policy demands none',
  describe: 'registries.d: the URLs at which signatures are looked for, and whether sigstore attachments are enabled wherever the policy demands them.',
  fields: {},
  shape: record({
    directory: string('the directory in force'),
    unencrypted: list(string('a URL'), 'stores that are read over plain HTTP'),
    odd: list(string('a URL'), 'stores that are neither https:, http: nor file: URLs'),
    withoutAttachments: list(string('a scope'), 'scopes that demand a sigstore signature while attachments are not looked at'),
  }),
  touches: () => [podmanRelease, policyFiles, signatureStores],
  *learn(_, as): Asking<Fact> {
    const storage = yield* signatureStores(as);
    if (storage.is === 'unknown') return storage;
    const release = yield* podmanRelease();
    const { fact, stores } = describedStores(storage, release);
    const wanted = yield* sigstoreScopes(as);
    if ('is' in wanted) fact.gap('withoutAttachments', wanted);
    else {
      const without = wanted.filter(({ scope }) => !attached(storage.namespaces, scope));
      fact.set(
        'withoutAttachments',
        without.map((w) => w.scope || 'docker'),
        ...without.map((w) => w.where),
      );
      if (without.length === 0) fact.at('withoutAttachments', ...storage.consulted);
    }
    if (stores === 0 && storage.namespaces.size === 0 && 'length' in wanted && wanted.length === 0) return missing(...storage.consulted);
    return fact.build();
  },
});

function describedStores(storage: SignatureStorage, release: PodmanRelease): { fact: FactBuilder; stores: number } {
  const each = release.candidates.map((candidate) => [...storage.namespaces.values()].flatMap((n) => readBy(candidate, n)));
  const stores = each.at(-1) ?? [];
  const fact = new FactBuilder().consulted(...storage.consulted).set('directory', storage.directory, { path: storage.directory });
  const pick = (field: string, test: RegExp): void => {
    const [found = [], ...others] = each.map((list) => list.filter((s) => test.test(s.url))).reverse();
    const places = (found.length > 0 ? found : stores).map((s) => s.where);
    fact.set(
      field,
      found.map((s) => s.url),
      ...places,
    );
    if (release.unknown && others.some((o) => JSON.stringify(o) !== JSON.stringify(found)))
      fact.gap(field, { ...release.unknown, why: 'ambiguous', said: dependsOnVersion('which store counts', release.unknown) });
  };
  pick('unencrypted', /^http:/i);
  pick('odd', /^(?!https?:|file:)/i);
  return { fact, stores: stores.length };
}

/** `lookaside` came with Podman 4.2, and from then on counts alone where it is set. */
function readBy(release: Release, { stores }: Namespace): Store[] {
  const lookaside = since(release, '4.2') && stores.some((s) => !s.old);
  return stores.filter((s) => s.old !== lookaside);
}

interface Wanted {
  readonly scope: string;
  readonly where: Where;
}

/** Scopes of the docker transport with a sigstoreSigned requirement; the empty scope stands for the transport or the default. */
function* sigstoreScopes(as: Account): Asking<readonly Wanted[] | Extract<Fact, { is: 'unknown' }>> {
  const release = yield* podmanRelease();
  const each: (readonly Wanted[])[] = [];
  for (const candidate of release.candidates) {
    const files = yield* policyFiles(as, candidate);
    if (files.is !== 'files') return files;
    const chosen = inForce(files, as, candidate);
    if (chosen && 'is' in chosen.policy) return chosen.policy;
    each.push(chosen ? scopesIn(chosen.policy as Policy) : []);
  }
  const [first = [], ...others] = each;
  const differs = others.some((o) => JSON.stringify(o) !== JSON.stringify(first));
  return differs && release.unknown ? { ...release.unknown, why: 'ambiguous', said: dependsOnVersion('which policy.json counts', release.unknown) } : first;
}

function scopesIn(policy: Policy): Wanted[] {
  const docker = [...(policy.transports.get('docker') ?? [])];
  const fallback = docker.some(([scope]) => scope === '') ? [] : [['', policy.default] as const];
  return [...docker, ...fallback].flatMap(([scope, requirements]) => {
    const found = requirements.find((r) => r.type === 'sigstoreSigned');
    return found ? [{ scope, where: { ...found.where, said: scope || 'every registry' } }] : [];
  });
}

/** The nearest namespace that says anything decides, then default-docker; otherwise off. */
function attached(namespaces: ReadonlyMap<string, Namespace>, scope: string): boolean {
  let at = scope.replace(/@.*$/, '').replace(/:[^:/]*$/, (tag) => (scope.includes('/') ? '' : tag));
  while (at !== '') {
    const set = namespaces.get(at)?.attachments;
    if (set !== undefined) return set;
    const cut = at.lastIndexOf('/');
    at =
      cut > 0
        ? at.slice(0, cut)
        : at.startsWith('*.') && at.indexOf('.', 2) > 0
          ? `*.${at.slice(at.indexOf('.', 2) + 1)}`
          : /^[^*].*\..*\./.test(at)
            ? `*.${at.slice(at.indexOf('.') + 1)}`
            : '';
  }
  return namespaces.get('')?.attachments ?? false;
}
