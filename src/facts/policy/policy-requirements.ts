/** One requirement of a policy.json, validated as the engines' library does it (containers/image:signature/policy_config.go, policy_config_sigstore.go). */
import { podmanWith } from '../containers/image-library.ts';
import { isIdentityPrefix, parseNormalized } from '../containers/image-reference.ts';
import { type Release, since } from '../containers/podman-release.ts';
import type { Where } from '../fact.ts';
import { entry, plain, type TextNode } from '../text/node.ts';
import { type Field, type FieldType, type PolicyNodes, Refused } from './policy-nodes.ts';

const requirementTypes = ['insecureAcceptAnything', 'reject', 'signedBy', 'signedBaseLayer', 'sigstoreSigned'] as const;
export type RequirementType = (typeof requirementTypes)[number];

/** A path that a requirement names, and where it does. */
export interface KeyFile {
  readonly path: string;
  readonly where: Where;
}

/** One requirement. All requirements of a list must hold. */
export interface Requirement {
  readonly type: RequirementType;
  readonly keyFiles: readonly KeyFile[];
  readonly where: Where;
  /** The requirement as written, for comparing two policies. */
  readonly text: string;
}

/** Keys of a requirement: what each holds, and the release of the library that brought it. */
type Keys = Readonly<Record<string, readonly [FieldType, since?: string]>>;
const keysOf: Readonly<Record<RequirementType, Keys>> = {
  insecureAcceptAnything: {},
  reject: {},
  signedBy: { keyType: ['text'], keyPath: ['text'], keyPaths: ['texts', '5.22'], keyData: ['data'], signedIdentity: ['any'] },
  signedBaseLayer: { baseLayerIdentity: ['any'] },
  sigstoreSigned: {
    keyPath: ['text'],
    keyData: ['data'],
    signedIdentity: ['any'],
    fulcio: ['any', '5.24'],
    rekorPublicKeyPath: ['text', '5.24'],
    rekorPublicKeyData: ['data', '5.24'],
    keyPaths: ['texts', '5.32.2'],
    keyDatas: ['datas', '5.32.2'],
    rekorPublicKeyPaths: ['texts', '5.32.2'],
    rekorPublicKeyDatas: ['datas', '5.32.2'],
    pki: ['any', '5.34'],
  },
};

/** What `keyType` may say (signature/policy_types.go). */
const keyTypes = ['GPGKeys', 'signedByGPGKeys', 'X509Certificates', 'signedByX509CAs'];

/** The types of identities, and what each must hold beside its type. */
const identities: Readonly<Record<string, readonly string[]>> = {
  matchExact: [],
  matchRepoDigestOrExact: [],
  matchRepository: [],
  exactReference: ['dockerReference'],
  exactRepository: ['dockerRepository'],
  remapIdentity: ['prefix', 'signedPrefix'],
};

/** Reads one requirement, or throws {@link Refused}. */
export class Requirements {
  readonly #nodes: PolicyNodes;
  readonly #library: Release;

  constructor(nodes: PolicyNodes, library: Release) {
    this.#nodes = nodes;
    this.#library = library;
  }

  read(node: TextNode): Requirement {
    this.#nodes.entries(node);
    const where = this.#nodes.at(node);
    const type = entry(node, 'type')?.value;
    const word = type?.is === 'scalar' ? type.value : undefined;
    const known = requirementTypes.find((t) => t === word);
    if (!known || (known === 'sigstoreSigned' && !since(this.#library, '5.22')))
      throw new Refused(`unknown requirement type ${JSON.stringify(word ?? null)}`, type ? this.#nodes.at(type) : where);
    const fields = this.#fields(node, known, keysOf[known]);
    if (known === 'signedBy') this.#signedBy(fields, where);
    if (known === 'signedBaseLayer') this.#identity(needed(fields, 'baseLayerIdentity', known, where).node, 'baseLayerIdentity');
    if (known === 'sigstoreSigned') this.#sigstore(fields, where);
    const signed = fields.get('signedIdentity');
    if (signed) this.#identity(signed.node, 'signedIdentity');
    return { type: known, keyFiles: this.#keyFiles(node), where, text: JSON.stringify(plain(node)) };
  }

  #fields(node: TextNode, of: string, keys: Keys): Map<string, Field> {
    const types = Object.fromEntries([['type', 'text'] as const, ...Object.entries(keys).map(([key, [type]]) => [key, type] as const)]);
    return this.#nodes.fields(node, types, (key) => {
      if (key === 'type') return undefined;
      const found = Object.hasOwn(keys, key) ? keys[key] : undefined;
      if (!found) return `${of} knows no key ${JSON.stringify(key)}`;
      const [, from = '5.0'] = found;
      return since(this.#library, from) ? undefined : `${of} knows ${key} from ${podmanWith(from)} on`;
    });
  }

  #signedBy(fields: Map<string, Field>, where: Where): void {
    const keyType = fields.get('keyType');
    if (!keyTypes.includes(String(keyType?.value ?? ''))) throw new Refused(`keyType is none of ${keyTypes.join(', ')}`, keyType?.where ?? where);
    const names = ['keyPath', 'keyPaths', 'keyData'];
    const given = names.filter((name) => fields.has(name));
    if (given.length !== 1) throw new Refused(oneOf(names, given), where);
    if (since(this.#library, '5.22') && given.some((name) => !isThere(fields.get(name))))
      throw new Refused(`${given[0]} is empty`, fields.get(String(given[0]))?.where ?? where);
  }

  #sigstore(fields: Map<string, Field>, where: Where): void {
    const sources = ['keyPath', 'keyPaths', 'keyData', 'keyDatas', 'fulcio', 'pki'];
    const rekor = ['rekorPublicKeyPath', 'rekorPublicKeyPaths', 'rekorPublicKeyData', 'rekorPublicKeyDatas'];
    for (const name of [...sources, ...rekor])
      if (/Paths$|Datas$/.test(name) && fields.has(name) && !(fields.get(name)?.value as readonly string[] | undefined)?.length)
        throw new Refused(`${name} holds no entries`, fields.get(name)?.where ?? where);
    const strict = since(this.#library, '5.24');
    const given = sources.filter((name) => (strict ? isThere(fields.get(name)) : fields.has(name)));
    if (given.length !== 1) throw new Refused(oneOf(sources, given), where);
    const [fulcio, pki] = [fields.get('fulcio'), fields.get('pki')];
    if (fulcio) this.#fulcio(fulcio);
    if (pki) this.#pki(pki);
    const keys = rekor.filter((name) => isThere(fields.get(name)));
    if (keys.length > 1) throw new Refused(`at most one of ${rekor.join(', ')} may be given, found ${keys.join(' and ')}`, where);
    if (fulcio && keys.length === 0) throw new Refused(`fulcio needs a key of Rekor: one of ${rekor.join(', ')}`, fulcio.where);
    if (pki && keys.length > 0) throw new Refused(`pki takes no key of Rekor, found ${keys[0]}`, fields.get(String(keys[0]))?.where ?? where);
  }

  #fulcio({ node, where }: Field): void {
    const fields = this.#fields(node, 'fulcio', { caPath: ['text'], caData: ['data'], oidcIssuer: ['text'], subjectEmail: ['text'] });
    refuseType(fields, 'fulcio');
    exactlyOne(fields, ['caPath', 'caData'], 'fulcio', where);
    for (const name of ['oidcIssuer', 'subjectEmail']) if (!isThere(fields.get(name))) throw new Refused(`fulcio lacks ${name}`, where);
  }

  #pki({ node, where }: Field): void {
    const fields = this.#fields(node, 'pki', {
      caRootsPath: ['text'],
      caRootsData: ['data'],
      caIntermediatesPath: ['text'],
      caIntermediatesData: ['data'],
      subjectEmail: ['text'],
      subjectHostname: ['text'],
    });
    refuseType(fields, 'pki');
    exactlyOne(fields, ['caRootsPath', 'caRootsData'], 'pki', where);
    if (isThere(fields.get('caIntermediatesPath')) && isThere(fields.get('caIntermediatesData')))
      throw new Refused('pki may have one of caIntermediatesPath, caIntermediatesData, found both', where);
    if (!isThere(fields.get('subjectEmail')) && !isThere(fields.get('subjectHostname'))) throw new Refused('pki lacks subjectEmail or subjectHostname', where);
  }

  /** What the signature must say that it is about. */
  #identity(node: TextNode, of: string): void {
    const type = node.is === 'map' ? entry(node, 'type')?.value : undefined;
    const word = type?.is === 'scalar' ? String(type.value) : '';
    const wanted = Object.hasOwn(identities, word) ? identities[word] : undefined;
    const where = this.#nodes.at(type ?? node);
    if (!wanted) throw new Refused(`${of} has the type ${JSON.stringify(word)}, which is none of ${Object.keys(identities).join(', ')}`, where);
    const fields = this.#fields(node, `${of} of type ${word}`, Object.fromEntries(wanted.map((name) => [name, ['text'] as const])));
    for (const name of wanted) {
      const field = needed(fields, name, word, where);
      const value = String(field.value);
      const reference = word.startsWith('exact') ? parseNormalized(value) : undefined;
      const fine = word === 'remapIdentity' ? isIdentityPrefix(value) : reference !== undefined;
      if (!fine)
        throw new Refused(`${name} ${JSON.stringify(value)} is no ${word === 'remapIdentity' ? 'HOST[:PORT][/PATH]' : 'name of an image'}`, field.where);
      if (word === 'exactReference' && reference?.tag === undefined && reference?.digest === undefined)
        throw new Refused(`dockerReference ${JSON.stringify(value)} has neither a tag nor a digest`, field.where);
    }
  }

  /** Every path below a requirement: keyPath, keyPaths, rekorPublicKeyPath(s), fulcio.caPath, pki.caRootsPath, … */
  #keyFiles(node: TextNode): KeyFile[] {
    if (node.is !== 'map') return [];
    return node.entries.flatMap(({ key, value, at }): KeyFile[] => {
      if (value.is === 'map') return this.#keyFiles(value);
      if (!/Paths?$/.test(key)) return [];
      const nodes = value.is === 'list' ? value.items : [value];
      return nodes.flatMap((n) => (n.is === 'scalar' && typeof n.value === 'string' ? [{ path: n.value, where: this.#nodes.at({ at: n.at ?? at }) }] : []));
    });
  }
}

/** Whether the library counts a field as given: an empty text is not, an empty list or empty data is. */
const isThere = (field: Field | undefined): boolean =>
  field !== undefined && (field.type === 'any' || (field.type === 'text' ? field.value !== '' : field.value !== undefined));

const oneOf = (names: readonly string[], given: readonly string[]): string =>
  `exactly one of ${names.join(', ')} is needed, found ${given.join(' and ') || 'none'}`;

function exactlyOne(fields: Map<string, Field>, names: readonly string[], of: string, where: Where): void {
  const given = names.filter((name) => isThere(fields.get(name)));
  if (given.length !== 1) throw new Refused(`${of}: ${oneOf(names, given)}`, where);
}

function needed(fields: Map<string, Field>, name: string, of: string, where: Where): Field {
  const field = fields.get(name);
  if (!field) throw new Refused(`${of} lacks ${name}`, where);
  return field;
}

function refuseType(fields: Map<string, Field>, of: string): void {
  const type = fields.get('type');
  if (type) throw new Refused(`${of} knows no key "type"`, type.where);
}
