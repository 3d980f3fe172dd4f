/** One registries.conf file, of either format, checked as containers/image checks it (system_registries_v2.go: loadConfigFile). */
import type { Json, Unknown, Where } from '../fact.ts';
import { unparsable } from '../fact.ts';
import { entry, placed, plain, type TextEntry, type TextNode } from '../text/node.ts';
import { parseToml } from '../text/toml.ts';
import { type Release, since } from './podman-release.ts';

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
const booleans = ['insecure', 'blocked', 'mirror-by-digest-only'];
const strings = ['location', 'prefix', 'pull-from-mirror'];

/**
 * Reads one file as a release of Podman does; `dropIn` files must be in format 2. Before 4.4 a format counts only with a
 * list that is not empty; since then, each key that is there does (containers/image pull 1753). Podman 6 refuses format 1.
 */
export function readRegistriesFile(path: string, text: string, dropIn: boolean, release: Release): RegistriesFile | Unknown {
  const parsed = parseToml(text);
  if (parsed.is === 'broken') return unparsable(`${path} is not valid TOML (${parsed.problem.message}), so pulls fail`, placed(path, parsed.problem));
  try {
    return new Reader(path, dropIn, release).file(parsed.root);
  } catch (error) {
    if (error instanceof Refused) return unparsable(`${error.message}, so pulls and podman info fail`, error.where);
    throw error;
  }
}

/** Whether releases may read a file differently: it holds something of format 1. */
export function dependsOnRelease(text: string): boolean {
  const parsed = parseToml(text);
  return parsed.is !== 'broken' && parsed.root.is === 'map' && parsed.root.entries.some((found) => found.key.toLowerCase() === 'registries');
}

class Refused extends Error {
  readonly where: Where;
  constructor(message: string, where: Where) {
    super(message);
    this.where = where;
  }
}

class Reader {
  readonly #path: string;
  readonly #dropIn: boolean;
  readonly #lists = new Map<string, { value: Json; where: Where }>();
  readonly #aliases = new Map<string, { value: string; where: Where }>();
  readonly #unknown: { name: string; where: Where }[] = [];
  readonly #release: Release;
  #registries: Registry[] = [];

  constructor(path: string, dropIn: boolean, release: Release) {
    this.#path = path;
    this.#dropIn = dropIn;
    this.#release = release;
  }

  file(root: TextNode): RegistriesFile {
    const entries = root.is === 'map' ? root.entries : [];
    let first: TextEntry | undefined;
    let old: TextEntry | undefined;
    for (const found of entries) {
      const key = found.key.toLowerCase();
      if (key === 'registries') old = found;
      else if (this.#second(key, found)) first = first && isFilled(first) ? first : found;
      else this.#unknown.push({ name: found.key, where: this.#at(found) });
    }
    const firstAt = first ? this.#at(first) : { path: this.#path };
    if (!old || !this.#hasOld(old, false)) return this.#result(2, firstAt);
    const strict = since(this.#release, '4.4');
    const mixed = first && this.#at(old);
    if (!strict && !this.#hasOld(old, true)) return this.#result(2, firstAt, mixed);
    if (this.#dropIn) throw new Refused(`${this.#path} is in format 1, which drop-ins may not be`, this.#at(old));
    if (first && (strict || isFilled(first))) throw new Refused(`${this.#path} mixes format 1 ([registries]) with format 2 (${first.key})`, this.#at(old));
    if (since(this.#release, '6.0')) throw new Refused(`${this.#path} is in format 1, which Podman 6 does not read any more`, this.#at(old));
    this.#convert(old);
    return this.#result(1, this.#at(old), mixed);
  }

  #result(format: 1 | 2, formatAt: Where, mixed?: Where): RegistriesFile {
    const found = { format, formatAt, registries: this.#registries, lists: this.#lists, aliases: this.#aliases, unknownKeys: this.#unknown };
    return mixed ? { ...found, mixed } : found;
  }

  /** Reads a key of format 2; false for an unknown one. */
  #second(key: string, found: TextEntry): boolean {
    switch (key) {
      case 'unqualified-search-registries':
      case 'credential-helpers':
        this.#lists.set(key, { value: this.#strings(found), where: this.#at(found) });
        return true;
      case 'short-name-mode': {
        const mode = this.#string(found);
        if (mode !== '' && !modes.includes(mode)) throw new Refused(`short-name-mode ${JSON.stringify(mode)} is none of ${modes.join(', ')}`, this.#at(found));
        if (mode !== '') this.#lists.set(key, { value: mode, where: this.#at(found) });
        return true;
      }
      case 'additional-layer-store-auth-helper':
        this.#string(found);
        return true;
      case 'aliases':
        if (found.value.is !== 'map') throw new Refused('aliases must be a table', this.#at(found));
        for (const alias of found.value.entries) this.#aliases.set(alias.key, { value: this.#string(alias), where: this.#at(alias) });
        return true;
      case 'registry':
        if (found.value.is !== 'list') throw new Refused('registry must be written [[registry]]', this.#at(found));
        for (const item of found.value.items) this.#registry(item);
        return true;
      default:
        return false;
    }
  }

  #registry(node: TextNode): void {
    const where = placed(this.#path, node.at);
    const { value, places } = this.#endpoint(node, where);
    const location = clean(value.location, places.get('location') ?? where);
    const prefix = clean(value.prefix, places.get('prefix') ?? where) || location;
    if (prefix === '') throw new Refused('a [[registry]] has neither prefix nor location', where);
    if (location === '' && !prefix.startsWith('*.')) throw new Refused(`the [[registry]] with prefix ${prefix} has no location`, where);
    if (prefix.startsWith('*.') && /[/@:]/.test(prefix)) throw new Refused(`the prefix ${prefix} must have the form *.example.com`, where);
    const mirrors = entry(node, 'mirror')?.value;
    if (mirrors && mirrors.is !== 'list') throw new Refused('mirror must be written [[registry.mirror]]', where);
    const read = (mirrors?.is === 'list' ? mirrors.items : []).map((m) => this.#endpoint(m, placed(this.#path, m.at)).value);
    for (const [at, mirror] of read.entries())
      if (!mirror.location)
        throw new Refused('a mirror has no location', placed(this.#path, (mirrors as { items: readonly TextNode[] }).items[at]?.at ?? node.at));
    const twin = this.#registries.find(
      (r) => r.value.location !== undefined && r.value.location === value.location && (r.value.insecure ?? false) !== (value.insecure ?? false),
    );
    if (twin) throw new Refused(`two entries for ${location} contradict each other about insecure`, where);
    const all = { ...value, prefix, ...(read.length > 0 ? { mirror: read } : {}) };
    this.#registries = [
      ...this.#registries.filter((r) => r.prefix !== prefix),
      { prefix, value: all, where: [where], places, mirrors: mirrors?.is === 'list' ? mirrors.items.map((m) => placed(this.#path, m.at)) : [] },
    ];
  }

  #endpoint(node: TextNode, where: Where): { value: Record<string, string | boolean>; places: Map<string, Where> } {
    if (node.is !== 'map') throw new Refused('an entry must be a table', where);
    const value: Record<string, string | boolean> = {};
    const places = new Map<string, Where>();
    for (const found of node.entries) {
      const key = found.key.toLowerCase();
      if (key === 'mirror') continue;
      if (booleans.includes(key)) {
        if (found.value.is !== 'scalar' || typeof found.value.value !== 'boolean') throw new Refused(`${key} must be true or false`, this.#at(found));
        value[key] = found.value.value;
      } else if (strings.includes(key)) value[key] = this.#string(found);
      else this.#unknown.push({ name: `registry.${found.key}`, where: this.#at(found) });
      places.set(key, this.#at(found));
    }
    return { value, places };
  }

  /** Whether there is a list of format 1, or one with something in it. */
  #hasOld(found: TextEntry, filled: boolean): boolean {
    if (found.value.is !== 'map') throw new Refused('registries must be a table', this.#at(found));
    return ['search', 'insecure', 'block'].some((name) => {
      const list = entry(entry(found.value, name)?.value, 'registries')?.value;
      return list?.is === 'list' && (!filled || list.items.length > 0);
    });
  }

  #old(found: TextEntry, name: string): readonly TextNode[] {
    const items = entry(entry(found.value, name)?.value, 'registries')?.value;
    return items?.is === 'list' ? items.items : [];
  }

  /** Format 1 as ConvertToV2 turns it into format 2. */
  #convert(found: TextEntry): void {
    const search = this.#old(found, 'search');
    this.#lists.set('unqualified-search-registries', { value: search.map((n) => plain(n)), where: placed(this.#path, search[0]?.at ?? found.at) });
    for (const [name, key] of [
      ['block', 'blocked'],
      ['insecure', 'insecure'],
    ] as const) {
      for (const node of this.#old(found, name)) {
        const location = clean(String(plain(node)), placed(this.#path, node.at));
        const before = this.#registries.find((r) => r.prefix === location);
        const where = placed(this.#path, node.at);
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
  }

  #string(found: TextEntry): string {
    if (found.value.is !== 'scalar' || found.value.type !== 'string') throw new Refused(`${found.key} must be a string`, this.#at(found));
    return String(found.value.value);
  }

  #strings(found: TextEntry): readonly string[] {
    if (found.value.is !== 'list') throw new Refused(`${found.key} must be a list of strings`, this.#at(found));
    return found.value.items.map((node) => this.#string({ key: found.key, at: node.at, value: node }));
  }

  #at(found: TextEntry): Where {
    return placed(this.#path, found.at);
  }
}

/** parseLocation: a slash at the end is dropped, a scheme is refused. */
function clean(location: string | boolean | undefined, where: Where): string {
  const text = String(location ?? '').replace(/\/$/, '');
  if (/^https?:\/\//.test(text)) throw new Refused(`${text} must be written without http:// or https://`, where);
  return text;
}

/** Whether a key of format 2 holds more than an empty list, table or text. */
function isFilled({ value }: TextEntry): boolean {
  if (value.is === 'list') return value.items.length > 0;
  return value.is === 'map' ? value.entries.length > 0 : plain(value) !== '';
}
