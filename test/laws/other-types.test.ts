/**
 * Things that are not what they should be: on every host of fixtures/hosts each file that a rule meets becomes a
 * directory, each directory a file, a dangling link and a loop. Nothing crashes, and no verdict turns into a pass
 * that would not also pass without the thing.
 */
import { describe, expect, test } from 'vitest';
import { hostNamed } from '../../src/cli/hosts.ts';
import { type FileSpec, type HostSpec, overlay } from '../../src/collect/targets/composed.ts';
import type { Ask, Stat } from '../../src/facts/ask.ts';
import { keyOf } from '../../src/facts/asks.ts';
import type { Rule } from '../../src/rules/rule.ts';
import { answersOf, judgeOn } from '../../src/try.ts';
import { hostNames } from '../fixtures/hosts.ts';
import { everyRule } from './every-rule.ts';

const specs = hostNames.map((name) => [name, hostNamed(name) as HostSpec] as const);

/** What may stand in the place of a file, or of a directory. */
const instead: Readonly<Record<'file' | 'directory', Readonly<Record<string, (path: string) => FileSpec>>>> = {
  file: { 'a directory': () => ({ type: 'directory' }), 'a loop': (path) => ({ link: path }) },
  directory: { 'a file': () => 'x\n', 'a dangling link': () => ({ link: '/nowhere/at/all' }), 'a loop': (path) => ({ link: path }) },
};

/** Paths that the rule meets on this host, and what they are. */
function met(rule: Rule, spec: HostSpec): Map<string, 'file' | 'directory'> {
  const answer = answersOf(spec);
  const asked = new Map<string, Ask>();
  judgeOn(rule, spec, {}, (ask) => {
    asked.set(keyOf(ask), ask);
    return answer(ask);
  });
  const found = new Map<string, 'file' | 'directory'>();
  for (const ask of asked.values()) {
    if (ask.do !== 'read' && ask.do !== 'list' && ask.do !== 'stat') continue;
    const stat = answer({ do: 'stat', path: ask.path });
    const type = stat.is === 'got' ? (stat.value as Stat).type : undefined;
    if (type === 'file' || type === 'directory') found.set(ask.path, type);
  }
  return found;
}

const replaced = (spec: HostSpec, path: string, by: FileSpec): HostSpec => {
  const parent = path.slice(0, path.lastIndexOf('/')) || '/';
  const gone = overlay(spec, { ...kept(spec), files: { [path]: null } });
  return overlay(gone, { ...kept(spec), files: { [parent]: spec.files?.[parent] ?? { type: 'directory' }, ...(by === null ? {} : { [path]: by }) } });
};
const kept = (spec: HostSpec) => ({ ...(spec.user ? { user: spec.user } : {}), ...(spec.kind ? { kind: spec.kind } : {}) });
const passing = (rule: Rule, spec: HostSpec): string[] =>
  judgeOn(rule, spec)
    .verdicts.filter((v) => v.outcome === 'pass')
    .map((v) => v.subject ?? '');

describe.each(everyRule.map(({ rule }) => ({ id: rule.id, rule })))('$id', ({ rule }) => {
  test('takes nothing for what it is not', () => {
    const done = new Set<string>();
    for (const [name, spec] of specs) {
      for (const [path, type] of met(rule, spec)) {
        if (done.has(`${type} ${path}`) || path === '/') continue;
        done.add(`${type} ${path}`);
        for (const [what, by] of Object.entries(instead[type])) {
          const about = `${name}: ${path} is ${what}`;
          const { verdicts, defects } = judgeOn(rule, replaced(spec, path, by(path)));
          expect(defects, about).toEqual([]);
          const passed = verdicts.filter((v) => v.outcome === 'pass').map((v) => v.subject ?? '');
          if (passed.length === 0) continue;
          const before = new Set([...passing(rule, spec), ...passing(rule, replaced(spec, path, null))]);
          for (const subject of passed) expect(before, about).toContain(subject);
        }
      }
    }
  });
});
