/** Every shipped rule with its cases. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { hostNamed } from '../../src/cli/hosts.ts';
import { readPacks } from '../../src/cli/pack-files.ts';
import { packageRoot, shippedRules } from '../../src/cli/paths.ts';
import { type HostSpec, overlay } from '../../src/collect/composed/composed.ts';
import type { Rule } from '../../src/rules/rule.ts';
import { type Case, loadCases } from '../../src/rules/text/cases.ts';
import type { Outcome } from '../../src/verdicts/report.ts';

/** A case, and the whole host that it speaks of. */
export interface Tried {
  readonly trial: Case;
  readonly host: HostSpec;
}

/** A rule with its cases: what a law is tried on. */
export interface RuleTried {
  readonly rule: Rule;
  readonly tried: readonly Tried[];
  /** Outcomes that it has on no host, as its cases say. */
  readonly never: readonly Outcome[];
}

export const { pack, problems } = readPacks([shippedRules]);

export const everyRule: readonly RuleTried[] = pack.rules.map((rule) => {
  const file = join(packageRoot, 'rules', `${rule.id.replaceAll('.', '/')}.test.yaml`);
  const cases = existsSync(file) ? loadCases(file, readFileSync(file, 'utf8')).cases : undefined;
  const base = hostNamed(cases?.on ?? 'empty') ?? {};
  return { rule, never: cases?.never ?? [], tried: (cases?.cases ?? []).map((trial) => ({ trial, host: overlay(base, trial.host) })) };
});
