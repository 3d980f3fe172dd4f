/** One fact about a configuration that is read in several ways, as an account's programs are started. */
import type { Account } from '../ask.ts';
import type { Start } from '../environment/account-environments.ts';
import { type Fact, type Json, type Known, pathKey, type Unknown } from '../fact.ts';

/** The fact of the first start; what another start sees differently is unknown in it. */
export function agreed(starts: readonly Start[], facts: readonly Fact[], as: Account): Fact {
  const depends = (): Unknown => ({
    is: 'unknown',
    why: 'ambiguous',
    said: `which configuration counts depends on what starts Podman for ${as.name}: ${starts.map(inWords).join(', ')}`,
    where: starts.flatMap((s) => s.where),
  });
  const refused = (by: Unknown): Unknown => ({
    ...depends(),
    said: `${depends().said}; of one of them: ${by.said}`,
  });
  return combined(facts, depends, refused);
}

/**
 * The fact that several releases see, where the one that counts could not be told (`version` says why): what they see
 * differently is unknown in it.
 */
export function acrossReleases(facts: readonly Fact[], version: Unknown): Fact {
  const depends = (what: string): Unknown => ({ ...version, why: 'ambiguous', said: `${what} depends on the version; ${version.said}` });
  // What could not be looked at is no refusal of the program's.
  const refused = (by: Unknown): Unknown =>
    by.why === 'unparsable' ? { ...by, why: 'ambiguous', said: `${by.said}, at least under some versions; ${version.said}` } : by;
  return combined(facts, depends, refused);
}

/** The first fact, with a gap wherever another one differs; `refused` words what only some of them could not take. */
function combined(facts: readonly Fact[], depends: (what: string) => Unknown, refused: (by: Unknown) => Unknown): Fact {
  const [first] = facts as readonly [Fact, ...Fact[]];
  const unknowns = facts.filter((fact): fact is Unknown => fact.is === 'unknown');
  const told = unknowns.find((u) => u.why !== 'unparsable') ?? unknowns[0];
  if (told) return unknowns.length === facts.length ? told : refused(told);
  const known = facts as readonly Known[];
  const gaps = new Map(known.toReversed().flatMap((fact) => [...fact.gaps]));
  const differing = known.slice(1).flatMap((other) => differences((first as Known).value, other.value, []));
  for (const path of differing) gaps.set(pathKey(path), depends(path.join('.')));
  const seen = new Set((first as Known).consulted.map((w) => w.path));
  const further = known.slice(1).flatMap((fact) => fact.consulted.filter((w) => !seen.has(w.path) && seen.add(w.path)));
  return { ...(first as Known), gaps, consulted: [...(first as Known).consulted, ...further] } satisfies Known;
}

function inWords({ by, values }: Start): string {
  const set = [...values].map(([name, value]) => `${name}=${value}`);
  return `${by === 'login' ? 'a login' : 'the service manager'} sets ${set.length > 0 ? set.join(' and ') : 'none of these variables'}`;
}

/** The paths, as short as they may be, at which two values differ. */
function differences(a: Json | undefined, b: Json | undefined, path: readonly string[]): (readonly string[])[] {
  if (isRecord(a) && isRecord(b))
    return [...new Set([...Object.keys(a), ...Object.keys(b)])].flatMap((key) => differences(own(a, key), own(b, key), [...path, key]));
  return JSON.stringify(a) === JSON.stringify(b) ? [] : [path];
}

type JsonRecord = { readonly [key: string]: Json };
const isRecord = (value: Json | undefined): value is JsonRecord => typeof value === 'object' && value !== null && !Array.isArray(value);
const own = (value: JsonRecord, key: string): Json | undefined => (Object.hasOwn(value, key) ? value[key] : undefined);
