/**
 * The flags that K3s gives a component: its own defaults, replaced key by key by what the user gives; `key+=` appends to
 * the default, `key-=` puts in front of it, and a key that is given again keeps all its values
 * (k3s-io/k3s:pkg/util/args.go GetArgs).
 */
import type { Unknown } from '../fact.ts';
import { addTo } from '../grouped.ts';
import type { Chosen, Placed } from './given.ts';

/** A default: a value, or why it cannot be told. */
export type Default = Chosen | Unknown;

const isUnknown = (one: Default | ComponentFlag): one is Unknown => 'is' in one;

/** A flag as the component gets it: once for each value. */
export interface Given {
  readonly values: readonly Placed[];
  /** What is not in force: a default that was replaced, and values of files that later ones replaced. */
  readonly beaten: readonly Placed[];
}

export type ComponentFlag = Given | Unknown;

/** Whether a user's value counts as it is, follows the default (`key+`), or precedes it (`key-`). */
function keyOf(written: string): { readonly key: string; readonly how: 'instead' | 'behind' | 'before' } {
  const key = written.replace(/[-+]+$/, '');
  return { key, how: written.endsWith('+') ? 'behind' : written.endsWith('-') ? 'before' : 'instead' };
}

/** `key=value` as it is given, taken apart; a key alone means true. */
export function extraArg(text: string): { readonly written: string; readonly value: string } {
  const bare = text.startsWith('--') ? text.slice(2) : text;
  const at = bare.indexOf('=');
  return at < 0 ? { written: bare, value: 'true' } : { written: bare.slice(0, at), value: bare.slice(at + 1) };
}

/** All flags of a component, sorted by name. `extra` are the values of its `…-arg` flag, in order. */
export function componentFlags(defaults: ReadonlyMap<string, Default>, extra: readonly Chosen[]): Map<string, ComponentFlag> {
  const left = new Map(defaults);
  const flags = new Map<string, Growing | Unknown>();
  const replaced = replacedIn(extra);
  for (const { value: text, where, beaten } of extra) {
    const { written, value } = extraArg(text);
    const { key, how } = keyOf(written);
    const own = left.get(key);
    left.delete(key);
    const flag = flags.get(key) ?? { values: [], beaten: [] };
    flags.set(key, 'is' in flag ? flag : grownBy(flag, own, { value, where, beaten: replaced(beaten, key) }, how));
  }
  for (const [key, own] of left) flags.set(key, isUnknown(own) ? own : { values: [{ value: own.value, where: own.where }], beaten: [...own.beaten] });
  return withHyphens(new Map([...flags].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))), defaults);
}

/**
 * Components take `_` in a name for `-` (kubernetes/component-base:cli/flag/flags.go WordSepNormalizeFunc), K3s does not:
 * such an argument replaces no default, and sorts behind it, so that it wins.
 */
function withHyphens(flags: Map<string, ComponentFlag>, defaults: ReadonlyMap<string, Default>): Map<string, ComponentFlag> {
  const given = [...flags.keys()].filter((name) => name.includes('_') && !defaults.has(name));
  if (given.length === 0) return flags;
  for (const written of given) {
    const name = written.replaceAll('_', '-');
    const [before, after] = [flags.get(name), flags.get(written) as ComponentFlag];
    flags.delete(written);
    flags.set(name, before ? both(before, after) : after);
  }
  return new Map([...flags].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function both(before: ComponentFlag, after: ComponentFlag): ComponentFlag {
  if (isUnknown(before)) return before;
  return isUnknown(after) ? after : { values: [...before.values, ...after.values], beaten: [...before.beaten, ...after.beaten] };
}

interface Growing extends Given {
  readonly values: Placed[];
  readonly beaten: Placed[];
}

/** The flag with one more value; what it had is taken over, for a copy each time would make a long list quadratic. */
function grownBy(flag: Growing, own: Default | undefined, added: Chosen, how: 'instead' | 'behind' | 'before'): Growing | Unknown {
  const kept = how === 'instead' ? undefined : own;
  if (kept && isUnknown(kept)) return kept;
  if (kept) flag.values.unshift({ value: kept.value, where: kept.where });
  const given: Placed = { value: added.value, where: added.where };
  if (how === 'before') flag.values.unshift(given);
  else flag.values.push(given);
  for (const one of added.beaten) flag.beaten.push(one);
  if (how === 'instead' && own && !isUnknown(own)) flag.beaten.push({ value: own.value, where: own.where }, ...own.beaten);
  return flag;
}

/** Of what a file gave for all keys before, the values of one key, told once: arguments of one list have one past. */
function replacedIn(extra: readonly Chosen[]): (beaten: readonly Placed[], key: string) => readonly Placed[] {
  const byKey = new Map<readonly Placed[], Map<string, Placed[]>>();
  for (const { beaten } of extra) {
    if (byKey.has(beaten)) continue;
    const keys = new Map<string, Placed[]>();
    for (const { value: text, where } of beaten) {
      const { written, value } = extraArg(text);
      addTo(keys, keyOf(written).key, { value, where });
    }
    byKey.set(beaten, keys);
  }
  return (beaten, key) => {
    const found = byKey.get(beaten)?.get(key) ?? [];
    byKey.get(beaten)?.delete(key);
    return found;
  };
}

/** The value of the first argument with exactly this key: what K3s itself looks at (pkg/util/args.go ArgValue). Empty: none. */
export function argValue(key: string, extra: readonly Chosen[]): Chosen | undefined {
  const found = extra.find(({ value }) => extraArg(value).written === key);
  return found && { ...found, value: extraArg(found.value).value };
}
