/** Merges TOML files table by table as Go's decoder does when it decodes one file after another into the same struct. */
import type { Json, Unknown, Where } from '../fact.ts';
import { pathKey, unparsable } from '../fact.ts';
import { any, boolean, list, map, number, record, type Shape, string } from '../shape.ts';
import { type MapNode, placed, type TextEntry } from '../text/node.ts';
import { parseToml } from '../text/toml.ts';
import type { KeyType } from './containers-keys.ts';
import { fitValue } from './containers-types.ts';
import { keyText } from './key-text.ts';
import { type Release, releaseOf } from './podman-release.ts';

/** The keys of a program: each with its type, or a table of further keys. */
export type Keys = { readonly [name: string]: KeyType | Keys };

export interface Setting {
  readonly path: readonly string[];
  readonly value: Json;
  /** Deciding place first, then those it shadows. */
  readonly where: readonly Where[];
}

export interface Merged {
  readonly settings: Map<string, Setting>;
  readonly unknownKeys: { readonly name: string; readonly where: Where }[];
}

export interface Source {
  readonly path: string;
  readonly text: string;
}

/** `{append=true}` in lists is known from Podman 4.8 on; programs without it pass an old release. */
const withoutAppend = releaseOf('4.0') as Release;

/** Applies the files in order. The program refuses to start over the first file that does not parse or has a wrong type. */
export function mergeToml(keys: Keys, sources: readonly Source[], program: string, release: Release = withoutAppend): Merged | Unknown {
  const merged: Merged = { settings: new Map(), unknownKeys: [] };
  for (const { path, text } of sources) {
    const parsed = parseToml(text);
    if (parsed.is === 'broken') return unparsable(`${path} is not valid TOML (${parsed.problem.message}), so ${program} fails`, placed(path, parsed.problem));
    const refusal = parsed.root.is === 'map' ? table(keys, parsed.root, [], { merged, path, program, release, seen: new Map() }) : undefined;
    if (refusal) return refusal;
  }
  return merged;
}

interface Context {
  readonly merged: Merged;
  readonly path: string;
  readonly program: string;
  readonly release: Release;
  /** Keys of this file, in lower case. */
  readonly seen: Map<string, TextEntry>;
}

function table(keys: Keys, node: MapNode, at: readonly string[], context: Context): Unknown | undefined {
  for (const entry of node.entries) {
    const name = entry.key.toLowerCase();
    const known = Object.hasOwn(keys, name) ? keys[name] : undefined;
    const where = placed(context.path, entry.at);
    if (known === undefined) {
      context.merged.unknownKeys.push({ name: [...at, entry.key].join('.'), where });
      continue;
    }
    const refusal =
      typeof known === 'string'
        ? value(known, entry, [...at, name], context)
        : entry.value.is === 'map'
          ? table(known, entry.value, [...at, name], context)
          : refused([...at, name], 'is not a table', where, context);
    if (refusal) return refusal;
  }
  return undefined;
}

function value(type: KeyType, entry: TextEntry, path: readonly string[], context: Context): Unknown | undefined {
  const fitted = fitValue({ type, since: '3.0' }, entry.value, context.release);
  if ('refused' in fitted) return refused(path, fitted.refused, placed(context.path, fitted.at), context);
  const where = placed(context.path, entry.at);
  const twin = context.seen.get(pathKey(path));
  context.seen.set(pathKey(path), entry);
  // Go's decoder goes through the keys of a table in no order.
  if (twin)
    return {
      is: 'unknown',
      why: 'ambiguous',
      said: `${keyText(path)} is set twice in ${context.path} under names that differ in case; ${context.program.replace(/^every /, 'a ')} picks one at random`,
      where: [placed(context.path, twin.at), where],
    };
  // Entries of a map are replaced whole, the rest of the map stays.
  if ((type === 'map' || type === 'maps' || type === 'tables') && entry.value.is === 'map') {
    for (const { key, at } of entry.value.entries)
      putSetting(context.merged, [...path, key], (fitted.value as { readonly [k: string]: Json })[key] as Json, placed(context.path, at));
  } else putSetting(context.merged, path, fitted.value, where);
  return undefined;
}

const refused = (path: readonly string[], said: string, where: Where, { program }: Context): Unknown =>
  unparsable(`${keyText(path)} ${said}, so ${program} fails`, where);

/** Puts a value in the place of what the files said; what decided it before is kept as shadowed. */
export function putSetting({ settings }: Merged, path: readonly string[], value: Json, ...where: readonly Where[]): void {
  const key = pathKey(path);
  const by = where[0];
  const place = by ? `${by.path}${by.line === undefined ? '' : `:${by.line}`}` : 'a later place';
  const shadowed = (settings.get(key)?.where ?? []).map((w) => ({ ...w, said: `shadowed by ${place}` }));
  settings.set(key, { path, value, where: [...where, ...shadowed] });
}

/** The shape of the keys. */
export function shapeOfKeys(keys: Keys, describe: string): Shape {
  return record(
    Object.fromEntries(Object.entries(keys).map(([name, type]) => [name, typeof type === 'string' ? shapeOfType(type, '') : shapeOfKeys(type, `[${name}]`)])),
    describe,
  );
}

export function shapeOfType(type: KeyType, describe: string): Shape {
  switch (type) {
    case 'boolean':
      return boolean(describe);
    case 'string':
      return string(describe);
    case 'int':
    case 'uint':
    case 'uint16':
    case 'uint32':
      return number(describe);
    case 'strings':
      return list(string(''), describe);
    case 'map':
      return map(string(''), describe);
    case 'maps':
      return map(list(string(''), ''), describe);
    case 'tables':
      return map(map(any('a key of the table'), ''), describe);
    case 'text':
    case 'pools':
      return any(describe);
  }
}
