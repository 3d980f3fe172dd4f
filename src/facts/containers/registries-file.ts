/** One registries.conf file, of either format, checked as the engines' library checks it (containers/image:pkg/sysregistriesv2: loadConfigFile). */
import type { Json, Unknown, Where } from '../fact.ts';
import { unparsable } from '../fact.ts';
import { entry, placed, plain, type TextEntry, type TextNode } from '../text/node.ts';
import { parseToml } from '../text/toml.ts';
import { isRegistryHost } from './image-reference.ts';
import { type Release, since } from './podman-release.ts';
import { checkAlias, checkConflicts, checkMirror, cleanLocation, Refused } from './registries-checks.ts';

export interface Registry {
  readonly prefix: string;
  readonly value: { readonly [key: string]: Json };
  readonly where: readonly Where[];
  /** Where each key of it stands. */
  readonly places: ReadonlyMap<string, Where>;
  readonly mirrors: readonly Where[];
}

export interface RegistriesFile {
  readonly format: 1 | 2;
  readonly formatAt: Where;
  readonly registries: readonly Registry[];
  readonly lists: ReadonlyMap<string, { readonly value: Json; readonly where: Where }>;
  readonly aliases: ReadonlyMap<string, { readonly value: string; readonly where: Where }>;
  readonly unknownKeys: readonly { readonly name: string; readonly where: Where }[];
  /** Where format 1 stands beside format 2 in a file that this release accepts all the same. */
  readonly mixed?: Where;
}

const modes = ['enforcing', 'permissive', 'disabled'];

/** A key of a table: its type, and the release of the library that brought it. A key that a release does not know is passed over, whatever its type. */
type Keys = Readonly<Record<string, readonly [type: 'boolean' | 'string', since: string]>>;
const endpointKeys: Keys = {
  location: ['string', '5.0'],
  insecure: ['boolean', '5.0'],
  'pull-from-mirror': ['string', '5.21'],
  'namespace-proxy': ['string', '5.40'],
};
const registryKeys: Keys = { ...endpointKeys, prefix: ['string', '5.0'], blocked: ['boolean', '5.0'], 'mirror-by-digest-only': ['boolean', '5.0'] };
const topKeys: Readonly<Record<string, string>> = {
  'unqualified-search-registries': '5.0',
  'short-name-mode': '5.0',
  aliases: '5.0',
  registry: '5.0',
  'credential-helpers': '5.11',
  'additional-layer-store-auth-helper': '5.32',
};

/**
 * Reads one file as a release of the library does; `dropIn` files must be in format 2. Before 5.24 a format counts only with a
 * list that is not empty; since then, each key that is there does (containers/image pull 1753). 5.40 refuses format 1.
 */
export function readRegistriesFile(path: string, text: string, dropIn: boolean, library: Release): RegistriesFile | Unknown {
  const parsed = parseToml(text);
  if (parsed.is === 'broken') return unparsable(`${path} is not valid TOML (${parsed.problem.message}), so pulls fail`, placed(path, parsed.problem));
  try {
    return new Reader(path, dropIn, library).file(parsed.root);
  } catch (error) {
    if (error instanceof Refused)
      return unparsable(`${error.message.includes(path) ? '' : `${path}: `}${error.message}, so pulls and podman info fail`, ...error.where);
    throw error;
  }
}

class Reader {
  readonly #path: string;
  readonly #dropIn: boolean;
  readonly #lists = new Map<string, { value: Json; where: Where }>();
  readonly #aliases = new Map<string, { value: string; where: Where }>();
  readonly #unknown: { name: string; where: Where }[] = [];
  readonly #library: Release;
  #registries: Registry[] = [];

  constructor(path: string, dropIn: boolean, library: Release) {
    this.#path = path;
    this.#dropIn = dropIn;
    this.#library = library;
  }

  file(root: TextNode): RegistriesFile {
    const entries = root.is === 'map' ? root.entries : [];
    let first: TextEntry | undefined;
    let old: TextEntry | undefined;
    for (const found of entries) {
      const key = found.key.toLowerCase();
      if (key === 'registries') old = found;
      else if (!Object.hasOwn(topKeys, key) || !since(this.#library, topKeys[key] ?? '')) this.#unknown.push({ name: found.key, where: this.#at(found) });
      else {
        this.#second(key, found);
        if (isSet(found)) first = first && isFilled(first) ? first : found;
      }
    }
    const firstAt = first ? this.#at(first) : { path: this.#path };
    if (!old || !this.#hasOld(old, false)) return this.#result(2, firstAt);
    const strict = since(this.#library, '5.24');
    const mixed = first && this.#at(old);
    if (!strict && !this.#hasOld(old, true)) return this.#result(2, firstAt, mixed);
    if (this.#dropIn) throw new Refused(`${this.#path} is in format 1, which drop-ins may not be`, this.#at(old));
    if (since(this.#library, '5.40')) throw new Refused(`${this.#path} is in format 1, which Podman 6 does not read any more`, this.#at(old));
    if (first && (strict || isFilled(first))) throw new Refused(`${this.#path} mixes format 1 ([registries]) with format 2`, this.#at(old));
    this.#convert(old);
    return this.#result(1, this.#at(old), mixed);
  }

  /** The file as a whole: entries of one location agree, and of those with one prefix the first counts. */
  #result(format: 1 | 2, formatAt: Where, mixed?: Where): RegistriesFile {
    checkConflicts(this.#registries);
    const seen = new Set<string>();
    const registries = this.#registries.filter(({ prefix }) => !seen.has(prefix) && seen.add(prefix));
    const found = { format, formatAt, registries, lists: this.#lists, aliases: this.#aliases, unknownKeys: this.#unknown };
    return mixed ? { ...found, mixed } : found;
  }

  /** Reads a key of format 2. */
  #second(key: string, found: TextEntry): void {
    const { value } = found;
    switch (key) {
      case 'unqualified-search-registries':
        this.#lists.set(key, { value: this.#search(value, found.key), where: this.#at(found) });
        return;
      case 'credential-helpers':
        this.#lists.set(key, { value: this.#strings(value, found).map((s) => s.text), where: this.#at(found) });
        return;
      case 'short-name-mode': {
        const mode = this.#string(found);
        if (mode !== '' && !modes.includes(mode)) throw new Refused(`short-name-mode ${JSON.stringify(mode)} is none of ${modes.join(', ')}`, this.#at(found));
        if (mode !== '') this.#lists.set(key, { value: mode, where: this.#at(found) });
        return;
      }
      case 'aliases':
        if (value.is !== 'map') throw new Refused('aliases is not a table', this.#at(found));
        for (const alias of value.entries) {
          checkAlias(alias.key, this.#string(alias), this.#at(alias));
          this.#aliases.set(alias.key, { value: this.#string(alias), where: this.#at(alias) });
        }
        return;
      case 'registry':
        if (value.is !== 'list') throw new Refused('registry is not written [[registry]]', this.#at(found));
        for (const item of value.items) this.#registry(item);
        return;
      default:
        this.#string(found);
    }
  }

  /** The registries for short names: HOST[:PORT], where slashes at the end do not count. */
  #search(list: TextNode, key: string): string[] {
    return this.#strings(list, { key, at: list.at, value: list }).map(({ text, where }) => {
      const registry = cleanLocation(text, where);
      if (!isRegistryHost(registry)) throw new Refused(`unqualified-search-registries holds ${JSON.stringify(text)}, which is not HOST or HOST:PORT`, where);
      return registry;
    });
  }

  #registry(node: TextNode): void {
    const where = placed(this.#path, node.at);
    const { value, places } = this.#endpoint(node, registryKeys, where);
    const location = cleanLocation(value.location, places.get('location') ?? where);
    const written = value.prefix ?? '';
    const prefix = written === '' ? location : cleanLocation(written, places.get('prefix') ?? where);
    const wildcards = since(this.#library, '5.11');
    if (prefix === '' && (written === '' || location === '' || !wildcards)) throw new Refused('a [[registry]] has neither prefix nor location', where);
    if (location === '' && !(wildcards && prefix.startsWith('*.'))) throw new Refused(`the [[registry]] with prefix ${prefix} has no location`, where);
    if (wildcards && prefix.startsWith('*.') && /[/@:]/.test(prefix))
      throw new Refused(`the prefix ${prefix} does not have the form *.example.com`, places.get('prefix') ?? where);
    const restricted = places.get('pull-from-mirror');
    if (restricted && value['pull-from-mirror'])
      throw new Refused(`pull-from-mirror belongs into [[registry.mirror]], not into the [[registry]] ${prefix} itself`, restricted);
    const mirrors = this.#mirrors(node, where, value['mirror-by-digest-only'] === true);
    const { location: given, ...rest } = value;
    const all = { ...(given === undefined ? {} : { location }), ...rest, prefix, ...(mirrors.length > 0 ? { mirror: mirrors.map((m) => m.value) } : {}) };
    this.#registries.push({ prefix, value: all, where: [where], places, mirrors: mirrors.map((m) => m.where) });
  }

  #mirrors(node: TextNode, where: Where, digestsOnly: boolean): { value: Record<string, string | boolean>; where: Where }[] {
    const found = node.is === 'map' ? node.entries.find(({ key }) => key.toLowerCase() === 'mirror') : undefined;
    if (!found) return [];
    if (found.value.is !== 'list') throw new Refused('mirror is not written [[registry.mirror]]', where);
    return found.value.items.map((item) => {
      const at = placed(this.#path, item.at);
      const { value, places } = this.#endpoint(item, endpointKeys, at);
      return { value: checkMirror(value, places, at, digestsOnly), where: at };
    });
  }

  #endpoint(node: TextNode, keys: Keys, where: Where): { value: Record<string, string | boolean>; places: Map<string, Where> } {
    if (node.is !== 'map') throw new Refused('an entry is not a table', where);
    const value: Record<string, string | boolean> = {};
    const places = new Map<string, Where>();
    for (const found of node.entries) {
      const key = found.key.toLowerCase();
      if (key === 'mirror' && keys === registryKeys) continue;
      const [type, from] = Object.hasOwn(keys, key) ? (keys[key] ?? []) : [];
      if (type === undefined || !since(this.#library, from ?? '')) {
        this.#unknown.push({ name: `registry.${keys === registryKeys ? '' : 'mirror.'}${found.key}`, where: this.#at(found) });
        continue;
      }
      if (type === 'string') value[key] = this.#string(found);
      else if (found.value.is === 'scalar' && typeof found.value.value === 'boolean') value[key] = found.value.value;
      else throw new Refused(`${key} is neither true nor false`, this.#at(found));
      places.set(key, this.#at(found));
    }
    return { value, places };
  }

  /** Whether there is a list of format 1, or one with something in it. */
  #hasOld(found: TextEntry, filled: boolean): boolean {
    if (found.value.is !== 'map') throw new Refused('registries is not a table', this.#at(found));
    return ['search', 'insecure', 'block'].map((name) => this.#old(found, name)).some((list) => list !== undefined && (!filled || list.length > 0));
  }

  /** A list of format 1, or undefined where it is not there. */
  #old(found: TextEntry, name: string): { text: string; where: Where }[] | undefined {
    const table = entry(found.value, name);
    if (table && table.value.is !== 'map') throw new Refused(`registries.${name} is not a table`, this.#at(table));
    const list = entry(table?.value, 'registries');
    return list && this.#strings(list.value, { key: `registries.${name}.registries`, at: list.at, value: list.value });
  }

  /** Format 1 as ConvertToV2 turns it into format 2. */
  #convert(found: TextEntry): void {
    const search = entry(entry(found.value, 'search')?.value, 'registries');
    if (search)
      this.#lists.set('unqualified-search-registries', {
        value: this.#search(search.value, 'registries.search'),
        where: placed(this.#path, (search.value.is === 'list' ? search.value.items[0] : undefined)?.at ?? found.at),
      });
    for (const [name, key] of [
      ['block', 'blocked'],
      ['insecure', 'insecure'],
    ] as const)
      for (const { text, where } of this.#old(found, name) ?? []) {
        const location = cleanLocation(text, where);
        if (location === '') throw new Refused(`registries.${name} holds an empty name`, where);
        const before = this.#registries.find((r) => r.prefix === location);
        const registry: Registry = {
          prefix: location,
          value: { ...before?.value, prefix: location, location, [key]: true },
          where: [where, ...(before?.where ?? [])],
          places: new Map([...(before?.places ?? []), [key, where]]),
          mirrors: [],
        };
        this.#registries = [...this.#registries.filter((r) => r !== before), registry];
      }
  }

  #string(found: TextEntry): string {
    if (found.value.is !== 'scalar' || found.value.type !== 'string') throw new Refused(`${found.key} is not a string`, this.#at(found));
    return String(found.value.value);
  }

  #strings(list: TextNode, found: TextEntry): { text: string; where: Where }[] {
    if (list.is !== 'list') throw new Refused(`${found.key} is not a list of strings`, this.#at(found));
    return list.items.map((value) => ({ text: this.#string({ key: found.key, at: value.at, value }), where: placed(this.#path, value.at) }));
  }

  #at(found: TextEntry): Where {
    return placed(this.#path, found.at);
  }
}

/** Whether a key sets anything at all: an empty string does not. */
const isSet = ({ value }: TextEntry): boolean => plain(value) !== '';

/** Whether a key of format 2 holds more than an empty list, table or text. */
function isFilled({ value }: TextEntry): boolean {
  if (value.is === 'list') return value.items.length > 0;
  return value.is === 'map' ? value.entries.length > 0 : plain(value) !== '';
}
