/** What the engines' library refuses in a registries.conf whose types are right (containers/image:pkg/sysregistriesv2: postProcessRegistries, shortnames.go). */
import type { Json, Where } from '../fact.ts';
import { isRegistry, parseNormalized, parseReference } from './image-reference.ts';

/** Why the library takes no file: thrown from deep inside the reader, and caught where the file is known. */
export class Refused extends Error {
  readonly where: readonly Where[];
  constructor(message: string, ...where: readonly Where[]) {
    super(message);
    this.where = where;
  }
}

/** A location without slashes at its end; one with a scheme is refused (parseLocation). */
export function cleanLocation(location: string | boolean | undefined, where: Where): string {
  const text = String(location ?? '').replace(/\/+$/, '');
  if (/^https?:\/\//.test(text)) throw new Refused(`${text} is written with http:// or https://`, where);
  return text;
}

const restrictions = ['all', 'digest-only', 'tag-only'];

/** A mirror with its location put right. `digestsOnly`: its registry has mirror-by-digest-only. */
export function checkMirror(
  value: Readonly<Record<string, string | boolean>>,
  places: ReadonlyMap<string, Where>,
  where: Where,
  digestsOnly: boolean,
): Record<string, string | boolean> {
  const location = cleanLocation(value.location, places.get('location') ?? where);
  if (location === '') throw new Refused('a mirror has no location', where);
  const restriction = value['pull-from-mirror'];
  const at = places.get('pull-from-mirror') ?? where;
  if (restriction && digestsOnly) throw new Refused(`the mirror ${location} has pull-from-mirror beside mirror-by-digest-only of its registry`, at);
  if (restriction && !restrictions.includes(String(restriction)))
    throw new Refused(`pull-from-mirror ${JSON.stringify(restriction)} is none of ${restrictions.join(', ')}`, at);
  return { ...value, location };
}

/** What is looked at of a [[registry]]. */
interface Entry {
  readonly prefix: string;
  readonly value: { readonly [key: string]: Json };
  readonly where: readonly Where[];
  readonly places: ReadonlyMap<string, Where>;
}

/** Entries for one location (without one: for one prefix) must agree, also those that do not count. */
export function checkConflicts(registries: readonly Entry[]): void {
  const first = new Map<string, Entry>();
  for (const registry of registries) {
    const of = String(registry.value.location || registry.prefix);
    const other = first.get(of);
    if (!other) first.set(of, registry);
    for (const key of other ? ['insecure', 'blocked'] : [])
      if ((registry.value[key] ?? false) !== (other?.value[key] ?? false)) {
        const at = ({ places, where }: Entry): Where => places.get(key) ?? (where[0] as Where);
        throw new Refused(`two entries for ${of} contradict each other about ${key}`, at(registry), at(other as Entry));
      }
  }
}

/** A short name and what it stands for; an empty value takes an alias away. */
export function checkAlias(name: string, value: string, where: Where): void {
  const short = parseReference(name);
  if (!short) throw new Refused(`the alias ${JSON.stringify(name)} is no name of an image`, where);
  if (short.tag !== undefined || short.digest !== undefined) throw new Refused(`the alias ${JSON.stringify(name)} has a tag or a digest`, where);
  if (isRegistry(short.domain)) throw new Refused(`the alias ${JSON.stringify(name)} begins with a registry`, where);
  if (value === '') return;
  const full = parseReference(value);
  const said = `the alias ${JSON.stringify(name)} stands for ${JSON.stringify(value)}`;
  if (!full) throw new Refused(`${said}, which is no name of an image`, where);
  if (full.tag !== undefined || full.digest !== undefined) throw new Refused(`${said}, which has a tag or a digest`, where);
  if (!isRegistry(full.domain)) throw new Refused(`${said}, which does not begin with a registry`, where);
  if (!parseNormalized(value)) throw new Refused(`${said}, which is no name of an image`, where);
}
