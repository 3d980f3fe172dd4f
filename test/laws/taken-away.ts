/** Which answers a law takes away, one at a time, in which cases and in which way. */
import type { Rule } from '../../src/rules/rule.ts';
import type { RuleTried, Tried } from './every-rule.ts';
import { drawn, type Form } from './form.ts';
import { answersTo, whole } from './judging.ts';

/** A recording may lack an answer, or hold that nobody could look: kinds tell them apart. */
export const ways = ['not-recorded', 'denied'] as const;
export type Way = (typeof ways)[number];

export interface TakenAway {
  readonly tried: Tried;
  /** Of the ask whose answer is not there. */
  readonly key: string;
  readonly way: Way;
}

const remembered = new WeakMap<Rule, readonly TakenAway[]>();

/**
 * Full: every answer that each case's host gave to the rule, in both ways. Short: an answer that several cases give to
 * the same ask is taken away in the first of them, and in one drawn of the others. The ways take turns, so that each ask
 * goes unanswered in both.
 */
export function takenAway(subject: RuleTried, form: Form): readonly TakenAway[] {
  if (form === 'full') return product(subject);
  const known = remembered.get(subject.rule) ?? distinct(subject);
  remembered.set(subject.rule, known);
  return known;
}

function product({ rule, tried }: RuleTried): TakenAway[] {
  return tried.flatMap((t) => keysOf(rule, t).flatMap((key) => ways.map((way) => ({ tried: t, key, way }))));
}

function distinct(subject: RuleTried): TakenAway[] {
  return [...casesByAnswer(subject)].flatMap(([key, byAnswer]) => {
    const places = [...byAnswer].flatMap(([answer, [first, ...others]]) => {
      const again = others[drawn(others.length || 1, subject.rule.id, key, answer)];
      return [...(first ? [first] : []), ...(again ? [again] : [])];
    });
    const twice = places.length === 1 ? [...places, ...places] : places;
    const turn = drawn(ways.length, subject.rule.id, key);
    return twice.flatMap((tried, at) => ways.filter((_, w) => w === (at + turn) % ways.length).map((way) => ({ tried, key, way })));
  });
}

/** By ask and answer: the cases that give it. */
function casesByAnswer({ rule, tried }: RuleTried): Map<string, Map<string, Tried[]>> {
  const found = new Map<string, Map<string, Tried[]>>();
  for (const t of tried) {
    const answer = answersTo(t.host);
    for (const [key, ask] of whole(rule, t).asked) {
      const byAnswer = found.get(key) ?? new Map<string, Tried[]>();
      found.set(key, byAnswer);
      const given = JSON.stringify(answer(ask));
      byAnswer.set(given, [...(byAnswer.get(given) ?? []), t]);
    }
  }
  return found;
}

/** What the rule asked. */
export const keysOf = (rule: Rule, tried: Tried): string[] => [...whole(rule, tried).asked.keys()];
