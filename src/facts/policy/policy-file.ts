/**
 * One policy.json, checked as strictly as containers/image checks it: an unknown, repeated or
 * differently cased key is refused (signature/policy_config.go; internal ParanoidUnmarshalJSONObject).
 * Agrees with Podman 4.3.1 on `podman load` for every case in test/facts/policy.
 */
import { isDigest } from '../containers/image-reference.ts';
import { type Release, since } from '../containers/podman-release.ts';
import { type Unknown, unparsable, type Where } from '../fact.ts';
import { parseJson } from '../text/json.ts';
import { placed, type TextEntry, type TextNode } from '../text/node.ts';
import { PolicyNodes, Refused } from './policy-nodes.ts';
import { type Requirement, Requirements } from './policy-requirements.ts';

export interface Policy {
  readonly path: string;
  readonly default: readonly Requirement[];
  /** Requirements by transport and scope; the empty scope is the whole transport. */
  readonly transports: ReadonlyMap<string, ReadonlyMap<string, readonly Requirement[]>>;
  /** Where each transport is named. */
  readonly places: ReadonlyMap<string, Where>;
}

/** Parses the text of a policy.json for one release of the library (containers/image), or says why no image can be pulled or loaded. */
export function readPolicy(path: string, text: string, library: Release): Policy | Unknown {
  const parsed = parseJson(text);
  if (text.startsWith('\uFEFF')) return unparsable(`${path} begins with a byte order mark, ${consequence}`, { path, line: 1 });
  if (parsed.is === 'broken') return unparsable(`${path} is not valid JSON (${parsed.problem.message}), ${consequence}`, placed(path, parsed.problem));
  try {
    return new Reader(path, library).policy(parsed.root);
  } catch (error) {
    if (error instanceof Refused) return unparsable(`${path}: ${error.message}, ${consequence}`, error.where);
    throw error;
  }
}

const consequence = 'so nothing can be pulled, loaded or built';

const cleanPath = (path: string): boolean => /^(?:\/(?!\.{1,2}(?:\/|$))[^/]+)+$/.test(path);

/** Transports whose scopes are checked: what a scope must look like (ValidatePolicyConfigurationScope of each transport). */
const scopes: Readonly<Record<string, (scope: string) => boolean>> = {
  // Debian's builds up to 13 leave it out, and then take any scope.
  atomic: (scope) => /^[^/]*(?:\/[^:/]*(?:\/[^:/]*(?::[^:/]*)?)?)?$/.test(scope),
  'docker-archive': () => false,
  'docker-daemon': (scope) => !isDigest(scope),
  'oci-archive': cleanPath,
  oci: cleanPath,
  dir: cleanPath,
  sif: cleanPath,
  'containers-storage': isStored,
  tarball: () => false,
};

/** `[DRIVER@/ROOT]NAME@DIGEST@ID`, where all but the root may be left out. */
function isStored(scope: string): boolean {
  const [, store = '', rest = ''] = /^\[([^\]]*)\](.*)$/s.exec(scope) ?? [];
  const at = store.indexOf('@');
  if (at === 0 || !store.slice(at + 1).startsWith('/')) return false;
  const [, one, ...more] = rest.split('@');
  if (one === undefined) return true;
  const id = (text: string): boolean => isDigest(`sha256:${text}`);
  return more.length === 0 ? id(one) || isDigest(one) : isDigest(one) && id(more.join('@'));
}

class Reader {
  readonly #library: Release;
  readonly #nodes: PolicyNodes;
  readonly #each: Requirements;
  readonly #path: string;

  constructor(path: string, library: Release) {
    this.#path = path;
    this.#library = library;
    this.#nodes = new PolicyNodes(path);
    this.#each = new Requirements(this.#nodes, library);
  }

  policy(root: TextNode): Policy {
    let fallback: readonly Requirement[] | undefined;
    const transports = new Map<string, ReadonlyMap<string, readonly Requirement[]>>();
    const places = new Map<string, Where>();
    for (const found of this.#nodes.entries(root)) {
      if (found.key === 'default') fallback = this.#requirements(found.value);
      else if (found.key !== 'transports') throw new Refused(`unknown key ${JSON.stringify(found.key)}`, this.#nodes.at(found));
      else
        for (const transport of this.#nodes.entries(found.value)) {
          places.set(transport.key, this.#nodes.at(transport));
          transports.set(transport.key, this.#scopes(transport));
        }
    }
    if (!fallback) throw new Refused('"default" is missing', this.#nodes.at(root));
    return { path: this.#path, default: fallback, transports, places };
  }

  #scopes(transport: TextEntry): ReadonlyMap<string, readonly Requirement[]> {
    const checked = Object.hasOwn(scopes, transport.key) && (transport.key !== 'sif' || since(this.#library, '5.19'));
    const fits = checked ? scopes[transport.key] : undefined;
    const each = new Map<string, readonly Requirement[]>();
    for (const scope of this.#nodes.entries(transport.value)) {
      if (scope.key !== '' && fits && !fits(scope.key))
        throw new Refused(`${transport.key} knows no scope ${JSON.stringify(scope.key)}`, this.#nodes.at(scope));
      each.set(scope.key, this.#requirements(scope.value));
    }
    return each;
  }

  #requirements(node: TextNode): readonly Requirement[] {
    const empty = node.is === 'list' ? node.items.length === 0 : node.is === 'scalar' && node.type === 'null';
    if (empty) throw new Refused('a list of requirements is empty', this.#nodes.at(node));
    if (node.is !== 'list') throw new Refused('requirements are not a list', this.#nodes.at(node));
    return node.items.map((item) => this.#each.read(item));
  }
}
