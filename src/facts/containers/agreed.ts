/** One fact about a configuration that is read in several ways, as an account's programs are started. */
import type { Account } from '../ask.ts';
import type { Start } from '../environment/account-environments.ts';
import { type Fact, type Json, type Known, pathKey, type Unknown } from '../fact.ts';

/** The fact of the first start; what another start sees differently is unknown in it. */
export function agreed(starts: readonly Start[], facts: readonly Fact[], as: Account): Fact {
  const [first, ...others] = facts as readonly [Fact, ...Fact[]];
  return others.reduce((fact, other) => agreement(fact, other, starts, as), first);
}

function agreement(one: Fact, other: Fact, starts: readonly Start[], as: Account): Fact {
  const depends = (what: string): Unknown => ({
    is: 'unknown',
    why: 'ambiguous',
    said: `${what} depends on what starts Podman for ${as.name}: ${starts.map(inWords).join(', ')}`,
    where: starts.flatMap((s) => s.where),
  });
  if (one.is === 'unknown' && other.is === 'unknown') return one;
  if (one.is === 'unknown' || other.is === 'unknown') {
    const refusal = one.is === 'unknown' ? one : (other as Unknown);
    return { ...depends('the configuration'), said: `${depends('the configuration').said}; of one of them: ${refusal.said}` };
  }
  const gaps = new Map([...other.gaps, ...one.gaps]);
  for (const path of differences(one.value, other.value, [])) gaps.set(pathKey(path), depends(path.join('.')));
  const seen = new Set(one.consulted.map((w) => w.path));
  return { ...one, gaps, consulted: [...one.consulted, ...other.consulted.filter((w) => !seen.has(w.path))] } satisfies Known;
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
