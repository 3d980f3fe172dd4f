/**
 * Bad input: each configuration file of Podman that a rule reads in a passing case is replaced in turn by
 * what no program can use. Nothing crashes, and no rule passes on a file that was not understood.
 */

import { isDeepStrictEqual } from 'node:util';
import { type FileSpec, overlay } from '../../src/collect/composed/composed.ts';
import type { AnyAnswer } from '../../src/facts/ask.ts';
import { keyOf } from '../../src/facts/asks.ts';
import type { Rule } from '../../src/rules/rule.ts';
import type { Verdict } from '../../src/verdicts/report.ts';
import type { RuleTried, Tried } from './every-rule.ts';
import { answersTo, judge, whole } from './judging.ts';

/** containers.conf, storage.conf, registries.conf, policy.json, registries.d, with their drop-ins, of the system and of an account. */
const family =
  /^(?:\/etc|\/usr\/share|.*\/\.config)\/containers\/(?:(?:containers|storage|registries)\.conf(?:\.d\/[^/]+)?|containers\.root(?:less|ful)\.conf\.d\/.+|policy\.json|registries\.d\/[^/]+)$/;

/** What no program can use. */
const unusable = {
  garbage: '\u0007[[[ {{{ "\n\t: = ]\n',
  directory: { type: 'directory' },
  denied: { content: '', blocked: 'denied' },
} as const satisfies Record<string, FileSpec>;
/** What a program may take for absent. In a drop-in directory that is a directory, too: none is entered (tried with Podman 5.4.2). */
const hollow = { empty: '', dangling: { link: '/nowhere/at/all' } } as const satisfies Record<string, FileSpec>;
const inDropIns = /\.conf\.d\/[^/]+$/;

/** A case of a rule, and a file in it that the rule reads. */
export interface Reading {
  readonly tried: Tried;
  readonly path: string;
}

/** The files of the family that are read, and hold something, in each case that passes for somebody. */
export const readings = ({ rule, tried }: RuleTried): Reading[] => tried.flatMap((t) => readIn(rule, t).map((path) => ({ tried: t, path })));

function readIn(rule: Rule, tried: Tried): string[] {
  const { inspection, asked } = whole(rule, tried);
  if (!inspection.verdicts.some((v) => v.outcome === 'pass')) return [];
  const answer = answersTo(tried.host);
  return [...asked.values()].flatMap((ask) => (ask.do === 'read' && family.test(ask.path) && answer(ask).is === 'got' ? [ask.path] : []));
}

export function* nothingRestsOnUnusable(subject: RuleTried): Generator<string> {
  for (const reading of readings(subject)) {
    for (const how of namesOf(unusable)) yield* nothingRestsOn(subject.rule, reading, how);
    for (const how of namesOf(hollow)) yield* nothingIsSeenIn(subject.rule, reading, how);
  }
}

const namesOf = <K extends string>(of: Readonly<Record<K, FileSpec>>): K[] => Object.keys(of) as K[];

/** No pass that relies on the file. */
function* nothingRestsOn(rule: Rule, { tried, path }: Reading, how: keyof typeof unusable): Generator<string> {
  const about = `${tried.trial.it}: ${path} ${how}`;
  const { verdicts, defects } = judge(rule, replaced(tried, path, unusable[how]));
  for (const defect of defects) yield `${about}: ${defect}`;
  if (how === 'directory' && inDropIns.test(path)) {
    const wanted = outcomes(judge(rule, withoutFile(tried, path)).verdicts);
    if (!isDeepStrictEqual(outcomes(verdicts), wanted)) yield `${about}: ${outcomes(verdicts)} instead of ${wanted}`;
    return;
  }
  const stands = new Set(withoutContent(rule, tried, path));
  for (const v of verdicts) {
    if (v.outcome === 'pass' && !stands.has(subject(v))) yield `${about}: passes: ${v.message}`;
    if (v.outcome === 'pass' && how === 'denied' && cites(v, path, 1)) yield `${about}: passes, citing it: ${v.message}`;
    if (failsForNothing(v)) yield `${about}: fails and shows nothing: ${v.message}`;
  }
}

/** Nothing is seen in the file. */
function* nothingIsSeenIn(rule: Rule, { tried, path }: Reading, how: keyof typeof hollow): Generator<string> {
  const about = `${tried.trial.it}: ${path} ${how}`;
  const { verdicts, defects } = judge(rule, replaced(tried, path, hollow[how]));
  for (const defect of defects) yield `${about}: ${defect}`;
  for (const v of verdicts) {
    if (cites(v, path, 2)) yield `${about}: cites it: ${v.message}`;
    if (failsForNothing(v)) yield `${about}: fails and shows nothing: ${v.message}`;
  }
}

const standing = new WeakMap<Tried, Map<string, readonly string[]>>();
/** The subjects that pass without the file's content: their verdicts do not rely on it. */
function withoutContent(rule: Rule, tried: Tried, path: string): readonly string[] {
  const known = standing.get(tried) ?? new Map<string, readonly string[]>();
  standing.set(tried, known);
  const blocked: AnyAnswer = { is: 'blocked', why: 'denied' };
  const now = known.get(path) ?? passing(judge(rule, tried, (ask, answer) => (keyOf(ask) === `read ${path}` ? blocked : answer)).verdicts);
  known.set(path, now);
  return now;
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
const passing = (verdicts: readonly Verdict[]): string[] => verdicts.filter((v) => v.outcome === 'pass').map(subject);
const outcomes = (verdicts: readonly Verdict[]): string[] => verdicts.map((v) => `${subject(v)} ${v.outcome}`);
const cites = (v: Verdict, path: string, fromLine = 0): boolean => v.evidence.some((e) => e.where.some((w) => w.path === path && (w.line ?? 0) >= fromLine));
const failsForNothing = (v: Verdict): boolean => v.outcome === 'fail' && v.evidence.every((e) => e.where.length === 0);
