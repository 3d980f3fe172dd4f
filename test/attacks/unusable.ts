/** What the attacks with files that no program can use share: who reads a file, and what a verdict on a spoilt host rests on. */
import { type FileSpec, type HostSpec, overlay } from '../../src/collect/composed/composed.ts';
import type { AnyAnswer, Ask } from '../../src/facts/ask.ts';
import { keyOf } from '../../src/facts/asks.ts';
import type { Rule } from '../../src/rules/rule.ts';
import type { Verdict } from '../../src/verdicts/report.ts';
import { judge, type On, whole } from '../laws/judging.ts';

/** One file of a host with its text, and the rules that look at it. */
export interface Read {
  readonly path: string;
  readonly text: string;
  readonly rules: readonly Rule[];
}

/** The files with a text on a host that one of these rules looks at in a way that counts. */
export function readBy(rules: readonly Rule[], on: On, counts: (ask: Ask, path: string) => boolean): Read[] {
  const readers = new Map<string, Set<Rule>>();
  for (const rule of rules)
    for (const ask of whole(rule, on).asked.values())
      if ('path' in ask && typeof ask.path === 'string' && counts(ask, ask.path)) readers.set(ask.path, (readers.get(ask.path) ?? new Set()).add(rule));
  return [...readers].flatMap(([path, by]) => {
    const text = textOf(on.host, path);
    return text === undefined ? [] : [{ path, text, rules: [...by] }];
  });
}

/** The text of a file that is written down, undefined for anything else. */
function textOf(host: HostSpec, path: string): string | undefined {
  const spec = host.files?.[path];
  if (typeof spec === 'string') return spec;
  return spec && spec.link === undefined && (spec.type ?? 'file') === 'file' ? (spec.content ?? '') : undefined;
}

/** The host with another file in the place of one. */
export const spoiltBy = (on: On, path: string, spec: FileSpec): On => ({ ...on, host: overlay(on.host, { ...unchanged(on.host), files: { [path]: spec } }) });

/** What is wrong with the verdicts on a spoilt host. `mayPass`: whether a pass rests on something else. */
export function* verdictsWrong({ path, rules }: Read, spoilt: On, how: string, mayPass: (rule: Rule, v: Verdict) => boolean): Generator<string> {
  for (const rule of rules) {
    const started = performance.now();
    const { verdicts, defects } = judge(rule, spoilt);
    const took = performance.now() - started;
    const about = `${rule.id}: ${path} ${how}`;
    for (const defect of defects) yield `${about}: ${defect.split('\n')[0]}`;
    if (took > 5000) yield `${about}: took ${Math.round(took)} ms`;
    for (const v of verdicts) {
      if (v.outcome === 'fail' && v.evidence.every((e) => e.where.length === 0)) yield `${about}: fails and shows nothing: ${v.message}`;
      if (v.outcome === 'pass' && !mayPass(rule, v)) yield `${about}: passes: ${v.message}`;
    }
  }
}

/** `overlay` takes the other parts of the change for the new ones. */
const unchanged = ({ user, kind }: HostSpec): HostSpec => ({ ...(user ? { user } : {}), ...(kind ? { kind } : {}) });

const subject = (v: Verdict): string => v.subject ?? '';
const has = (verdicts: readonly Verdict[], v: Verdict): boolean => verdicts.some((o) => o.outcome === 'pass' && subject(o) === subject(v));

/** Whether a rule passes this subject on a host. */
export const passes = (rule: Rule, on: On, v: Verdict): boolean => has(whole(rule, on).inspection.verdicts, v);

/** Whether a verdict cites what a file holds: of its inode alone there is no line. */
export const cites = (v: Verdict, path: string): boolean => v.evidence.some((e) => e.where.some((w) => w.path === path && (w.line ?? 0) >= 1));

/** Whether it passes with the file as it stands, and what it holds closed. */
export function passesClosed(rule: Rule, on: On, path: string, v: Verdict): boolean {
  const shut = (ask: Ask, answer: AnyAnswer): AnyAnswer => (keyOf(ask) === `read ${path}` ? { is: 'blocked', why: 'denied' } : answer);
  return has(judge(rule, on, shut).verdicts, v);
}

/** The host without a file, its directory left. */
export function without(on: On, path: string): On {
  const directory = path.slice(0, path.lastIndexOf('/'));
  const there = on.host.files?.[directory] ?? { type: 'directory' as const };
  return spoiltBy(spoiltBy(on, path, null), directory, there);
}
