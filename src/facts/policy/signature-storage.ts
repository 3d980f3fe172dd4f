/** Kind `signature-storage`: where an account's engine looks for the signatures that its policy demands. */
import type { Account, Asking } from '../ask.ts';
import { podmanRelease, podmanTouches } from '../config/release.ts';
import { type Fact, FactBuilder, missing, type Where } from '../fact.ts';
import type { Kind } from '../kind.ts';
import { list, record, string } from '../shape.ts';
import { inForce, policyFiles, policyTouches } from './places.ts';
import type { Policy } from './policy-file.ts';
import { type Namespace, registriesDTouches, type SignatureStorage, signatureStorage } from './registries-d.ts';

export const signatureStores: Kind = {
  name: 'signature-storage',
  noun: 'the signature storage',
  describe: 'registries.d: the URLs at which signatures are looked for, and whether sigstore attachments are enabled wherever the policy demands them.',
  fields: {},
  shape: record({
    directory: string('the directory in force'),
    unencrypted: list(string('a URL'), 'stores that are read over plain HTTP'),
    odd: list(string('a URL'), 'stores that are neither https:, http: nor file: URLs'),
    withoutAttachments: list(string('a scope'), 'scopes that demand a sigstore signature while attachments are not looked at'),
  }),
  touches: () => [...podmanTouches, ...policyTouches, ...registriesDTouches],
  *learn(_, as): Asking<Fact> {
    const storage = yield* signatureStorage(as);
    if (storage.is === 'unknown') return storage;
    const { fact, stores } = describedStores(storage);
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
};

function describedStores(storage: SignatureStorage): { fact: FactBuilder; stores: number } {
  const stores = [...storage.namespaces.values()].flatMap((n) => n.stores);
  const fact = new FactBuilder().consulted(...storage.consulted).set('directory', storage.directory, { path: storage.directory });
  const pick = (field: string, test: RegExp): void => {
    const found = stores.filter((s) => test.test(s.url));
    fact.set(
      field,
      found.map((s) => s.url),
      ...(found.length > 0 ? found : stores).map((s) => s.where),
    );
  };
  pick('unencrypted', /^http:/i);
  pick('odd', /^(?!https?:|file:)/i);
  return { fact, stores: stores.length };
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
  return differs && release.unknown
    ? { ...release.unknown, why: 'ambiguous', said: `which policy.json counts depends on the Podman version; ${release.unknown.said}` }
    : first;
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
