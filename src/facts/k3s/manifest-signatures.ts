/**
 * What manifests bring along that makes the API server refuse images which nobody signed: policies of admission, and the
 * controllers without which they do nothing. Pure.
 * kyverno/kyverno:api/kyverno/v1 (verifyImages, validationFailureAction), api/policies.kyverno.io (ImageValidatingPolicy);
 * sigstore/policy-controller:pkg/apis/policy/v1beta1 (ClusterImagePolicy), config (policy.sigstore.dev/include).
 */
import type { Json } from '../fact.ts';
import { plain } from '../text/node.ts';
import { parseYamlAll } from '../text/yaml.ts';
import { elements, field, nameOf, textsAt } from './api-objects.ts';
import type { ManifestFile } from './manifest-files.ts';

/** `all`: no image is let in unsigned. `some`: those that it names. `none`: it tells of them, or nothing carries it out. */
export interface SignaturePolicy {
  readonly name: string;
  readonly path: string;
  readonly refuses: 'all' | 'some' | 'none';
}

export interface Signatures {
  readonly policies: readonly SignaturePolicy[];
  /** Programs that check images by settings of their own, which no manifest shows. */
  readonly others: readonly { readonly name: string; readonly path: string }[];
}

type Engine = 'kyverno' | 'sigstore';

/** Words without one of which a manifest says nothing of this. */
const telling = /kyverno|sigstore|policy-(?:controller|webhook)|verifyImages|ImagePolicy|connaisseur|ratify|portieris/i;
const controllers: { readonly [E in Engine]: RegExp } = { kyverno: /kyverno/, sigstore: /policy-(?:controller|webhook)/ };
const otherCheckers = /connaisseur|ratify|portieris/;

interface Declared extends Omit<SignaturePolicy, 'refuses'> {
  readonly by: Engine;
  readonly enforced: boolean;
  readonly everything: boolean;
}

/** What all manifests together bring along. */
export function signaturesIn(files: readonly ManifestFile[]): Signatures {
  const objects = files.flatMap(({ path, text }) => (telling.test(text) ? objectsIn(text).map((object) => ({ object, path })) : []));
  const declared = objects.flatMap(({ object, path }) => declaredBy(object).map((one) => ({ ...one, path })));
  const programs = objects.flatMap(({ object, path }) =>
    programsOf(object).map((text) => ({ text, path, name: `${field(object, 'kind')} ${nameOf(object)}` })),
  );
  const runs = (by: Engine): boolean => programs.some(({ text }) => controllers[by].test(text));
  // It looks at namespaces that ask for it alone.
  const asked = objects.some(({ object }) => field(object, 'metadata', 'labels', 'policy.sigstore.dev/include') === 'true');
  const policies = declared.map(({ name, path, by, enforced, everything }): SignaturePolicy => {
    const works = enforced && runs(by) && (by !== 'sigstore' || asked);
    return { name, path, refuses: !works ? 'none' : everything && by !== 'sigstore' ? 'all' : 'some' };
  });
  const others = new Map(programs.flatMap(({ text, name, path }) => (otherCheckers.test(text) ? [[name, { name, path }] as const] : [])));
  return { policies, others: [...others.values()] };
}

function objectsIn(text: string): Json[] {
  const roots = parseYamlAll(text, { version: '1.1' }).flatMap((document) => (document.is === 'parsed' ? [plain(document.root)] : []));
  return roots.flatMap((root) => (/List$/.test(String(field(root, 'kind') ?? '')) ? elements(root, 'items') : [root]));
}

/** Charts and images of workloads by which a controller is known. */
function programsOf(object: Json): string[] {
  if (field(object, 'kind') === 'HelmChart') return [`${field(object, 'spec', 'chart') ?? ''} ${field(object, 'spec', 'repo') ?? ''}`];
  return elements(object, 'spec', 'template', 'spec', 'containers').map((container) => String(field(container, 'image') ?? ''));
}

function declaredBy(object: Json): Omit<Declared, 'path'>[] {
  const kind = String(field(object, 'kind') ?? '');
  const group = String(field(object, 'apiVersion') ?? '').replace(/\/.*$/, '');
  const name = `${kind} ${nameOf(object)}`;
  if (group === 'policy.sigstore.dev' && kind === 'ClusterImagePolicy')
    return [
      { name, by: 'sigstore', enforced: field(object, 'spec', 'mode') !== 'warn' && elements(object, 'spec', 'authorities').length > 0, everything: false },
    ];
  if (group === 'policies.kyverno.io' && /ImageValidatingPolicy$/.test(kind)) {
    const actions = field(object, 'spec', 'validationActions');
    const globs = elements(object, 'spec', 'matchImageReferences').map((one) => String(field(one, 'glob') ?? ''));
    return [
      { name, by: 'kyverno', enforced: actions === undefined || textsAt(object, 'spec', 'validationActions').includes('Deny'), everything: coversAll(globs) },
    ];
  }
  return group === 'kyverno.io' && /^(?:Cluster)?Policy$/.test(kind) ? verifying(object, name, kind === 'ClusterPolicy') : [];
}

function verifying(object: Json, name: string, everywhere: boolean): Omit<Declared, 'path'>[] {
  const whole = field(object, 'spec', 'validationFailureAction');
  return elements(object, 'spec', 'rules').flatMap((rule) =>
    elements(rule, 'verifyImages').map((check) => ({
      name,
      by: 'kyverno' as const,
      enforced: /^enforce$/i.test(String(field(check, 'failureAction') ?? whole ?? 'Audit')) && field(check, 'required') !== false,
      everything: everywhere && coversAll(textsAt(check, 'imageReferences')) && field(rule, 'exclude') === undefined,
    })),
  );
}

const coversAll = (globs: readonly string[]): boolean => globs.some((glob) => /^[*/]+$/.test(glob));
