/** The effective containers.conf: what each key is after all files, and which file decided it. */
import type { Json, Note, Unknown, Where } from '../fact.ts';
import { pathKey, splitPath, unparsable } from '../fact.ts';
import { addTo } from '../grouped.ts';
import type { DiskFile } from '../host/disk.ts';
import { placed, plain, type TextEntry, type TextNode } from '../text/node.ts';
import { parseToml } from '../text/toml.ts';
import { containersKeys, type KnownKey } from './containers-keys.ts';
import type { Layers } from './containers-layers.ts';
import { fitValue } from './containers-types.ts';
import { refusesCommands, refusesContainers } from './containers-values.ts';
import { keyText } from './key-text.ts';
import { type Release, since } from './podman-release.ts';

export interface Decided {
  readonly path: readonly string[];
  readonly value: Json;
  /** Deciding place first, then those it shadows. */
  readonly where: readonly Where[];
}

/** A key that has no effect where it stands. */
export interface Idle {
  readonly name: string;
  readonly where: Where;
}

/** A key in the wrong table. */
export interface Stray extends Idle {
  readonly value: Json;
  /** Where Podman looks for it; unset where several tables have such a key, or what stands there is a table. */
  readonly to?: string;
}

export interface Effective {
  readonly values: ReadonlyMap<string, Decided>;
  readonly gaps: ReadonlyMap<string, Unknown>;
  readonly notes: ReadonlyMap<string, readonly Note[]>;
  readonly misplaced: readonly Stray[];
  readonly unknownKeys: readonly Idle[];
  readonly unsupported: readonly Idle[];
  /** What keeps each container from being made, or each image from being pulled, while commands work. */
  readonly unstartable: readonly Idle[];
}

/** The effective values under one release, or why Podman would refuse every command. */
export function decode(release: Release, layers: Layers): Effective | Unknown {
  const decoder = new Decoder(release);
  for (const file of layers.files) {
    const refusal = decoder.apply(file);
    if (refusal) return refusal;
  }
  for (const { file, because } of layers.passed) decoder.pass(file, because);
  return decoder.validate() ?? decoder.effective;
}

/** The eleven capabilities that a list with `{append=true}` starts from (containers/common:pkg/config/default.go). */
const builtInCapabilities = [
  'CHOWN',
  'DAC_OVERRIDE',
  'FOWNER',
  'FSETID',
  'KILL',
  'NET_BIND_SERVICE',
  'SETFCAP',
  'SETGID',
  'SETPCAP',
  'SETUID',
  'SYS_CHROOT',
].map((c) => `CAP_${c}`);

/** Runtimes that Podman knows without being told (containers/common:pkg/config/default.go). */
const builtInRuntimes = ['crun', 'crun-vm', 'crun-wasm', 'kata', 'krun', 'ocijail', 'runc', 'runj', 'runsc', 'youki'];

class Decoder {
  readonly #release: Release;
  readonly #values = new Map<string, Decided>();
  readonly #gaps = new Map<string, Unknown>();
  readonly #notes = new Map<string, Note[]>();
  readonly #misplaced: Stray[] = [];
  readonly #unknownKeys: Idle[] = [];
  readonly #unsupported: Idle[] = [];
  /** Lists whose `append` attribute is set: it stays set for later files. */
  readonly #appending = new Set<string>();

  constructor(release: Release) {
    this.#release = release;
  }

  get effective(): Effective {
    return {
      values: this.#values,
      gaps: this.#gaps,
      notes: this.#notes,
      misplaced: this.#misplaced,
      unknownKeys: this.#unknownKeys,
      unsupported: this.#unsupported,
      unstartable: this.#unstartable(),
    };
  }

  apply(file: DiskFile): Unknown | undefined {
    const { path } = file;
    const text = file.text.is === 'got' ? file.text.value : '';
    // BurntSushi/toml accepts the mark since 1.3, which Podman has since 4.6.
    if (text.startsWith('\uFEFF') && !since(this.#release, '4.6'))
      return unparsable(`${path} begins with a byte order mark, so every command of Podman ${this.#release.said} fails`, { path, line: 1 });
    const parsed = parseToml(text);
    if (parsed.is === 'broken')
      return unparsable(`${path} is not valid TOML (${parsed.problem.message}), so every Podman command fails`, placed(path, parsed.problem));
    const seen = new Map<string, TextEntry>();
    for (const entry of parsed.root.is === 'map' ? parsed.root.entries : []) {
      const table = entry.key.toLowerCase();
      const keys = Object.hasOwn(containersKeys, table) ? containersKeys[table] : undefined;
      if (!keys) this.#stray(path, [], entry);
      else if (entry.value.is !== 'map') return unparsable(`${table} is not a table, so every Podman command fails`, placed(path, entry.at));
      else
        for (const inner of entry.value.entries) {
          const refusal = this.#key(path, table, keys, inner, seen);
          if (refusal) return refusal;
        }
    }
    return undefined;
  }

  /** Notes what a file would have set, were it applied. */
  pass(file: DiskFile, because: string): void {
    const parsed = parseToml(file.text.is === 'got' ? file.text.value : '');
    if (parsed.is === 'broken' || parsed.root.is !== 'map') return;
    for (const { key: table, value } of parsed.root.entries) {
      const keys = Object.hasOwn(containersKeys, table.toLowerCase()) ? containersKeys[table.toLowerCase()] : undefined;
      if (!keys || value.is !== 'map') continue;
      for (const { key, at } of value.entries) {
        if (!Object.hasOwn(keys, key.toLowerCase())) continue;
        this.#note(`${table}.${key}`.toLowerCase(), `${file.path} sets it without effect: ${because}`, placed(file.path, at));
      }
    }
  }

  validate(): Unknown | undefined {
    for (const [key, { value, where }] of this.#values) {
      const wrong = refusesCommands(key, value, this.#release);
      if (wrong)
        return { ...unparsable(`${keyText(splitPath(key) ?? [key])} ${wrong}, so every Podman command fails`, ...where.slice(0, 1)), refuses: { key, wrong } };
    }
    const lost = [...this.#values].find(([, { path }]) => path[0] === 'engine' && path[1] === 'runtimes_flags' && !this.#hasRuntime(path[2] ?? ''));
    return lost && unparsable(`${lost[0]} is for a runtime that engine.runtimes lacks, so every Podman command fails`, ...lost[1].where.slice(0, 1));
  }

  #hasRuntime(name: string): boolean {
    return builtInRuntimes.includes(name) || this.#values.has(pathKey(['engine', 'runtimes', name]));
  }

  #unstartable(): Idle[] {
    return [...this.#values].flatMap(
      ([
        key,
        {
          value,
          where: [where],
        },
      ]) => {
        const wrong = refusesContainers(key, value, this.#release);
        return wrong && where
          ? [{ name: `${keyText(splitPath(key) ?? [key])} ${wrong}, so ${key === 'engine.retry_delay' ? 'pulls fail' : 'no container is made'}`, where }]
          : [];
      },
    );
  }

  #key(file: string, table: string, keys: Readonly<Record<string, KnownKey>>, entry: TextEntry, seen: Map<string, TextEntry>): Unknown | undefined {
    const name = entry.key.toLowerCase();
    const known = Object.hasOwn(keys, name) ? keys[name] : undefined;
    if (!known) {
      this.#stray(file, [table], entry);
      return undefined;
    }
    const key = `${table}.${name}`;
    const where = placed(file, entry.at);
    if (!since(this.#release, known.since) || (known.until !== undefined && since(this.#release, known.until))) {
      this.#unsupported.push({ name: key, where });
      const bound =
        known.until !== undefined && since(this.#release, known.until)
          ? `Podman reads it only before ${known.until}`
          : `Podman reads it from ${known.since} on`;
      this.#note(key, `it is set, but ${bound}; this is ${this.#release.said}`, where);
      return undefined;
    }
    const fitted = fitValue(known, entry.value, this.#release);
    if ('refused' in fitted)
      return {
        ...unparsable(`${keyText([table, name])} ${fitted.refused}, so every Podman command fails`, placed(file, fitted.at)),
        refuses: { key: pathKey([table, name]), wrong: fitted.refused },
      };
    if (fitted.said !== undefined) this.#note(key, fitted.said, where);
    const twin = seen.get(key);
    seen.set(key, entry);
    if (twin && !sameJson(twin.value, entry.value)) {
      this.#gaps.set(key, {
        is: 'unknown',
        why: 'ambiguous',
        said: `${keyText([table, name])} is set twice in ${file} under names that differ in case; Podman picks one at random`,
        where: [placed(file, twin.at), where],
      });
    } else if (!(fitted.append ?? this.#appending.has(key))) this.#gaps.delete(key);
    this.#decide(key, [table, name], known, fitted.value, fitted.append, where);
    return undefined;
  }

  #decide(key: string, path: readonly string[], known: KnownKey, value: Json, append: boolean | undefined, where: Where): void {
    if (known.type === 'map' || known.type === 'maps' || known.type === 'tables') {
      for (const [name, inner] of Object.entries(value as { readonly [k: string]: Json })) this.#put([...path, name], inner, where);
      return;
    }
    let list = key === 'containers.default_capabilities' ? (value as string[]).map(capability) : value;
    if (append === true) this.#appending.add(key);
    if (append === false) this.#appending.delete(key);
    if (!this.#appending.has(key)) {
      this.#put(path, list, where);
      return;
    }
    const before = this.#values.get(key);
    const base = before?.value ?? (key === 'containers.default_capabilities' ? builtInCapabilities : []);
    list = [...(base as readonly Json[]), ...(list as readonly Json[])];
    this.#values.set(key, {
      path,
      value: list,
      where: [
        {
          ...where,
          said: before ? `appends to the list before (append=true${append === undefined ? ' from an earlier file' : ''})` : 'appends to the built-in list',
        },
        ...(before?.where ?? []),
      ],
    });
  }

  #put(path: readonly string[], value: Json, where: Where): void {
    const key = pathKey(path);
    const shadowed = (this.#values.get(key)?.where ?? []).map((w) => ({ ...w, said: `shadowed by ${where.path}:${where.line}` }));
    this.#values.set(key, { path, value, where: [where, ...shadowed] });
  }

  /** A key that stands where Podman does not look for it. */
  #stray(file: string, tables: readonly string[], entry: TextEntry): void {
    const name = entry.key.toLowerCase();
    const where = placed(file, entry.at);
    const homes = tables.length > 1 ? [] : Object.keys(containersKeys).filter((table) => Object.hasOwn(containersKeys[table] ?? {}, name));
    const full = [...tables, entry.key].join('.');
    if (homes.length > 0) {
      this.#misplaced.push({
        name: full,
        where,
        value: plain(entry.value),
        ...(homes.length === 1 && entry.value.is !== 'map' ? { to: `${homes[0]}.${name}` } : {}),
      });
      const stands = tables.length === 0 ? 'outside any table' : `under [${tables.join('.')}]`;
      for (const table of homes)
        this.#note(`${table}.${name}`, `${entry.key} stands ${stands}; Podman reads it only under [${table}] and ignores it silently`, where);
      return;
    }
    if (tables.length === 0 && entry.value.is === 'map' && entry.value.entries.length > 0) {
      for (const inner of entry.value.entries) this.#stray(file, [entry.key], inner);
      return;
    }
    this.#unknownKeys.push({ name: full, where });
  }

  #note(key: string, said: string, where: Where): void {
    addTo(this.#notes, key, { said, where: [where] });
  }
}

/** containers/common config.go: addCAPPrefix, then capabilities are compared without regard to case. */
const capability = (name: string): string => (name.toUpperCase() === 'ALL' ? 'ALL' : name.toUpperCase().replace(/^(?!CAP_)/, 'CAP_'));

const sameJson = (a: TextNode, b: TextNode): boolean => JSON.stringify(a, withoutPlaces) === JSON.stringify(b, withoutPlaces);
const withoutPlaces = (key: string, value: unknown): unknown => (key === 'at' ? undefined : value);
