/**
 * One policy.json, checked as strictly as containers/image checks it: an unknown, repeated or
 * differently cased key is refused (signature/policy_config.go; internal ParanoidUnmarshalJSONObject).
 * Agrees with Podman 4.3.1 on `podman load` for every case in test/facts/policy.
 */
import { type Release, since } from '../containers/podman-release.ts';
import { type Unknown, unparsable, type Where } from '../fact.ts';
import { parseJson } from '../text/json.ts';
import { entry, type MapNode, placed, plain, type TextEntry, type TextNode } from '../text/node.ts';

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

export interface Policy {
  readonly path: string;
  readonly default: readonly Requirement[];
  /** Requirements by transport and scope; the empty scope is the whole transport. */
  readonly transports: ReadonlyMap<string, ReadonlyMap<string, readonly Requirement[]>>;
  /** Where each transport is named. */
  readonly places: ReadonlyMap<string, Where>;
}

class Refused extends Error {
  readonly where: Where;
  constructor(message: string, where: Where) {
    super(message);
    this.where = where;
  }
}

/** Parses the text of a policy.json for one release of Podman, or says why no image can be pulled or loaded. */
export function readPolicy(path: string, text: string, release: Release): Policy | Unknown {
  const parsed = parseJson(text);
  if (text.startsWith('\uFEFF')) return unparsable(`${path} begins with a byte order mark, ${consequence}`, { path, line: 1 });
  if (parsed.is === 'broken') return unparsable(`${path} is not valid JSON (${parsed.problem.message}), ${consequence}`, placed(path, parsed.problem));
  try {
    return new Reader(path, release).policy(parsed.root);
  } catch (error) {
    if (error instanceof Refused) return unparsable(`${path}: ${error.message}, ${consequence}`, error.where);
    throw error;
  }
}

const consequence = 'so nothing can be pulled, loaded, imported or built';

/** Keys of a requirement, each with the release that brought it; `sigstoreSigned` came with 4.2. */
const allowed: Readonly<Record<RequirementType, Readonly<Record<string, string>>>> = {
  insecureAcceptAnything: {},
  reject: {},
  signedBy: { keyType: '3.0', keyPath: '3.0', keyPaths: '4.4', keyData: '3.0', signedIdentity: '3.0' },
  signedBaseLayer: { baseLayerIdentity: '3.0' },
  sigstoreSigned: {
    keyPath: '4.2',
    keyData: '4.2',
    signedIdentity: '4.2',
    fulcio: '4.4',
    rekorPublicKeyPath: '4.4',
    rekorPublicKeyData: '4.4',
    keyPaths: '5.3',
    keyDatas: '5.3',
    rekorPublicKeyPaths: '5.3',
    rekorPublicKeyDatas: '5.3',
    pki: '5.4',
  },
};

/** What `keyType` may say (signature/policy_types.go). */
const keyTypes = ['GPGKeys', 'signedByGPGKeys', 'X509Certificates', 'signedByX509CAs'];

/** Transports whose scopes are checked: what a scope must look like (ValidatePolicyConfigurationScope of each transport). */
const scopes: Readonly<Record<string, RegExp>> = {
  'docker-archive': /^$/,
  'oci-archive': /^\/(?!$).*(?<!\/)$/,
  oci: /^\/(?!$).*(?<!\/)$/,
  dir: /^\/(?!$).*(?<!\/)$/,
  'containers-storage': /^\[/,
  tarball: /^$/,
};

class Reader {
  readonly #path: string;
  readonly #release: Release;

  constructor(path: string, release: Release) {
    this.#path = path;
    this.#release = release;
  }

  policy(root: TextNode): Policy {
    let fallback: readonly Requirement[] | undefined;
    const transports = new Map<string, ReadonlyMap<string, readonly Requirement[]>>();
    const places = new Map<string, Where>();
    for (const found of this.#entries(root)) {
      if (found.key === 'default') fallback = this.#requirements(found.value);
      else if (found.key !== 'transports') throw this.#no(`unknown key ${JSON.stringify(found.key)}`, found);
      else
        for (const transport of this.#entries(found.value)) {
          places.set(transport.key, placed(this.#path, transport.at));
          transports.set(transport.key, this.#scopes(transport));
        }
    }
    if (!fallback) throw new Refused('"default" is missing', placed(this.#path, root.at));
    return { path: this.#path, default: fallback, transports, places };
  }

  #scopes(transport: TextEntry): ReadonlyMap<string, readonly Requirement[]> {
    const fits = Object.hasOwn(scopes, transport.key) ? scopes[transport.key] : undefined;
    const each = new Map<string, readonly Requirement[]>();
    for (const scope of this.#entries(transport.value)) {
      if (scope.key !== '' && fits && !fits.test(scope.key)) throw this.#no(`${transport.key} knows no scope ${JSON.stringify(scope.key)}`, scope);
      each.set(scope.key, this.#requirements(scope.value));
    }
    return each;
  }

  #requirements(node: TextNode): readonly Requirement[] {
    const empty = node.is === 'list' ? node.items.length === 0 : node.is === 'scalar' && node.type === 'null';
    if (empty) throw new Refused('a list of requirements must not be empty', placed(this.#path, node.at));
    if (node.is !== 'list') throw new Refused('requirements must be a list', placed(this.#path, node.at));
    return node.items.map((item) => this.#requirement(item));
  }

  #requirement(node: TextNode): Requirement {
    const entries = this.#entries(node);
    const where = placed(this.#path, node.at);
    const type = entry(node, 'type')?.value;
    const word = type?.is === 'scalar' ? type.value : undefined;
    const known = requirementTypes.find((t) => t === word);
    if (!known || (known === 'sigstoreSigned' && !since(this.#release, '4.2')))
      throw new Refused(`unknown requirement type ${JSON.stringify(word ?? null)}`, type ? placed(this.#path, type.at) : where);
    const keys = allowed[known];
    for (const found of entries) {
      const from = found.key === 'type' ? '3.0' : Object.hasOwn(keys, found.key) ? keys[found.key] : undefined;
      if (from === undefined) throw this.#no(`${known} knows no key ${JSON.stringify(found.key)}`, found);
      if (!since(this.#release, from)) throw this.#no(`${known} knows ${found.key} from Podman ${from} on`, found);
    }
    if (known === 'signedBy') this.#one(node as MapNode, ['keyPath', 'keyPaths', 'keyData'], where);
    if (known === 'sigstoreSigned') this.#one(node as MapNode, ['keyPath', 'keyPaths', 'keyData', 'keyDatas', 'fulcio', 'pki'], where);
    const keyType = entry(node, 'keyType')?.value;
    if (known === 'signedBy' && !keyTypes.includes(String(keyType?.is === 'scalar' ? keyType.value : '')))
      throw new Refused('keyType must be GPGKeys', keyType ? placed(this.#path, keyType.at) : where);
    return { type: known, keyFiles: this.#keyFiles(node), where, text: JSON.stringify(plain(node)) };
  }

  #one(node: MapNode, names: readonly string[], where: Where): void {
    const given = names.filter((name) => entry(node, name));
    if (given.length !== 1) throw new Refused(`exactly one of ${names.join(', ')} must be given, found ${given.join(' and ') || 'none'}`, where);
  }

  /** Every path below a requirement: keyPath, keyPaths, rekorPublicKeyPath(s), fulcio.caPath, pki.caRootsPath, … */
  #keyFiles(node: TextNode): KeyFile[] {
    if (node.is !== 'map') return [];
    return node.entries.flatMap(({ key, value, at }): KeyFile[] => {
      if (value.is === 'map') return this.#keyFiles(value);
      if (!/Paths?$/.test(key)) return [];
      const nodes = value.is === 'list' ? value.items : [value];
      return nodes.flatMap((n) => (n.is === 'scalar' && typeof n.value === 'string' ? [{ path: n.value, where: placed(this.#path, n.at ?? at) }] : []));
    });
  }

  #entries(node: TextNode): readonly TextEntry[] {
    if (node.is !== 'map') throw new Refused('a JSON object is expected here', placed(this.#path, node.at));
    const seen = new Set<string>();
    for (const found of node.entries) {
      if (seen.has(found.key)) throw this.#no(`the key ${JSON.stringify(found.key)} is given twice`, found);
      seen.add(found.key);
    }
    return node.entries;
  }

  #no(message: string, found: TextEntry): Refused {
    return new Refused(message, placed(this.#path, found.at));
  }
}
