/** Profiles: named sets of rules, and what on a target calls for them. */

import type { Json } from '../facts/fact.ts';
import { kinds } from '../facts/kinds.ts';
import { readItems, type Scope } from './read-items.ts';
import type { Item, Problem, Rule } from './rule.ts';
import { Source, type YamlNode } from './source.ts';

/** A rule joins a profile by naming it; the profile file says what it is for and when it is chosen. */
export interface Profile {
  readonly id: string;
  readonly title: string;
  readonly describe: string;
  /** Chosen without being named when any of these holds. Empty: only by name. */
  readonly present: readonly Item[];
  /** Why it was chosen, in words that follow "because". */
  readonly because: string;
  /** Parameter values by rule id. */
  readonly params: Readonly<Record<string, Readonly<Record<string, Json>>>>;
}

const keys = ['id', 'title', 'describe', 'present', 'because', 'params'] as const;

/** Reads a profile file; `id` must be the file's name. */
export function loadProfile(file: string, text: string, idFromPath: string): { profile?: Profile; problems: readonly Problem[] } {
  const source = new Source(file, text);
  if (source.problems.length > 0) return { problems: source.problems };
  const top = source.fields(source.root, 'a profile', keys);
  const text_ = (key: (typeof keys)[number]): string => {
    if (!top.has(key)) source.problem(source.root, `a profile needs "${key}"`);
    return (top.has(key) && source.text(top.get(key), key)) || '';
  };
  const scope: Scope = { kinds, params: new Set(), usedParams: new Set() };
  const profile: Profile = {
    id: text_('id'),
    title: text_('title'),
    describe: text_('describe'),
    because: text_('because'),
    present: top.has('present') ? readItems(source, top.get('present'), 'present', scope) : [],
    params: top.has('params') ? readParams(source, top.get('params')) : {},
  };
  if (profile.id !== '' && profile.id !== idFromPath) source.problem(top.get('id'), `the id says "${profile.id}", the file is named "${idFromPath}"`);
  return source.problems.length > 0 ? { problems: source.problems } : { profile, problems: [] };
}

function readParams(source: Source, node: YamlNode): Record<string, Record<string, Json>> {
  return Object.fromEntries(source.entries(node, 'params').map(({ key, value }) => [key, source.json(value) as Record<string, Json>]));
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
    at: { path: profile.id },
  };
}
