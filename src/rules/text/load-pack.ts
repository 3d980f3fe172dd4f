/** The files of a pack → its rules and profiles, or every mistake in all of them. */

import { fitsParam } from '../pack.ts';
import type { Profile } from '../profile.ts';
import { idPattern, type Problem, type Rule } from '../rule.ts';
import { loadRule } from './load.ts';
import { loadProfile } from './load-profile.ts';
import { hintFor } from './suggest.ts';

/** A file of a pack: path relative to the pack's root, and its text. */
export interface PackFile {
  readonly path: string;
  readonly text: string;
}

/** Reads a pack's files; finds every mistake in all of them, also duplicate ids and unknown profiles. */
export function loadPack(files: readonly PackFile[], shownRoot: string): { rules: Rule[]; profiles: Profile[]; problems: Problem[] } {
  const rules: Rule[] = [];
  const profiles: Profile[] = [];
  const problems: Problem[] = [];
  for (const { path, text } of files) {
    const shown = shownRoot === '' ? path : `${shownRoot}/${path}`;
    if (path.startsWith('profiles/')) {
      const loaded = loadProfile(shown, text, path.slice('profiles/'.length).replace(/\.ya?ml$/, ''));
      problems.push(...loaded.problems);
      if (loaded.profile) profiles.push(loaded.profile);
      continue;
    }
    const id = path.replace(/\.ya?ml$/, '').replaceAll('/', '.');
    const loaded = loadRule(shown, text, idPattern.test(id) ? id : undefined);
    problems.push(...loaded.problems);
    if (loaded.rule) rules.push(loaded.rule);
  }
  return { rules, profiles, problems };
}

/** Mistakes that only show when all files are seen together. */
export function packProblems(rules: readonly Rule[], profiles: readonly Profile[]): Problem[] {
  const problems: Problem[] = [];
  const owner = new Map<string, Rule>();
  const names = new Set(profiles.map((p) => p.id));
  for (const rule of rules) {
    for (const id of [rule.id, ...rule.formerly]) {
      const other = owner.get(id);
      if (other)
        problems.push({
          file: rule.at.path,
          line: 1,
          column: 1,
          message: `"${id}" is already the id of ${other.at.path}`,
          hint: 'an id is never used twice, former ids included',
        });
      owner.set(id, rule);
    }
    for (const profile of rule.profiles) {
      if (!names.has(profile))
        problems.push({ file: rule.at.path, line: 1, column: 1, message: `there is no profile "${profile}"`, hint: `one of: ${[...names].sort().join(', ')}` });
    }
  }
  return [...problems, ...profiles.flatMap((p) => paramProblems(p, rules))];
}

/** Parameters that a profile sets and no rule has, and values that no rule could take. */
function paramProblems(profile: Profile, rules: readonly Rule[]): Problem[] {
  const at = { file: profile.at.path, line: profile.at.line ?? 1, column: 1 };
  return Object.entries(profile.params).flatMap(([id, values]): Problem[] => {
    const rule = rules.find((r) => r.id === id);
    if (!rule)
      return [
        {
          ...at,
          message: `there is no rule "${id}" to set a parameter of`,
          hint: hintFor(
            id,
            rules.map((r) => r.id),
          ),
        },
      ];
    return Object.entries(values).flatMap(([name, value]): Problem[] => {
      const param = Object.hasOwn(rule.params, name) ? rule.params[name] : undefined;
      if (!param) return [{ ...at, message: `${id} has no parameter "${name}"`, hint: hintFor(name, Object.keys(rule.params)) }];
      return fitsParam(param, value) ? [] : [{ ...at, message: `${id}:${name} must be like its default, ${JSON.stringify(param.default)}` }];
    });
  });
}
