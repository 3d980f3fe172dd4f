/**
 * Judging a case's host, as it is or with some answers replaced. Hosts do not change, so their answers and what a rule
 * comes to on them as they are is worked out once. What is remembered must not be changed.
 */

import type { HostSpec } from '../../src/collect/composed/composed.ts';
import type { Judgement } from '../../src/evaluate/judge.ts';
import { type AnyAnswer, type Ask, accountKey } from '../../src/facts/ask.ts';
import { keyOf } from '../../src/facts/asks.ts';
import { settle } from '../../src/facts/settle.ts';
import { type Inspection, inspect } from '../../src/inspect.ts';
import type { Rule } from '../../src/rules/rule.ts';
import type { Case } from '../../src/rules/text/cases.ts';
import { answersOf, judgeOn, lookerAt } from '../../src/try.ts';
import type { Verdict } from '../../src/verdicts/report.ts';

/** A host, and the parameters that a rule is judged with: a case, or less. */
export interface On {
  readonly host: HostSpec;
  readonly trial: Pick<Case, 'params'>;
}

type Answers = (ask: Ask) => AnyAnswer;
type Replace = (ask: Ask, answer: AnyAnswer) => AnyAnswer;
const asItIs: Replace = (_, answer) => answer;

/** What a rule comes to on a host, and all that it asked, by key. */
export interface Whole {
  readonly inspection: Inspection;
  readonly asked: ReadonlyMap<string, Ask>;
  /** Where asks were outside of what was promised; law 5 tells of them, and no other law suffers for it. */
  readonly unplanned: readonly string[];
}

let made = 0;
/** How many times the laws had a rule judged in this process. */
export const judgements = (): number => made;
/** To be called by a law that has a rule judged in a way of its own. */
export const count = (more: number): void => {
  made += more;
};

const answers = new WeakMap<HostSpec, Answers>();
const wholes = new WeakMap<On, Map<Rule, Whole>>();

/** What a host answers, secrets masked. */
export function answersTo(host: HostSpec): Answers {
  const there = answers.get(host);
  if (there) return there;
  const known = new Map<string, AnyAnswer>();
  const answer = answersOf(host);
  const remembered: Answers = (ask) => {
    const key = ask.do === 'run' && ask.user ? `${keyOf(ask)} ${accountKey(ask.user)}` : keyOf(ask);
    const before = known.get(key);
    if (before) return before;
    const now = answer(ask);
    known.set(key, now);
    return now;
  };
  answers.set(host, remembered);
  return remembered;
}

/** What the rule comes to on the host as it is. Every ask is held against what was promised; where that fails, once more without. */
export function whole(rule: Rule, on: On): Whole {
  const known = wholes.get(on) ?? new Map<Rule, Whole>();
  wholes.set(on, known);
  const before = known.get(rule);
  if (before) return before;
  const asked = new Map<string, Ask>();
  const held = judge(rule, on, asItIs, asked, true);
  const inspection = held.defects.length > 0 ? judge(rule, on, asItIs, asked) : held;
  const now = { inspection, asked, unplanned: held.defects };
  known.set(rule, now);
  return now;
}

/** Judges a host, where wanted with some answers replaced; collects what was asked. */
export function judge(rule: Rule, { trial, host }: On, replace = asItIs, asked?: Map<string, Ask>, held = false): Inspection {
  const answer = answersTo(host);
  count(1);
  const answers: Answers = (ask) => {
    asked?.set(keyOf(ask), ask);
    return replace(ask, answer(ask));
  };
  return judgeOn(rule, host, trial.params, answers, held);
}

/** Judges many variants of one rule at once, as what they want to know is much the same: the verdicts of each. */
export function judgeEach(variants: readonly Rule[], { trial, host }: On): Judgement[][] {
  const named = variants.map((rule, at) => ({ ...rule, id: `${rule.id}.${at}` }));
  const params = named.flatMap(({ id }) => Object.entries(trial.params).map(([name, value]) => ({ rule: id, name, value })));
  const order = { pack: { rules: named, profiles: [], digest: '' }, selection: { byName: true, wants: () => true, params } };
  count(1);
  const { verdicts } = settle(inspect(order, lookerAt(host)), answersTo(host));
  return named.map(({ id }) => verdicts.filter((v) => v.rule === id));
}

/** What of a verdict the laws compare. */
export const essence = (verdicts: readonly Verdict[]): Record<string, string> =>
  Object.fromEntries(verdicts.map((v) => [v.subject ?? '', `${v.outcome} ${v.outcome === 'unknown' ? '' : v.severity}`]));
