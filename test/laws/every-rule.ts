/** Every shipped rule with its cases, and the means to judge it on a host that answers differently. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { hostNamed } from '../../src/cli/hosts.ts';
import { readPacks } from '../../src/cli/pack-files.ts';
import { packageRoot, shippedRules } from '../../src/cli/paths.ts';
import { type HostSpec, overlay } from '../../src/collect/targets/composed.ts';
import type { AnyAnswer, Ask } from '../../src/facts/ask.ts';
import { keyOf } from '../../src/facts/asks.ts';
import type { Inspection } from '../../src/inspect.ts';
import type { Rule } from '../../src/rules/rule.ts';
import { type Case, loadCases } from '../../src/rules/text/cases.ts';
import { answersOf, judgeOn } from '../../src/try.ts';
import type { Verdict } from '../../src/verdicts/report.ts';

export interface Tried {
  readonly trial: Case;
  readonly host: HostSpec;
}

export const { pack, problems } = readPacks([shippedRules]);

export const everyRule: readonly { rule: Rule; tried: readonly Tried[] }[] = pack.rules.map((rule) => {
  const file = join(packageRoot, 'rules', `${rule.id.replaceAll('.', '/')}.test.yaml`);
  const cases = existsSync(file) ? loadCases(file, readFileSync(file, 'utf8')).cases : undefined;
  const base = hostNamed(cases?.on ?? 'empty') ?? {};
  return { rule, tried: (cases?.cases ?? []).map((trial) => ({ trial, host: overlay(base, trial.host) })) };
});

/** Judges a case's host with some answers replaced; collects what was asked. */
export function judge(
  rule: Rule,
  { trial, host }: Tried,
  replace: (ask: Ask, answer: AnyAnswer) => AnyAnswer = (_, a) => a,
  asked?: Map<string, Ask>,
  held = false,
): Inspection {
  const answer = answersOf(host);
  const answers = (ask: Ask): AnyAnswer => {
    asked?.set(keyOf(ask), ask);
    return replace(ask, answer(ask));
  };
  return judgeOn(rule, host, trial.params, answers, held);
}

/** What of a verdict the laws compare. */
export const essence = (verdicts: readonly Verdict[]): Record<string, string> =>
  Object.fromEntries(verdicts.map((v) => [v.subject ?? '', `${v.outcome} ${v.outcome === 'unknown' ? '' : v.severity}`]));
