/** Text of a profile file → the profile, or every mistake in it with its line. */
import type { Json } from '../../facts/fact.ts';
import { kinds } from '../../kinds/kinds.ts';
import { type Narrowing, type Profile, subjectsOfProfiles } from '../profile.ts';
import type { Problem } from '../rule.ts';
import { readItems } from './read-items.ts';
import type { Scope } from './scope.ts';
import { Source, type YamlNode } from './source.ts';

const keys = ['id', 'title', 'describe', 'about', 'present', 'because', 'params', 'narrows'] as const;

/** Reads a profile file; `id` must be the file's name. */
export function loadProfile(file: string, text: string, idFromPath: string): { profile?: Profile; problems: readonly Problem[] } {
  const source = new Source(file, text);
  if (source.problems.length > 0) return { problems: source.problems };
  const top = source.fields(source.root, 'a profile', keys);
  const text_ = (key: (typeof keys)[number]): string => {
    if (!top.has(key)) source.problem(source.root, `a profile needs "${key}"`);
    return (top.has(key) && source.text(top.get(key), key)) || '';
  };
  const scope: Scope = { kinds, params: new Map(), usedParams: new Set() };
  const profile: Profile = {
    id: text_('id'),
    title: text_('title'),
    describe: text_('describe'),
    about: (top.has('about') && source.word(top.get('about'), 'about', subjectsOfProfiles)) || 'engine',
    because: text_('because'),
    present: top.has('present') ? readItems(source, top.get('present'), 'present', scope) : [],
    params: top.has('params') ? readParams(source, top.get('params')) : {},
    ...(top.has('narrows') ? { narrows: readNarrows(source, top.get('narrows')) } : {}),
    at: { path: file, line: top.has('params') ? (source.at(top.get('params')).line ?? 1) : 1 },
  };
  if (profile.id !== '' && profile.id !== idFromPath) source.problem(top.get('id'), `the id says "${profile.id}", the file is named "${idFromPath}"`);
  return source.problems.length > 0 ? { problems: source.problems } : { profile, problems: [] };
}

function readParams(source: Source, node: YamlNode): Record<string, Record<string, Json>> {
  return Object.fromEntries(source.entries(node, 'params').map(({ key, value }) => [key, source.json(value) as Record<string, Json>]));
}

function readNarrows(source: Source, node: YamlNode): Record<string, Narrowing> {
  const read = (value: YamlNode): Narrowing => {
    const fields = source.fields(value, 'a parameter that narrows', ['controls', 'describe']);
    const text = (key: 'controls' | 'describe'): string => {
      if (!fields.has(key)) source.problem(value, `a parameter that narrows needs "${key}"`);
      return (fields.has(key) && source.text(fields.get(key), key)) || '';
    };
    return { controls: text('controls'), describe: text('describe') };
  };
  return Object.fromEntries(source.entries(node, 'narrows').map(({ key, value }) => [key, read(value)]));
}
