/** A rule's own cases, through the same pipeline as every host. */

import { answerer, type HostSpec, overlay } from './collect/composed/composed.ts';
import { redact } from './collect/redact/redact.ts';
import type { AnyAnswer, Ask } from './facts/ask.ts';
import { rootAccount } from './facts/host/accounts.ts';
import { settle } from './facts/settle.ts';
import { type Inspection, inspect, type Looker, type Order } from './inspect.ts';
import type { Rule } from './rules/rule.ts';
import type { Case } from './rules/text/cases.ts';
import type { Verdict } from './verdicts/report.ts';

/** The answers of a composed host as the pipeline sees them: secrets masked. */
export function answersOf(host: HostSpec): (ask: Ask) => AnyAnswer {
  const answer = answerer(host);
  return (ask) => redact(ask, answer(ask));
}

/** Who looks at a composed host, when, and with which files named. */
export const lookerAt = (host: HostSpec): Looker => ({
  audited: host.user ?? rootAccount,
  given: { now: host.takenAt ?? 1_800_000_000, files: host.given ?? [], accounts: host.accounts ?? [], running: host.kind !== 'image' },
});

/** Judges one rule on a composed host. `held`: every ask is held against what was promised, as on a target. */
export function judgeOn(rule: Rule, host: HostSpec, params: Case['params'] = {}, answers = answersOf(host), held = false): Inspection {
  const given = Object.entries(params).map(([name, value]) => ({ rule: rule.id, name, value }));
  const order: Order = { pack: { rules: [rule], profiles: [], digest: '' }, selection: { byName: true, wants: () => true, params: given } };
  return settle(inspect(order, lookerAt(host)), answers, held);
}

/** What is wrong with a case's result, in words; empty when it is as the case says. */
export function tryCase(rule: Rule, base: HostSpec, trial: Case): string[] {
  const result = judgeOn(rule, overlay(base, trial.host), trial.params);
  return [...result.defects.map((d) => `pretrip failed: ${d}`), ...differences(trial, result.verdicts)];
}

export function differences(trial: Case, verdicts: readonly Verdict[]): string[] {
  const wrong: string[] = [];
  const show = (v: Verdict): string => `${v.subject ?? 'the host'}: ${v.outcome} (${v.severity}): ${v.message}`;
  if ('*' in trial.gives) {
    if (verdicts.length !== 1 || verdicts[0]?.outcome !== trial.gives['*'])
      wrong.push(`wanted one verdict, ${trial.gives['*']}; got ${verdicts.map(show).join(' | ')}`);
  } else {
    const got = Object.fromEntries(verdicts.map((v) => [v.subject ?? '', v]));
    for (const [subject, outcome] of Object.entries(trial.gives)) {
      const verdict = got[subject];
      if (verdict?.outcome !== outcome)
        wrong.push(`wanted ${outcome} for ${subject || 'the host'}; got ${verdict ? show(verdict) : `none (there are: ${Object.keys(got).join(', ')})`}`);
    }
    for (const verdict of verdicts) if (!((verdict.subject ?? '') in trial.gives)) wrong.push(`a verdict that the case does not name: ${show(verdict)}`);
  }
  if (trial.severity && !verdicts.some((v) => v.severity === trial.severity))
    wrong.push(`wanted severity ${trial.severity}; got ${verdicts.map((v) => v.severity).join(', ')}`);
  const places = verdicts.flatMap((v) => v.evidence.flatMap((e) => e.where));
  for (const cited of trial.citing) {
    const m = /^(.*?)(?::(\d+))?$/.exec(cited);
    const found = places.some((w) => w.path === cited || (w.path === m?.[1] && (m[2] === undefined || w.line === Number(m[2]))));
    if (!found)
      wrong.push(`wanted evidence at ${cited}; it points at ${[...new Set(places.map((w) => w.path + (w.line ? `:${w.line}` : '')))].join(', ') || 'nothing'}`);
  }
  const words = verdicts.flatMap((v) => [v.message, v.next ?? '', ...v.evidence.flatMap((e) => [e.said, ...e.where.map((w) => w.said ?? '')])]);
  for (const text of trial.saying) if (!words.some((w) => w.includes(text))) wrong.push(`wanted the words "${text}"; got ${verdicts.map(show).join(' | ')}`);
  for (const text of trial.unsaid)
    if (verdicts.some((v) => v.message.includes(text))) wrong.push(`wanted no word of "${text}"; got ${verdicts.map(show).join(' | ')}`);
  return wrong;
}
