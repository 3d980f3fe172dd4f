/** Names of images and registries, as the engines' library parses them (containers/image:docker/reference: regexp.go, reference.go, normalize.go). */

const domainPart = '[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?';
const domain = `${domainPart}(?:\\.${domainPart})*(?::[0-9]+)?`;
// Upstream's separator may be empty, which adds nothing but backtracking.
const namePart = '[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*';
const path = `${namePart}(?:/${namePart})*`;
const reference = new RegExp(`^((?:${domain}/)?${path})(?::(\\w[\\w.-]{0,127}))?(?:@([A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}))?$`);
const named = new RegExp(`^(?:(${domain})/)?(${path})$`);
const host = new RegExp(`^${domain}$`);
const hostFirst = new RegExp(`^${domain}/`);
const digest = /^(?:sha256:[a-f0-9]{64}|sha384:[a-f0-9]{96}|sha512:[a-f0-9]{128})$/;

/** A name in its parts; `domain` is empty where it has none. */
export interface ImageReference {
  readonly domain: string;
  readonly path: string;
  readonly tag?: string;
  readonly digest?: string;
}

/** The parts of a reference as written, or undefined for what is none (Parse). */
export function parseReference(text: string): ImageReference | undefined {
  // Longer ones are refused anyway, and the expression need not see them.
  if (text.length > 1024) return undefined;
  const [, name = '', tag, at] = reference.exec(text) ?? [];
  if (name === '' || name.length > 255 || (at !== undefined && !digest.test(at))) return undefined;
  const [, before = '', rest = name] = named.exec(name) ?? [];
  return { domain: before, path: rest, ...(tag === undefined ? {} : { tag }), ...(at === undefined ? {} : { digest: at }) };
}

/** The parts of a reference after `docker.io` and `library/` are filled in (ParseNormalizedNamed). */
export function parseNormalized(text: string): ImageReference | undefined {
  if (/^[a-f0-9]{64}$/.test(text)) return undefined;
  const slash = text.indexOf('/');
  const first = text.slice(0, Math.max(slash, 0));
  const hasHost = slash >= 0 && (/[.:]/.test(first) || first === 'localhost');
  const at = !hasHost || first === 'index.docker.io' ? 'docker.io' : first;
  const rest = hasHost ? text.slice(slash + 1) : text;
  return parseReference(`${at}/${at === 'docker.io' && !rest.includes('/') ? 'library/' : ''}${rest}`);
}

/** Whether a text is HOST[:PORT] and nothing else. */
export const isRegistryHost = (text: string): boolean => text.length <= 1024 && host.test(text);

/** Whether a text is HOST[:PORT][/PATH], as a prefix of identities must be (validateIdentityRemappingPrefix). */
export const isIdentityPrefix = (text: string): boolean => isRegistryHost(text) || (text.length <= 1024 && hostFirst.test(text) && named.test(text));

/** Whether a host of a reference is a registry, and no part of a path. */
export const isRegistry = (at: string): boolean => /[.:]/.test(at) || at === 'localhost';

/** Whether a text is ALGORITHM:DIGEST of an algorithm that the library has (go-digest Parse). */
export const isDigest = (text: string): boolean => digest.test(text);
