/**
 * Bad input: each configuration file of Podman that a rule reads in a passing case is replaced in turn by
 * what no program can use. Nothing crashes, and no rule passes on a file that was not understood.
 */
import { describe, expect, test } from 'vitest';
import { type FileSpec, overlay } from '../../src/collect/targets/composed.ts';
import type { AnyAnswer, Ask } from '../../src/facts/ask.ts';
import { keyOf } from '../../src/facts/asks.ts';
import { answersOf } from '../../src/try.ts';
import type { Verdict } from '../../src/verdicts/report.ts';
import { everyRule, judge, type Tried } from './every-rule.ts';

/** containers.conf, storage.conf, registries.conf, policy.json, registries.d, with their drop-ins, of the system and of an account. */
const family =
  /^(?:\/etc|\/usr\/share|.*\/\.config)\/containers\/(?:(?:containers|storage|registries)\.conf(?:\.d\/[^/]+)?|containers\.root(?:less|ful)\.conf\.d\/.+|policy\.json|registries\.d\/[^/]+)$/;

const unusable: Readonly<Record<string, FileSpec>> = {
  garbage: '\u0007[[[ {{{ "\n\t: = ]\n',
  directory: { type: 'directory' },
  denied: { content: '', blocked: 'denied' },
};
/** What a program may take for absent. In a drop-in directory that is a directory, too: none is entered (tried with Podman 5.4.2). */
const inDropIns = /\.conf\.d\/[^/]+$/;
const hollow: Readonly<Record<string, FileSpec>> = { empty: '', dangling: { link: '/nowhere/at/all' } };

/** The files of the family that are read, and hold something, in a case that passes for somebody. */
function readIn(rule: (typeof everyRule)[number]['rule'], tried: Tried): string[] {
  const asked = new Map<string, Ask>();
  if (!judge(rule, tried, undefined, asked).verdicts.some((v) => v.outcome === 'pass')) return [];
  const answer = answersOf(tried.host);
  return [...asked.values()].flatMap((ask) => (ask.do === 'read' && family.test(ask.path) && answer(ask).is === 'got' ? [ask.path] : []));
}

const replaced = (tried: Tried, path: string, spec: FileSpec): Tried => ({
  ...tried,
  host: overlay(tried.host, { ...kept(tried), files: { [path]: spec } }),
});
/** The same host without the file; its directory stays. */
const withoutFile = (tried: Tried, path: string): Tried => {
  const directory = path.slice(0, path.lastIndexOf('/'));
  return replaced(replaced(tried, path, null), directory, tried.host.files?.[directory] ?? { type: 'directory' });
};
/** `overlay` takes the other parts of the change for the new ones. */
const kept = ({ host }: Tried) => ({ ...(host.user ? { user: host.user } : {}), ...(host.kind ? { kind: host.kind } : {}) });

const subject = (v: Verdict): string => v.subject ?? '';
const cites = (v: Verdict, path: string, fromLine = 0): boolean => v.evidence.some((e) => e.where.some((w) => w.path === path && (w.line ?? 0) >= fromLine));
const outcomes = (verdicts: readonly Verdict[]): string[] => verdicts.map((v) => `${subject(v)} ${v.outcome}`);
const blocked: AnyAnswer = { is: 'blocked', why: 'denied' };

const concerned = everyRule
  .map(({ rule, tried }) => ({ id: rule.id, rule, each: tried.map((t) => ({ t, paths: readIn(rule, t) })).filter((c) => c.paths.length > 0) }))
  .filter((c) => c.each.length > 0);

test('rules of every family are concerned', () => {
  const ids = concerned.map((c) => c.id);
  for (const id of ['podman.api.service-timeout', 'podman.config.seccomp', 'podman.storage.driver', 'podman.registries.insecure', 'podman.policy.default'])
    expect(ids).toContain(id);
});

describe.each(concerned)('$id', ({ rule, each }) => {
  test.each(Object.keys(unusable))('%s: no pass that relies on the file', (how) => {
    for (const { t, paths } of each) {
      for (const path of paths) {
        // A verdict that stands without the file's content does not rely on it.
        const without = judge(rule, t, (ask, answer) => (keyOf(ask) === `read ${path}` ? blocked : answer)).verdicts;
        const stands = new Set(without.filter((v) => v.outcome === 'pass').map(subject));
        const { verdicts, defects } = judge(rule, replaced(t, path, unusable[how] as FileSpec));
        const about = `${t.trial.it}: ${path}`;
        expect(defects, about).toEqual([]);
        if (how === 'directory' && inDropIns.test(path)) {
          expect(outcomes(verdicts), about).toEqual(outcomes(judge(rule, withoutFile(t, path)).verdicts));
          continue;
        }
        for (const v of verdicts) {
          if (v.outcome === 'pass') expect(stands, `${about}: ${v.message}`).toContain(subject(v));
          if (v.outcome === 'pass' && how === 'denied') expect(cites(v, path, 1), `${about}: ${v.message}`).toBe(false);
          if (v.outcome === 'fail') expect(v.evidence.flatMap((e) => e.where).length, `${about}: ${v.message}`).toBeGreaterThan(0);
        }
      }
    }
  });

  test.each(Object.keys(hollow))('%s: nothing is seen in the file', (how) => {
    for (const { t, paths } of each) {
      for (const path of paths) {
        const { verdicts, defects } = judge(rule, replaced(t, path, hollow[how] as FileSpec));
        const about = `${t.trial.it}: ${path}`;
        expect(defects, about).toEqual([]);
        for (const v of verdicts) {
          expect(cites(v, path, 2), `${about}: ${v.message}`).toBe(false);
          if (v.outcome === 'fail') expect(v.evidence.flatMap((e) => e.where).length, `${about}: ${v.message}`).toBeGreaterThan(0);
        }
      }
    }
  });
});
