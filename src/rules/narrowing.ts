/**
 * Profiles that hold several releases of one benchmark: a parameter of the profile chooses a release, and with it the
 * rules that have a control of it, under its numbers.
 */
import type { GivenParam } from './pack.ts';
import type { Narrowing, Profile } from './profile.ts';
import type { Rule } from './rule.ts';

type Ruled = Pick<Rule, 'profiles' | 'controls'>;

/** The values that rules of the profile have, the highest first. */
export function valuesOf({ controls }: Narrowing, profile: string, rules: readonly Ruled[]): string[] {
  const own = rules.filter((r) => r.profiles.includes(profile)).flatMap((r) => r.controls);
  const values = own.filter((c) => c.startsWith(`${controls} `)).map((c) => c.slice(controls.length + 1).split(' ', 1)[0] as string);
  return [...new Set(values)].sort((a, b) => b.localeCompare(a, 'en', { numeric: true }));
}

/** The releases chosen of a profile: each with the start of all its controls, and of those chosen. */
function chosenOf({ id, narrows }: Profile, given: readonly GivenParam[]): { readonly all: string; readonly chosen: string }[] {
  if (narrows === undefined || given.length === 0) return [];
  return Object.entries(narrows).flatMap(([name, { controls }]) => {
    const value = given.findLast((g) => g.profile === id && g.name === name)?.value;
    return value === undefined ? [] : [{ all: `${controls} `, chosen: `${controls} ${String(value)} ` }];
  });
}

/** Whether a profile still has a rule of its own. */
export const admits = (profile: Profile, { controls }: Ruled, given: readonly GivenParam[]): boolean =>
  profile.narrows === undefined || given.length === 0 || chosenOf(profile, given).every(({ chosen }) => controls.some((c) => c.startsWith(chosen)));

/** The controls of a rule, without those of releases that were not chosen. */
export function controlsLeft({ controls }: Pick<Rule, 'controls'>, profiles: readonly Profile[], given: readonly GivenParam[]): readonly string[] {
  const narrowed = profiles.flatMap((p) => chosenOf(p, given));
  return controls.filter((c) => narrowed.every(({ all, chosen }) => !c.startsWith(all) || c.startsWith(chosen)));
}

/** The numbering that a report is in: `CIS K3s 2.1`. Undefined: none was chosen, or several. */
export function numberingOf(profiles: readonly Profile[], given: readonly GivenParam[]): string | undefined {
  const [only, ...more] = profiles.flatMap((p) => chosenOf(p, given));
  return more.length > 0 ? undefined : only?.chosen.trimEnd();
}
