/** Profiles: named sets of rules, and what on a target calls for them. */

import type { Json, Where } from '../facts/fact.ts';
import type { Item, Rule } from './rule.ts';

/** What a profile is about: accounts that run containers, the host itself, or the engine and what runs on it. */
export const subjectsOfProfiles = ['accounts', 'host', 'engine'] as const;

/** How a parameter of a profile narrows it: of `CIS K3s` and the value `2.1` it leaves rules with a control `CIS K3s 2.1 …`. */
export interface Narrowing {
  readonly controls: string;
  readonly describe: string;
}

/** A rule joins a profile by naming it; the profile file says what it is for and when it is chosen. */
export interface Profile {
  readonly id: string;
  readonly title: string;
  readonly describe: string;
  readonly about: (typeof subjectsOfProfiles)[number];
  /** Chosen without being named when any of these holds. Empty: only by name. */
  readonly present: readonly Item[];
  /** Why it was chosen, in words that follow "because". */
  readonly because: string;
  /** Parameter values by rule id. */
  readonly params: Readonly<Record<string, Readonly<Record<string, Json>>>>;
  /** Parameters of the profile itself: each leaves the rules of one release of a benchmark. */
  readonly narrows?: Readonly<Record<string, Narrowing>>;
  /** Where the profile stands. */
  readonly at: Where;
}

/** The rule that decides whether a profile's subject is present: it passes when any of `present` holds. */
export function presenceRule(profile: Profile): Rule {
  return {
    id: `profile.${profile.id}`,
    title: profile.title,
    severity: 'info',
    why: profile.describe,
    profiles: [],
    controls: [],
    references: [],
    formerly: [],
    params: {},
    when: [],
    check: [{ group: 'any', items: profile.present, at: { path: profile.id } }],
    remedy: [],
    learn: [],
    at: { path: profile.id },
  };
}
